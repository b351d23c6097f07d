"""A local document of any kind we read, as drafts. Pure: name and bytes in, drafts out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from bot.sources import frontmatter, markdown, page, parsing, plain
from bot.sources.decode import decode
from bot.sources.draft import Draft, Parsed
from bot.sources.furniture import without_furniture

TITLE_MAX = 200
NOTES_MAX = 20

_BODY_NAMES = ("body", "text", "content", "summary", "description", "النص", "متن")
_WORDS = frozenset({*_BODY_NAMES, "title", "headline", "items", "العنوان", "عنوان"})
_BINARY = 4_000  # bytes in which a file of no kind we know would show a zero
_IS_FEED = re.compile(r"\A\s*(?:<\?xml\b[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.S)
_IS_PAGE = re.compile(r"\A\s*(?:<!doctype\s+html|<html\b)", re.IGNORECASE)


def read(name: str, body: bytes) -> Parsed:
    """Read a document. Never raises for its content.

    Args:
        name: Its file name; the ending tells the kind where the content does not.
        body: Its bytes, in any charset of ``decode``.

    Returns:
        Its drafts in order. ``notes`` name what was broken, with the line where that is known;
        ``problem`` says why there was nothing to read.
    """
    ending = PurePath(name).suffix.lower()
    by_name = _READERS.get(ending)
    if by_name is None and b"\0" in body[:_BINARY]:
        return _unread(ending)
    decoded = decode(body)
    if not decoded.text.strip():
        return Parsed(problem="it is empty")
    reader = _by_content(decoded.text) or by_name
    if reader is None:
        return _unread(ending)
    found = reader(decoded.text, body)
    named = tuple(replace(d, source_name=d.source_name or name) for d in found.drafts)
    notes = decoded.notes + found.notes
    return replace(found, drafts=named, notes=tuple(dict.fromkeys(notes)))


_Reader = Callable[[str, bytes], Parsed]


def _unread(ending: str) -> Parsed:
    known = ", ".join(sorted(_READERS))
    return Parsed(problem=f"{ending or 'a name without ending'} is not a kind we read: {known}")


def _by_content(text: str) -> _Reader | None:
    # What people save as .txt is often the page or the feed itself.
    if _IS_FEED.match(text):
        return _feed
    if _IS_PAGE.match(text):
        return _page
    return _json if _is_json(text) else None


def _is_json(text: str) -> bool:
    """Whether it is an object with words, or lines of them; a text may begin with a bracket."""
    if not text.lstrip().startswith("{"):
        return False
    for beginning in (text.lstrip().partition("\n")[0], text):
        try:
            value = json.loads(beginning)
        except (ValueError, RecursionError):
            continue
        return isinstance(value, dict) and not _WORDS.isdisjoint(map(str.casefold, value))
    return False


def _text(text: str, _: bytes) -> Parsed:
    head = frontmatter.split(text)
    lines = plain.tidy(head.body).split("\n")
    return _article(head, lines)


def _markdown(text: str, _: bytes) -> Parsed:
    head = frontmatter.split(text)
    headings = (markdown.heading_of(line) for line in head.body.splitlines())
    title = head.title or next((words for words in headings if words), "")
    lines = markdown.text_of(head.body).split("\n")
    return _article(replace(head, title=title), lines)


def _page(text: str, _: bytes) -> Parsed:
    head = frontmatter.split(text) if text.lstrip().startswith(frontmatter.FENCE) else None
    found = page.read(head.body if head else text)
    if found is None or not (found.title or found.body):
        return Parsed(problem="there is no text on this page")
    merged = frontmatter.Head(
        body="",
        title=(head and head.title) or found.title,
        link=(head and head.link) or found.link,
        source=(head and head.source) or found.site,
        lang=(head and head.lang) or found.lang,
        published_at=(head and head.published_at) or found.published_at,
        notes=head.notes if head else (),
    )
    return _article(merged, found.body.split("\n"))


def _article(head: frontmatter.Head, lines: list[str]) -> Parsed:
    title, rest = (head.title, lines) if head.title else _titled(lines)
    if head.title and head.title in rest[:1]:  # said in the head and again as the heading
        rest = rest[1:]
    body = "\n".join(without_furniture(rest)).strip()
    if not title and not body:
        return Parsed(notes=head.notes, problem="it has a head but no text")
    return Parsed(drafts=(_draft(head, title, body),), notes=head.notes)


def _titled(lines: list[str]) -> tuple[str, list[str]]:
    """The first line is the title; a paragraph is too long for one and lends its beginning."""
    first = lines[0] if lines else ""
    if len(first) <= TITLE_MAX:
        return first, lines[1:]
    cut = first[:TITLE_MAX]
    sentence = re.match(r".{20,}?[.!?؟۔](?=\s|\Z)", cut)
    return (sentence[0] if sentence else f"{cut.rpartition(' ')[0] or cut}…"), lines


def _draft(head: frontmatter.Head, title: str, body: str) -> Draft:
    return Draft(
        title=title,
        body=body,
        link=head.link,
        lang=head.lang,
        source_name=head.source,
        published_at=head.published_at,
    )


def _feed(_: str, body: bytes) -> Parsed:
    return parsing.parse(body)


def _json_lines(text: str, _: bytes) -> Parsed:
    drafts: list[Draft] = []
    notes: list[str] = []
    # Not splitlines: JSON strings may hold U+2028 and its kin.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        found = _json_line(line)
        drafts += found.drafts
        notes += [f"line {number}: {note}" for note in (*found.notes, found.problem) if note]
    more = len(notes) - NOTES_MAX
    shown = notes[:NOTES_MAX] + ([f"and {more} more lines like these"] if more > 0 else [])
    problem = "" if drafts or shown else "it is empty"
    return Parsed(tuple(drafts), tuple(shown), problem)


def _json_line(line: str) -> Parsed:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Parsed(problem=f"no JSON ({getattr(error, 'msg', 'it is nested too deep')})")
    return _json_entry(value)


def _json_entry(value: object) -> Parsed:
    if isinstance(value, str):
        return _text(value, b"") if value.strip() else Parsed(problem="an empty text")
    if not isinstance(value, dict):
        return Parsed(problem=f"a {type(value).__name__} where an object was expected")
    words = {name.casefold(): text for name, text in value.items() if isinstance(text, str)}
    body = next((words[name] for name in _BODY_NAMES if words.get(name)), "")
    head = frontmatter.of_fields(words, plain.text_of(body))
    if not head.title and not head.body:
        return Parsed(problem="it has neither a title nor a body (text, content, summary)")
    title, rest = (head.title, [head.body]) if head.title else _titled(head.body.split("\n"))
    return Parsed(drafts=(_draft(head, title, "\n".join(rest).strip()),), notes=head.notes)


def _json(text: str, body: bytes) -> Parsed:
    try:
        value = json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        message = getattr(error, "msg", "broken")
        return (
            _json_lines(text, body)
            if "\n{" in text
            else Parsed(problem=f"line {line}: no JSON ({message})")
        )
    except RecursionError:
        return Parsed(problem="it is nested too deep")
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return parsing.parse(body)
    parts = [_json_entry(each) for each in (value if isinstance(value, list) else [value])]
    notes = [note for part in parts for note in (*part.notes, part.problem) if note]
    return Parsed(tuple(d for part in parts for d in part.drafts), tuple(notes[:NOTES_MAX]))


_READERS: dict[str, _Reader] = {
    ".txt": _text,
    ".text": _text,
    ".md": _markdown,
    ".markdown": _markdown,
    ".html": _page,
    ".htm": _page,
    ".xhtml": _page,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".json": _json,
    ".xml": _feed,
    ".rss": _feed,
    ".atom": _feed,
    ".rdf": _feed,
}
