"""Texts and watches that once hung the matcher, ate its memory or silenced everybody."""

from __future__ import annotations

import gc
import weakref

import pytest

from bot.core.answers import Origin
from bot.core.loose import Nearby
from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Reading, Watch
from bot.core.phrases import Phrases
from bot.core.text import joined, tokenize
from bot.data import load_knowledge

NOTHING = Knowledge()


def fired(queries: list[str], text: str, origin: Origin | None = None) -> set[int]:
    matcher = Matcher(NOTHING, [Watch(n, n, query) for n, query in enumerate(queries, 1)])
    return set(matcher.watch_matches(matcher.scan(text, ""), Reading(), origin))


@pytest.mark.parametrize(
    ("queries", "text"),
    [
        (["Peshmerga~ NEAR/5 Kirkuk", "Peshmergas~ NEAR/5 Kirkuk"], "Peshmergaa near Kirkuk"),
        (["الصواريخ~ NEAR/5 بغداد", "الصواريخا~ NEAR/5 بغداد"], "الصواريخن على بغداد"),
    ],
)
def test_two_watches_that_allow_errors_near_one_word_both_fire(
    queries: list[str], text: str
) -> None:
    assert fired(queries, text) == {1, 2}


def test_a_blob_of_letters_is_no_misspelt_word() -> None:
    nearby = Nearby()
    nearby.add("sulaymaniyah", 2)
    assert nearby.near("a" * 20_000) == []
    assert fired(["Sulaymaniyah~2"], "x" * 20_000 + " Sulaimaniyah") == {1}


def test_of_a_row_of_joiners_only_a_few_parts_make_a_word() -> None:
    tokens = tokenize("\u200c".join(["با"] * 2_000))
    assert len(list(joined(tokens, 0))) < 8
    assert fired(["عین‌الاسد"], "\u200c".join(["با"] * 2_000) + " عین‌الاسد") == {1}


def test_a_word_that_stands_ten_thousand_times_is_found_each_time_once() -> None:
    matcher = Matcher(NOTHING, [Watch(1, 1, "صاروخ"), Watch(2, 2, "صاروخ NEAR/3 قاعدة")])
    scan = matcher.scan("", "صاروخ قاعدة " * 5_000)
    found = matcher.watch_matches(scan, Reading())
    assert len(found[1]) == 5_000
    assert len(found[2]) == 10_000


def test_a_matcher_that_is_let_go_is_gone_at_once() -> None:
    gc.disable()  # nothing may be left to the search for garbage: it is told to look past these
    try:
        matcher = Matcher(load_knowledge(), [Watch(1, 1, "أربيل~ + بغداد")])
        matcher.scan("بغداد", "أربيل")
        gone = weakref.ref(matcher)
        del matcher
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", ["فرانس ٢٤", "Yahoo!", "Straße", "BBC  Arabic", "Al\u200bJazeera"])
def test_a_source_is_known_however_its_name_is_written(name: str) -> None:
    assert fired([f'source:"{name}"'], "خبر", Origin("id", name)) == {1}


def test_a_preposition_beside_a_loose_word_is_no_name() -> None:
    assert fired(["الصواريخ~ علي"], "الصواريخ على بغداد") == set()
    assert fired(["الصواريخ~ علي"], "الصوارخ علي") == {1}


@pytest.mark.parametrize("query", ["فين~", "فين سسجنود~", "بيد فين تالليق+", "فين", "غام~"])
def test_a_loose_word_that_may_lack_its_hamza_stands_where_it_is(query: str) -> None:
    # ألفين and ألغام are known words; of a phrase with what is left of them nothing was made once,
    # and nothing stands everywhere: the matcher broke for all.
    matcher = Matcher(load_knowledge(), [Watch(1, 1, query), Watch(2, 2, "كركوك")])
    scan = matcher.scan("انفجار في كركوك", "شيء")
    assert set(matcher.watch_matches(scan, Reading())) == {2}


def test_a_phrase_without_words_stands_nowhere() -> None:
    phrases = Phrases()
    phrases.add("", 7)
    phrases.settle()
    assert not phrases.find("\0\0\0\0")
