"""What is known of a source's visits, as it stands in its row: short lists of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.model import Course, Hints, Move, Rhythm, Setback

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def _ms(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MS


def _at(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else _EPOCH + milliseconds * _MS


def headers_text(headers: tuple[tuple[str, str], ...]) -> str:
    """Headers as the row has them."""
    return json.dumps(dict(headers))


def visit_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a source that its visits left behind, and how it is to be visited."""
    return {
        "urgent": bool(row["urgent"]),
        "pinned": bool(row["pinned"]),
        "headers": tuple(json.loads(row["headers"]).items()),
        "proxy": row["proxy"],
        "moved_url": row["moved_url"],
        "move": _move(row["move"]),
        "wait": row["wait_ms"] * _MS,
        "rhythm": _rhythm(row["rhythm"]),
        "hints": _hints(row["hints"]),
        "held": row["held"],
        "failure": row["failure"],
        "missing_since": _at(row["missing_since"]),
        "gone_at": _at(row["gone_at"]),
    }


def _move(text: str) -> Move:
    if not text:
        return Move()
    url, polls, since, last = json.loads(text)
    return Move(url, polls, _at(since), _at(last))


def _rhythm(text: str) -> Rhythm:
    if not text:
        return Rhythm()
    learnt, days, counts = json.loads(text)
    return Rhythm(tuple(counts), days, _at(learnt))


def _hints(text: str) -> Hints:
    if not text:
        return Hints()
    ttl_s, update_s, hours, days = json.loads(text)
    return Hints(ttl_s, update_s, tuple(hours), tuple(days))


def course_row(course: Course) -> dict[str, object]:
    """What a visit that worked leaves behind."""
    return {
        "due_at": _ms(course.due_at),
        "quick_at": _ms(course.quick_at),
        "earliest_at": _ms(course.earliest_at),
        "wait_ms": course.wait // _MS,
        "rhythm": _rhythm_text(course.rhythm),
        "hints": _hints_text(course.hints),
        "held": course.held,
        "move": _move_text(course.move),
    }


def _rhythm_text(rhythm: Rhythm) -> str:
    if rhythm == Rhythm():
        return ""
    return _short([_ms(rhythm.learnt_at), rhythm.days, rhythm.counts])


def _hints_text(hints: Hints) -> str:
    if hints == Hints():
        return ""
    return _short([hints.ttl_s, hints.update_s, hints.skip_hours, hints.skip_days])


def _move_text(move: Move) -> str:
    if move == Move():
        return ""
    return _short([move.url, move.polls, _ms(move.since), _ms(move.last_at)])


def _short(values: list[object]) -> str:
    return json.dumps(values, separators=(",", ":"))


def setback_row(setback: Setback, now: datetime) -> dict[str, object]:
    """What a visit that failed leaves behind."""
    return {
        "failure": setback.kind,
        "earliest_at": _ms(now + setback.asked),
        "is_missing": int(setback.is_missing),
        "is_gone": int(setback.is_gone),
        "returns": int(setback.returns),
    }
