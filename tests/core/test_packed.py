"""Packed lists answer as plain ones do, before they are settled, after it, and when kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.packed import Many, Texts
from tests.core.keeping import reread

pairs = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2**32 - 1)), max_size=40)
short = st.lists(st.text(max_size=6), max_size=20)


def plain(some: list[tuple[int, int]], key: int) -> list[int]:
    return [value for known, value in some if known == key]


@given(pairs, pairs)
def test_each_key_has_its_numbers_in_the_order_they_came(
    first: list[tuple[int, int]], later: list[tuple[int, int]]
) -> None:
    many = Many()
    for key, value in first:
        many.add(key, value)
    many.settle()
    assert [list(many.of(key)) for key in range(15)] == [plain(first, key) for key in range(15)]
    for key, value in later:
        many.add(key, value)
    assert [list(many.of(key)) for key in range(15)] == [
        plain(first + later, key) for key in range(15)
    ]


@given(pairs)
def test_numbers_that_were_kept_are_the_same_and_more_may_be_added(
    some: list[tuple[int, int]],
) -> None:
    many = Many()
    for key, value in some:
        many.add(key, value)
    many.settle()
    again = Many.of_kept(reread(many.kept()))
    again.add(3, 99)
    assert [list(again.of(key)) for key in range(15)] == [
        plain([*some, (3, 99)], key) for key in range(15)
    ]


def test_a_key_nobody_filled_has_nothing() -> None:
    many = Many()
    many.settle()
    assert list(many.of(0)) == list(many.of(1_000)) == []


@given(short, short)
def test_texts_have_the_numbers_they_were_given(first: list[str], later: list[str]) -> None:
    texts = Texts()
    assert [texts.add(text) for text in first] == list(range(len(first)))
    texts.settle()
    assert [texts.add(text) for text in later] == list(range(len(first), len(first) + len(later)))
    assert [texts[number] for number in range(len(texts))] == first + later
    texts.settle()
    assert [texts[number] for number in range(len(texts))] == first + later


@given(short)
def test_texts_that_were_kept_are_the_same(some: list[str]) -> None:
    texts = Texts()
    for text in some:
        texts.add(text)
    texts.settle()
    again = Texts.of_kept(reread(texts.kept()))
    again.add("عين")
    assert [again[number] for number in range(len(again))] == [*some, "عين"]


def test_a_number_that_was_never_given_is_refused() -> None:
    texts = Texts()
    texts.add("عين")
    with pytest.raises(IndexError):
        texts[1]
