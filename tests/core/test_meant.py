"""A misspelt name is recognised; what is spelt right, common or quoted is let be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from bot.core.meant import Meant
from bot.core.query import parse
from bot.core.text import name_key, tokenize
from bot.data import load_knowledge
from bot.errors import QueryError

KNOWLEDGE = load_knowledge()
MEANT = Meant(KNOWLEDGE)
SEEDS = Path(__file__).parents[2] / "seeds"


def instead(text: str) -> str:
    return MEANT.instead(parse(text), text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("عين الأصد", "عين الأسد"),
        ("قاعدة عين الاصد", "قاعدة عين الأسد"),
        ("Hezbolah", "Hezbollah"),
        ("Peshmarga", "Peshmerga"),
        ("Erbill + drone", "Erbil + drone"),
        ("drone + (Erbill | rocket)", "drone + (Erbil | rocket)"),
        ("بغداث", "بغداد"),
        ("بغدد", "بغداد"),
        ("الموصال", "الموصل"),
        ("الموصول", "الموصل"),
        ("دهووك", "دهوك"),
        ("كركك", "كركوك"),
        ("كركووك", "كركوك"),
        ("أربل", "أربيل"),
        ("أربيال", "أربيل"),
        ("اربييل", "أربيل"),  # and not Ariel: a letter that is there twice is the likeliest
        ("اربيلل", "أربيل"),
        ("الفلوجا", "الفلوجة"),
        ("السلمانية", "السليمانية"),
        ("Mosull", "Mosul"),
        ("بغدد العراق", "بغداد العراق"),  # though another word is known
    ],
)
def test_a_name_one_error_away_is_put_in_its_place(text: str, meant: str) -> None:
    assert instead(text) == meant
    parse(meant)


@pytest.mark.parametrize(
    "text",
    [
        "عين الأسد",  # known as it is
        "Harir strike",  # one of its words is
        "table",  # a common word, one letter from a name or not
        "وزير",
        "قطار",  # a train, and nearly the country
        "حريري",
        "الصومالي",  # of a place
        "الشيطان",  # one letter from a name in Kurdish letters
        '"عين الأصد"',  # in quotes it is meant as written
        "Peshmarga~",  # found anyway
        "topic:all",
        "Qwxzt",
        "بلد",  # names themselves
        "عين",
        "قارة",  # a continent: who writes no article has not left one letter out of Cairo
        "تركيز",  # a word that is near a name
        "مصطفى",  # a man
        "ببغداد",  # with a particle
        "بصورة",
        "قراره",  # with a pronoun
        "الإسبانية",  # of Spain
        "طالبات",  # students, not the Taliban
        "موصى",  # another letter in a short name is another word
        "ألوان",  # colours, nearly Germany in Persian
        "Russians",
        "likes",  # no name with letters that English has not
        "Asd",  # too short to say
    ],
)
def test_nothing_is_suggested_for_what_may_be_meant_as_it_stands(text: str) -> None:
    assert instead(text) == ""


def test_a_suggestion_needs_no_other() -> None:
    for text in ("عين الأصد", "Hezbolah", "Erbill + drone"):
        assert instead(instead(text)) == ""


def doubted(texts: Iterable[str]) -> list[str]:
    """The words of ``texts`` that are doubted when somebody watches them."""
    words = {text[token.start : token.end] for text in texts for token in tokenize(text)}
    return [word for word in words if is_watch(word) and instead(word)]


def is_watch(word: str) -> bool:
    try:
        parse(word)
    except QueryError:
        return False
    return True


def test_no_ordinary_word_is_doubted() -> None:
    seeds = [path.read_text("utf-8") for path in SEEDS.iterdir()]
    assert doubted(seeds) == []
    assert doubted(term.text for term in KNOWLEDGE.terms) == []
    assert doubted(KNOWLEDGE.common | KNOWLEDGE.near_names) == []


def test_a_word_near_a_name_is_none() -> None:
    groups = [place.names for place in KNOWLEDGE.places.values()]
    groups += [alias.names for alias in KNOWLEDGE.aliases]
    names = {name_key(name) for group in groups for names in group.values() for name in names}
    assert [word for word in KNOWLEDGE.near_names if (word,) in names] == []
