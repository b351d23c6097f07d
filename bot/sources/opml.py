"""Lists of feeds as OPML (opml.org/spec2.opml), in and out.

Folders are outlines around feeds. What OPML has no word for (how often, which country) stands in
attributes of our own, which other readers pass over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from bot.core.model import Source
from bot.sources import bounds, plain
from bot.sources.decode import decode
from bot.sources.mistaken import what_it_is

MAX_BYTES = 20_000_000
_OURS = "urn:rasid:opml"
_TEXT_CHARS = 200
_LANG = re.compile(r"\A([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-]+)?\Z")
_NO_LANG = frozenset({"und", "mul", "zxx"})
_SLASH = "\u2215"  # that of a folder's own name: between two names stands a plain one
_OTHER_LISTS = frozenset({"include", "link"})


@dataclass(frozen=True, slots=True)
class Listed:
    """One feed of a list. ``interval_s`` is 0 where the list does not say."""

    url: str
    title: str = ""
    folder: str = ""
    lang: str = ""
    country: str = ""
    interval_s: int = 0
    private: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class Outlines:
    """What stood in a list.

    ``notes`` name, with their lines, what could not be read in it; ``problem`` says why there was
    nothing to read at all.
    """

    feeds: tuple[Listed, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""


def parse(body: bytes) -> Outlines:
    """Read a list in any charset of ``decode``. Never raises for its content."""
    if len(body) > MAX_BYTES:
        return Outlines(problem=f"the list has more than {MAX_BYTES:,} bytes")
    decoded = decode(body)
    if problem := bounds.forbidden(decoded.text):
        return Outlines(problem=f"the list was not read: {problem}")
    safe = bounds.bounded(decoded.text)
    if safe.problem:
        return Outlines(problem=f"the list was not read: {safe.problem}")
    root = bounds.tree(decoded.text)
    if root is None or _name(root.tag) != "opml":
        return Outlines(problem=f"this is no OPML: {what_it_is(decoded.text)}")
    notes = list(decoded.notes)
    if safe.broken_at:
        notes.append(f"line {safe.broken_at}: its XML is broken; what could be read was taken")
    # The declaration was taken off before the lines were counted.
    before = decoded.text.count("\n") - bounds.without_declaration(decoded.text).count("\n")
    return Outlines(tuple(_feeds(root, before, notes)), tuple(notes))


def _feeds(root: etree._Element, before: int, notes: list[str]) -> Iterator[Listed]:
    """Every feed in the order of the list, which begins ``before`` lines into its file."""
    for outline in root.iter("{*}outline"):
        facts, line = _facts(outline), before + (outline.sourceline or 0)
        if url := facts.get("xmlurl", "").strip():
            yield _listed(outline, facts, plain.storable(url), line)
        elif facts.get("type", "").lower() in _OTHER_LISTS and facts.get("url"):
            notes.append(f"line {line}: it leads to another list or page, which was not fetched")
        elif facts.get("type", "").lower() in {"rss", "atom"}:
            notes.append(f"line {line}: it names a feed without its address")


def _listed(outline: etree._Element, facts: dict[str, str], url: str, line: int) -> Listed:
    lang = _LANG.match(facts.get("language", "").strip())
    code = lang[1].lower() if lang else ""
    interval = facts.get("interval", "").strip()
    return Listed(
        url=url,
        title=_text(facts.get("title", "")) or _text(facts.get("text", "")),
        folder=_folder(outline) or _category(facts),
        lang="" if code in _NO_LANG else code,
        country=_text(facts.get("country", "")).lower(),
        interval_s=int(interval[:9]) if interval.isascii() and interval.isdigit() else 0,
        private=facts.get("private", "") == "true",
        line=line,
    )


def _facts(outline: etree._Element) -> dict[str, str]:
    """Its attributes; their names are written in any capitals."""
    return {_name(key): str(value) for key, value in outline.attrib.items()}


def _name(tag: object) -> str:
    return etree.QName(tag).localname.lower() if isinstance(tag, str) else ""


def _folder(outline: etree._Element) -> str:
    names = []
    for above in outline.iterancestors("{*}outline"):
        facts = _facts(above)
        if "xmlurl" not in facts:
            name = _text(facts.get("text", "")) or _text(facts.get("title", ""))
            names.append(name.replace("/", _SLASH))
    return "/".join(name for name in reversed(names) if name)


def _category(facts: dict[str, str]) -> str:
    """The first of its categories, which are paths too."""
    first = facts.get("category", "").partition(",")[0]
    return "/".join(part for name in first.split("/") if (part := _text(name)))


def _text(value: str) -> str:
    return " ".join(plain.storable(value).split())[:_TEXT_CHARS]


def written(feeds: Sequence[Source], now: datetime) -> bytes:
    """The list of ``feeds``: their folders in the order in which they first come."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"rasid": _OURS})
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "Rasid"
    etree.SubElement(head, "dateCreated").text = format_datetime(now)
    folders = {"": etree.SubElement(root, "body")}
    for feed in feeds:
        path = "/".join(filter(None, map(_text, feed.folder.split("/"))))
        etree.SubElement(_inside(folders, path), "outline", _attributes(feed))
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8") + b"\n"


def _inside(folders: dict[str, etree._Element], path: str) -> etree._Element:
    """The element of a folder, made with those around it where there is none yet."""
    if path not in folders:
        above, _, name = path.rpartition("/")
        title = name.replace(_SLASH, "/")
        folders[path] = etree.SubElement(_inside(folders, above), "outline", {"text": title})
    return folders[path]


def _attributes(feed: Source) -> dict[str, str]:
    name = _text(feed.name)
    found = {"type": "rss", "text": name, "title": name, "xmlUrl": feed.url}
    ours = {"country": feed.country, "private": "true" if feed.private else ""}
    found |= {"language": feed.lang} if feed.lang else {}
    found |= {f"{{{_OURS}}}{key}": value for key, value in ours.items() if value}
    return found | {f"{{{_OURS}}}interval": str(feed.interval_s)}
