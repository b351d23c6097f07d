"""Is this document safe to hand to the feed parser, and is it short enough?

The feed parser is thorough and slow; some documents of a megabyte keep it busy for many seconds.
lxml reads the same ones in hundredths of a second, so it looks first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape

from lxml import etree

from bot.sources import dates

MAX_ENTRIES = 500
MAX_ATTRIBUTES = 200
MAX_DEPTH = 256
# The feed parser needs 20 us a tag (measured, feedparser 6.0.14): this is four seconds of it.
MAX_TAGS = 200_000

# What comes before the first element; the feed parser looks for entities in the same place.
_ROOT = re.compile(r"<[^\W\d]")
_DECLARES = re.compile(r"<!ENTITY|<!DOCTYPE[^>\[]*\[", re.IGNORECASE)
# A tag this long without a "<" inside is data in a picture or a bomb; its attributes tell.
_LONG_TAG = re.compile(r"<[^\W\d][^<>]{8000,}")
_ATTRIBUTE = re.compile(r"\s[\w:.-]+\s*=")
_CROWD = f"An element has more than {MAX_ATTRIBUTES} attributes."
_CROWDED = f"boolean(//*[count(@*) > {MAX_ATTRIBUTES}])"
_BEGINS = re.compile(r"<\?xml\b|<!|<rss\b|<feed\b|<rdf:RDF\b|<channel\b", re.IGNORECASE)
_FEED_BEGINS = re.compile(r"<\?xml\b|<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\A<\?xml\b[^>]*\?>\s*")
# Names of letters that HTML knows and XML does not.
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#)[\w.:-]+;")
_DATES = frozenset({"pubdate", "published", "updated", "date", "modified", "issued"})
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bounded:
    """``text`` with at most ``MAX_ENTRIES`` entries, or the ``problem`` that forbids parsing.

    ``broken_at`` is the line of the first XML error in the whole document, 0 when it has none.
    """

    text: str
    notes: tuple[str, ...] = ()
    problem: str = ""
    broken_at: int = 0


def bounded(text: str) -> Bounded:
    """Look ``text`` over, in a few hundredths of a second however it is built."""
    reading = _read(text)
    if reading.is_deep:
        return Bounded(text, problem=f"Its elements are nested more than {MAX_DEPTH} deep.")
    if reading.root is not None and reading.root.xpath(_CROWDED):
        return Bounded(text, problem=_CROWD)
    found = _shortened(text, reading)
    if found.text.count("<") > MAX_TAGS:
        return Bounded(text, problem=f"It has more than {MAX_TAGS:,} tags.")
    return found


def forbidden(text: str) -> str:
    """What forbids even to look at ``text`` closely, in a sentence; mostly nothing."""
    return _declarations(text) or _long_tags(text)


def _declarations(text: str) -> str:
    root = _ROOT.search(text)
    if _DECLARES.search(text, 0, root.start() if root else len(text)):
        return "It declares entities of its own (a DOCTYPE with a subset), which feeds never need."
    return ""


def _long_tags(text: str) -> str:
    for tag in _LONG_TAG.finditer(text):
        for count, _ in enumerate(_ATTRIBUTE.finditer(tag[0]), start=1):
            if count > MAX_ATTRIBUTES:
                return _CROWD
    return ""


@dataclass(frozen=True, slots=True)
class _Reading:
    root: etree._Element | None
    is_deep: bool
    broken_at: int


def _read(text: str) -> _Reading:
    """The tree as far as lxml can read it, and what it stumbled over first."""
    parser = etree.XMLParser(
        recover=True,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    body = without_declaration(text)
    try:
        root = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        root = None
    first = next((entry for entry in parser.error_log if entry.level_name != "WARNING"), None)
    if first is None:
        return _Reading(root, is_deep=False, broken_at=0)
    # Once the XML is broken, unclosed tags pile up and depth means nothing; the feed parser then
    # falls back to a reader whose time does not depend on it.
    is_deep = "depth" in (first.message or "").lower()
    skipped = text[: len(text) - len(body)].count("\n")
    return _Reading(root, is_deep, first.line + skipped)


def tree(text: str) -> etree._Element | None:
    """The elements of a ``bounded`` text, as far as they can be read; nothing outside it is."""
    return _read(text).root


def recovered(text: str) -> str:
    """``text`` as well-formed XML, as far as it can be read; ``""`` where it cannot."""
    root = tree(text)
    if root is None:
        return ""
    return _NAMED.sub(_unnamed, etree.tostring(root, encoding="unicode", with_tail=False))


def _unnamed(found: re.Match[str]) -> str:
    letter = unescape(found[0])
    return letter if "&" not in letter else ""


def is_xml_behind(text: str) -> bool:
    """Whether a feed may begin behind the first lines of ``text``."""
    return bool(_FEED_BEGINS.search(text, 0, 4_096))


def without_declaration(text: str) -> str:
    """``text`` from its first element on, without an XML declaration: its label is spent by now.

    Warnings that a broken site prints in front of its feed are dropped too.
    """
    start = text.find("<")
    if start < 0:
        return text
    if not _BEGINS.match(text, start) and (later := _BEGINS.search(text, start, start + 4_096)):
        start = later.start()
    return _DECLARATION.sub("", text[start:])


def _shortened(text: str, reading: _Reading) -> Bounded:
    root, line = reading.root, reading.broken_at
    if root is None:
        return Bounded(text, broken_at=line)
    entries = list(root.iterfind(".//{*}item")) + list(root.iterfind(".//{*}entry"))
    if len(entries) <= MAX_ENTRIES:
        return Bounded(text, broken_at=line)
    newest = sorted(entries, key=_dated, reverse=True)  # stable: undated ones keep their order
    for entry in newest[MAX_ENTRIES:]:
        parent = entry.getparent()
        if parent is not None:
            parent.remove(entry)
    note = f"It holds {len(entries)} entries; the newest {MAX_ENTRIES} were read."
    return Bounded(etree.tostring(root, encoding="unicode"), (note,), broken_at=line)


def _dated(entry: etree._Element) -> datetime:
    for child in entry.iterchildren():
        name = etree.QName(child).localname.lower() if isinstance(child.tag, str) else ""
        if name in _DATES and child.text and (found := dates.written(child.text)):
            return found
    return _NEVER
