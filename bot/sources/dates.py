"""Dates that can be believed. A date is never guessed: it is one, or there is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.zones import zone_of

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
# Publishers' clocks run ahead by minutes; whoever is hours ahead has the wrong zone or a lie.
AHEAD = timedelta(minutes=10)

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_SLASHES = re.compile(r"\A(\d{4})[/.](\d{1,2})[/.](\d{1,2})\b")
_ZONE = re.compile(
    r"(?:Z|:\d{2}(?:[.,]\d+)?\s*[+-]\d{2}(?::?\d{2})?|\b(?!AM|PM)[A-Z]{2,5})\s*(?:\([^)]*\))?\Z",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\A[A-Za-z]{3,9},?\s+(?=\d)")
_DAY_FIRST = re.compile(r"\A(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")


def believable(now: datetime, *candidates: datetime | None) -> datetime | None:
    """The first of ``candidates`` that is neither before 2000 nor over 10 minutes ahead of now."""
    for candidate in candidates:
        if candidate is not None and EARLIEST <= candidate <= now + AHEAD:
            return candidate
    return None


def written(text: str) -> datetime | None:
    """A date as people and programs write it, in UTC; ``None`` when it is none.

    Reads ISO 8601, ``2021/07/07``, ``07.07.2021`` (day first), RFC 2822, and Arabic or Persian
    digits. A time without a zone is UTC.
    """
    plain = text.strip().translate(_DIGITS)
    found = _iso(_with_hyphens(plain)) or _mail(plain)
    if found is None:
        return None
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:  # the zone would carry it out of the calendar
        return None


def is_zoneless(text: str) -> bool:
    """Whether a written date says no zone: neither ``Z`` nor ``+03:00`` nor ``GMT``."""
    plain = text.strip().translate(_DIGITS)
    return bool(plain) and not _ZONE.search(plain)


def placed(at: datetime | None, zone: str) -> datetime | None:
    """A time that was read as UTC for want of a zone, as one of ``zone``."""
    if at is None or not (found := zone_of(zone)):
        return at
    try:
        return at.replace(tzinfo=found).astimezone(UTC)
    except OverflowError:
        return None


def shifted(at: datetime | None, by: timedelta) -> datetime | None:
    """``at`` moved, ``None`` where that leaves the calendar."""
    try:
        return at + by if at is not None else None
    except OverflowError:
        return None


def _with_hyphens(text: str) -> str:
    if match := _SLASHES.match(text):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.match(text):
        day, month, year = match.groups()
    else:
        return text
    return f"{year}-{int(month):02}-{int(day):02}{text[match.end() :]}"


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    try:
        # The library reads no day of the week before a time without a zone.
        return parsedate_to_datetime(_WEEKDAY.sub("", text))
    except (TypeError, ValueError, IndexError):
        return None
