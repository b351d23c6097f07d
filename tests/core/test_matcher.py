"""One pass over a text: watches, places, lexicon, and spans into the original."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import Field, How, Knowledge, Match, Place, Reading, Term, Watch
from bot.data import load_knowledge
from tests.core.test_text import mixed
from tests.corpus import rows

KNOWLEDGE = load_knowledge()
NOTHING = Knowledge()


def matches(query: str, title: str, body: str = "") -> tuple[Match, ...]:
    matcher = Matcher(KNOWLEDGE, (Watch(1, 10, query),))
    scan = matcher.scan(title, body)
    return matcher.watch_matches(scan, read(scan, KNOWLEDGE)).get(1, ())


@pytest.mark.parametrize(
    "row", rows("watches"), ids=lambda row: f"{row['watch']}-{row['text'][:30]}"
)
def test_each_pair_of_the_corpus_gets_its_verdict(row: dict[str, Any]) -> None:
    found = matches(row["watch"], row["text"])
    assert bool(found) is row["found"], found
    if "how" in row:
        assert {match.how for match in found} == {How(row["how"])}


QUERIES = ["عين الأسد", "14 صاروخا", "iran", "al asad", "قاعدة", '"عين"', "topic:all"]
MANY = Matcher(KNOWLEDGE, [Watch(n, n, query) for n, query in enumerate(QUERIES)])
WORDS = [
    "عين",
    "الأسد",
    "وعين",
    "عین‌الاسد",
    "Al-Asad",
    "İran",
    "بـ١٤",
    "صاروخا",
    "ﻋﻴﻦ",
    "😀",
    "على",
    "قَاعِدَة",
]


@given(
    st.lists(st.one_of(st.sampled_from(WORDS), mixed), max_size=12),
    st.sampled_from([" ", "\n", "، "]),
)
def test_a_match_quotes_the_original_exactly(words: list[str], gap: str) -> None:
    title, body = gap.join(words), gap.join(reversed(words))
    scan = MANY.scan(title, body)
    for found in MANY.watch_matches(scan, read(scan, KNOWLEDGE)).values():
        for match in found:
            text = title if match.span.field is Field.TITLE else body
            assert text[match.span.start : match.span.end] == match.text


def test_title_and_body_are_both_searched_and_told_apart() -> None:
    found = matches("أربيل", "هجوم في أربيل", "قال سكان أربيل")
    assert [match.span.field for match in found] == [Field.TITLE, Field.BODY]


def test_a_phrase_never_runs_from_the_title_into_the_body() -> None:
    assert not matches("عين الأسد", "ماء عين", "الأسد نائم")


def test_a_clitic_scores_below_the_plain_word() -> None:
    (plain,), (clitic,) = matches("كركوك", "كركوك"), matches("كركوك", "بكركوك")
    assert plain.score > clitic.score


def test_a_wrong_stored_query_does_not_break_the_others() -> None:
    watches = [Watch(1, 1, "("), Watch(2, 2, "أربيل"), Watch(3, 3, ""), Watch(4, 4, "في")]
    matcher = Matcher(NOTHING, watches)
    assert set(matcher.watch_matches(matcher.scan("أربيل", ""), Reading())) == {2}


def test_equal_watches_of_many_chats_all_hold() -> None:
    matcher = Matcher(NOTHING, [Watch(n, n, "أربيل") for n in range(1, 6)])
    scan = matcher.scan("في أربيل", "")
    assert set(matcher.watch_matches(scan, Reading())) == {1, 2, 3, 4, 5}


def test_a_facet_holds_only_for_what_would_be_pushed() -> None:
    watch = Matcher(KNOWLEDGE, [Watch(1, 1, "place:harir"), Watch(2, 2, "topic:all")])
    quiet = watch.scan("زيارة إلى قاعدة حرير", "")
    loud = watch.scan("قصف صاروخي على قاعدة حرير", "")
    assert not watch.watch_matches(quiet, read(quiet, KNOWLEDGE))
    assert set(watch.watch_matches(loud, read(loud, KNOWLEDGE))) == {1, 2}


def test_a_keyword_needs_no_event() -> None:
    assert matches("قاعدة حرير", "زيارة إلى قاعدة حرير")


def test_a_town_on_the_way_out_of_a_base_is_watched_with_it() -> None:
    assert matches("place:erbil", "قصف صاروخي على قاعدة حرير")


def test_a_topic_only_mentioned_in_the_background_does_not_hold() -> None:
    filler = "وقال مسؤول إن الوفد بحث ملفات التجارة والمياه والطاقة والنقل في البلاد. " * 12
    body = filler + "وكانت طائرة مسيرة ضربت قاعدة حرير."
    assert not matches("topic:drone-attack", "سقوط صواريخ على كركوك", body)
    assert matches("topic:rocket-attack", "سقوط صواريخ على كركوك", body)


def test_a_mask_hides_what_stands_inside_it() -> None:
    terms = (Term("قاعدة", "base", "ar"), Term("قاعدة بيانات", "mask", "ar"))
    scan = Matcher(Knowledge(terms=terms), ()).scan("قاعدة بيانات وقاعدة جوية", "")
    assert [hit.start for hit in scan.terms["base"]] == [2]


def test_a_word_of_one_language_is_not_seen_in_another() -> None:
    matcher = Matcher(Knowledge(terms=(Term("هدف", "event", "fa", only=True),)), ())
    assert "event" in matcher.scan("پایگاه هدف گرفته شد", "").terms
    assert "event" not in matcher.scan("سجل أحمد هدف الفوز", "").terms


def test_an_open_stem_takes_any_ending() -> None:
    matcher = Matcher(Knowledge(terms=(Term("füze*", "rocket", "tr"),)), ())
    for text in ("füze", "Füzeler", "füzeli saldırı"):
        assert "rocket" in matcher.scan(text, "").terms
    assert "rocket" not in matcher.scan("büfe", "").terms


def test_the_longer_name_wins_over_the_name_inside_it() -> None:
    names = {"ar": ("مطار أربيل",)}
    places = {
        "erbil": Place("erbil", "city", "IQ", {"ar": ("أربيل",)}),
        "erbil-airport": Place("erbil-airport", "airport", "IQ", names, ("erbil",)),
    }
    scan = Matcher(Knowledge(places=places), ()).scan("في مطار أربيل", "")
    assert set(scan.places) == {"erbil-airport"}


def test_scanning_changes_nothing() -> None:
    matcher = Matcher(KNOWLEDGE, [Watch(1, 1, "عين الأسد")])
    text = "هجوم على عين الأسد"
    first, second = matcher.scan(text, text), matcher.scan(text, text)
    assert [*first.tokens] == [*second.tokens]
    assert (first.terms, first.places, first.phrases) == (
        second.terms,
        second.places,
        second.phrases,
    )
