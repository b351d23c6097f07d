"""What a publisher says of how often it wants to be visited: in its headers and in its document."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.core.model import Hints
from bot.sources.failures import http_date

_PERIODS_S = {
    b"hourly": 3_600,
    b"daily": 86_400,
    b"weekly": 604_800,
    b"monthly": 2_592_000,
    b"yearly": 31_536_000,
}
_MOST_S = 31_536_000
_DAYS = (b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday")
# What is said of the feed stands before its first entry, seldom after its last.
_ENTRY = re.compile(rb"<(?:[\w.-]{1,30}:)?(?:item|entry)\b", re.IGNORECASE)
_LAST_ENTRY = re.compile(rb".*</(?:[\w.-]{1,30}:)?(?:item|entry)\s*>", re.IGNORECASE | re.DOTALL)
_HEAD, _TAIL = 65_536, 4_096
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_NEVER = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.IGNORECASE)


def of_headers(headers: Mapping[str, str]) -> float:
    """Seconds for which an answer says it is good; 0 where it says nothing.

    Args:
        headers: With lower-case names. ``max-age`` goes before ``Expires``, which is reckoned on
            the server's own clock; what the answer has aged in a cache is taken off.
    """
    control = headers.get("cache-control", "")
    if _NEVER.search(control):
        return 0.0
    stated = _MAX_AGE.search(control)
    if stated is None:
        return _until(headers.get("expires", ""), headers.get("date", ""))
    age = headers.get("age", "").strip()
    aged = int(age[:12]) if age.isascii() and age.isdigit() else 0
    return float(min(max(int(stated[1]) - aged, 0), _MOST_S))


def _until(expires: str, date: str) -> float:
    until, since = http_date(expires), http_date(date)
    if until is None or since is None:
        return 0.0
    return min(max((until - since).total_seconds(), 0.0), float(_MOST_S))


def of_document(body: bytes) -> Hints:
    """What the document of a feed says: ``ttl``, ``skipHours``, ``skipDays`` and ``sy:``.

    Any bytes will do: names and numbers are ASCII in every encoding feeds come in, and where each
    letter takes two bytes one of them is nothing.
    """
    text = _about_the_feed(body)
    return Hints(
        ttl_s=min(_number(text, b"ttl") * 60, _MOST_S),
        update_s=_update_s(text),
        skip_hours=_hours(text),
        skip_days=_days(text),
    )


def _about_the_feed(body: bytes) -> bytes:
    head = body[:_HEAD].replace(b"\0", b"")
    first = _ENTRY.search(head)
    if first is None:
        return head
    tail = body[-_TAIL:].replace(b"\0", b"")
    last = _LAST_ENTRY.match(tail)
    return head[: first.start()] + (tail[last.end() :] if last else b"")


def _texts(text: bytes, name: bytes) -> list[bytes]:
    pattern = rb"<(?:[\w.-]{1,30}:)?" + name + rb"(?:\s[^<>]{0,500})?>\s{0,100}([^<>\s]{1,20})"
    return re.findall(pattern, text, re.IGNORECASE)


def _number(text: bytes, name: bytes) -> int:
    return next((int(found) for found in _texts(text, name) if found.isdigit()), 0)


def _update_s(text: bytes) -> int:
    """The period between two updates; where only a frequency is given it is a day's."""
    periods = _texts(text, b"updatePeriod")
    often = _number(text, b"updateFrequency")
    if not periods and not often:
        return 0
    period_s = _PERIODS_S.get(periods[0].lower(), 0) if periods else _PERIODS_S[b"daily"]
    return period_s // max(often, 1)


def _within(text: bytes, name: bytes) -> bytes:
    found = re.search(rb"<" + name + rb"\s*>(.{0,4000}?)</" + name, text, re.IGNORECASE | re.DOTALL)
    return found[1] if found else b""


def _hours(text: bytes) -> tuple[int, ...]:
    """Hours of GMT; midnight is 0, and 24 in the first version of the format."""
    found = (int(hour) for hour in _texts(_within(text, b"skipHours"), b"hour") if hour.isdigit())
    return tuple(sorted({hour % 24 for hour in found if hour <= 24}))


def _days(text: bytes) -> tuple[int, ...]:
    found = {day.lower() for day in _texts(_within(text, b"skipDays"), b"day")}
    return tuple(number for number, name in enumerate(_DAYS) if name in found)
