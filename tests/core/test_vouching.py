"""A name that a family has too is a base only where weapons are aimed at it."""

from __future__ import annotations

import pytest

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.data import load_knowledge

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())


def places(text: str) -> tuple[str, ...]:
    return read(MATCHER.scan(text, ""), KNOWLEDGE).places


@pytest.mark.parametrize(
    "text",
    [
        "Rockets at Al-Asad, no word on casualties",
        "Three rockets hit Al Asad overnight",
        "Drone shot down over al-Asad",
        "Personnel at Al-Asad take cover",
        "صواريخ على الأسد غربي العراق",
        "سقوط صاروخين على الأسد في الأنبار",
        "مسيرة تستهدف القوات الأمريكية في الأسد بالأنبار",
        "اصابت دو راکت به الاسد در غرب عراق",
    ],
)
def test_a_bare_name_that_weapons_are_aimed_at_is_the_base(text: str) -> None:
    assert "ain-al-asad" in places(text)


@pytest.mark.parametrize(
    "text",
    [
        "Al-Assad flees Damascus as rebels shell the palace",
        "Israel fires missiles at Assad's forces near Homs",
        "Sheikh al-Asad criticised rocket fire at a press conference in Amman",
        "Missiles fired at al-Asad's palace in Damascus",
        "Bashar al-Asad: rockets at al-Asad family homes",
        "قوات الأسد تقصف إدلب بالصواريخ",
        "بشار الأسد: الصواريخ التي سقطت على دمشق إسرائيلية",
        "هجوم على الأسد في البرلمان الأوروبي",
        "نظام الأسد يطلق صواريخ على حلب قرب الحدود مع العراق",
        "ضغوط على الأسد بعد قصف صاروخي في دير الزور",
        "الأسد يبحث مع وزير خارجية العراق القصف على الحدود",
    ],
)
def test_the_family_is_no_base(text: str) -> None:
    assert "ain-al-asad" not in places(text)


def test_the_full_name_needs_nobody_to_vouch() -> None:
    assert "ain-al-asad" in places("زيارة إلى عين الأسد")
    assert "ain-al-asad" in places("Visitors at Al-Asad Air Base")
