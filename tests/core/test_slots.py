"""Two words whose keys met: which slots let them be one name."""

from __future__ import annotations

import pytest

from bot.core.slots import alike, strength


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
