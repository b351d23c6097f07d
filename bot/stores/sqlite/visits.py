"""What is known of a source's visits, as it stands in its row: short lists of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.model import Course, Hints, Move, Rhythm, Setback
from bot.stores.sqlite.times import MS, at_or_none, ms_or_none


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
        "wait": row["wait_ms"] * MS,
        "rhythm": _rhythm(row["rhythm"]),
        "hints": _hints(row["hints"]),
        "held": row["held"],
        "failure": row["failure"],
        "missing_since": at_or_none(row["missing_since"]),
        "gone_at": at_or_none(row["gone_at"]),
        "whole_at": at_or_none(row["whole_at"]),
    }


def _move(text: str) -> Move:
    if not text:
        return Move()
    url, polls, since, last = json.loads(text)
    return Move(url, polls, at_or_none(since), at_or_none(last))


def _rhythm(text: str) -> Rhythm:
    if not text:
        return Rhythm()
    learnt, days, counts = json.loads(text)
    return Rhythm(tuple(counts), days, at_or_none(learnt))


def _hints(text: str) -> Hints:
    if not text:
        return Hints()
    ttl_s, update_s, hours, days = json.loads(text)
    return Hints(ttl_s, update_s, tuple(hours), tuple(days))


def course_row(course: Course) -> dict[str, object]:
    """What a visit that worked leaves behind."""
    return {
        "due_at": ms_or_none(course.due_at),
        "quick_at": ms_or_none(course.quick_at),
        "earliest_at": ms_or_none(course.earliest_at),
        "wait_ms": course.wait // MS,
        "rhythm": _rhythm_text(course.rhythm),
        "hints": _hints_text(course.hints),
        "held": course.held,
        "move": _move_text(course.move),
    }


def _rhythm_text(rhythm: Rhythm) -> str:
    if rhythm == Rhythm():
        return ""
    return _short([ms_or_none(rhythm.learnt_at), rhythm.days, rhythm.counts])


def _hints_text(hints: Hints) -> str:
    if hints == Hints():
        return ""
    return _short([hints.ttl_s, hints.update_s, hints.skip_hours, hints.skip_days])


def _move_text(move: Move) -> str:
    if move == Move():
        return ""
    return _short([move.url, move.polls, ms_or_none(move.since), ms_or_none(move.last_at)])


def _short(values: list[object]) -> str:
    return json.dumps(values, separators=(",", ":"))


def setback_row(setback: Setback, now: datetime) -> dict[str, object]:
    """What a visit that failed leaves behind."""
    return {
        "failure": setback.kind,
        "earliest_at": ms_or_none(now + setback.asked),
        "is_missing": int(setback.is_missing),
        "is_gone": int(setback.is_gone),
        "returns": int(setback.returns),
    }
