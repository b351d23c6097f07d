"""Back-off grows, stays within its cap, and never undercuts what was asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.retry import poll_wait, send_wait, setback
from tests.making import NOW, a_source

CHANCE = st.floats(0, 1)
COUNT = st.integers(1, 10_000)
ASKED = st.one_of(st.none(), st.floats(0, 100_000))


@given(COUNT, CHANCE, st.floats(0, 100_000))
def test_a_send_never_undercuts_what_was_asked(attempts: int, chance: float, asked: float) -> None:
    assert send_wait(attempts, chance, asked).total_seconds() >= asked + 0.49


@given(COUNT, CHANCE)
def test_a_send_waits_at_most_a_minute_and_at_least_half_a_second(attempts, chance) -> None:
    assert 0.5 <= send_wait(attempts, chance).total_seconds() <= 60


@given(st.integers(1, 86_400), COUNT, CHANCE, ASKED)
def test_a_source_is_never_given_up_and_never_pressed(interval, failures, chance, asked) -> None:
    wait = poll_wait(interval, failures, chance, asked).total_seconds()
    assert wait >= min(interval, 6 * 3600) - 1e-6
    assert wait <= max(6 * 3600 * 1.1, interval * 1.1, asked or 0) + 1e-6
    assert wait >= (asked or 0) - 1e-6


def test_waits_double() -> None:
    assert [send_wait(n, 1).total_seconds() for n in (1, 2, 3, 7, 8)] == [1, 2, 4, 60, 60]
    assert [poll_wait(300, n, 0).total_seconds() for n in (1, 2, 3)] == [300, 600, 1200]


def test_sources_that_failed_together_are_spread_over_a_tenth_of_their_wait() -> None:
    assert [poll_wait(300, 2, chance).total_seconds() for chance in (0, 0.5, 1)] == [600, 630, 660]


KINDS = st.sampled_from(
    "unavailable refused invalid missing gone challenge page emptied crashed broken".split()
)
SIX_HOURS = 6 * 3600


@given(KINDS, st.integers(0, 10_000), st.integers(1, 86_400), CHANCE, ASKED)
def test_no_failure_undercuts_what_was_asked_or_gives_a_source_up(
    kind, failures, interval, chance, asked
) -> None:
    found = setback(a_source(failures=failures, interval_s=interval), kind, asked, NOW, chance)
    assert found.wait >= timedelta(seconds=asked or 0)
    assert found.wait.total_seconds() <= max(SIX_HOURS * 1.1, interval * 1.1, asked or 0) + 1e-6
    assert found == setback(
        a_source(failures=failures, interval_s=interval), kind, asked, NOW, chance
    )


def test_a_page_that_is_missing_for_a_week_is_gone() -> None:
    source = a_source(missing_since=NOW - timedelta(days=7), failures=30)
    assert not setback(source, "missing", None, NOW, 0).is_gone
    later = setback(source, "missing", None, NOW + timedelta(minutes=1), 0)
    assert (later.is_gone, later.kind, later.wait) == (True, "gone", timedelta(hours=6))
    assert not setback(source, "unavailable", None, NOW + timedelta(days=1), 0).is_gone


def test_gone_for_good_is_told_at_once_and_left_alone_later_and_later() -> None:
    # It may be a mistake: the first look after it comes soon.
    found = setback(a_source(), "gone", None, NOW, 0)
    assert (found.is_gone, found.wait) == (True, timedelta(seconds=a_source().interval_s))
    late = setback(a_source(failures=20), "gone", None, NOW, 0)
    assert (late.is_gone, late.wait) == (True, timedelta(hours=6))


def test_an_emptied_feed_is_looked_at_as_often_as_ever_and_one_without_an_answer_seldom() -> None:
    assert setback(a_source(failures=40), "emptied", None, NOW, 0).wait == timedelta(minutes=5)
    assert setback(a_source(failures=40), "emptied", 900, NOW, 0).wait == timedelta(minutes=15)
    assert setback(a_source(failures=40), "unavailable", None, NOW, 0).wait == timedelta(minutes=15)
    assert setback(a_source(failures=40), "page", None, NOW, 0).wait == timedelta(hours=6)


def test_who_answers_no_more_where_it_moved_to_is_looked_for_at_home() -> None:
    moved = "https://new.example/rss"
    assert not setback(a_source(moved_url=moved, failures=1), "missing", None, NOW, 0).returns
    assert setback(a_source(moved_url=moved, failures=2), "missing", None, NOW, 0).returns
    assert not setback(a_source(failures=2), "missing", None, NOW, 0).returns
    assert not setback(a_source(moved_url=moved, failures=2), "crashed", None, NOW, 0).returns
    assert not setback(a_source(moved_url=moved, failures=2), "broken", None, NOW, 0).returns
    assert not setback(a_source(moved_url=moved, failures=46), "unavailable", None, NOW, 0).returns
    assert setback(a_source(moved_url=moved, failures=47), "unavailable", None, NOW, 0).returns


@pytest.mark.parametrize("kind", ["missing", "gone", "unavailable", "invalid", "emptied"])
def test_only_a_missing_page_begins_to_be_missed_and_each_failure_keeps_its_name(kind) -> None:
    found = setback(a_source(), kind, None, NOW, 0)
    assert found.is_missing == (kind in {"missing", "gone"})
    assert found.kind == kind


def test_what_a_publisher_asked_for_is_remembered_as_asked() -> None:
    assert setback(a_source(), "unavailable", 7, NOW, 0).asked == timedelta(seconds=7)
    assert setback(a_source(), "unavailable", None, NOW, 0).asked == timedelta()
