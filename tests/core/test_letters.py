"""Folding many words at once and one by one is the same folding, by whichever way it goes."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.letters import ARABIC, HIDDEN, MARKS, ZWNJ, fold, fold_words
from tests.core.test_text import ODD

# What the press is written in, and much that it is not.
PRESS = "عين الأسد قاعدة هولێر گۆڕ نىؤئةءَُّْ٠٩۰۹ کیەہھۀپچژ، «Şırnak» Ёж İIı ÇĞÖÜ קרמן ץףך “x” …٪"
letters = st.one_of(st.sampled_from(PRESS), st.sampled_from(ODD), st.characters())
words = st.text(letters, max_size=12).map(lambda word: word.replace("\n", "").replace(ZWNJ, ""))
long_words = st.text(st.sampled_from(PRESS), min_size=30, max_size=60)


@given(st.lists(words, max_size=12))
def test_words_folded_together_are_the_words_folded_alone(some: list[str]) -> None:
    assert fold_words(some) == [fold(word) for word in some]


@given(st.lists(long_words, min_size=4, max_size=8), words)
def test_a_long_list_takes_the_chain_and_a_strange_letter_changes_no_neighbour(
    some: list[str], strange: str
) -> None:
    alone = [fold(word) for word in some]
    assert fold_words(some) == alone
    assert fold_words([*some, strange, "ﻋﻴﻦ"]) == [*alone, fold(strange), "عين"]


@given(st.lists(words, min_size=1, max_size=6))
def test_folding_words_twice_is_folding_them_once(some: list[str]) -> None:
    once = fold_words(some)
    assert fold_words(once) == once


def test_no_words_fold_to_no_words() -> None:
    assert fold_words([]) == []
    assert fold_words([""]) == [""]


@pytest.mark.parametrize(
    ("spellings", "folded"),
    [
        ("أ إ آ ٱ ا", "ا"), ("ى ي ی ې ے ێ ئ", "ي"), ("ة ه ۀ ە ھ ہ", "ه"), ("ك ک ڪ ﻙ", "ك"),
        ("ؤ ۆ و", "و"), ("ڕ ر", "ر"), ("ڵ ل", "ل"), ("İ I ı i î", "i"), ("Ş ş ś s", "s"),
        ("ך כ", "כ"), ("ם מ", "מ"), ("ן נ", "נ"), ("ף פ", "פ"), ("ץ צ", "צ"), ("שּׁ ש", "ש"),
        ("Ё ё Е е", "е"), ("Й й И и", "и"), ("٣ ۳ 3 ³ ３", "3"), ("ö Ö ø o", "o"), ("Ğ ğ g", "g"),
    ],
)  # fmt: skip
def test_the_letters_of_a_row_are_one_letter(spellings: str, folded: str) -> None:
    assert set(fold_words(spellings.split())) == {folded}
    assert {fold(spelling) for spelling in spellings.split()} == {folded}


@pytest.mark.parametrize(
    "word",
    [
        "قَاعِدَة", "قـــاعدة", "قا\u200dعدة", "\u200fقاعدة\u200e", "\u2067قاعدة\u2069",
        "قاع\u0670دة", "ق\u0610اعدة", "قاع\u06d6دة", "\ufeffقاعدة", "قاعد\u0629\u061c",
    ],
)  # fmt: skip
def test_marks_and_hidden_characters_leave_nothing(word: str) -> None:
    assert fold(word) == fold_words([word])[0] == "قاعده"


@pytest.mark.parametrize("pair", ["سن شن", "ح خ", "د ذ", "ط ظ", "ك گ", "ب پ", "ف ڤ", "ز ژ", "b p"])
def test_letters_that_make_other_words_stay_apart(pair: str) -> None:
    one, other = pair.split()
    assert fold(one) != fold(other)


@given(st.characters())
def test_a_mark_that_may_stand_inside_a_word_folds_away(character: str) -> None:
    inside = re.fullmatch(f"[{MARKS}{HIDDEN}]", character)
    if inside and unicodedata.category(character) in ("Mn", "Me", "Cf"):
        assert fold(character) == ""


@pytest.mark.parametrize("character", ["ا", "ي", "ۆ", "ﷲ", "ﻼ", "ڵ"])
def test_an_arabic_letter_of_any_form_is_known_as_one(character: str) -> None:
    assert re.fullmatch(f"[{ARABIC}]", character)


@pytest.mark.parametrize("character", ["ـ", "،", "؟", "٣", "۳", "a", "א"])
def test_arabic_signs_and_digits_are_no_letters(character: str) -> None:
    assert not re.fullmatch(f"[{ARABIC}]", character)
