"""Lists of feeds come in whatever shape people's readers write them, and go out so that all can."""

from __future__ import annotations

import string
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Source, SourceKind
from bot.sources import opml

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def listed(body: str) -> tuple[opml.Listed, ...]:
    found = opml.parse(f"<opml version='2.0'><body>{body}</body></opml>".encode())
    assert not found.problem
    return found.feeds


def test_folders_are_the_outlines_around_a_feed() -> None:
    inner = '<outline text="C" xmlUrl="https://c.example/"/>'
    found = listed(
        f'<outline text="A"><outline title="B">{inner}</outline>{inner}</outline>{inner}'
    )
    assert [feed.folder for feed in found] == ["A/B", "A", ""]


def test_a_feed_around_a_feed_is_no_folder() -> None:
    found = listed(
        '<outline text="F"><outline text="P" xmlUrl="https://p.example/">'
        '<outline text="C" xmlUrl="https://c.example/"/></outline></outline>'
    )
    assert [(feed.title, feed.folder) for feed in found] == [("P", "F"), ("C", "F")]


@pytest.mark.parametrize(
    ("written", "facts"),
    [
        ('xmlurl="https://a.example/" TEXT="A"', {"title": "A"}),
        ('xmlUrl=" https://a.example/ " title="T" text="A"', {"title": "T"}),
        ('xmlUrl="https://a.example/" category="/World/Iraq,/Other"', {"folder": "World/Iraq"}),
        ('xmlUrl="https://a.example/" language="ar-IQ"', {"lang": "ar"}),
        ('xmlUrl="https://a.example/" language="unknown"', {"lang": ""}),
        ('xmlUrl="https://a.example/" language="und"', {"lang": ""}),
        ('xmlUrl="https://a.example/" interval="120"', {"interval_s": 120}),
        ('xmlUrl="https://a.example/" interval="soon"', {"interval_s": 0}),
        ('xmlUrl="https://a.example/" text="A&amp;B&#10;C&#x202e;"', {"title": "A&B C\u202e"}),
    ],
)
def test_attributes_are_read_as_readers_write_them(written: str, facts: dict[str, object]) -> None:
    (feed,) = listed(f"<outline {written}/>")
    assert feed.url == "https://a.example/"
    assert {name: getattr(feed, name) for name in facts} == facts


def test_what_is_no_feed_is_named_with_its_line_and_not_fetched() -> None:
    body = (
        b'<?xml version="1.0"?>\n<opml><body>\n<outline type="include" url="https://a.example/"/>\n'
        b'<outline type="rss" text="none"/>\n<outline xmlUrl="https://b.example/"/>\n</body></opml>'
    )
    found = opml.parse(body)
    assert [note.partition(":")[0] for note in found.notes] == ["line 3", "line 4"]
    assert [feed.line for feed in found.feeds] == [5]


@pytest.mark.parametrize("label", ["windows-1256", "utf-8", ""])
def test_a_list_in_an_arabic_charset_is_read_whatever_its_label(label: str) -> None:
    said = f' encoding="{label}"' if label else ""
    text = (
        f'<?xml version="1.0"{said}?><opml><body><outline text="أخبار العراق">'
        '<outline text="وكالة الأنباء" xmlUrl="https://a.example/"/></outline></body></opml>'
    )
    (feed,) = opml.parse(text.encode("cp1256")).feeds
    assert (feed.folder, feed.title) == ("أخبار العراق", "وكالة الأنباء")


def test_a_broken_list_is_read_as_far_as_it_can_be() -> None:
    found = opml.parse(
        b'<opml><body>\n<outline text="Q & A" xmlUrl="https://a.example/?x=1&y=2"/>\n'
        b'<outline text="B" xmlUrl="https://b.example/"/>'
    )
    assert [feed.url for feed in found.feeds][-1] == "https://b.example/"
    assert any("line 2: its XML is broken" in note for note in found.notes)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<rss version='2.0'><channel/></rss>", "no OPML"),
        (b"not a list", "no OPML"),
        (b"", "no OPML"),
        (b'<!DOCTYPE opml SYSTEM "file:///etc/passwd" [<!ENTITY a "b">]><opml/>', "entities"),
        (b'<!DOCTYPE o [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><opml>&b;</opml>', "entities"),
        (b"<opml>" + b"<outline>" * 300 + b"</outline>" * 300 + b"</opml>", "deep"),
        (b"<opml " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>", "attributes"),
        (b"<opml>" + b"<outline/>" * 250_000 + b"</opml>", "tags"),
        (b"<opml>" + b" " * opml.MAX_BYTES, "bytes"),
    ],
)
def test_what_is_no_list_or_a_bomb_is_refused_at_once(body: bytes, told: str) -> None:
    begun = time.monotonic()
    found = opml.parse(body)
    assert told in found.problem
    assert found.feeds == ()
    assert time.monotonic() - begun < 5


NAMES = st.text(string.ascii_letters + " أبجد&<>\"'é", min_size=1, max_size=20).map(
    lambda name: " ".join(name.split()) or "x"
)
FEEDS = st.lists(
    st.builds(
        lambda name, folders, lang, seconds, number: Source(
            f"f{number}",
            SourceKind.FEED,
            name,
            f"https://h.example/{number}?a=1&b=ب",
            lang=lang,
            country="iq",
            interval_s=seconds,
            folder="/".join(folders),
        ),
        NAMES,
        st.lists(NAMES, max_size=3),
        st.sampled_from(["", "ar", "ckb"]),
        st.integers(60, 100_000),
        st.integers(0, 10**6),
    ),
    max_size=8,
)


@given(FEEDS)
def test_what_goes_out_comes_in_again_the_same(feeds: list[Source]) -> None:
    found = opml.parse(opml.written(feeds, NOW))
    assert found.notes == ()
    expected = sorted((f.url, f.name, f.folder, f.lang, f.country, f.interval_s) for f in feeds)
    read = ((f.url, f.title, f.folder, f.lang, f.country, f.interval_s) for f in found.feeds)
    assert sorted(read) == expected


def test_names_with_characters_that_xml_cannot_hold_go_out_without_them() -> None:
    feed = Source("a", SourceKind.FEED, "A\x00\x1b\udc80B", "https://a.example/", folder="/x\x07//")
    (read,) = opml.parse(opml.written([feed, replace(feed, folder="x")], NOW)).feeds[:1]
    assert (read.folder, read.title.replace("\ufffd", "").replace("?", "")) == ("x", "AB")
