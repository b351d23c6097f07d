from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Trait
from bot.sources.bynames import aliases
from bot.sources.identity import (
    Marks,
    canonical_link,
    feed_id,
    fingerprint,
    keys,
    rung,
)

SAME = [
    ("https://www.news.org/a/1", "http://news.org/a/1/"),
    ("https://news.org/a?utm_source=rss&id=3", "https://news.org/a?id=3&fbclid=x"),
    ("https://news.org/a?b=2&a=1", "https://news.org/a?a=1&b=2"),
    ("https://m.news.org/a", "https://amp.news.org/a#top"),
    ("https://news.org/a/amp/", "https://news.org/a"),
    ("https://news.org/a?outputType=amp", "https://news.org/a"),
    ("https://news.org:443/a", "http://news.org:80/a"),
    ("https://news.org/خبر", "https://news.org/%D8%AE%D8%A8%D8%B1"),
    ("https://www.google.com/amp/s/news.org/a", "https://news.org/a"),
    ("https://news-org.cdn.ampproject.org/c/s/news.org/a", "https://news.org/a"),
]
DISTINCT = [
    ("https://news.org/a", "https://news.org/b"),
    ("https://news.org/?p=1", "https://news.org/?p=2"),
    ("https://news.org/a", "https://other.org/a"),
    ("https://ar.news.org/a", "https://en.news.org/a"),
    ("https://news.org:8080/a", "https://news.org/a"),
    ("https://news.org/A", "https://news.org/a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_copies_of_a_link_meet(one: str, other: str) -> None:
    assert canonical_link(one) == canonical_link(other) != ""


@pytest.mark.parametrize(("one", "other"), DISTINCT)
def test_different_links_stay_apart(one: str, other: str) -> None:
    assert canonical_link(one) != canonical_link(other)


@pytest.mark.parametrize("text", ["", "tag:news.org,2021:1", "mailto:a@b.c", "http://[bad", "x"])
def test_what_is_no_web_address_has_no_canonical_form(text: str) -> None:
    assert canonical_link(text) == ""


@given(st.text(max_size=80))
def test_the_canonical_form_is_canonical(text: str) -> None:
    found = canonical_link(f"https://news.org/{text}")
    assert canonical_link(f"https://{found}") == found


def marks(guid: str = "", link: str = "", title: str = "t", text: str = "") -> Marks:
    return Marks(guid, link, title, text)


def test_the_guid_is_the_key_whatever_else_changes() -> None:
    assert keys([marks("g", "http://a.org/1", "one")]) == keys(
        [marks("g", "http://a.org/2", "two")]
    )


def test_without_a_guid_the_link_is_the_key_and_without_both_the_words() -> None:
    assert keys([marks(link="http://a.org/1", title="x")]) == keys([marks(link="https://a.org/1/")])
    assert keys([marks(title="x")]) != keys([marks(title="y")])
    assert keys([marks(title="x", text="a")]) == keys([marks(title="x", text="a")])


def test_a_guid_that_is_the_link_names_the_same_entry_as_the_link_alone() -> None:
    assert keys([marks("https://a.org/1", "https://a.org/1")]) == keys(
        [marks(link="https://a.org/1")]
    )


def test_entries_that_share_a_guid_are_told_apart_and_leave_the_others_alone() -> None:
    found = keys(
        [
            marks("same", "http://a.org/1", "one"),
            marks("same", "http://a.org/2", "two"),
            marks("other", "http://a.org/3", "three"),
        ]
    )
    assert len(set(found)) == 3
    assert found[2] == keys([marks("other")])[0]


def test_guids_that_differ_only_in_their_fragment_are_told_apart() -> None:
    found = keys(
        [marks("http://a.org/log#1", title="one"), marks("http://a.org/log#2", title="two")]
    )
    assert len(set(found)) == 2


def test_a_repetition_is_no_second_entry() -> None:
    assert keys([marks("g", "http://a.org/1"), marks("g", "https://www.a.org/1/")])[1] is None


@pytest.mark.parametrize(
    ("guids", "links"),
    [
        (("", ""), ("http://a.org/", "http://a.org/")),
        (("", ""), ("http://a.org/live#1", "http://a.org/live#2")),
        (("http://a.org/live#1", "http://a.org/live#2"), ("http://a.org/live",) * 2),
    ],
)
def test_reports_under_one_title_at_one_address_are_told_apart_by_their_words(guids, links) -> None:
    texts = ("انفجار في بغداد", "صاروخ على أربيل")
    entries = [marks(g, a, "عاجل", t) for g, a, t in zip(guids, links, texts, strict=True)]
    assert len(set(keys(entries)) - {None}) == 2
    assert keys([entries[0], entries[0]])[1] is None


@given(
    st.lists(
        st.builds(
            Marks,
            st.sampled_from(["", "g", "h", "http://a.org/1#x", "http://a.org/1#y"]),
            st.sampled_from(["", "http://a.org/1", "http://a.org/2", "junk"]),
            st.sampled_from(["", "one", "two"]),
            st.sampled_from(["", "text", "more"]),
        ),
        max_size=30,
    )
)
def test_keys_of_one_document_are_unique_and_nothing_different_is_dropped(
    entries: list[Marks],
) -> None:
    found = keys(entries)
    named = [key for key in found if key is not None]
    assert len(named) == len(set(named))
    kept = {(e.guid, e.title) for e, key in zip(entries, found, strict=True) if key is not None}
    assert {e.title for e in entries} == {title for _, title in kept}
    assert keys(entries) == found


def test_fingerprints_are_versioned_and_scoped_to_the_source() -> None:
    assert fingerprint("a", "k").startswith("1:")
    assert len(fingerprint("a", "k")) == 34
    assert len({fingerprint("a", "k"), fingerprint("b", "k"), fingerprint("ak", "")}) == 3


def test_the_id_of_a_feed_is_readable_and_its_own() -> None:
    assert feed_id("https://www.news.org/rss").startswith("news.org-")
    assert feed_id("https://news.org/rss/ar") != feed_id("https://news.org/rss/en")
    assert feed_id("http://[::1") == feed_id("http://[::1")
    assert feed_id("").startswith("feed-")


def many(count: int, **wrong: Marks) -> list[Marks]:
    good = [marks(f"g{n}", f"http://a.org/{n}", f"title {n}") for n in range(count)]
    return good + list(wrong.values())


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], 0),
        (many(5), 0),
        (many(58, a=marks("", "http://a.org/x"), b=marks("", "http://a.org/y")), 0),
        (many(30, a=marks("", "http://a.org/x"), b=marks("", "http://a.org/y")), 2),
        (many(1, a=marks("", "http://a.org/x")), 0),
        ([marks("same", f"http://a.org/{n}", f"t{n}") for n in range(9)], 1),
        ([marks("", f"http://a.org/{n}", f"t{n}") for n in range(9)], 2),
        ([marks("", "http://a.org/", f"t{n}") for n in range(9)], 3),
        ([marks("same", "http://a.org/", "t", f"text {n}") for n in range(9)], 0),  # repetitions
    ],
)
def test_a_feed_whose_guids_are_bad_goes_down_the_ladder(
    entries: list[Marks], expected: int
) -> None:
    assert rung(entries) == expected


