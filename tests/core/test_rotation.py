from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Backup
from bot.core.rotation import is_due, newest_first, superfluous

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def made(*ago: timedelta) -> list[Backup]:
    return [Backup(f"b{n}", NOW - back, 1) for n, back in enumerate(ago)]


def kept(backups: list[Backup], hourly: int = 24, daily: int = 14) -> list[Backup]:
    gone = superfluous(backups, NOW, hourly, daily)
    return [b for b in backups if b not in gone]


def test_the_newest_of_each_hour_and_of_each_day_is_kept() -> None:
    backups = made(*(n * HOUR / 2 for n in range(24 * 2 * 20)))
    left = kept(backups)
    assert len({b.taken_at.replace(minute=0) for b in left if NOW - b.taken_at < DAY}) == 24
    assert len({b.taken_at.date() for b in left}) == 14
    assert len(left) == 24 + 12


def test_after_a_week_without_power_as_many_are_left_as_before() -> None:
    assert len(kept(made(*(7 * DAY + n * HOUR for n in range(100))), daily=0)) == 24


def test_one_from_the_future_is_the_last_that_is_trusted_and_no_reason_to_wait() -> None:
    backups = made(-DAY, HOUR / 2, DAY)
    assert [b.name for b in newest_first(backups, NOW)] == ["b1", "b2", "b0"]
    assert is_due(made(-DAY), NOW, HOUR)
    assert not is_due(backups, NOW, HOUR)


@given(
    st.lists(st.integers(-100_000, 10_000_000), max_size=60, unique=True),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_the_newest_is_never_deleted_and_no_more_is_kept_than_was_asked(
    seconds: list[int], hourly: int, daily: int
) -> None:
    backups = made(*(timedelta(seconds=s) for s in seconds))
    left = kept(backups, hourly, daily)
    assert len(left) <= max(1, hourly + daily)
    assert newest_first(backups, NOW)[:1] == newest_first(left, NOW)[:1]
