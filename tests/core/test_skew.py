from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.model import Habits
from bot.core.skew import learnt, note
from tests.making import an_entry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIVE_MIN = timedelta(minutes=5)
NONE = Habits()


def after(*ahead_min: float, habits: Habits = NONE, since: datetime | None = None) -> Habits:
    """What is known of a feed whose new entries were dated so many minutes ahead of each poll."""
    for ahead in ahead_min:
        fresh = [an_entry(stated_at=NOW + timedelta(minutes=ahead))]
        habits = learnt(habits, fresh, since or NOW - FIVE_MIN, NOW)
    return habits


@pytest.mark.parametrize(
    ("ahead_min", "skew_h"),
    [
        ([178, 179, 177, 176, 180], 3),
        ([178, 179, 177, 176], 0),
        ([-302, -304, -301, -303, -300], -5),
        ([-2, -1, 0, -4, -3], 0),
        ([178, 179, -2, 177, 176, 180], 0),  # not constant
        ([178, 238, 177, 237, 176, 236], 0),  # never twice the same
        ([150, 151, 152, 149, 150], 0),  # no whole hours
        ([-40, -95, -130, -20, -75], 0),  # only slow
        ([1500, 1501, 1502, 1499, 1500], 0),  # no zone is that far away
    ],
)
def test_a_constant_skew_of_whole_hours_is_learnt_from_five_polls(
    ahead_min: list[float], skew_h: int
) -> None:
    assert after(*ahead_min).skew_h == skew_h


def test_a_feed_that_is_filled_again_with_what_is_an_hour_old_is_not_skewed() -> None:
    hour_old = [an_entry(stated_at=NOW - timedelta(minutes=61))] * 35
    assert learnt(NONE, hour_old, NOW - FIVE_MIN, NOW).skew_h == 0


def test_what_one_entry_says_otherwise_than_the_others_of_its_poll_does_not_count() -> None:
    habits = NONE
    for _ in range(5):
        dates = [NOW + timedelta(minutes=179)] * 3 + [NOW - timedelta(days=2)]
        habits = learnt(habits, [an_entry(stated_at=at) for at in dates], NOW - FIVE_MIN, NOW)
    assert habits.skew_h == 3


def test_a_skew_that_ends_or_changes_is_learnt_anew() -> None:
    summer = after(*[179] * 5)
    assert after(*[119] * 4, habits=summer).skew_h == 3
    assert after(*[119] * 5, habits=summer).skew_h == 2
    assert after(*[-1] * 5, habits=summer).skew_h == 0


def test_the_operator_is_told_when_it_is_learnt_and_when_it_ends() -> None:
    skewed = after(*[179] * 5)
    assert "+3 h" in note(Habits(), skewed)
    assert "right again" in note(skewed, Habits())
    assert note(skewed, after(179, habits=skewed)) == ""


def test_nothing_is_learnt_where_the_last_poll_is_long_ago_or_was_none() -> None:
    assert after(*[179] * 9, since=NOW - timedelta(hours=1)).skew_h == 0
    entries = [an_entry(stated_at=NOW + timedelta(hours=3))] * 9
    assert learnt(Habits(), entries, None, NOW) == Habits()
    assert learnt(Habits(), [an_entry(stated_at=None)] * 9, NOW - FIVE_MIN, NOW) == Habits()
