"""Phrases over codes against the simplest search there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import WIDTH, Codes
from bot.core.phrases import Phrases
from tests.core.keeping import reread

VOCABULARY = "ابتثج"
CODES = Codes(VOCABULARY)
phrase = st.text(st.sampled_from(VOCABULARY), min_size=1, max_size=4)
numbered = st.lists(st.tuples(phrase, st.integers(0, 2**31 - 1)), max_size=12, unique=True)
texts = st.text(st.sampled_from(VOCABULARY + "?"), max_size=25)
Numbered = list[tuple[str, int]]


def distinct(main: Numbered, later: Numbered) -> Numbered:
    return [pair for pair in later if pair not in main]


def filled(main: Numbered, later: Numbered) -> Phrases:
    phrases = Phrases()
    for words, number in main:
        phrases.add(CODES.encoded(words), number)
    phrases.settle()
    for words, number in later:
        phrases.add(CODES.encoded(words), number)
    return phrases


def everywhere(some: Numbered, text: str) -> list[tuple[int, int, int]]:
    return sorted(
        (at, at + len(words), number)
        for words, number in some
        for at in range(len(text))
        if text.startswith(words, at)
    )


@given(numbered, texts)
def test_the_main_automaton_finds_what_a_naive_search_finds(main: Numbered, text: str) -> None:
    assert sorted(filled(main, []).find(CODES.encoded(text))) == everywhere(main, text)


@given(numbered, texts)
def test_what_was_added_since_is_found_alike(later: Numbered, text: str) -> None:
    assert sorted(filled([], later).find(CODES.encoded(text))) == everywhere(later, text)


@given(numbered, numbered, texts)
def test_both_together_find_everything_once(main: Numbered, later: Numbered, text: str) -> None:
    later = distinct(main, later)
    phrases = filled(main, later)
    assert sorted(phrases.find(CODES.encoded(text))) == everywhere(main + later, text)
    assert phrases.longest == max((len(words) for words, _ in main + later), default=1)


@given(numbered, numbered, phrase)
def test_the_numbers_are_those_of_exactly_that_phrase(
    main: Numbered, later: Numbered, wanted: str
) -> None:
    later = distinct(main, later)
    numbers = filled(main, later).numbers(CODES.encoded(wanted))
    assert sorted(numbers) == sorted(n for words, n in main + later if words == wanted)


def test_a_phrase_added_between_two_searches_counts_for_the_second() -> None:
    phrases = filled([("اب", 1)], [])
    text = CODES.encoded("ابت")
    assert phrases.find(text) == [(0, 2, 1)]
    phrases.add(CODES.encoded("بت"), 2)
    assert sorted(phrases.find(text)) == [(0, 2, 1), (1, 3, 2)]
    phrases.add(CODES.encoded("ت"), 3)
    assert sorted(phrases.find(text)) == [(0, 2, 1), (1, 3, 2), (2, 3, 3)]
    assert phrases.fresh == 2


def test_a_phrase_added_twice_is_found_once() -> None:
    twice = filled([("اب", 1), ("اب", 1)], [])
    assert twice.find(CODES.encoded("اب")) == [(0, 2, 1)]
    fresh = filled([], [("اب", 1), ("اب", 1)])
    assert fresh.find(CODES.encoded("اب")) == [(0, 2, 1)]
    assert fresh.fresh == 1


def test_a_phrase_of_the_main_automaton_that_is_added_again_is_found_once() -> None:
    phrases = filled([("اب", 1)], [("اب", 1)])
    assert phrases.find(CODES.encoded("اب")) == [(0, 2, 1)]
    assert phrases.numbers(CODES.encoded("اب")) == [1]


def test_unknown_words_are_found_as_nothing() -> None:
    assert filled([("اب", 1)], [("ت", 2)]).find(CODES.encoded("???")) == []
    assert filled([], []).find(CODES.encoded("اب")) == []


def test_the_main_automaton_is_settled_once() -> None:
    phrases = filled([("ا", 1)], [("ب", 2)])
    with pytest.raises(ValueError, match="never changes"):
        phrases.settle()


@given(numbered, numbered, texts)
def test_phrases_that_were_kept_find_the_same_and_take_more(
    main: Numbered, later: Numbered, text: str
) -> None:
    kept = reread(filled(main, []).kept())
    again = Phrases.of_kept(kept)
    later = distinct(main, later)
    for words, number in later:
        again.add(CODES.encoded(words), number)
    assert sorted(again.find(CODES.encoded(text))) == everywhere(main + later, text)


def test_a_place_counts_words_and_not_characters() -> None:
    assert WIDTH > 1
    assert filled([("ت", 7)], []).find(CODES.encoded("؟؟ت")) == [(2, 3, 7)]
