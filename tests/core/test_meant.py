"""A misspelt name is recognised; what is spelt right, common or quoted is let be."""

from __future__ import annotations

import pytest

from bot.core.meant import Meant
from bot.core.query import parse
from bot.data import load_knowledge

MEANT = Meant(load_knowledge())


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
        "Asd",  # too short to say
    ],
)
def test_nothing_is_suggested_for_what_may_be_meant_as_it_stands(text: str) -> None:
    assert instead(text) == ""


def test_a_suggestion_needs_no_other() -> None:
    for text in ("عين الأصد", "Hezbolah", "Erbill + drone"):
        assert instead(instead(text)) == ""
