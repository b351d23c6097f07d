"""Spellings of a phrase, from what is known."""

from __future__ import annotations

import pytest

from bot.core.model import Alias, Inflection, Knowledge, Place
from bot.core.spellings import Key, Spellings, Way, fused
from bot.core.text import key_of

PLACES = {
    "damascus": Place(
        "damascus", "city", "SY", {"ar": ("دمشق",), "en": ("Damascus",), "tr": ("Şam",)}
    ),
    "harir": Place(
        "harir", "base", "IQ", {"ar": ("حرير", "قاعدة حرير"), "en": ("Harir",)}, needs_context=True
    ),
    "zor": Place("zor", "city", "SY", {"ar": ("دير الزور",), "ru": ("Дейр-эз-Зор",)}),
    "aviv": Place("aviv", "city", "IL", {"ar": ("تل أبيب",), "he": ("תל אביב",)}),
}
KNOWN = Spellings(
    Knowledge(
        places=PLACES,
        aliases=(
            Alias({"ar": ("أميركا",), "tr": ("Amerika", "ABD")}, ("ABD",)),
            Alias({"ar": ("بيشمركة",), "ckb": ("پێشمەرگە",)}),
        ),
        inflections=(
            Inflection("ckb", ("پێشمەرگە", "پێشمەرگەکان")),
            Inflection("ar", ("لغم", "ألغام")),
        ),
        strict=frozenset({"ABD", "Şam"}),
        common=frozenset({"ألعاب"}),
    )
)


def spelled(text: str) -> dict[Key, Way]:
    return KNOWN.of(key_of(text), text)


@pytest.mark.parametrize(
    ("text", "other", "way"),
    [
        ("دمشق", "Damascus", Way.ALIAS),
        ("دمشق", "Şam", Way.STRICT),
        ("Şam", "دمشق", Way.ALIAS),
        ("دير الزور", "Дейр-эз-Зору", Way.ALIAS),
        ("بيشمركة", "پێشمەرگەکان", Way.ALIAS),
        ("لغم", "ألغام", Way.STEM),
        ("لغم", "غام", Way.STRICT),
        ("ألمانيا", "مانيا", Way.STRICT),
        ("الغام", "ألغام", Way.OWN),
        ("العاب", "ألعاب", Way.OWN),
        ("تل أبيب", "وتل أبيب", Way.OWN),
        ("תל אביב", "בתל אביב", Way.OWN),
        ("تل أبيب", "בתל אביב", Way.ALIAS),
    ],
)
def test_what_is_known_is_looked_for_too(text: str, other: str, way: Way) -> None:
    assert spelled(text)[key_of(other)] is way


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Sam", "دمشق"),
        ("Abd", "Amerika"),
        ("Abd al-Rahman", "Amerika al-Rahman"),
        ("حرير", "Harir"),
        ("قاعدة حرير", "حرير"),
        ("البصرة", "أبصرة"),
        ("بغداد", "وبغداد"),
        ("خان يونس", "وخان يونس"),
    ],
)
def test_other_things_are_not_looked_for(text: str, other: str) -> None:
    assert key_of(other) not in spelled(text)


@pytest.mark.parametrize("written", ["Şam", "ŞAM", "ABD", "الغام", "بالغام", "والمانيا"])
def test_a_text_with_the_very_letters_holds_a_strict_spelling(written: str) -> None:
    assert KNOWN.stands(written)


@pytest.mark.parametrize("written", ["Sam", "SAM", "Abd", "abd", "غام", "مانيا"])
def test_a_text_with_other_letters_does_not(written: str) -> None:
    assert not KNOWN.stands(written)


def test_no_spelling_is_the_phrase_itself() -> None:
    assert key_of("دمشق") not in spelled("دمشق")


def test_only_an_article_or_a_joiner_inside_is_run_together() -> None:
    assert fused("عين الأسد") == ("عينالاسد",)
    assert fused("خان يونس") is None
