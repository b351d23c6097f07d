"""Write down what the entries of feedparser's own test documents are.

    python tools/freeze_feeds.py FOLDER > tests/recordings/feedparser/expected.json

``FOLDER`` is the folder of that project that holds ``tests``. Each document says in a comment what
is expected of it, as an expression; where that names the id, link, title, date or text of an entry
its word holds, read from the expression and never evaluated. All else is what feedparser finds.
Only short hashes are written: the documents stay other people's.
"""

from __future__ import annotations

import ast
import calendar
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import feedparser

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.sources.feed_suite import Case, cases, facts, letters

_EXPECT = re.compile(rb"Expect:\s*(.*?)\s*-->", re.DOTALL)
_HTML = ("text/html", "application/xhtml+xml")
_MARKUP = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL | re.IGNORECASE)
_FIELDS = {
    "id": "id",
    "guid": "id",
    "link": "link",
    "title": "title",
    "summary": "summary",
    "description": "summary",
    "published_parsed": "published",
    "updated_parsed": "updated",
}


def main() -> None:
    """Print the frozen facts of every document, in the order of their names."""
    found = {case.name: entries(case) for case in cases(Path(sys.argv[1]))}
    lines = [f"{json.dumps(name)}: {json.dumps(told)}" for name, told in found.items()]
    print("{\n" + ",\n".join(lines) + "\n}")


def entries(case: Case) -> list[tuple[str, ...]]:
    """The facts of each entry of one document."""
    document = _parsed(case, case.headers)
    # An id is a name, not an address: nobody's place makes another of it.
    names = _parsed(case, {**case.headers, "content-location": ""})
    expected: dict[int, dict[str, Any]] = {}
    for index, field, value in stated(case.body):
        expected.setdefault(index, {})[field] = value
    return [
        _facts(entry, {**_found(entry), "id": named.get("id"), **expected.get(index, {})})
        for index, (entry, named) in enumerate(zip(document.entries, names.entries, strict=True))
    ]


def _parsed(case: Case, headers: dict[str, str]) -> Any:
    return feedparser.parse(io.BytesIO(case.body), response_headers=headers, sanitize_html=False)


def _found(entry: Any) -> dict[str, Any]:
    return {
        "link": entry.get("link"),
        "title": entry.get("title"),
        "summary": entry.get("summary"),
        "published": entry.get("published_parsed"),
        # feedparser's .get() passes the date of publication off as an update, and warns.
        "updated": entry["updated_parsed"] if "updated_parsed" in entry else None,  # noqa: SIM401
    }


def _facts(entry: Any, told: dict[str, Any]) -> tuple[str, ...]:
    title = _shown(told["title"], entry.get("title_detail"))
    full = entry.get("content", ())
    # Without a summary of its own an entry shows its content as one.
    summary = _shown(told["summary"], entry.get("summary_detail", full[0] if full else None))
    contents = [_shown(content.get("value"), content) for content in full]
    moment = _moment(told["published"]) or _moment(told["updated"])
    return facts(told["id"] or "", told["link"] or "", title, moment, _fullest(summary, contents))


def _shown(value: str | None, detail: Any) -> str:
    """What a reader sees of a value: of HTML the words, and of its drawings nothing."""
    if not value or (detail or {}).get("type") not in _HTML:
        return value or ""
    return unescape(_MARKUP.sub(" ", _DRAWING.sub(" ", value)))


def _fullest(summary: str, contents: Sequence[str]) -> str:
    """The text of an entry: its longest content, behind a summary that says something else."""
    longest = max(contents, key=lambda content: len(letters(content)), default="")
    said, whole = letters(summary), letters(longest)
    return longest if said in whole else f"{summary} {longest}" if said != whole else summary


def _moment(parsed: Any) -> datetime | None:
    if not parsed:
        return None
    return datetime.fromtimestamp(calendar.timegm(tuple(parsed)), tz=UTC)


def stated(body: bytes) -> Iterator[tuple[int, str, Any]]:
    """Entry, field and value of each ``entries[n]['field'] == value`` in a document's comment."""
    found = _EXPECT.search(body)
    try:
        tree = ast.parse(found[1].decode("utf-8").strip() if found else "", mode="eval")
    except (SyntaxError, UnicodeDecodeError):
        return
    if any(isinstance(node, ast.Or) for node in ast.walk(tree)):
        return  # such a comment states nothing for certain
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            yield from _equal(node.left, node.comparators[0])


def _equal(left: ast.expr, right: ast.expr) -> Iterator[tuple[int, str, Any]]:
    try:
        value = ast.literal_eval(right)
    except ValueError:
        return
    match left:
        case ast.Subscript(
            value=ast.Subscript(value=ast.Name("entries"), slice=ast.Constant(index)),
            slice=ast.Constant(name),
        ) if name in _FIELDS:
            yield index, _FIELDS[name], value


if __name__ == "__main__":
    main()
