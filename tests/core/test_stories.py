"""Copies join, attacks do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import Grade, Reading, Severity, Story
from bot.core.stories import find_story, sketch, story_id
from bot.data import load_knowledge
from tests.core.test_text import mixed

KNOWLEDGE = load_knowledge()
MATCHER = Matcher(KNOWLEDGE, ())
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BODY = (
    "قال مصدر أمني لوكالة محلية إن صاروخين سقطا فجر اليوم داخل قاعدة عين الأسد الجوية غربي محافظة "
    "الأنبار من دون أن يسفر ذلك عن ضحايا، وأضاف أن قوة من الجيش طوقت المكان وبدأت البحث عن منصة "
    "الإطلاق في القرى القريبة من ناحية هيت."
)


def reading(title: str, body: str = "") -> Reading:
    return read(MATCHER.scan(title, body), KNOWLEDGE)


def sketched(title: str, body: str = "") -> tuple[int, ...]:
    return sketch(title, body, reading(title, body).marks)


def story(title: str, body: str = "", at: datetime = NOON) -> Story:
    found = reading(title, body)
    told = [finding for finding in found.findings if finding.grade is Grade.LEAD]
    return Story(
        id=story_id(title),
        title=title,
        severity=Severity.IMPORTANT,
        topics=tuple(finding.topic for finding in told),
        places=tuple(dict.fromkeys(place for f in told for place in f.places)),
        first_seen_at=at,
        last_seen_at=at,
        sketch=sketched(title, body),
        published_at=at,
    )


def joins(first: tuple[str, str], second: tuple[str, str], after: timedelta) -> bool:
    found = find_story(sketched(*second), reading(*second), NOON + after, [story(*first)])
    return found is not None


MINUTES = timedelta(minutes=10)
TITLE = "سقوط صاروخين على قاعدة عين الأسد"


@pytest.mark.parametrize(
    "copy",
    [
        (TITLE, BODY),
        (f"{TITLE} - وكالة الأنباء", BODY),
        (f"عاجل | {TITLE}", BODY.replace("أ", "ا").replace("ة", "ه")),
        (TITLE, BODY + " وتابع أن التحقيق مستمر."),
        ("هجوم غربي العراق", BODY),
        (TITLE, BODY[: len(BODY) * 2 // 3]),
    ],
)
def test_a_copy_joins_its_story(copy: tuple[str, str]) -> None:
    assert joins((TITLE, BODY), copy, timedelta(hours=5))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("سقوط 3 صواريخ على قاعدة حرير", "سقوط 5 صواريخ على قاعدة حرير"),
        ("سقوط ثلاثة صواريخ على قاعدة حرير", "سقوط خمسة صواريخ على قاعدة حرير"),
        ("سقوط صواريخ على قاعدة حرير في أربيل", "سقوط صواريخ على قاعدة بلد في أربيل"),
        ("Rockets hit Camp Taji near the city", "Drones hit Camp Taji near the city"),
        ("دوي انفجارات في مدينة أربيل الآن", "دوي انفجارات في مدينة بغداد الآن"),
    ],
)
def test_another_number_place_or_weapon_is_another_story(first: str, second: str) -> None:
    assert not joins((first, ""), (second, ""), MINUTES)


ATTACK = "Rocket attack hits Ain al-Asad base"
WIRE = (
    "Several rockets struck the air base in western Iraq, security officials told reporters, and "
    "soldiers searched the villages around it for the launchers while smoke rose above the "
    "perimeter fence and the road to the town was closed for traffic."
)
AGAIN = WIRE.replace("Several rockets struck", "Rockets again struck").replace(
    "in western Iraq", "in western Iraq in a second attack"
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((f"{ATTACK}, no casualties", WIRE), (f"{ATTACK}, soldiers killed", WIRE)),
        ((ATTACK, WIRE), (f"Second {ATTACK.lower()} within an hour", AGAIN)),
        ((ATTACK, WIRE), (ATTACK, AGAIN)),
        ((ATTACK, WIRE), ("Rocket attack hits Ain al-Asad base and Balad base", WIRE)),
        ((f"Monday: {ATTACK}", WIRE), (f"Tuesday: {ATTACK}", WIRE)),
        ((f"{ATTACK} at dawn", WIRE), (f"{ATTACK} in the evening", WIRE)),
        (("Missiles hit Kuwait", WIRE), ("Missiles hit Kuwait and Bahrain", WIRE)),
        (("Rockets hit Camp Taji", ""), ("Rockets hit Camp Taji again", "")),
        ((TITLE, BODY), (f"{TITLE} مجددا", BODY)),
        ((TITLE, BODY), (f"{TITLE} للمرة الثانية", BODY)),
        ((TITLE, BODY), (f"{TITLE} للمرة الثالثة", BODY)),
        (("حمله موشکی به پایگاه حریر", ""), ("حمله موشکی دوباره به پایگاه حریر", "")),
        (("İncirlik Üssü'ne füzeli saldırı", ""), ("İncirlik Üssü'ne ikinci füzeli saldırı", "")),
        (
            ("هێرشی درۆنی بۆ سەر بنکەی هەریر", ""),
            ("دووبارە هێرشی درۆنی بۆ سەر بنکەی هەریر", ""),
        ),
        (("רקטות נפלו ליד נבטים", ""), ("שוב רקטות נפלו ליד נבטים", "")),
    ],
)
def test_a_new_attack_or_a_toll_is_told_however_alike_the_words(
    first: tuple[str, str], second: tuple[str, str]
) -> None:
    assert joins(first, first, MINUTES)
    assert not joins(first, second, MINUTES)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((f"{ATTACK}, soldiers killed", WIRE), (ATTACK, WIRE)),
        (("Rocket attack hits Ain al-Asad base and Balad base", WIRE), (ATTACK, WIRE)),
        ((ATTACK, WIRE), ("Iraqi base under rocket fire", WIRE)),
        ((f"Monday: {ATTACK}", WIRE), (ATTACK, WIRE)),
        ((ATTACK, WIRE), (f"{ATTACK}, no casualties", WIRE)),
    ],
)
def test_a_copy_that_knows_less_joins(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert joins(first, second, MINUTES)


def test_a_number_veto_holds_for_long_texts_too() -> None:
    other = BODY.replace("صاروخين", "خمسة صواريخ")
    assert not joins((TITLE, BODY), ("سقوط خمسة صواريخ على قاعدة عين الأسد", other), MINUTES)


def test_the_same_flash_minutes_later_is_a_copy_and_hours_later_an_attack() -> None:
    flash = ("دوي انفجار قوي في مدينة أربيل", "")
    assert joins(flash, flash, MINUTES)
    assert not joins(flash, flash, timedelta(hours=3))


def test_a_headline_repeated_as_the_first_line_changes_nothing() -> None:
    assert sketched(TITLE, f"{TITLE}\n{BODY}") == sketched(TITLE, f"{TITLE}.\n{BODY}")
    assert joins(("دوي انفجار قوي في أربيل", ""), ("دوي انفجار قوي في أربيل",) * 2, MINUTES)


def test_another_text_about_the_same_base_is_a_new_story() -> None:
    other = "أعلنت القيادة المشتركة أن الدفاعات في قاعدة عين الأسد اعترضت مساء أمس مقذوفات لم تحدد"
    assert not joins((TITLE, BODY), ("اعتراض مقذوفات فوق عين الأسد", other), MINUTES)


def test_the_most_alike_story_is_chosen() -> None:
    near, far = story(TITLE, BODY), story("هجوم غربي العراق", BODY[: len(BODY) // 2])
    assert find_story(sketched(TITLE, BODY), reading(TITLE, BODY), NOON, [far, near]) == near


def test_nothing_recent_opens_a_new_story() -> None:
    assert find_story(sketched(TITLE, BODY), reading(TITLE, BODY), NOON, []) is None


def test_texts_without_words_never_join() -> None:
    assert not joins(("!!!", ""), ("!!!", ""), MINUTES)


def test_a_story_of_an_older_sketch_is_left_alone() -> None:
    old = Story("x", "x", Severity.NOTICE, (), (), NOON, NOON)
    assert find_story(sketched(TITLE, BODY), Reading(), NOON, [old]) is None


@given(mixed, mixed)
def test_a_sketch_fits_a_signed_64_bit_column(title: str, body: str) -> None:
    made = sketch(title, body)
    assert made == sketch(title, body)
    assert all(0 <= number < 2**63 for number in made)


def test_a_sketch_is_the_same_in_every_process() -> None:
    assert sketch("rocket base", "") == (2, 0, 1, 564912984198507361)


def test_a_story_id_is_short_stable_and_readable() -> None:
    made = {story_id(f"fingerprint-{n}") for n in range(2000)}
    assert len(made) == 2000
    assert all(len(key) == 10 and not set(key) & set("ilou") for key in made)
    assert story_id("fingerprint-1") == story_id("fingerprint-1")
