"""A sign may tell that a word is not meant; it must never say so of one that is."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.letters import fold
from bot.core.model import Knowledge
from bot.core.signs import ANY, meet, sign
from bot.core.skeleton import alike, keys
from bot.core.words import ROWS, SIGN, spelt
from bot.data import load_knowledge

CONSONANTS = (
    "ب,b,ב,б ت,t,ת,т ج,j,ג,дж د,d,ד,д ذ,dh,ד,з ر,r,ר,р ش,sh,ש,ш ق,q,ק,к غ,gh,ג,г خ,kh,ח,х "
    "ه,h,ה,х ف,f,פ,ф"
)
VOWELS = "ا,a,א,а ي,i,י,и و,u,ו,у ,a,,а ,e,,е ,i,,и"


def spellings(table: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sampled_from([tuple(row.split(",")) for row in table.split(" ")])


syllables = st.tuples(spellings(CONSONANTS), spellings(VOWELS)).map(
    lambda pair: tuple(map("".join, zip(*pair, strict=True)))
)
names = st.lists(syllables, min_size=2, max_size=6).map(
    lambda parts: tuple(map("".join, zip(*parts, strict=True)))
)


@given(names, names)
def test_words_that_are_alike_meet(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    for name, word in product(one, (*one, *other)):
        assert meet(sign(name), sign(word)) or not alike(name, word), (name, word)


def place_words(knowledge: Knowledge) -> list[list[str]]:
    """The words of the names of each place, in every language."""
    return [
        sorted({word for names in place.names.values() for name in names for word in name.split()})
        for place in knowledge.places.values()
    ]


def test_no_spelling_of_a_place_is_lost() -> None:
    pairs = [pair for words in place_words(load_knowledge()) for pair in product(words, words)]
    likes = [(name, word) for name, word in pairs if name != word and alike(name, word)]
    assert len(likes) > 2_000
    assert not [pair for pair in likes if not meet(*map(sign, pair))]


def test_words_that_folding_makes_equal_meet() -> None:
    known: dict[tuple[str, str], list[str]] = {}
    words = sorted({word for words in place_words(load_knowledge()) for word in words})
    for word, key in zip(words, keys(words), strict=True):
        known.setdefault((fold(word), key), []).append(word)
    several = [equal for equal in known.values() if len(equal) > 1]
    assert len(several) > 50
    for equal in several:
        assert all(meet(sign(one), sign(other)) for one, other in product(equal, equal))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("Katata", "غطد"),  # k is no غ, nor t a د
        ("meat", "متع"),  # two vowels where none is written
        ("حرير", "Harar"),  # a long i that is none
        ("Jabal", "شبل"),
        ("Zuhaja", "زوهج"),  # one ends in a vowel
        ("Haditha", "حديد"),
    ],
)
def test_most_others_do_not(name: str, word: str) -> None:
    assert not meet(sign(name), sign(word))


@pytest.mark.parametrize("word", ["", "14", "—", "漢字"])
def test_what_has_no_letters_meets_everything(word: str) -> None:
    assert sign(word) == ANY
    assert meet(ANY, sign("كركوك"))


@given(names)
def test_a_text_can_hold_it(name: tuple[str, ...]) -> None:
    for word in name:
        row = spelt(sign(word))
        assert len(row) * 2 == 8
        row.encode("utf-16-le")  # no half of a pair


def test_rows_of_signs_are_aligned() -> None:
    assert (SIGN % 2, ROWS % 2) == (0, 0)
