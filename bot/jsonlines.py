"""Reports as JSON Lines: one object a line, each with an ``id`` and, perhaps, what it tells.

``{"id", "title"?, "body"?, "lang"?, "date"?, "source"?, "watches"?}``
Any other key is left unread, and said so once.
A line that is none is refused with its number, what is wrong, and how it is mended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from bot.errors import BotError

Json = Mapping[str, Any]

Note: TypeAlias = Callable[[str], None]

_KEYS = ("id", "title", "body", "lang", "date", "source", "watches")
_MEANT = {
    "title": ("headline", "head", "subject"),
    "body": ("text", "content", "summary", "description", "article"),
    "date": ("published", "published_at", "pubdate", "pub_date", "time", "timestamp", "created_at"),
    "lang": ("language",),
    "source": ("source_name", "publisher", "feed"),
}
_RIGHT = '{"id": "1", "title": "…", "date": "2026-11-22T10:00:00Z"}'


class LineError(BotError):
    """A line of the input is not what the contract says.

    Attributes:
        number: The line, from 1.
    """

    def __init__(self, number: int, message: str) -> None:
        super().__init__(f"line {number}: {message}")
        self.number = number


def read_lines(lines: Iterable[str], note: Note) -> Iterator[Json]:
    """The objects of a JSON Lines text; blank lines are skipped.

    Args:
        lines: The text.
        note: Told of every key that is not read, once.

    Raises:
        LineError: A line is no JSON object, or lacks what it needs.
    """
    return (value for _, value in _numbered(lines, note))


def read_stream(lines: Iterable[str], note: Note) -> Iterator[Json]:
    """The same where one report is told from another, and when it came counts.

    Raises:
        LineError: As ``read_lines``; or an id comes twice, or a date is none.
    """
    seen: dict[str, int] = {}
    for number, value in _numbered(lines, note):
        first = seen.setdefault(str(value["id"]), number)
        if first != number:
            told = f'"id" {value["id"]!r} stands in line {first} already'
            raise LineError(number, f"{told}: give every report its own")
        if value.get("date") not in (None, "") and date_of(value) is None:
            told = f'"date" {value["date"]!r} is no date'
            raise LineError(number, f"{told}: write 2026-11-22T10:00:00Z, or leave it out")
        yield value


def date_of(row: Json) -> datetime | None:
    """The date of a row, in UTC where it names no zone; ``None`` without one that can be read."""
    try:
        at = datetime.fromisoformat(str(row.get("date")))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_seeds(lines: Iterable[str]) -> bool:
    """Whether these are the lines of a seeds file: objects, and no ``"id"`` in any of them."""
    found = False
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            if "id" in value:
                return False
            found = True
    return found


def _numbered(lines: Iterable[str], note: Note) -> Iterator[tuple[int, Json]]:
    known = set(_KEYS)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            value = _object(number, line)
            for key in value.keys() - known:
                known.add(key)
                note(f"line {number}: {_unread(key)}")
            yield number, value


def _unread(key: str) -> str:
    meant = next((name for name, others in _MEANT.items() if key.lower() in others), "")
    told = f'"{key}" is not read'
    return f'{told}: write "{meant}"' if meant else f"{told}; these are: {', '.join(_KEYS)}"


def _object(number: int, line: str) -> Json:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise LineError(number, f"not JSON: {error}; write one object a line: {_RIGHT}") from error
    if not isinstance(value, dict):
        raise LineError(number, f"not an object, write {_RIGHT}")
    if "id" not in value:
        raise LineError(number, 'it has no "id": add one, such as "id": "1"')
    for key in ("title", "body"):
        if not isinstance(value.get(key, ""), str | None):
            raise LineError(number, f'"{key}" must be text: put it in quotation marks')
    queries = value.get("watches") or []
    if not (isinstance(queries, list) and all(isinstance(query, str) for query in queries)):
        raise LineError(number, '"watches" must be a list of texts: ["…"]')
    return value
