"""What a seed says of itself at its top, in simple ``key: value`` lines.

Either between two lines of ``---``, or bare at the very top: ``Title: …``, ``العنوان: …``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.sources import dates, plain
from bot.sources.links import http_link

FENCE = "---"
# fmt: off
_FIELDS = {
    "title": "title", "headline": "title", "العنوان": "title", "عنوان": "title", "تیتر": "title",
    "url": "link", "link": "link", "الرابط": "link", "رابط": "link", "پیوند": "link",
    "date": "date", "published": "date", "التاريخ": "date", "تاريخ": "date", "تاریخ": "date",
    "source": "source", "المصدر": "source", "مصدر": "source", "منبع": "source",
    "lang": "lang", "language": "lang", "اللغة": "lang", "زبان": "lang",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Head:
    """The fields found, the text below them, and what could not be read (with its line)."""

    body: str
    title: str = ""
    link: str = ""
    source: str = ""
    lang: str = ""
    published_at: datetime | None = None
    notes: tuple[str, ...] = ()


def split(text: str) -> Head:
    """Part the head of ``text`` from its body. Text without a head comes back whole."""
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start < len(lines) and lines[start].strip() == FENCE:
        return _fenced(text, lines, start)
    end = start
    while end < len(lines) and _field(lines[end]):
        end += 1
    return _head(lines, range(start, end), end)


def of_fields(fields: dict[str, str], body: str) -> Head:
    """A head from fields already parted, as a line of JSON has them. Unknown names are ignored."""
    known = {_FIELDS[name]: value for name, value in fields.items() if name in _FIELDS}
    return _filled(body, {field: (value, "") for field, value in known.items()}, [])


def _fenced(text: str, lines: list[str], start: int) -> Head:
    ends = (i for i in range(start + 1, len(lines)) if lines[i].strip() == FENCE)
    end = next(ends, None)
    if end is None:
        note = f"line {start + 1}: front matter begins here and is never closed with ---"
        return Head(text, notes=(note,))
    inside = range(start + 1, end)
    if any(lines[row].strip() for row in inside) and not any(":" in lines[row] for row in inside):
        # Rules drawn around a line of the text itself.
        return Head("\n".join((*lines[start + 1 : end], *lines[end + 1 :])))
    return _head(lines, inside, end + 1)


def _head(lines: list[str], rows: range, body_from: int) -> Head:
    fields: dict[str, tuple[str, str]] = {}
    notes: list[str] = []
    for row in rows:
        line = lines[row]
        if found := _field(line):
            fields[found[0]] = (found[1], f"line {row + 1}: ")
        elif line.strip() and ":" not in line and not line.lstrip().startswith(("#", "-")):
            notes.append(f"line {row + 1}: {line.strip()[:60]!r} is no key: value")
    return _filled("\n".join(lines[body_from:]), fields, notes)


def _field(line: str) -> tuple[str, str] | None:
    """The field and its value when ``line`` is one of ours."""
    name, colon, value = line.partition(":")
    field = _FIELDS.get(name.strip().casefold()) if colon else None
    return (field, _unquoted(value.strip())) if field else None


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def _filled(body: str, fields: dict[str, tuple[str, str]], notes: list[str]) -> Head:
    date, where = fields.get("date", ("", ""))
    published_at = dates.written(date) if date else None
    if date and published_at is None:
        notes = [*notes, f"{where}date {date[:40]!r} is no date like 2021-07-07T10:00+03:00"]
    link, where = fields.get("link", ("", ""))
    if link and not http_link("", link):
        notes = [*notes, f"{where}link {link[:60]!r} does not begin with http:// or https://"]
    return Head(
        body=body,
        title=plain.tidy(fields.get("title", ("", ""))[0]).replace("\n", " "),
        link=http_link("", link),
        source=plain.tidy(fields.get("source", ("", ""))[0]),
        lang=fields.get("lang", ("", ""))[0].strip()[:16],
        published_at=published_at,
        notes=tuple(notes),
    )
