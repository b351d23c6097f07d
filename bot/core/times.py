"""When it happened: words of time resolved against the date of the entry.

Days and hours are those of the region; what is told comes back in UTC. Only the past is resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from bot.core.lead import Lead, Sign
from bot.core.model import When
from bot.core.morphology import is_stop_word

# Baghdad, Riyadh, Kuwait, Doha, Sanaa, Damascus, Amman, Istanbul; Tehran and Beirut are near.
REGION = timezone(timedelta(hours=3))
_KINDS = ("day", "weekday", "part", "month", "hour", "ago")
_DATES = {"day", "weekday", "month"}
_BESIDE = 2  # tokens between the words of one time: "مساء يوم الإثنين"
_DAY = timedelta(days=1)
_NOON = 12
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)\b")
_ROUGH = timedelta(minutes=59)  # a stated hour is a rounded one
_AGO = {
    "minutes": timedelta(minutes=20),
    "hour": timedelta(hours=12),
    "week": timedelta(days=14),
}
_LATE = timedelta(hours=1)  # clocks differ, and entries are dated late


class _Word(NamedTuple):
    """A sign of time with its kind."""

    kind: str
    sign: Sign


def when(lead: Lead, at: datetime) -> When | None:
    """When the event was, by the first words of time that tell it; ``None`` if none do.

    Args:
        lead: The lead of the report.
        at: The date of the entry, aware.
    """
    try:
        return _first_told(lead, at.astimezone(REGION))
    except OverflowError:
        return None  # dated in the first or the last year there is


def _first_told(lead: Lead, local: datetime) -> When | None:
    for group in _groups(lead):
        told = _resolved(group, lead, local)
        if told is not None:
            return When(told[0].astimezone(UTC), told[1].astimezone(UTC))
    return None


def _groups(lead: Lead) -> Iterator[list[_Word]]:
    """Words of time that stand together tell one time."""
    words = [_Word(kind, sign) for kind in _KINDS for sign in lead.of(kind)]
    group: list[_Word] = []
    for word in sorted(words, key=lambda word: word.sign[:2]):
        if group and not _is_beside(group[-1].sign, word.sign, lead):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _is_beside(one: Sign, other: Sign, lead: Lead) -> bool:
    if other.start < one.end:
        return True
    return other.start - one.end <= _BESIDE and not lead.stops(one.end, other.start)


def _resolved(group: Sequence[_Word], lead: Lead, at: datetime) -> tuple[datetime, datetime] | None:
    told = {word.kind: word.sign for word in reversed(group)}
    if "ago" in told and not _DATES & told.keys():
        return _ago(told["ago"], lead, at)
    midnight = _day(told, group, lead, at)
    if midnight is None:
        return None
    hours = _hours(told, group, lead)
    found = _clipped(midnight, hours, at, dated=bool(_DATES & told.keys()))
    if found is None and "day" in told and not {"weekday", "month"} & told.keys():
        # "This evening" told in the morning: the one before, or loosely said of just now.
        return midnight + hours[0] - _DAY, at
    return found


# ── the day ──────────────────────────────────────────────────────────────────────────────────


def _day(
    told: dict[str, Sign], group: Sequence[_Word], lead: Lead, at: datetime
) -> datetime | None:
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if "month" in told:
        return _date(told["month"], lead, today)
    if "weekday" in told:
        back = (today.weekday() - int(told["weekday"].value)) % 7
        return today - back * _DAY
    if "day" in told:
        return today + int(told["day"].value) * _DAY
    return today if "part" in told or _clock(group, lead) is not None else None


def _date(month: Sign, lead: Lead, today: datetime) -> datetime | None:
    """8 آب, 28 August, August 28: the last one there was; nothing without a day."""
    for at in (month.start - 1, month.end):
        word = lead.word(at) if 0 <= at < lead.end else ""
        if word.isdecimal() and len(word) < 3 and not lead.pauses(min(at + 1, month.start), at):
            return _last_such(int(month.value), int(word), today)
    return None


def _last_such(month: int, day: int, today: datetime) -> datetime | None:
    for year in (today.year, today.year - 1):
        try:
            date = today.replace(year=year, month=month, day=day)
        except ValueError:
            return None
        if date <= today:
            return date
    return None


# ── the hours ────────────────────────────────────────────────────────────────────────────────


def _hours(
    told: dict[str, Sign], group: Sequence[_Word], lead: Lead
) -> tuple[timedelta, timedelta]:
    """From and to which time of the day."""
    first, last = timedelta(0), _DAY
    if "part" in told:
        start, _, end = told["part"].value.partition("-")
        first, last = timedelta(hours=int(start)), timedelta(hours=int(end))
    clock = _clock(group, lead)
    if clock is None:
        return first, last
    if clock < timedelta(hours=_NOON) and first >= timedelta(hours=_NOON - 1):
        clock += timedelta(hours=_NOON)  # eight in the evening
    return clock, clock + _ROUGH


def _clock(group: Sequence[_Word], lead: Lead) -> timedelta | None:
    """The hour that stands in or right before the words of time."""
    for word in group:
        if word.kind == "hour":
            return timedelta(hours=int(word.sign.value))
    first, last = group[0].sign.start, group[-1].sign.end
    found = _CLOCK.search(lead.text(max(lead.clause(first), first - 4), last))
    if found is None or int(found[1]) > 23:
        return None
    return timedelta(hours=int(found[1]), minutes=int(found[2]))


def _clipped(
    midnight: datetime, hours: tuple[timedelta, timedelta], at: datetime, *, dated: bool
) -> tuple[datetime, datetime] | None:
    """The hours of that day; a bare part of the day is the last there was."""
    first, last = midnight + hours[0], midnight + hours[1]
    if first > at + _LATE:
        if dated and hours[1] <= _DAY:
            # "tonight" told before it: what is announced is no event, what is dated so is.
            return (first, last) if last - first <= 2 * _ROUGH else None
        first, last = first - _DAY, last - _DAY
    return first, max(first, min(last, at)) if first <= at else last


# ── ago ──────────────────────────────────────────────────────────────────────────────────────


def _ago(sign: Sign, lead: Lead, at: datetime) -> tuple[datetime, datetime] | None:
    if sign.value in _AGO:
        return at - _AGO[sign.value], at - (_DAY if sign.value == "week" else timedelta(0))
    days = _days_ago(sign, lead)
    if days is None:
        return None
    first = at.replace(hour=0, minute=0, second=0, microsecond=0) - days * _DAY
    return first, first + _DAY


def _days_ago(sign: Sign, lead: Lead) -> int | None:
    """How many, by the number before "days ago" or between "قبل" and "أيام"."""
    if sign.value == "before":
        after = [other for other in lead.valued("ago", "days") if other.start - sign.end == 1]
        return _days_ago_by(sign.end, lead) if after else None
    return _days_ago_by(sign.start - 1, lead) if _is_past(sign, lead) else None


def _is_past(days: Sign, lead: Lead) -> bool:
    """أيام is "days", and "days ago" only behind قبل; in other languages it says so itself."""
    text = lead.word(days.start)
    alone = days.end - days.start == 1
    return not alone or is_stop_word(text)


def _days_ago_by(at: int, lead: Lead) -> int | None:
    for sign in lead.of("number"):
        if sign.start <= at < sign.end and sign.value.isdecimal():
            return int(sign.value)
    word = lead.word(at) if 0 <= at < lead.end else ""
    return int(word) if word.isdecimal() and len(word) < 3 else None
