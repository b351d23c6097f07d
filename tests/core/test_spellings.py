"""Spellings of a phrase, from what is known."""

from __future__ import annotations

from itertools import product

import pytest

from bot.core.model import Alias, How, Inflection, Knowledge, Place
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


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("عين الأسد", ("عينالاسد",)),
        ("دير الزور", ("ديرالزور",)),
        ("قاعدة عين الأسد", ("قاعدهعينالاسد",)),
        ("کتاب\u200cخانه", ("كتابخانه",)),
        ("خان يونس", None),
        ("الأسد", None),
        ("قاعدة كركوك", None),
        ("Ain al-Asad", None),
        ("", None),
    ],
)
def test_only_an_article_or_a_joiner_inside_is_run_together(text: str, whole: Key | None) -> None:
    assert fused(text) == whole


def test_each_way_has_its_name() -> None:
    assert {way: way.how for way in Way} == {
        Way.OWN: How.EXACT,
        Way.STEM: How.STEM,
        Way.ALIAS: How.ALIAS,
        Way.STRICT: How.ALIAS,
    }


# ── all there are, and no more ───────────────────────────────────────────────────────────────

ROCKET = Inflection("ar", ("صاروخ", "صواريخ", "صاروخان", "الصاروخين"))
BASE = Inflection("ar", ("قاعدة", "قواعد"))
HEZBOLLAH = Alias({"ar": ("حزب الله",), "en": ("Hezbollah", "Hizbullah", "Party of God")})
ERBIL = Alias({"ar": ("أربيل", "اربيل", "هولير"), "en": ("Erbil", "Arbil"), "ku": ("Hewlêr",)})
FEW = Spellings(Knowledge(inflections=(ROCKET, BASE), aliases=(HEZBOLLAH, ERBIL)))


def others(text: str, known: Spellings = FEW) -> dict[str, Way]:
    return {" ".join(key): way for key, way in known.of(key_of(text), text).items()}


DUALS = ("قاعدتا", "قاعدتي", "قاعدتان", "قاعدتين")


def test_a_word_has_its_other_forms() -> None:
    assert others("صاروخ") == {"صواريخ": Way.STEM, "صاروخان": Way.STEM, "صاروخين": Way.STEM}
    assert others("الصواريخ") == {"صاروخ": Way.STEM, "صاروخان": Way.STEM, "صاروخين": Way.STEM}
    assert others("قواعد") == {"قاعده": Way.STEM} | dict.fromkeys(DUALS, Way.STEM)


def test_a_name_has_its_names_in_every_language() -> None:
    assert others("حزب الله") == {
        "hezbollah": Way.ALIAS,
        "hizbullah": Way.ALIAS,
        "party of god": Way.ALIAS,
    }
    assert set(others("Hewlêr")) == {"اربيل", "هولير", "erbil", "arbil"}
    assert others("Party of God")["حزب الله"] is Way.ALIAS


@pytest.mark.parametrize("text", ["صاروخ", "حزب الله", "أربيل", "قاعدة حزب الله", "صاروخ صاروخ"])
def test_a_phrase_never_names_itself_otherwise(text: str) -> None:
    found = FEW.of(key_of(text), text)
    assert found
    assert key_of(text) not in found


def test_each_word_of_a_phrase_is_inflected() -> None:
    assert others("صاروخ قاعدة") == {
        f"{one} {two}": Way.STEM
        for one, two in product(
            ("صاروخ", "صواريخ", "صاروخان", "صاروخين"), ("قاعده", "قواعد", *DUALS)
        )
        if (one, two) != ("صاروخ", "قاعده")
    }


def test_a_name_inside_a_phrase_is_put_otherwise_in_its_own_language() -> None:
    assert others("مطار أربيل") == {"مطار هولير": Way.ALIAS}
    assert others("Erbil airport") == {"arbil airport": Way.ALIAS}


def test_a_name_of_several_words_inside_a_phrase_is_replaced_whole() -> None:
    assert others("Hezbollah base") == {
        "hizbullah base": Way.ALIAS,
        "party of god base": Way.ALIAS,
    }
    assert set(others("Party of God base")) == {"hezbollah base", "hizbullah base"}


def test_the_gravest_way_counts() -> None:
    assert others("قواعد أربيل") == {
        "قاعده اربيل": Way.STEM,
        "قواعد هولير": Way.ALIAS,
        "قاعده هولير": Way.ALIAS,
        **{f"{dual} اربيل": Way.STEM for dual in DUALS},
        **{f"{dual} هولير": Way.ALIAS for dual in DUALS},
    }


def test_of_words_nobody_knows_nothing_is_made() -> None:
    assert others("مطار جديد") == {}
    assert FEW.of(()) == {}


def test_a_name_in_two_groups_has_the_names_of_both() -> None:
    groups = (Alias({"ar": ("طرابلس",), "en": ("Tripoli",)}), Alias({"ar": ("طرابلس", "ترابلس")}))
    known = Spellings(Knowledge(aliases=groups))
    assert set(others("طرابلس", known)) == {"tripoli", "ترابلس"}
    assert set(others("Tripoli", known)) == {"طرابلس"}


def test_the_names_of_a_group_are_given_as_they_are_written() -> None:
    assert [*FEW.groups(key_of("hezbollah"))] == [HEZBOLLAH.names]
    assert [*FEW.groups(key_of("مطار"))] == []


FORMS = [f"كلم{letter}" for letter in "ابتثجحخدذر"]


@pytest.mark.parametrize("words", [2, 3, 8, 20])
def test_a_phrase_has_at_most_64_spellings(words: int) -> None:
    known = Spellings(Knowledge(inflections=(Inflection("ar", tuple(FORMS)),)))
    found = known.of(("كلما",) * words, " ".join(["كلما"] * words))
    assert 60 <= len(found) <= 64
    assert all(len(key) == words for key in found)


def test_a_name_of_many_names_has_at_most_64_spellings() -> None:
    names = tuple(map("".join, product(FORMS, "ابتثجحخدذر")))
    known = Spellings(Knowledge(aliases=(Alias({"ar": names}),)))
    for text in (names[0], f"{names[0]} مطار"):
        assert 60 <= len(known.of(key_of(text), text)) <= 64
