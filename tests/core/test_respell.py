"""A watch's word in the spellings other scripts would have given it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.respell import spellings


@given(st.text(max_size=12))
def test_the_word_itself_comes_first(word: str) -> None:
    assert next(iter(spellings(word))) == word


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("جمال", "گمال"), ("ذهب", "دهب"), ("رمضان", "رمزان"), ("الزور", "ئزور"), ("اسحاق", "اشاق"),
        ("uthman", "usman"), ("gamal", "jamal"),
        ("כאן", "חאן"), ("герат", "херат"),
    ],
)  # fmt: skip
def test_an_ambiguous_letter_is_spelt_the_other_way(word: str, other: str) -> None:
    assert other in set(spellings(word))


def test_two_ambiguous_letters_are_tried_together() -> None:
    assert "رگزان" not in set(spellings("كركوك"))
    assert "گمزان" in set(spellings("جمضان"))


def test_a_word_without_ambiguous_letters_has_one_spelling() -> None:
    assert list(spellings("كركوك")) == ["كركوك"]
    assert list(spellings("漢字")) == ["漢字"]
