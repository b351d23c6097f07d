"""Two words whose keys met: which slots let them be one name."""

from __future__ import annotations

import pytest

from bot.core.slots import alike, is_plain, strength


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("حرير", "Harir"), ("حرير", "Hareer"), ("حرير", "Harer"), ("صور", "Sour"),
        ("زور", "Zawr"), ("حميد", "Hameid"), ("سيد", "Sayyid"), ("بيان", "Bayan"),
        ("روان", "Rawan"), ("روان", "Ravan"), ("عراق", "Iraq"), ("إيران", "Iran"),
        ("أمين", "Amin"), ("فتح", "Fath"), ("صلاح", "Salah"), ("سوريه", "Suriya"),
        ("تل", "Tell"), ("Hadid", "Hadeed"), ("Mosul", "Mousul"), ("Zor", "Zawr"),
        ("كيان", "کەیان"), ("جنين", "ג'נין"), ("حماس", "חמאס"), ("حماس", "ХАМАС"),
    ],
)  # fmt: skip
def test_a_slot_holds_a_vowel_of_the_same_colour(one: str, other: str) -> None:
    assert alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("حرير", "Harur"), ("حرير", "Harar"), ("صور", "Sir"), ("حرر", "Hariir"),
        ("سلام", "Sulum"), ("حرير", "Harira"), ("رباط", "Ribt"), ("بر", "Aber"),
        ("أبر", "Bar"), ("Harir", "Hariri"), ("Salim", "Selma"), ("Mosul", "Misil"),
        ("عين", "Ian"), ("جنين", "גינונים"),
        ("چرا", "چرویه"), ("گرگان", "گرگین"),
    ],
)  # fmt: skip
def test_a_vowel_of_another_colour_or_at_another_end_is_another_name(one: str, other: str) -> None:
    assert not alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("زينب", "Sainab"), ("دال", "Tal"), ("قلب", "Chalib"), ("فارس", "Baris"),
        ("Reza", "Reda"), ("Osman", "Othman"), ("Taric", "Daric"), ("Ferit", "Berit"),
    ],
)  # fmt: skip
def test_consonants_must_be_able_to_stand_for_each_other(one: str, other: str) -> None:
    assert not alike(one, other)


def test_an_article_taken_off_the_front_must_be_the_other_words_too() -> None:
    assert alike("الزور", "Ezzor")
    assert not alike("زور", "Ezzor")


def test_every_long_vowel_of_an_abjad_counts_and_a_final_he_does_not() -> None:
    assert strength("الكويت") == 4
    assert strength("مدينة") == 4
    assert strength("كركوك") == 5


@pytest.mark.parametrize(
    ("name", "word"),
    [("Jarash", "جرش"), ("Taji", "التاجي"), ("Qods", "القدس"), ("Ghadir", "غدير")],
)
def test_a_short_name_is_heard_where_each_letter_is_the_usual_one(name: str, word: str) -> None:
    assert alike(name, word)
    assert is_plain(name, word)


@pytest.mark.parametrize(
    ("name", "word"),
    [("Khamir", "هامر"), ("Parak", "باراك"), ("Gilat", "قلت"), ("Negba", "النجباء")],
)
def test_a_short_name_is_not_heard_where_a_letter_must_be_stretched(name: str, word: str) -> None:
    assert alike(name, word)
    assert not is_plain(name, word)


@pytest.mark.parametrize(
    ("name", "word"),
    [("Peshmerga", "بشمركة"), ("نجباء", "Negba"), ("Parak", "Barak"), ("Parak", "באראק")],
)
def test_long_names_and_other_scripts_may_be_stretched(name: str, word: str) -> None:
    assert is_plain(name, word)


@pytest.mark.parametrize(("word", "weight"), [("Hawija", 4), ("Sour", 3), ("Bayan", 3)])
def test_a_glide_between_vowels_is_heard(word: str, weight: int) -> None:
    assert strength(word) == weight


def test_kurmanji_and_russian_endings_are_no_part_of_a_name() -> None:
    assert alike("كركوك", "Kerkûkê")
    assert alike("بغداد", "Багдаде")
    assert not alike("كركوك", "Kerkûkî")
