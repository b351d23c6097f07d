"""A source is visited as often as it has news, and as rarely as its publisher asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Hints, Place, PollStatus, Reason, Rhythm, Source, SourceKind
from bot.core.rhythm import CAP_S, FLOOR_S, URGENT_CAP_S, alarm, course, learnt, per_hour
from tests.making import NOW, a_poll, a_source, a_story, a_verdict, an_entry

HOUR = timedelta(hours=1)
CHANCE = st.floats(0, 1)
HOURS = st.lists(st.integers(0, 23), max_size=24).map(tuple)
DAYS = st.lists(st.integers(0, 6), max_size=7).map(tuple)
SECONDS = st.integers(0, 10**9)
HINTS = st.builds(Hints, SECONDS, SECONDS, HOURS, DAYS)
RHYTHMS = st.builds(
    Rhythm,
    st.one_of(st.just(()), st.lists(st.floats(0, 10_000), min_size=24, max_size=24).map(tuple)),
    st.floats(0, 10),
    st.one_of(st.none(), st.integers(0, 10_000).map(lambda h: NOW - h * HOUR)),
)
SOURCES = st.builds(
    a_source,
    interval_s=st.integers(1, 86_400),
    urgent=st.booleans(),
    rhythm=RHYTHMS,
    polled_ok_at=st.sampled_from([None, NOW]),
)
DATES = st.lists(
    st.one_of(st.none(), st.integers(-(10**7), 10**7).map(lambda s: NOW + timedelta(seconds=s))),
    max_size=5,
)


def wait_s(source: Source, chance: float = 0.0, now: datetime = NOW, **poll: object) -> float:
    return course(source, a_poll(**poll), [], now, chance).wait.total_seconds()


def known(**parts: object) -> Source:
    return a_source(polled_ok_at=NOW - HOUR, **parts)


# ── laws ─────────────────────────────────────────────────────────────────────────────────────


@given(SOURCES, HINTS, st.floats(0, 1e9), DATES, CHANCE)
def test_a_wait_is_never_shorter_than_a_minute_nor_longer_than_asked_for_by_us(
    source, hints, fresh_s, dates, chance
) -> None:
    cap = URGENT_CAP_S if source.urgent else CAP_S
    longest = cap if source.urgent else max(cap, source.interval_s)
    found = course(source, a_poll(hints=hints, fresh_s=fresh_s), dates, NOW, chance)
    assert FLOOR_S <= found.wait.total_seconds() <= longest
    assert found.due_at == NOW + found.wait
    assert found.earliest_at <= found.quick_at <= found.due_at
    assert found.quick_at >= NOW + timedelta(seconds=FLOOR_S)


@given(SOURCES, HINTS, st.floats(0, 1e9), DATES, CHANCE)
def test_the_same_chance_gives_the_same(source, hints, fresh_s, dates, chance) -> None:
    poll = a_poll(hints=hints, fresh_s=fresh_s)
    assert course(source, poll, dates, NOW, chance) == course(source, poll, dates, NOW, chance)


@given(SOURCES, st.integers(0, 10**6), st.floats(0, 1e6), CHANCE)
def test_what_the_publisher_asks_is_not_undercut_up_to_the_cap(
    source, ttl_s, fresh_s, chance
) -> None:
    found = course(source, a_poll(hints=Hints(ttl_s), fresh_s=fresh_s), [], NOW, chance)
    asked = min(max(ttl_s, fresh_s), URGENT_CAP_S if source.urgent else CAP_S)
    assert found.quick_at - NOW >= timedelta(seconds=asked) - timedelta(microseconds=1)


@given(SOURCES, HINTS, st.floats(0, 1e9), CHANCE)
def test_a_pinned_source_is_visited_at_its_interval(source, hints, fresh_s, chance) -> None:
    found = course(replace(source, pinned=True), a_poll(hints=hints), [], NOW, chance)
    assert found.wait == timedelta(seconds=source.interval_s)
    assert found.quick_at == found.due_at


# ── its own rhythm ───────────────────────────────────────────────────────────────────────────


def day(first: int, end: int, every_min: int, ago: int) -> list[datetime]:
    midnight = NOW.replace(hour=0, minute=0) - timedelta(days=ago)
    minutes = range(first * 60, end * 60, every_min)
    return [midnight + timedelta(minutes=minute) for minute in minutes]


def test_a_feed_that_publishes_by_day_is_visited_less_at_night() -> None:
    # Two weeks of ten minutes' news from six to eighteen, then a day that is looked at.
    news = [date for ago in range(14, -1, -1) for date in day(6, 18, 10, ago)]
    source, now = a_source(interval_s=3600), news[0] - timedelta(hours=6)
    visits: Counter[int] = Counter()
    delays: list[float] = []
    while now < news[-1] + timedelta(hours=6):
        fresh = [date for date in news if (source.polled_ok_at or now) < date <= now]
        found = course(source, a_poll(), fresh, now, 0.5)
        source = replace(source, rhythm=found.rhythm, polled_ok_at=now)
        if now.date() == NOW.date():
            visits[now.hour] += 1
            delays += [(now - date).total_seconds() for date in fresh]
        now = found.due_at
    by_day = [visits[hour] for hour in range(7, 17)]
    by_night = [visits[hour] for hour in (20, 21, 22, 23, 0, 1, 2, 3)]
    assert max(by_night) <= 2
    assert min(by_day) >= 8
    assert sum(delays) / len(delays) <= 300


def test_with_the_usual_interval_nothing_waits_longer_at_night() -> None:
    rhythm = learnt(Rhythm(), [d for ago in range(9) for d in day(6, 18, 2, ago)], NOW, first=True)
    midnight = NOW.replace(hour=0)
    assert wait_s(known(rhythm=rhythm), now=midnight) == 300
    assert wait_s(known(rhythm=rhythm), now=NOW) <= 75


def test_a_source_of_which_nothing_is_known_is_visited_as_the_operator_asked() -> None:
    assert wait_s(known(interval_s=900)) == 900


def test_the_first_document_tells_of_the_days_before() -> None:
    dates = [date for ago in range(1, 8) for date in day(6, 18, 10, ago)]
    rhythm = learnt(Rhythm(), dates, NOW, first=True)
    assert per_hour(rhythm, NOW, 0) == pytest.approx(6, rel=0.3)
    assert per_hour(rhythm, NOW.replace(hour=2), 0) == 0


def test_an_old_entry_that_comes_late_counts_for_the_hour_it_was_found_in() -> None:
    rhythm = learnt(Rhythm(), [NOW - timedelta(days=400), None, NOW + 9 * HOUR], NOW)
    assert rhythm.counts[NOW.hour] == 3


def test_a_habit_is_forgotten_in_weeks() -> None:
    rhythm = learnt(Rhythm(), day(12, 13, 1, 0), NOW + HOUR, first=False)
    later = NOW + timedelta(days=28)
    assert per_hour(rhythm, later, 0) < per_hour(rhythm, NOW + HOUR, 0) / 16


def test_nothing_new_leaves_the_rhythm_as_it_is() -> None:
    rhythm = learnt(Rhythm(), [NOW], NOW)
    assert learnt(rhythm, [], NOW + HOUR) is rhythm


# ── the publisher ────────────────────────────────────────────────────────────────────────────


def test_hints_of_the_document_are_kept_while_it_is_not_read() -> None:
    source = known(hints=Hints(ttl_s=1800), held=9)
    found = course(source, a_poll(status=PollStatus.NOT_MODIFIED), [], NOW, 0)
    assert (found.hints, found.held, found.wait) == (source.hints, 9, timedelta(minutes=30))
    assert course(source, a_poll(hints=Hints(), held=3), [], NOW, 0).hints == Hints()


def test_an_urgent_source_is_kept_back_a_quarter_of_an_hour_at_most() -> None:
    hints = Hints(ttl_s=7200)
    assert wait_s(known(), hints=hints) == 3600
    assert wait_s(known(urgent=True), hints=hints) == 900


def test_hourly_is_not_believed_of_a_feed_that_brings_news_every_few_minutes() -> None:
    hints = Hints(update_s=3600)
    busy = learnt(Rhythm(), [d for ago in range(9) for d in day(0, 24, 5, ago)], NOW, first=True)
    assert wait_s(known(), hints=hints) == 3600
    assert wait_s(known(rhythm=busy), hints=hints) < 300


def test_an_hour_that_is_to_be_skipped_is_skipped_and_its_end_is_spread() -> None:
    hints, eve = Hints(skip_hours=(13,)), NOW.replace(hour=12, minute=58)
    found = [course(known(), a_poll(hints=hints), [], eve, chance).due_at for chance in (0.0, 0.9)]
    assert found == [
        NOW.replace(hour=13, minute=58),
        NOW.replace(hour=13, minute=58),
    ]
    late = NOW.replace(hour=13, minute=50)
    due = [course(known(), a_poll(hints=hints), [], late, chance).due_at for chance in (0.0, 0.5)]
    assert due == [NOW.replace(hour=14), NOW.replace(hour=14) + timedelta(seconds=30)]


def test_a_day_that_is_to_be_skipped_costs_an_hour_and_no_more() -> None:
    assert wait_s(known(), hints=Hints(skip_days=(NOW.weekday(),))) == 3600


# ── breaking news ────────────────────────────────────────────────────────────────────────────

PLACES = {"ain-al-asad": Place("ain-al-asad", "base", "IQ", {})}


def test_while_news_breaks_a_visit_is_due_within_a_minute_and_a_half() -> None:
    source = known(interval_s=3600)
    for chance in (0.0, 1.0):
        found = course(source, a_poll(), [], NOW, chance)
        assert 60 <= (found.quick_at - NOW).total_seconds() <= 90


def test_a_new_flagged_story_is_an_alarm_in_its_country() -> None:
    found = alarm([a_verdict(1)], PLACES, NOW)
    assert found is not None
    assert found.countries == ("iq",)
    assert found.until == NOW + timedelta(minutes=30)


def test_no_alarm_is_given_for_what_is_known_not_flagged_or_dropped_by_hand() -> None:
    verdict = a_verdict(1)
    seed = replace(verdict, entry=an_entry(is_seed=True))
    unflagged = replace(verdict, reading=replace(verdict.reading, flag=False))
    again = replace(verdict, reason=Reason.KNOWN_STORY)
    assert alarm([seed, unflagged, again], PLACES, NOW) is None
    nowhere = replace(verdict, story=a_story(places=("nowhere",)))
    assert alarm([nowhere], PLACES, NOW) is not None


def test_a_folder_of_seeds_is_looked_at_as_often_as_the_operator_asked() -> None:
    assert wait_s(a_source(kind=SourceKind.SEEDS, interval_s=2)) == 2