def test_a_feed_never_goes_up_the_ladder_again() -> None:
    assert rung(many(9), 2) == 2
    assert rung([marks("", "http://a.org/", f"t{n}") for n in range(9)], 1) == 3


@pytest.mark.parametrize("step", [1, 2, 3])
def test_on_a_lower_rung_keys_do_not_depend_on_what_else_the_document_holds(step: int) -> None:
    entries = [marks("same", f"http://a.org/{n}", f"t{n}") for n in range(9)]
    whole = keys(entries, step)
    assert len(set(whole)) == 9
    assert [keys([entry], step)[0] for entry in entries] == list(whole)


def test_only_what_no_other_entry_has_is_an_alias() -> None:
    title = "A title that is long enough to tell"
    one, other, short = aliases(
        [
            marks("1", "http://a.org/log#1", title),
            marks("2", "http://a.org/log#2", title),
            marks("3", "http://a.org", "short"),
        ],
        "s",
    )
    assert (one, other) == ((), ())
    assert [name.trait for name in short] == [Trait.SHORT]


def test_an_alias_is_the_same_for_copies_of_a_link_and_belongs_to_its_source() -> None:
    (one,), (copy,) = (aliases([marks(link=link, title="")], "s") for link in SAME[0])
    assert one == copy
    assert [name.trait for name in one] == [Trait.LINK]
    assert aliases([marks(link=SAME[0][0], title="")], "other") != (one,)
