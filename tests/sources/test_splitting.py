"""What is new in a feed is what the whole of it says it is."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Byname, Entry, Habits
from bot.sources import bounds, parsing, splitting
from bot.sources.draft import Parsed, feed_entries
from tests.sources.servers import feed_at
from tests.sources.test_feed import NOW

RECORDINGS = sorted((Path(__file__).parent.parent / "recordings").glob("*.*"))
BASE = "https://news.example.com/rss"
SIZE = parsing.RECORD_BYTES
DC = "xmlns:dc='http://purl.org/dc/elements/1.1/'"


def rss(*items: str, head: str = "", tail: str = "", root: str = "") -> bytes:
    return (
        f"<?xml version='1.0'?><rss version='2.0' {root}><channel><title>t</title>{head}"
        f"{' '.join(items)}{tail}</channel></rss>"
    ).encode()


def item(n: int, text: str = "", **fields: str) -> str:
    told = {"title": f"Title {n}", "guid": f"g{n}", "description": f"Text {n} {text}", **fields}
    return f"<item>{''.join(f'<{name}>{said}</{name}>' for name, said in told.items())}</item>"


def read(body: bytes, known: bytes = b"", base_url: str = BASE) -> Parsed:
    return parsing.parse(body, base_url=base_url, known=known)


def titles(found: Parsed) -> list[str]:
    return [draft.title for draft in found.drafts]


def entries(found: Parsed, rung: int = 0) -> set[Entry]:
    """What a document brings. Short titles name nobody, so that they may differ in a part."""
    source = replace(feed_at(BASE), habits=Habits(rung))
    made = feed_entries(found.drafts, source, NOW, is_part=found.left_out > 0).entries
    named = [tuple(a for a in e.aliases if a.trait.value != "short") for e in made]
    return {replace(e, aliases=names) for e, names in zip(made, named, strict=True)}


def records(found: Parsed) -> list[bytes]:
    return [found.hashes[at : at + SIZE] for at in range(0, len(found.hashes), SIZE)]


def test_of_a_known_feed_only_the_new_entries_are_read() -> None:
    before = read(rss(item(1), item(2)))
    after = read(rss(item(3), item(1), item(2)), before.hashes)
    assert titles(after) == ["Title 3"]
    assert (after.held, len(records(after))) == (3, 3)
    assert read(rss(item(3), item(1), item(2)), after.hashes).drafts == ()


def test_a_changed_entry_is_read_again() -> None:
    before = read(rss(item(1), item(2)))
    after = read(rss(item(1), item(2, "corrected")), before.hashes)
    assert [draft.body for draft in after.drafts] == ["Text 2 corrected"]


def test_an_entry_that_left_and_came_back_is_read_again() -> None:
    before = read(rss(item(1), item(2)))
    without = read(rss(item(2)), before.hashes)
    assert titles(read(rss(item(1), item(2)), without.hashes)) == ["Title 1"]


def test_what_changes_around_the_entries_makes_none_of_them_new() -> None:
    before = read(rss(item(1), item(2), head="<lastBuildDate>1</lastBuildDate>"))
    after = read(
        rss(item(1), item(2), head="<!-- at noon --><lastBuildDate>2</lastBuildDate>"),
        before.hashes,
    )
    assert (after.drafts, after.held) == ((), 2)


@pytest.mark.parametrize(
    "root", ["xml:base='https://other.example/'", "xml:lang='fa'", "xmlns:a='urn:a'"]
)
def test_what_the_root_says_of_every_entry_makes_all_of_them_new(root: str) -> None:
    before = read(rss(item(1), item(2)))
    assert len(read(rss(item(1), item(2), root=root), before.hashes).drafts) == 2


def test_at_another_address_every_entry_is_new() -> None:
    body = rss(item(1, link="/1"), item(2, link="/2"))
    moved = read(body, read(body).hashes, base_url="https://moved.example/rss")
    assert [draft.link for draft in moved.drafts] == [f"https://moved.example/{n}" for n in (1, 2)]


@pytest.mark.parametrize(
    "shared",
    [{"guid": "g1"}, {"guid": "g1", "link": "https://news.example.com/2"}, {"guid": " g1\n"}],
)
def test_an_entry_that_takes_the_guid_of_another_is_not_lost(shared: dict[str, str]) -> None:
    before = read(rss(item(1)))
    body = rss(item(1), item(2, **shared))
    found = read(body, before.hashes)
    assert titles(found) == ["Title 1", "Title 2"]
    assert entries(found) == entries(read(body))
    assert len(entries(found)) == 2


def test_new_entries_that_share_a_guid_are_told_apart_by_the_whole() -> None:
    before = read(rss(item(9)))
    body = rss(item(1, guid="g"), item(2, guid="g"), item(9))
    assert entries(read(body, before.hashes)) == entries(read(body))


def test_an_edit_takes_nobody_elses_guid() -> None:
    before = read(rss(item(1), item(2)))
    assert titles(read(rss(item(1), item(2, title="New")), before.hashes)) == ["New"]


@pytest.mark.parametrize(
    "trick",
    [
        "<![CDATA[</item><item><title>x</title>]]>",
        "<!-- </description></item> -->",
        "<?php </item> ?>",
        "&lt;/item&gt;&lt;item&gt;",
    ],
)
def test_what_looks_like_the_end_of_an_entry_fools_nobody(trick: str) -> None:
    before = read(rss(item(1, trick)))
    assert before.hashes
    after = read(rss(item(2), item(1, trick), item(3, trick)), before.hashes)
    assert titles(after) == ["Title 2", "Title 3"]
    assert titles(read(rss(item(2, trick), item(1, trick)), after.hashes)) == ["Title 2"]


@pytest.mark.parametrize(
    "body",
    [
        rss(item(1), "<item><title>a</title><item><title>b</title></item></item>"),
        rss(item(1), "<item/>"),
        rss("<items><item/></items>"),
        rss(item(1), "<item><title>unclosed</item>"),
        rss(item(1), "<item><title>caf&eacute;</title></item>"),
        rss(item(1), "<item><dc:date>2021</dc:date></item>"),
        rss(item(1)).replace(b"<rss", b"<!DOCTYPE rss SYSTEM 'rss.dtd'><rss"),
        b"",
        b"<rss>" + b"<a>" * 300 + b"</a>" * 300 + b"</rss>",
        rss(f"<item {' '.join(f'a{n}=' + chr(39) * 2 for n in range(201))}></item>"),
    ],
)
def test_what_is_unusual_is_read_as_a_whole(body: bytes) -> None:
    assert splitting.outline(bounds.without_declaration(body.decode()).encode()) is None
    assert read(body).hashes == b""


def test_elements_the_parser_does_not_call_entries_are_not_skipped() -> None:
    # Not of a feed's namespace, so that outline and parser count differently.
    body = rss(item(1), "<x:item xmlns:x='urn:x'><x:title>x</x:title></x:item>")
    assert read(body).hashes == b""


def test_of_too_many_entries_the_newest_are_kept_apart_too() -> None:
    dated = [
        item(n, pubDate=f"Wed, 07 Jul 2021 {n // 60:02}:{n % 60:02}:00 GMT") for n in range(601)
    ]
    before = read(rss(*dated[:600]))
    after = read(rss(*dated), before.hashes)
    assert len(before.drafts) == len(records(before)) == bounds.MAX_ENTRIES
    assert titles(after) == ["Title 600"]
    assert after.notes == ("It holds 601 entries; the newest 500 were read.",)


def test_damaged_memory_is_no_memory() -> None:
    body = rss(item(1), item(2))
    for known in (b"x", b"x" * 333, read(body).hashes[: SIZE + 3]):
        found = read(body, known)
        assert set(titles(found)) >= {"Title 2"}
        assert found.hashes == read(body).hashes


def assert_parts_equal_the_whole(body: bytes) -> int:
    """Whatever was known, the rest is read as the whole reads it; how often in parts."""
    whole = read(body)
    known = records(whole)
    in_parts = 0
    for size in {0, 1, len(known) - 1, len(known)} & set(range(len(known) + 1)):
        for chosen in list(combinations(range(len(known)), size))[:40]:
            part = read(body, b"".join(known[at] for at in chosen))
            new = [d for at, d in enumerate(whole.drafts) if at not in chosen]
            one_to_one = len(whole.drafts) == len(known)
            if part.drafts != whole.drafts and one_to_one:
                assert list(part.drafts) == new
                rung = feed_entries(whole.drafts, feed_at(BASE), NOW).habits.rung
                assert entries(part, rung) <= entries(whole, rung)
                in_parts += 1
            assert (part.hashes, part.held) == (whole.hashes, whole.held)
    return in_parts


def test_recordings_are_read_in_parts_as_they_are_as_a_whole() -> None:
    assert sum(assert_parts_equal_the_whole(path.read_bytes()) for path in RECORDINGS) >= 30


# Texts that change what their neighbours mean, were they not kept apart.
ODD = st.sampled_from(
    [
        item(1),
        item(1, "edited"),
        item(2, guid="g1"),
        item(3, link="https://news.example.com/a?utm_source=x"),
        item(4, guid="https://news.example.com/a"),
        item(5, title="", description=""),
        item(6, title="Title 1", guid=""),
        f"<item {DC}><title>p</title><dc:language>fa</dc:language>"
        "<dc:date>2021-07-07</dc:date></item>",
        "<item xml:base='https://b.example/' xml:lang='ar'><title>q</title><link>x</link></item>",
        "<entry xmlns='http://www.w3.org/2005/Atom'><title>a</title><id>urn:1</id><link href='y'/>"
        "<source><title>s</title><id>urn:2</id></source></entry>",
        "<item><title>e</title><enclosure url='z'/><guid isPermaLink='true'>w</guid></item>",
        "<item xmlns:m='http://search.yahoo.com/mrss/'><m:title>m</m:title><m:text>n</m:text></item>",
        "<item><title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x<b>y</b></div>"
        "</title></item>",
        "<item><description><![CDATA[<p>un<b>closed]]></description><title>&amp;lt;</title></item>",
        "<item><title>j</title><author>k</author><source url='l'>m</source></item>",
        "<image><title>picture</title><url>u</url></image>",
        "<textInput><title>search</title><link>v</link></textInput>",
        "<language>he</language>",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ODD, max_size=6), st.sets(st.integers(0, 5)))
def test_any_feed_is_read_in_parts_as_it_is_as_a_whole(parts: list[str], chosen: set[int]) -> None:
    body = rss(*parts, tail="<ttl>5</ttl>")
    whole = read(body)
    written = records(whole)
    known = [written[at] for at in chosen if at < len(written)]
    part = read(body, b"".join(known))
    # A part is read as the feed was seen to name its entries when it was whole.
    rung = feed_entries(whole.drafts, feed_at(BASE), NOW).habits.rung
    assert entries(part, rung) <= entries(whole, rung)
    assert (part.hashes, part.held) == (whole.hashes, whole.held)
    seen = {
        draft for draft, own in zip(whole.drafts, worded(written), strict=False) if own in known
    }
    assert set(part.drafts) >= set(whole.drafts) - seen
    assert parsing.parse_little(body, "", BASE, b"".join(known)) in (part, Parsed())


def test_little_news_is_read_as_it_is_elsewhere_and_much_is_left_to_others() -> None:
    old = [item(n, "word " * 500) for n in range(9)]
    known = read(rss(*old)).hashes
    little = rss(item(10), *old)
    assert titles(parsing.parse_little(little, "", BASE, known)) == ["Title 10"]
    assert parsing.parse_little(little, "", BASE, known) == read(little, known)
    assert parsing.parse_little(rss(*old), "", BASE, known) == read(rss(*old), known)
    for other in (
        rss(item(10, "word " * 1_000), *old),
        little.replace(b"Title 10", b"Title \x01"),
        little.replace(b"Title 10", "Tïtle".encode("cp1252")),
        little.replace(b"<rss", b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss"),
        little.replace(b"</rss>", b""),
        b'{"version": "https://jsonfeed.org/version/1.1", "items": []}',
    ):
        assert parsing.parse_little(other, "", BASE, known) == Parsed()


def worded(written: list[bytes]) -> list[bytes]:
    """The records of entries that have words, which alone become drafts."""
    nobody = bytes(SIZE - splitting.HASH_BYTES)
    return [own for own in written if not own.endswith(nobody)]


@pytest.mark.parametrize(
    "shared",
    [
        {"link": "https://news.example.com/live"},
        {"title": "Sirens sound in several towns of the north"},
    ],
)
def test_an_entry_that_shares_a_name_with_a_known_one_is_read_with_the_whole(
    shared: dict[str, str],
) -> None:
    before = read(rss(item(1, **shared)))
    body = rss(item(1, **shared), item(2, **shared))
    found = read(body, before.hashes)
    assert (len(found.drafts), found.left_out) == (2, 0)
    (trait,) = {name.trait.value for name in aliases(before)} & set(shared)
    assert trait not in {name.trait.value for name in aliases(found)}


def aliases(found: Parsed) -> list[Byname]:
    return [name for entry in entries(found) for name in entry.aliases]


def test_a_part_shows_nothing_of_how_its_feed_names_entries() -> None:
    blank = {"guid": "", "link": ""}
    before = read(rss(*(item(n) for n in range(60))))
    found = read(
        rss(*(item(n) for n in range(60)), *(item(n, **blank) for n in (61, 62))), before.hashes
    )
    assert (len(found.drafts), found.left_out) == (2, 60)
    made = partial(feed_entries, found.drafts, feed_at(BASE), NOW)
    assert (made(is_part=True).habits.rung, made().habits.rung) == (0, 3)
