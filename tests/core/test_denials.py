"""Four kinds of denial, of which one takes an attack back; and claims."""

from __future__ import annotations

import pytest

from bot.core.model import Denial
from tests.core.measuring_facts import read

WHAT = "القصف على المطار"


@pytest.mark.parametrize(
    ("text", "kind", "who"),
    [
        ("قيادة الشرطة تنفي وقوع هجوم على المطار", Denial.NO_ATTACK, "قيادة الشرطة"),
        ("نفت الشرطة سقوط صاروخ", Denial.NO_ATTACK, "الشرطة"),
        ("Police deny any drone attack", Denial.NO_ATTACK, "Police"),
        ("پلیس وقوع انفجار را تکذیب کرد", Denial.NO_ATTACK, "پلیس"),
        ("Polis saldırı iddialarını yalanladı", Denial.NO_ATTACK, "Polis"),
        ("الحوثيون ينفون", None, ""),
        ("الفصيل ينفي مسؤوليته عن الهجوم", Denial.NOT_BY_US, "الفصيل"),
        ("Group denies involvement in the rocket attack", Denial.NOT_BY_US, "Group"),
        ("بيروت: الصواريخ لم تنطلق من أراضينا", Denial.NOT_FROM_OUR_SOIL, "بيروت"),
        ("Amman denies its territory was used for the strike", Denial.NOT_FROM_OUR_SOIL, "Amman"),
        ("الوزارة تنفي وقوع ضحايا في الهجوم", Denial.NO_CASUALTIES, "الوزارة"),
        ("Army says no soldiers were killed in the attack", Denial.NO_CASUALTIES, "Army"),
        ("سقوط صاروخ دون إصابات", None, ""),
        ("بعد نفي أولي، الجيش يقر بسقوط صاروخ", None, ""),
        ("Minister denies taking bribes", None, ""),
    ],
)
def test_a_denial_is_told_by_what_it_denies(text: str, kind: Denial | None, who: str) -> None:
    found = read(text)
    assert found.denial is kind
    assert found.denied_by == who


@pytest.mark.parametrize(
    "text",
    [
        "الناطق ينفي مقتل جنود في الهجوم",
        "الناطق ينفي أي صلة له بالهجوم",
        "الناطق ينفي أن تكون الفصائل قد قصفت المطار بصاروخ",
        "Spokesman denies the attack killed soldiers",
    ],
)
def test_in_doubt_an_attack_is_not_taken_back(text: str) -> None:
    assert read(text).denial not in (None, Denial.NO_ATTACK)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("كتائب الفجر تتبنى الهجوم على المطار", "كتائب الفجر"),
        ("أعلنت كتائب الفجر مسؤوليتها عن الهجوم", "كتائب الفجر"),
        ("Dawn Brigade claims responsibility for the attack", "Dawn Brigade"),
        ("كتائب الفجر: استهدفنا المطار بصاروخ", "كتائب الفجر"),
        ("لم تتبن أي جهة الهجوم", ""),
        ("No group has claimed responsibility", ""),
        ("الفصيل ينفي مسؤوليته عن الهجوم", ""),
        ("Sirens sound, as Dawn Brigade claims the rocket attack", "Dawn Brigade"),
        (WHAT, ""),
    ],
)
def test_who_takes_it_upon_himself(text: str, who: str) -> None:
    assert read(text).claimed_by == who
