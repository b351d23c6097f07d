"""What a report says of its event: the corpus field by field, and each fact on its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import events, facts
from bot.core.model import Facts, Outcome, Range, Scan, Sure
from bot.data import load_knowledge
from tests.core.measuring_facts import matcher, read, tallies

AT = datetime(2025, 6, 18, 9, tzinfo=UTC)

# What the corpus gives, less what the next sentence of the same kind may cost.
FLOORS = {
    "attribution": 0.95,
    "claim absent": 0.98,
    "claimed_by": 0.75,
    "count": 0.93,
    "denial": 0.93,
    "denial absent": 0.99,
    "denied_by": 0.9,
    "echo absent": 0.98,
    "exercise": 0.95,
    "exercise absent": 0.99,
    "injured": 0.93,
    "killed": 0.93,
    "outcome": 0.95,
    "source_named": 0.95,
    "weapon": 0.93,
    "when": 0.95,
}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_corpus_is_read_as_it_is_meant(name: str) -> None:
    tally = tallies()[name]
    assert tally.share >= FLOORS[name], "\n".join(map(str, tally.misses))


@pytest.mark.parametrize(
    ("text", "weapons"),
    [
        ("سقوط صواريخ قرب الموصل", ("rocket",)),
        ("صاروخ باليستي يسقط في البحر", ("missile",)),
        ("قذائف هاون على المعسكر", ("mortar",)),
        ("Artillery and drones pound the border", ("artillery", "drone")),
        ("حمله پهپادی به پادگان", ("drone",)),
        ("Kampa havan saldırısı", ("mortar",)),
        ("Patriot missiles stand ready at the base", ()),
    ],
)
def test_a_weapon_is_known_by_its_words(text: str, weapons: tuple[str, ...]) -> None:
    assert read(text).weapons == weapons


@pytest.mark.parametrize(
    ("text", "outcomes"),
    [
        ("إسقاط مسيرة فوق البصرة", {Outcome.INTERCEPTED}),
        ("إطلاق صاروخ من الساحل", {Outcome.LAUNCHED}),
        ("دوي انفجارات في الكوت", {Outcome.HEARD}),
        ("Three missiles intercepted, a fourth hit the runway", {Outcome.HIT, Outcome.INTERCEPTED}),
        ("فشل اعتراض المسيرة", set()),
        ("Jets destroyed a radar", set()),
        ("The frigate destroyed two drones", {Outcome.INTERCEPTED}),
    ],
)
def test_an_outcome_is_known_by_its_words(text: str, outcomes: set[Outcome]) -> None:
    assert set(read(text).outcomes) == outcomes


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("أنباء غير مؤكدة عن سقوط صاروخ", Sure.UNCONFIRMED),
        ("Unconfirmed reports of a rocket attack", Sure.UNCONFIRMED),
        ("Army confirms rocket attack on the camp", Sure.CONFIRMED),
        ("وزارة الدفاع تؤكد سقوط صاروخين", Sure.CONFIRMED),
        ("Minister confirms visit to the capital", None),
        ("سقوط صاروخين", None),
    ],
)
def test_how_sure_a_report_is_of_itself(text: str, sure: Sure | None) -> None:
    assert read(text).sure is sure


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("قصف المعسكر مجدداً", True),
        ("للمرة الثانية اليوم صواريخ على المطار", True),
        ("A new wave of drones over the coast", True),
        ("حمله دوباره به پایگاه", True),
        ("قصف المعسكر", False),
    ],
)
def test_another_attack_says_so(text: str, again: bool) -> None:
    assert read(text).again is again


@pytest.mark.parametrize(
    ("text", "exercise"),
    [
        ("دوي انفجارات سببه تمرين بالذخيرة الحية", True),
        ("This is not a drill: rockets on the camp", False),
        ("Rockets hit the camp during a joint exercise", False),
        ("Explosion during drill wounds two soldiers", False),
    ],
)
def test_an_exercise_is_no_attack(text: str, exercise: bool) -> None:
    assert read(text).exercise is exercise


LEAD = "سقط صاروخان على المعسكر. "
BACKGROUND = (
    "وسبق أن قتل ثلاثة جنود في هجوم بعشرين صاروخاً على القاعدة نفسها.",
    "Last year two soldiers were killed by a drone there, Reuters reported.",
    "سال گذشته سه سرباز در حمله پهپادی کشته شدند.",
)


@pytest.mark.parametrize("background", BACKGROUND)
@pytest.mark.parametrize("break_", ["", "\n\n"])
def test_the_background_adds_no_facts(background: str, break_: str) -> None:
    title = "صاروخان على المعسكر"
    alone = read(title, LEAD)
    assert alone.count == Range(2, 2)
    assert read(title, LEAD + break_ + background) == alone


def test_far_behind_the_lead_nothing_is_read() -> None:
    filler = "وقال الوزير إن الزيارة تناولت ملفات التجارة والمياه والطاقة. " * 12
    assert read("زيارة الوزير", filler + "قتل ثلاثة جنود").killed is None


def test_a_text_without_facts_has_none() -> None:
    assert read("Bread prices rise", "Bakers blame the harvest.") == Facts()
    assert facts.read(Scan("", ""), AT) == Facts()


def test_the_reading_of_an_entry_carries_its_facts() -> None:
    scan = matcher().scan("سقوط ثلاثة صواريخ على قاعدة عين الأسد فجر اليوم", "")
    found = events.read(scan, load_knowledge(), AT).facts
    assert found.count == Range(3, 3)
    assert found.when is not None


WORDS = st.sampled_from(
    "سقط ثلاثة صواريخ مقتل 14 جندياً لا دون نفى رويترز: أمس قبل أيام شاهد 136 ٣ دو پهپاد از "
    "rockets 3:15 two hundred and at least between killed denies، . \n - dün gece 1,200".split(" ")
)


@given(st.lists(WORDS, max_size=25), st.lists(WORDS, max_size=25))
def test_any_words_in_any_order_are_read(title: list[str], body: list[str]) -> None:
    found = facts.read(matcher().scan(" ".join(title), " ".join(body)), AT)
    for told in (found.count, found.killed, found.injured):
        assert told is None or 0 <= told.least <= told.most
    assert found.when is None or found.when.earliest <= found.when.latest
