"""The dead, the injured, and nobody."""

from __future__ import annotations

import pytest

from tests.core.measuring_facts import read

NOBODY = (0, 0)


@pytest.mark.parametrize(
    ("text", "killed", "injured"),
    [
        ("مقتل جنديين وإصابة ثلاثة", (2, 2), (3, 3)),
        ("قتيل و5 جرحى بسقوط صاروخ", (1, 1), (5, 5)),
        ("وفاة طفلة ورجل بشظايا قذيفة", (2, 2), None),
        ("Two soldiers were killed and 4 wounded", (2, 2), (4, 4)),
        ("Rocket kills a farmer, wounding 3 others", None, (3, 3)),
        ("killing twelve people", (12, 12), None),
        ("چهار نفر کشته و ۷ نفر زخمی شدند", (4, 4), (7, 7)),
        ("2 asker öldü, 3 kişi yaralandı", (2, 2), (3, 3)),
        ("دوو کەس کوژران و سێ کەس بریندار بوون", (2, 2), (3, 3)),
        ("du kes hatin kuştin", (2, 2), None),
        ("שני חיילים נהרגו", (2, 2), None),
        ("ارتفاع عدد القتلى إلى 12", (12, 12), None),
        ("Death toll rises to seven", (7, 7), None),
        ("A 20-year-old man was killed", (1, 1), None),
        ("إصابة سفينة بثلاثة صواريخ", None, None),
        ("Six injured in traffic accident", None, None),
        ("إصابة 4 أشخاص بحادث سير", None, None),
        ("60 wounded in 2019", None, None),
        ("No fewer than 9 killed", (9, 18), None),
        ("Shell lands, killing none but injuring five", (0, 0), (5, 5)),
        ("Man and his three children killed", (4, 4), None),
    ],
)
def test_people_are_counted(
    text: str, killed: tuple[int, int] | None, injured: tuple[int, int] | None
) -> None:
    found = read(text)
    assert (found.killed, found.injured) == (killed, injured)


@pytest.mark.parametrize(
    "text",
    [
        "سقوط صاروخ دون إصابات",
        "صاروخ على المطار ولا ضحايا",
        "لم يسفر القصف على المعسكر في الصباح عن أي خسائر بشرية",
        "Rockets fell, causing no casualties",
        "Nobody was hurt in the attack",
        "حمله تلفاتی نداشت",
        "Saldırıda can kaybı yok",
        "هیچ زیانێکی گیانی نەبوو",
        "zirara canî tune",
        "אין נפגעים",
    ],
)
def test_nobody_is_a_count(text: str) -> None:
    found = read(text)
    assert (found.killed, found.injured) == (NOBODY, NOBODY)


def test_a_number_outweighs_nobody() -> None:
    found = read("جرح ثلاثة جنود ولا ضحايا بين المدنيين")
    assert (found.killed, found.injured) == (NOBODY, (3, 3))


def test_a_name_is_no_dead() -> None:
    assert read("كتائب الشهيد تدك الموقع").killed is None


@pytest.mark.parametrize(
    "text",
    [
        "Drones hit the port weeks after four workers were killed in another town",
        "Drones hit the port on Friday. Last month four workers were killed there.",
        "Drones hit the port where four workers were killed in an earlier attack",
        "مسيرات على الميناء بعد أيام من مقتل أربعة عمال في مدينة أخرى",
        "مسيرات تستهدف الميناء الذي قتل فيه أربعة عمال في هجوم سابق",
        "حمله پهپادی به بندر، ماه گذشته چهار نفر کشته شدند",
        "Limana dron saldırısı, geçen ay dört kişi öldü",
        "US airstrikes kill four fighters after drone attack on the port",
        "غارات أمريكية تقتل أربعة مقاتلين بعد هجوم بمسيرة على الميناء",
    ],
)
def test_the_dead_of_another_attack_are_not_counted(text: str) -> None:
    assert read(text).killed is None


@pytest.mark.parametrize(
    "text",
    [
        "Four workers killed as drones hit the port weeks after a truce",
        "Hours after explosions, four workers were reported killed",
        "Four workers killed in the first attack since last month",
        "Four workers killed after drone attack on the port",
        "مقتل أربعة عمال بعد هجوم بمسيرة على الميناء",
        "مقتل أربعة عمال في أول هجوم منذ الشهر الماضي",
    ],
)
def test_the_dead_beside_something_earlier_are_counted(text: str) -> None:
    assert read(text).killed == (4, 4)
