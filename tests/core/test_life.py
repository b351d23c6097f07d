"""What a later report makes of a story, and when its readers hear."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.harm import unhurt
from bot.core.life import born, grown
from bot.core.model import (
    Change,
    Count,
    Denial,
    Facts,
    Finding,
    Grade,
    Life,
    Place,
    Range,
    Reading,
    Severity,
    Story,
    StoryState,
    Sure,
)
from bot.core.steps import MOST_SMALL
from tests.making import NOW, a_story, an_entry

PLACES = {
    "ain-al-asad": Place("ain-al-asad", "airbase", "IQ", {"en": ("Ain al-Asad",)}, ("anbar",)),
    "harir": Place("harir", "airbase", "IQ", {"en": ("Harir",)}),
    "anbar": Place("anbar", "province", "IQ", {"en": ("Anbar",)}),
}


HERE = ("ain-al-asad",)
DENIAL = {"denial": Denial.NO_ATTACK, "flag": False, "places": HERE}


def a_reading(*, flag: bool = True, places: tuple[str, ...] = (), **facts: Any) -> Reading:
    finding = Finding("rocket-attack", Grade.LEAD, places)
    severity = facts.pop("severity", Severity.IMPORTANT)
    return Reading((finding,), places, severity, flag=flag, facts=Facts(**facts))


def told(story: Story, reading: Reading, source: str = "Other") -> Story:
    entry = an_entry(2, source_name=source, title="later")
    return grown(story, entry, reading, PLACES, NOW + timedelta(minutes=9))


def a_first(**facts: Any) -> Story:
    reading = a_reading(**facts)
    return a_story(life=born(an_entry(), reading), severity=reading.severity)


def changes(story: Story) -> tuple[Change, ...]:
    return story.life.steps[-1].changes if story.life.steps else ()


def test_another_source_is_shown_and_not_heard() -> None:
    story = told(a_first(), a_reading())
    assert story.life == Life(("Wire", "Other"), (), ("ar",), edits=1)
    assert (story.entries, story.last_seen_at) == (2, NOW + timedelta(minutes=9))


def test_the_same_source_again_changes_nothing_that_is_seen() -> None:
    assert told(a_first(), a_reading(), "Wire").life == a_first().life


def test_who_only_repeats_another_is_an_echo() -> None:
    life = told(a_first(), a_reading(echo_of="Wire")).life
    assert (life.originals, life.echoes) == (("Wire",), ("Other",))


@pytest.mark.parametrize(
    ("first", "later", "change"),
    [
        ({}, {"killed": Range(2, 2)}, Change.CASUALTIES),
        ({"injured": Range(1, 1)}, {"injured": Range(5, 9)}, Change.CASUALTIES),
        ({"killed": Range(0, 0)}, {"killed": Range(1, 1)}, Change.CASUALTIES),
        ({"killed": Range(3, 3)}, {"killed": Range(2, 2)}, Change.CORRECTED),
        ({}, {"severity": Severity.CRITICAL}, Change.GRAVER),
        ({}, {"places": ("harir",)}, Change.NEW_BASE),
        ({"sure": Sure.UNCONFIRMED}, {"sure": Sure.CONFIRMED}, Change.CONFIRMED),
        ({}, {"denial": Denial.NO_ATTACK, "flag": False, "places": HERE}, Change.TAKEN_BACK),
        ({"killed": Range(2, 2)}, DENIAL, Change.DENIED),
        ({"count": Range(14, 14)}, {"count": Range(40, 80)}, Change.MORE_WEAPONS),
    ],
)
def test_a_step_is_heard(first: dict[str, Any], later: dict[str, Any], change: Change) -> None:
    story = told(a_first(**first), a_reading(**later))
    assert changes(story) == (change,)
    assert story.life.edits == 1


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ({"killed": Range(20, 99)}, {"killed": Range(30, 30)}),
        ({}, {"killed": Range(0, 0)}),
        ({}, {"places": ("anbar",)}),
        ({}, {"severity": Severity.NOTICE}),
        ({}, {"sure": Sure.CONFIRMED}),
        ({}, {"denial": Denial.NOT_BY_US, "flag": False}),
        ({}, {"severity": Severity.CRITICAL, "flag": False}),
        ({"count": Range(14, 14)}, {"count": Range(20, 20)}),
        ({"count": Range(14, 14)}, {"count": Range(40, 80), "flag": False}),
        ({}, {"count": Range(40, 80)}),
    ],
)
def test_other_news_of_it_is_not(first: dict[str, Any], later: dict[str, Any]) -> None:
    assert not told(a_first(**first), a_reading(**later)).life.steps


def test_only_the_denial_of_the_attack_takes_it_back() -> None:
    denied = told(a_first(), a_reading(denial=Denial.NOT_FROM_OUR_SOIL, flag=False))
    assert (denied.life.state, denied.life.denials) == (
        StoryState.OPEN,
        (Denial.NOT_FROM_OUR_SOIL,),
    )
    gone = told(denied, a_reading(denial=Denial.NO_ATTACK, flag=False, places=HERE))
    assert gone.life.state is StoryState.TAKEN_BACK


def test_of_what_was_taken_back_nothing_more_is_heard() -> None:
    gone = told(a_first(), a_reading(denial=Denial.NO_ATTACK, flag=False, places=HERE))
    again = told(gone, a_reading(denial=Denial.NO_ATTACK, flag=False, places=HERE), "Third")
    louder = told(again, a_reading(killed=Range(4, 4)), "Fourth")
    assert (len(louder.life.steps), louder.life.state) == (1, StoryState.TAKEN_BACK)


@pytest.mark.parametrize(
    "doubtful",
    [
        {},  # no place at all
        {"places": ("harir",)},
        {"places": ("anbar",)},  # the province, not the base
        {"places": (*HERE, "harir")},
        {"places": HERE, "again": True},
        {"places": HERE, "weapons": ("drone",)},
        {"places": HERE, "flag": True},
    ],
)
def test_a_denial_that_may_mean_something_else_is_only_noted(doubtful: dict[str, Any]) -> None:
    reading = a_reading(**({"denial": Denial.NO_ATTACK, "flag": False} | doubtful))
    story = told(a_first(), reading)
    assert (story.life.state, story.life.denials) == (StoryState.OPEN, (Denial.NO_ATTACK,))
    assert Change.TAKEN_BACK not in changes(story)


def test_a_denial_of_the_next_day_takes_nothing_back() -> None:
    reading = a_reading(denial=Denial.NO_ATTACK, flag=False, places=HERE)
    entry = an_entry(2, published_at=NOW + timedelta(hours=20))
    story = grown(a_first(), entry, reading, PLACES, NOW + timedelta(hours=20))
    assert story.life.state is StoryState.OPEN


def test_who_denies_is_no_source_of_the_report() -> None:
    life = told(a_first(), a_reading(denial=Denial.NOT_BY_US, flag=False)).life
    assert life.originals == ("Wire",)


def test_the_first_dead_are_heard_after_two_other_steps() -> None:
    story = told(a_first(), a_reading(severity=Severity.CRITICAL), "A")
    story = told(story, a_reading(injured=Range(3, 3)), "B")
    assert len(told(story, a_reading(injured=Range(9, 9)), "C").life.steps) == MOST_SMALL
    dead = told(story, a_reading(killed=Range(1, 1)), "D")
    assert (len(dead.life.steps), changes(dead)) == (MOST_SMALL + 1, (Change.CASUALTIES,))


def test_that_it_is_graver_is_heard_after_two_small_steps() -> None:
    story = a_first(severity=Severity.NOTICE)
    for injured in range(1, 4):
        small = a_reading(injured=Range(injured, injured), severity=Severity.NOTICE)
        story = told(story, small, f"S{injured}")
    assert len(story.life.steps) == MOST_SMALL
    story = told(story, a_reading(severity=Severity.CRITICAL), "D")
    assert (len(story.life.steps), changes(story)) == (MOST_SMALL + 1, (Change.GRAVER,))
    end = told(story, Reading((Finding("all-clear", Grade.LEAD),), (), Severity.NOTICE, flag=True))
    assert changes(end) == (Change.ALL_CLEAR,)


def test_the_all_clear_closes_a_story_once() -> None:
    clear = Reading((Finding("all-clear", Grade.LEAD),), (), Severity.NOTICE, flag=True)
    closed = told(a_first(), clear)
    assert (changes(closed), closed.life.state) == ((Change.ALL_CLEAR,), StoryState.CLOSED)
    assert len(told(closed, clear, "Third").life.steps) == 1


def test_the_end_is_heard_after_two_small_steps() -> None:
    story = a_first()
    for killed in range(1, 9):
        story = told(story, a_reading(killed=Range(killed, killed)), f"S{killed}")
    assert len(story.life.steps) == MOST_SMALL
    assert story.life.killed == Range(8, 8)
    denied = told(story, a_reading(**DENIAL))
    assert (len(denied.life.steps), changes(denied)) == (MOST_SMALL + 1, (Change.DENIED,))
    assert denied.life.state is StoryState.OPEN


def test_a_denial_that_takes_it_back_is_heard_after_two_small_steps() -> None:
    story = a_first(count=Range(1, 1))
    for times in range(1, 5):
        count = 10**times
        story = told(story, a_reading(count=Range(count, count)), f"S{times}")
    gone = told(story, a_reading(**DENIAL))
    assert (len(gone.life.steps), changes(gone)) == (MOST_SMALL + 1, (Change.TAKEN_BACK,))


def test_the_dead_are_not_denied_away() -> None:
    dead = a_first(killed=Range(2, 2))
    denied = told(dead, a_reading(**DENIAL, denied_by="the army"), "Agency")
    life = denied.life
    assert (life.state, life.killed) == (StoryState.OPEN, Range(2, 2))
    assert (life.denials, life.deniers) == ((Denial.NO_ATTACK,), {Denial.NO_ATTACK: "the army"})
    assert (life.steps[0].denied_by, life.steps[0].source_name) == ("the army", "Agency")
    assert life.edits == 1


def test_a_denial_of_what_has_dead_is_heard_once() -> None:
    denied = told(a_first(killed=Range(2, 2)), a_reading(**DENIAL), "A")
    assert len(told(denied, a_reading(**DENIAL), "B").life.steps) == 1


def test_after_it_more_dead_are_heard_and_the_all_clear_closes() -> None:
    story = told(a_first(killed=Range(2, 2)), a_reading(**DENIAL), "A")
    story = told(story, a_reading(killed=Range(5, 5)), "B")
    clear = Reading((Finding("all-clear", Grade.LEAD),), (), Severity.NOTICE, flag=True)
    story = told(story, clear, "C")
    heard = [change for step in story.life.steps for change in step.changes]
    assert heard == [Change.DENIED, Change.CASUALTIES, Change.ALL_CLEAR]


@pytest.mark.parametrize("hurt", ["killed", "injured"])
def test_who_says_that_nobody_was_hurt_erases_nobody_else_s_count(hurt: str) -> None:
    first = a_first(**{hurt: Range(3, 3)})
    story = told(first, a_reading(killed=Range(0, 0), injured=Range(0, 0)), "Army")
    assert getattr(story.life, hurt) == Range(3, 3)
    assert (unhurt(story.life), story.life.steps, story.life.edits) == (("Army",), (), 1)
    assert told(story, a_reading(**DENIAL), "B").life.state is StoryState.OPEN


def test_who_counted_people_may_correct_that_and_a_denial_still_takes_nothing_back() -> None:
    story = told(a_first(injured=Range(2, 2)), a_reading(injured=Range(0, 0)), "Wire")
    assert (story.life.injured, changes(story)) == (Range(0, 0), (Change.CORRECTED,))
    denied = told(story, a_reading(**DENIAL), "B")
    assert (denied.life.state, changes(denied)) == (StoryState.OPEN, (Change.DENIED,))


def test_what_one_source_corrects_leaves_the_count_of_another() -> None:
    story = told(a_first(killed=Range(2, 2)), a_reading(killed=Range(3, 3)), "A")
    story = told(story, a_reading(killed=Range(0, 0)), "A")
    assert (story.life.killed, changes(story)) == (Range(2, 2), (Change.CORRECTED,))


def test_who_denies_harm_is_not_the_outlet_that_reports_the_denial() -> None:
    denial = {"denial": Denial.NO_CASUALTIES, "denied_by": "the army"}
    nobody = a_reading(killed=Range(0, 0), injured=Range(0, 0), **denial)
    story = told(a_first(killed=Range(2, 2)), nobody, "Wire")
    assert (story.life.killed, unhurt(story.life)) == (Range(2, 2), ("the army",))


def test_a_story_kept_by_an_older_version_keeps_its_dead() -> None:
    old = replace(a_first(), life=Life(killed=Range(2, 2)))
    assert told(old, a_reading(killed=Range(0, 0)), "Wire").life.killed == Range(2, 2)


def test_a_denial_that_fits_two_stories_takes_neither_back() -> None:
    one, other = a_first(), replace(a_first(), id="story00002")
    entry = an_entry(2, source_name="Army")
    denied = grown(one, entry, a_reading(**DENIAL), PLACES, NOW, rivals=[other])
    assert (denied.life.state, denied.life.denials) == (StoryState.OPEN, (Denial.NO_ATTACK,))
    elsewhere = replace(other, places=("harir",))
    gone = grown(one, entry, a_reading(**DENIAL), PLACES, NOW, rivals=[elsewhere])
    assert gone.life.state is StoryState.TAKEN_BACK


def test_a_denial_right_after_the_second_of_two_attacks_means_that_one() -> None:
    hour = timedelta(hours=1)
    latest = replace(a_first(), published_at=NOW - hour / 6)
    for ago, state in ((3 * hour, StoryState.TAKEN_BACK), (1.5 * hour, StoryState.OPEN)):
        earlier = replace(latest, id="story00002", published_at=NOW - ago)
        entry = an_entry(2, source_name="Army", published_at=NOW)
        denied = grown(latest, entry, a_reading(**DENIAL), PLACES, NOW, rivals=[earlier])
        assert denied.life.state is state


def test_a_count_that_grows_a_little_is_shown_and_not_heard() -> None:
    story = told(a_first(count=Range(14, 14)), a_reading(count=Range(16, 16)))
    assert [(c.source_name, c.count.least) for c in story.life.counts] == [
        ("Wire", 14),
        ("Other", 16),
    ]
    assert (story.life.edits, story.life.steps) == (1, ())


def test_a_big_rise_says_what_is_counted_now() -> None:
    first = a_first(count=Range(14, 14), weapons=("rocket",))
    story = told(first, a_reading(count=Range(40, 80), weapons=("rocket",)))
    assert story.life.steps[0].counted == Count("Other", Range(40, 80), ("rocket",))


def test_rising_counts_leave_the_last_step_to_the_end() -> None:
    story = a_first(count=Range(5, 5))
    for times in range(1, 6):
        count = 5 * 4**times
        story = told(story, a_reading(count=Range(count, count)), f"S{times}")
    assert len(story.life.steps) == MOST_SMALL
    assert story.life.counts[-1].count == Range(5120, 5120)


def test_a_story_takes_the_graver_severity_and_the_new_base() -> None:
    story = told(a_first(), a_reading(severity=Severity.CRITICAL, places=("harir",)))
    assert story.severity is Severity.CRITICAL
    assert story.places == ("ain-al-asad", "harir")
    assert changes(story) == (Change.GRAVER, Change.NEW_BASE)
    assert story.life.steps[0].bases == ("harir",)


def test_a_report_that_only_a_watch_found_is_never_graver() -> None:
    story = replace(a_first(), severity=Severity.NONE)
    assert not told(story, a_reading(severity=Severity.CRITICAL)).life.steps
