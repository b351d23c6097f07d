"""Words of time against the date of the entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.times import REGION
from tests.core.measuring_facts import read

FIRST = datetime(2004, 2, 29, tzinfo=UTC)
AT = datetime(2025, 6, 18, 9, tzinfo=UTC)  # a Wednesday, noon in the region


def told(text: str, at: datetime = AT) -> tuple[str, str] | None:
    found = read(text, at=at).when
    if found is None:
        return None
    first, last = (moment.astimezone(REGION) for moment in found)
    return f"{first:%m-%d %H:%M}", f"{last:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("قصف أمس", "06-17 00:00", "06-18 00:00"),
        ("قصف مساء الإثنين", "06-16 16:00", "06-17 00:00"),
        ("قصف فجر اليوم", "06-18 00:00", "06-18 07:00"),
        ("قصف قبل يومين", "06-16 00:00", "06-17 00:00"),
        ("قصف قبل خمسة أيام", "06-13 00:00", "06-14 00:00"),
        ("3 days ago rockets fell", "06-15 00:00", "06-16 00:00"),
        ("Rockets fell last night", "06-17 18:00", "06-18 06:00"),
        ("Rockets fell on Wednesday", "06-18 00:00", "06-18 12:00"),
        ("Rockets fell on Thursday", "06-12 00:00", "06-13 00:00"),
        ("Rockets fell on 28 May", "05-28 00:00", "05-29 00:00"),
        ("Rockets fell on December 30", "12-30 00:00", "12-31 00:00"),
        ("دیشب موشک پرتاب شد", "06-17 18:00", "06-18 06:00"),
        ("dün gece roket düştü", "06-17 18:00", "06-18 06:00"),
        ("دوێنێ مووشەکێک کەوت", "06-17 00:00", "06-18 00:00"),
        ("אתמול בערב נפלה רקטה", "06-17 16:00", "06-18 00:00"),
        ("سقط صاروخ في الساعة 21:30 من مساء أمس", "06-17 21:30", "06-17 22:29"),
        ("سقط صاروخ عند الثامنة من مساء أمس", "06-17 20:00", "06-17 20:59"),
        ("Rockets fell minutes ago", "06-18 11:40", "06-18 12:00"),
        ("سقطت صواريخ قبل دقائق", "06-18 11:40", "06-18 12:00"),
        ("دقایقی پیش موشک پرتاب شد", "06-18 11:40", "06-18 12:00"),
        ("An hour ago rockets fell", "06-18 00:00", "06-18 12:00"),
    ],
)
def test_words_of_time_are_resolved(text: str, first: str, last: str) -> None:
    assert told(text) == (first, last)


@pytest.mark.parametrize("text", ["سقوط صاروخ", "Rockets may fall", "قصف غدا", "3:15 rockets"])
def test_without_words_of_time_there_is_no_when(text: str) -> None:
    assert told(text) is None


def test_an_earlier_day_told_behind_is_another_event() -> None:
    title, body = "قصف المعسكر", "قصف صاروخي طال المعسكر. وأمس الثلاثاء أعلن الجيش إسقاط مسيرة."
    assert read(title, body, AT).when is None


def test_without_a_date_words_of_time_tell_nothing() -> None:
    assert read("قصف أمس").when is None


def test_a_day_that_no_month_has_is_no_date() -> None:
    assert told("Rockets fell on 31 February") is None


@pytest.mark.parametrize("clock", ["06:47", "11:30", "15:20", "20:00", "00:20"])
@pytest.mark.parametrize(
    ("phrase", "same"),
    [
        ("مساء اليوم", "هذا المساء"),
        ("مساء اليوم", "this evening"),
        ("مساء اليوم", "bu akşam"),
        ("صباح اليوم", "هذا الصباح"),
        ("عصر اليوم", "هذا العصر"),
        ("الليلة", "هذه الليلة"),
    ],
)
def test_one_time_in_other_words_is_one_time(phrase: str, same: str, clock: str) -> None:
    hour, minute = map(int, clock.split(":"))
    at = datetime(2025, 6, 18, hour, minute, tzinfo=REGION)
    assert told(f"صواريخ {phrase}", at) == told(f"صواريخ {same}", at) is not None


@pytest.mark.parametrize(
    ("clock", "first", "last"),
    [
        ("06:47", "06-17 16:00", "06-18 06:47"),
        ("00:20", "06-17 16:00", "06-18 00:20"),
        ("15:20", "06-18 16:00", "06-19 00:00"),
        ("20:00", "06-18 16:00", "06-18 20:00"),
    ],
)
def test_this_evening_told_before_it_is_the_last_or_now(clock: str, first: str, last: str) -> None:
    hour, minute = map(int, clock.split(":"))
    at = datetime(2025, 6, 18, hour, minute, tzinfo=REGION)
    assert told("قصف مساء اليوم", at) == (first, last)


MOMENTS = st.integers(0, 30 * 366 * 24).map(lambda hours: FIRST + timedelta(hours=hours))
TIMES = st.sampled_from(
    ["أمس", "فجر اليوم", "مساء الجمعة", "last night", "on Tuesday", "29 February", "bu sabah"]
)


@given(MOMENTS, TIMES)
def test_only_the_past_is_told(at: datetime, words: str) -> None:
    found = read(f"Rockets fell {words}", at=at).when
    assert found is None or found.earliest <= found.latest
    assert found is None or found.earliest <= at + timedelta(hours=1)


@pytest.mark.parametrize(
    "at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)]
)
@pytest.mark.parametrize("hours", [-12, 0, 14])
@pytest.mark.parametrize("text", ["قصف فجر أمس", "Rockets three days ago", "Rockets last night"])
def test_at_the_ends_of_time_nothing_breaks(at: datetime, hours: int, text: str) -> None:
    dated = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    found = read(text, at=dated).when
    assert found is None or found.earliest <= found.latest <= dated
