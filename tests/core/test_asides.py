"""Circumstances of an attack: drills, other days, other attacks; and the attack's own."""

from __future__ import annotations

import pytest

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import Reading
from bot.data import load_knowledge

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())


def reading(title: str) -> Reading:
    return read(MATCHER.scan(title, ""), KNOWLEDGE)


@pytest.mark.parametrize(
    "text",
    [
        "سقوط صواريخ على معسكر بلد أثناء تدريبات",
        "سقوط قذائف على قاعدة حرير خلال تمرين للجيش",
        "صاروخ يصيب قاعدة بلد فيما تجري مناورات",
        "صواريخ تستهدف قاعدة حرير بعد أيام من مناورات",
        "صافرات الإنذار تدوي في قاعدة علي السالم بعد أيام من مناورات",
        "Drones strike Balad base days after drill",
        "Missile hits Harir base as coalition troops hold drill",
        "Rockets hit base where an exercise was under way at Balad",
        "Rockets hit Balad base; drill suspended",
        "پهپاد به پایگاه بلد اصابت کرد در حالی که رزمایش در جریان بود",
        "Balad üssüne tatbikat sırasında roket düştü",
    ],
)
def test_an_attack_during_or_after_a_drill_is_one(text: str) -> None:
    assert reading(text).flag


@pytest.mark.parametrize(
    "text",
    [
        "سقوط صواريخ على أهداف في معسكر بلد أثناء تدريبات",
        "Rockets fired at Balad range as troops hold drill",
        "Sirens sound at Ali Al Salem base during drill",
        "صفارات الإنذار تدوي في قاعدة علي السالم خلال تدريب",
    ],
)
def test_what_a_drill_itself_fires_or_sounds_is_none(text: str) -> None:
    found = reading(text)
    assert (found.flag, found.guard) == (False, "drill")


@pytest.mark.parametrize(
    "text",
    [
        "صواريخ تستهدف قاعدة حرير للمرة الأربعين منذ أكتوبر",
        "صواريخ على قاعدة بلد ترفع عدد الهجمات إلى 43 منذ أكتوبر",
        "Balad base hit by rockets for the 40th time since October",
        "مسيرات تستهدف قاعدة بلد في الهجوم الـ43 منذ أكتوبر",
        "Rocket attack on Harir base, fortieth since October",
        "Drones hit Harir base, raising the tally to 43 since October",
        "حمله پهپادی به پایگاه بلد برای چهلمین بار از آغاز سال",
    ],
)
def test_an_attack_that_is_counted_is_told_now(text: str) -> None:
    assert reading(text).flag


@pytest.mark.parametrize(
    "text",
    [
        "43 rockets hit Balad base since October",
        "منذ أكتوبر سقط 43 صاروخا على قاعدة بلد",
        "40th anniversary since October: rockets on Balad base in books",
    ],
)
def test_a_sum_of_attacks_is_none(text: str) -> None:
    assert not reading(text).flag


@pytest.mark.parametrize(
    ("news", "guarded"),
    [
        (
            "Drones hit Balad base, the site Iran struck in March 2021",
            "Drones hit Balad base, the site in northern Iraq in 2021",
        ),
        (
            "Harir base, which was shelled in 2021, comes under rocket fire",
            "Harir base came under rocket fire, officials recall, in 2021",
        ),
        (
            "صواريخ تسقط على قاعدة حرير، القاعدة التي قصفتها إيران عام 2021",
            "صواريخ سقطت على قاعدة حرير عام 2021",
        ),
        (
            "قاعدة بلد التي استهدفتها الفصائل عام 2021 تتعرض لقصف صاروخي",
            "قاعدة بلد تعرضت عام 2021 لقصف صاروخي",
        ),
        (
            "دو موشک به پایگاه بلد اصابت کرد، پایگاهی که ایران در سال 2021 به آن حمله کرد",
            "اصابت دو موشک به پایگاه بلد در سال 2021",
        ),
        (
            "در سالگرد ترور المهندس پایگاه بلد هدف حمله پهپادی قرار گرفت",
            "در سالگرد حمله پهپادی به پایگاه بلد",
        ),
        (
            "في ذكرى قصف قاعدة بلد صواريخ تستهدف القاعدة",
            "في ذكرى سقوط عشرات الصواريخ على قاعدة بلد",
        ),
        (
            "On anniversary of the general's assassination rockets strike Balad base",
            "On anniversary of the general's assassination and rockets on Balad base",
        ),
        (
            "Drone hits Harir base two days after ceasefire",
            "Two days after rockets hit Harir base",
        ),
    ],
)
def test_another_days_attack_is_told_apart_from_todays(news: str, guarded: str) -> None:
    assert reading(news).flag
    found = reading(guarded)
    assert (found.flag, found.guard) == (False, "history")


@pytest.mark.parametrize(
    "text",
    [
        "Hours after the attack on Balad base, missiles that hit it were shown to reporters",
        "بعد ساعات من الهجوم على قاعدة بلد، عرض الصواريخ التي أصابت القاعدة",
        "ساعاتی پس از حمله به پایگاه بلد، موشک‌هایی که اصابت کرد به خبرنگاران نشان داده شد",
        "Iran displays missiles that hit Balad base",
    ],
)
def test_weapons_that_are_shown_fall_on_nobody(text: str) -> None:
    assert not reading(text).flag
