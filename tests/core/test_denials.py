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


@pytest.mark.parametrize(
    "text",
    [
        "Spokesman denies the strike on the airfield caused a blackout",
        "Ministry denies its radars failed during the missile attack",
        "Embassy denied staff were moved out after the drone attack",
        "President denied having known of the rocket attack",
        "Ministry denied visas to reporters after the rocket attack",
        "Premier dismissed a general after the drone attack",
        "Army denies the explosion at the depot was caused by a drone",
        "Army denies the drone attack on the depot crippled it",
        "No attack on our soldiers will be forgiven",
        "The drone attack was not a hoax",
        "Ministry withdraws its denial, confirms missiles hit the port",
        "No drones landed at the port, all were shot down",
        "Kuwait denies missile deal",
        "There was no attack on the port, only on the depot",
        "Spokesman denies reports of a retaliatory attack",
        "الوزارة تنفي أنباء عن هجوم مضاد",
        "القيادة تنفي تقارير عن الهجوم الأخير",
        "الناطق ينفي أي هجوم وشيك على العاصمة",
        "لم يتعرض المعسكر لأي هجوم منذ صواريخ الجمعة",
        "الوزارة تنفي احتراق طائرات في الهجوم",
        "القيادة تنفي إخلاء المعسكر عقب الهجوم الصاروخي",
        "المطار لم يتعرض لأضرار جراء الانفجار",
        "نفت القيادة تدمير رادار في الهجوم",
        "الجيش ينفي سقوط المدينة بيد المسلحين",
        "حریق در پالایشگاه نفت پس از حمله",
        "انفجار در خط لوله نفت",
    ],
)
def test_what_is_denied_about_an_attack_leaves_it_standing(text: str) -> None:
    assert read(text).denial is not Denial.NO_ATTACK


@pytest.mark.parametrize(
    "text",
    [
        "Iran denies it fired on the camp",
        "Tehran denies its drones hit the tanker",
        "Faction denied any connection to the rocket attack",
        "Houthis deny attack on the tanker",
        "إيران تنفي شن الهجوم",
        "كتائب الفجر تنفي استهداف المطار",
        "الفصيل ينفي قيامه بقصف السفارة",
        "الحشد ينفي إطلاق الصواريخ على المعسكر",
        "Badr organisation denies rocket attack on the base",
        "Sadr denies drone attack on the embassy",
        "Khazali denies a missile attack on the camp",
        "Peshmerga deny attack on the airport",
        "منظمة بدر تنفي وقوع هجوم على القاعدة",
        "الخزعلي ينفي سقوط صواريخ على المعسكر",
        "بدر وقوع حمله به پایگاه را تکذیب کرد",
    ],
)
def test_who_could_have_fired_denies_that_it_was_he(text: str) -> None:
    assert read(text).denial is Denial.NOT_BY_US


@pytest.mark.parametrize(
    "text",
    [
        "الناطق العسكري ينفي تعرض المعسكر لأي هجوم",
        "لا صحة لوقوع انفجار في الميناء",
        "لا صحة لما يتداول عن سقوط صواريخ على السفارة",
        "نفى المتحدث باسم الشرطة سقوط صاروخ على المدينة",
        "المطار لم يتعرض لأي قصف",
        "Governor denies any attack on the port",
        "Police denied reports of a missile hitting the airport",
        "Police deny that a drone attack took place",
        "Official dismisses rumours of an explosion at the airport",
        "No rockets fell on the camp, army says",
        "Reports of a drone attack on the airport are false",
        "تکذیب هرگونه حمله به فرودگاه",
        "استاندار شایعه انفجار در فرودگاه را تکذیب کرد",
    ],
)
def test_a_denial_of_the_attack_itself_takes_it_back(text: str) -> None:
    assert read(text).denial is Denial.NO_ATTACK


@pytest.mark.parametrize(
    ("earlier", "denied"),
    [
        (
            "بعد ساعات من نفي هجوم سابق، مسيرة تستهدف القاعدة",
            "بعد ساعات من الشائعات، الشرطة تنفي وقوع هجوم",
        ),
        (
            "Hours after denying an attack, drone hits the base",
            "Hours after the rumours, police deny any attack",
        ),
        (
            "A day after the army denied attack, rockets hit the base",
            "Police deny an attack, hours after the rumours",
        ),
        (
            "ساعاتی پس از تکذیب حمله، پهپاد به پایگاه اصابت کرد",
            "ساعاتی پس از شایعات، پلیس وقوع حمله را تکذیب کرد",
        ),
    ],
)
def test_a_denial_that_only_says_when_denies_nothing_now(earlier: str, denied: str) -> None:
    assert read(earlier).denial is None
    assert read(denied).denial is Denial.NO_ATTACK


@pytest.mark.parametrize(
    "text",
    [
        "Spokesman denies rockets hit hangars at the airport",
        "Governor denies any attack on a market near the port",
        "Army denies drone attack on the northern gate of the base",
        "No rockets fell on the runway of the airport",
        "Army denies cruise missile attack on the base",
        "الناطق ينفي سقوط صواريخ على مخازن المطار",
        "القيادة تنفي تعرض المعسكر لهجوم جوي",
        "لا صحة للأنباء عن استهداف المطار بصواريخ مجنحة",
        "تکذیب هرگونه حمله به آشیانه‌های فرودگاه",
        "Polis havalimanındaki depoya saldırı iddialarını yalanladı",
    ],
)
def test_a_denial_of_a_part_is_none_of_the_attack(text: str) -> None:
    assert read(text).denial is not Denial.NO_ATTACK


@pytest.mark.parametrize(
    "text",
    [
        "Police deny attack on the port; the coalition says two drones fell there",
        "Police deny any attack on the port. Dock workers said they saw a drone crash.",
        "Port denies drone attack, ships turned back after explosions",
        "الشرطة تنفي وقوع هجوم على الميناء فيما قال عمال إنهم رأوا مسيرة تسقط",
        "الشرطة تنفي وقوع هجوم على الميناء. وقال التحالف إن مسيرتين سقطتا فيه.",
        "تکذیب هرگونه حمله به بندر؛ شاهدان از اصابت دو پهپاد گفتند",
    ],
)
def test_where_another_voice_tells_of_it_a_denial_takes_nothing_back(text: str) -> None:
    assert read(text).denial is not Denial.NO_ATTACK


@pytest.mark.parametrize(
    "text",
    [
        "Police deny any attack on the port. Media had reported that two drones fell there.",
        "Police deny any attack on the port, adding that no drones were seen",
        "الشرطة تنفي وقوع هجوم على الميناء. وكانت قنوات قد تحدثت عن سقوط صاروخ.",
        "الشرطة تنفي سقوط قذائف بمحيط المطار وتؤكد انتظام الرحلات",
        "Reports of a drone attack on the airport in the early morning are false, police said",
    ],
)
def test_what_was_only_rumoured_leaves_a_denial_whole(text: str) -> None:
    assert read(text).denial is Denial.NO_ATTACK
