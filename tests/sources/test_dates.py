from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.dates import believable, is_zoneless, placed, shifted, written

NOW = datetime(2024, 1, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2021-07-07", datetime(2021, 7, 7, tzinfo=UTC)),
        ("2021-07-07T16:30:00+03:00", datetime(2021, 7, 7, 13, 30, tzinfo=UTC)),
        ("2021-07-07 16:30", datetime(2021, 7, 7, 16, 30, tzinfo=UTC)),
        ("2021/7/7", datetime(2021, 7, 7, tzinfo=UTC)),
        ("7.7.2021 10:00", datetime(2021, 7, 7, 10, tzinfo=UTC)),
        ("٢٠٢١-٠٧-٠٧", datetime(2021, 7, 7, tzinfo=UTC)),
        ("۲۰۲۱/۰۷/۰۷", datetime(2021, 7, 7, tzinfo=UTC)),
        ("Wed, 07 Jul 2021 13:30:00 GMT", datetime(2021, 7, 7, 13, 30, tzinfo=UTC)),
        ("Wed, 07 Jul 2021 16:30:00 +0300", datetime(2021, 7, 7, 13, 30, tzinfo=UTC)),
        ("yesterday", None),
        ("2021-13-40", None),
        ("", None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, found: datetime | None) -> None:
    assert written(text) == found


@pytest.mark.parametrize("day", ["Sun, ", "Sun ", "Sunday, ", ""])
def test_a_day_of_the_week_before_a_time_without_a_zone_takes_nothing_away(day: str) -> None:
    assert written(f"{day}22 Nov 2026 22:20:00") == datetime(2026, 11, 22, 22, 20, tzinfo=UTC)


def test_a_date_is_believed_within_reason_only() -> None:
    assert believable(NOW, NOW + timedelta(minutes=10)) == NOW + timedelta(minutes=10)
    assert believable(NOW, NOW + timedelta(minutes=11)) is None
    assert believable(NOW, datetime(1999, 12, 31, tzinfo=UTC)) is None
    assert believable(NOW, None, None) is None


def test_the_date_of_the_update_stands_in_for_one_that_cannot_be_believed() -> None:
    assert believable(NOW, datetime(1970, 1, 1, tzinfo=UTC), NOW) == NOW


@given(st.text(max_size=40))
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    found = written(text)
    assert found is None or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "zoneless"),
    [
        ("2021-07-07T16:30:00", True),
        ("2021-07-07", True),
        ("Wed, 07 Jul 2021 16:30:00", True),
        ("07/07/2021 4:30 PM", True),
        ("٢٠٢١-٠٧-٠٧ ١٠:٠٠", True),
        ("2021-07-07T16:30:00Z", False),
        ("2021-07-07T16:30:00.123+03:00", False),
        ("2021-07-07 16:30+03", False),
        ("Wed, 07 Jul 2021 16:30:00 +0300", False),
        ("Wed, 07 Jul 2021 16:30:00 GMT", False),
        ("Wed, 07 Jul 2021 16:30:00 -0500 (EST)", False),
        ("", False),
    ],
)
def test_a_date_says_its_zone_or_does_not(text: str, zoneless: bool) -> None:
    assert is_zoneless(text) is zoneless


@pytest.mark.parametrize(
    ("zone", "hour"), [("Asia/Baghdad", 9), ("+03:00", 9), ("-0430", 16), ("UTC+2", 10)]
)
def test_a_time_without_zone_is_of_the_zone_its_feed_was_given(zone: str, hour: int) -> None:
    found = placed(NOW, zone)
    assert found is not None
    assert (found.hour, found.utcoffset()) == (hour, timedelta(0))


def test_summer_time_counts() -> None:
    assert placed(datetime(2024, 7, 1, 12, tzinfo=UTC), "Europe/Berlin").hour == 10  # type: ignore[union-attr]


def test_what_leaves_the_calendar_is_no_date() -> None:
    assert placed(datetime(1, 1, 1, tzinfo=UTC), "+03:00") is None
    assert shifted(datetime(1, 1, 1, tzinfo=UTC), timedelta(hours=-3)) is None
    assert placed(None, "+03:00") is None
