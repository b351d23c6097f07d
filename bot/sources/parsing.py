"""Bytes to drafts. The only door to feedparser, which is thorough and slow.

It is asked about as little as can be: where a feed is well-formed XML, the entries that stood in it
last time as they stand now are cut out of it first (``splitting``).
"""

from __future__ import annotations

import calendar
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from time import struct_time
from typing import Any

import feedparser

from bot.sources import apart, bounds, bynames, dates, identity, jsonfeed, plain, splitting
from bot.sources.breaking import safely
from bot.sources.decode import decode, decode_clean
from bot.sources.draft import Draft, Parsed
from bot.sources.links import http_link
from bot.sources.mistaken import what_it_is

# Read on the spot: the worst document of this size that we could think of keeps the event loop for
# ten to twenty milliseconds (benchmarks/parsing.py), a usual one for one; handing over costs half
# a millisecond, and the first time a process of 33 MB.
SMALL_BYTES = 4_096
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_CUT_MARKS = "…. []"
# What tells one entry from another: its key, its link, its title, each as a short hash.
_NAMES = 3
RECORD_BYTES = (1 + _NAMES) * splitting.HASH_BYTES
_NOTHING = b"\x00" * splitting.HASH_BYTES
# Of an entry without a word in it: it can be mistaken for no other.
_NOBODY = _NOTHING * _NAMES

# Without it each document costs a search through every folder of modules for a parser nobody has.
feedparser.api.PREFERRED_XML_PARSERS.clear()


def parse(
    body: bytes,
    charset: str = "",
    base_url: str = "",
    content_type: str = "",
    known: bytes = b"",
) -> Parsed:
    """Read a feed of any kind. Pure: the same bytes give the same drafts; never raises for them.

    Args:
        body: The document as it came.
        charset: From the Content-Type header, ``""`` if it named none.
        base_url: Where it was found; relative links are resolved against it.
        content_type: As the server labelled it; used only to say what was found instead.
        known: ``Parsed.hashes`` of the last reading. Entries among them are left out, unless one
            of the others may share its identity: then all are there.
    """
    decoded = decode(body, charset)
    found = Parsed()
    if is_json := jsonfeed.looks_like_json(decoded.text):
        found = jsonfeed.parse(decoded.text, base_url)
    # A warning that a broken site prints in front of its feed may begin with a bracket, too.
    if not is_json or (found.problem and bounds.is_xml_behind(decoded.text)):
        found = _xml(apart.with_letters_only(decoded.text), base_url, content_type, known)
    return replace(found, notes=decoded.notes * (not found.problem) + found.notes)


def parse_little(body: bytes, charset: str, base_url: str, known: bytes) -> Parsed:
    """What ``parse`` says of a feed in which little is new since ``known``.

    Soon done: the parser sees no more than ``SMALL_BYTES``. Without hashes where more is new,
    where only the whole tells what is, and where the text must be mended first.
    """
    decoded = decode_clean(body, charset)
    if decoded is None:
        return Parsed()
    text = apart.with_letters_only(decoded.text)
    if jsonfeed.looks_like_json(decoded.text) or bounds.forbidden(text):
        return Parsed()
    outline = _outline(text, base_url)
    part = _unseen(outline, decoded.notes, base_url, known, SMALL_BYTES) if outline else None
    return part or Parsed()


def _xml(text: str, base_url: str, content_type: str, known: bytes) -> Parsed:
    if problem := bounds.forbidden(text):
        return Parsed(problem=f"{problem} It was not read.")
    safe, outline = bounds.Bounded(text), _outline(text, base_url)
    if outline is None:
        safe = bounds.bounded(text)
        if safe.problem:
            return Parsed(problem=f"{safe.problem} It was not read.")
        if safe.text is not text:
            outline = _outline(safe.text, base_url)
    found = safely(_read, safe, outline, base_url, content_type, known)
    if not found.trace:
        return found
    alone = outline or _outline(bounds.recovered(safe.text), base_url)
    return (alone and apart.one_by_one(alone, partial(_lone, base_url))) or found


def _read(
    safe: bounds.Bounded,
    outline: splitting.Outline | None,
    base_url: str,
    content_type: str,
    known: bytes,
) -> Parsed:
    part = _unseen(outline, safe.notes, base_url, known) if outline else None
    return part or _whole(safe, outline, base_url, content_type)


def _lone(base_url: str, document: bytes) -> Parsed:
    drafts = [_draft(entry, base_url) for entry in _feedparser(document).entries]
    kept = tuple(filter(_has_words, drafts))
    return Parsed(drafts=kept, held=len(kept))


def _outline(text: str, base_url: str) -> splitting.Outline | None:
    return splitting.outline(_utf8(text), base_url)


def _utf8(text: str) -> bytes:
    return bounds.without_declaration(text).encode("utf-8", "replace")


def _whole(
    safe: bounds.Bounded, outline: splitting.Outline | None, base_url: str, content_type: str
) -> Parsed:
    document = _feedparser(outline.document if outline else _utf8(safe.text))
    found = [_draft(entry, base_url) for entry in document.entries]
    drafts = tuple(filter(_has_words, found))
    if not drafts and not document.get("version"):
        return Parsed(problem=what_it_is(safe.text, content_type))
    # Where the outline and the parser count differently, nothing is remembered and next time
    # everything is read again.
    same = outline is not None and len(outline.hashes) == len(found)
    return Parsed(
        drafts=drafts[: bounds.MAX_ENTRIES],
        notes=safe.notes + _broken(document, safe.broken_at, len(drafts)),
        held=len(drafts),
        hashes=_packed(outline.hashes, _names(found)) if outline and same else b"",
    )


def _unseen(
    outline: splitting.Outline,
    notes: tuple[str, ...],
    base_url: str,
    known: bytes,
    most: int | None = None,
) -> Parsed | None:
    """What is new since ``known``; ``None`` when only the whole tells which entry is which.

    So it is, too, where more than ``most`` bytes would have to be read.
    """
    present = set(outline.hashes)
    names = {written: name for written, name in _unpacked(known) if written in present}
    fresh = [written for written in outline.hashes if written not in names]
    if not names:
        return None
    found: list[Draft] = []
    if fresh:
        rest_of_it = outline.without(names)
        if most is not None and len(rest_of_it) > most:
            return None
        document = _feedparser(rest_of_it)
        if document.bozo or len(document.entries) != len(fresh):
            return None
        found = [_draft(entry, base_url) for entry in document.entries]
    new = _names(found)
    if _is_shared(names.values(), new):
        return None
    rest = iter(new)
    every = [names[written] if written in names else next(rest) for written in outline.hashes]
    drafts = tuple(filter(_has_words, found))
    held = len(every) - every.count(_NOBODY)
    return Parsed(
        drafts=drafts,
        notes=notes,
        held=held,
        left_out=held - len(drafts),
        hashes=_packed(outline.hashes, every),
    )


def _has_words(draft: Draft) -> bool:
    """Whether there is anything to match; an entry without words is none."""
    return bool(draft.title or draft.body)


def _names(drafts: Sequence[Draft]) -> list[bytes]:
    """Short hashes for each draft: two that share one may have to be told apart by more."""
    return [_name(draft) if _has_words(draft) else _NOBODY for draft in drafts]


def _name(draft: Draft) -> bytes:
    marks = identity.Marks(draft.guid, draft.link, draft.title, draft.body)
    (key,) = identity.keys([marks])
    link = identity.canonical_link(draft.link)
    return b"".join(_short(said) for said in (key or "", link, bynames.telling(draft.title)))


def _short(said: str) -> bytes:
    return bytes.fromhex(identity.digest(said))[: splitting.HASH_BYTES] if said else _NOTHING


def _is_shared(known: Iterable[bytes], new: Sequence[bytes]) -> bool:
    """Whether a new entry has a name of a known one, or the key of another new one."""
    old = {piece for name in known for piece in _pieces(name)}
    keys = Counter(name[: splitting.HASH_BYTES] for name in new if name != _NOBODY)
    is_known = any(piece in old for name in new for piece in _pieces(name))
    return is_known or any(times > 1 for times in keys.values())


def _pieces(name: bytes) -> Iterator[tuple[int, bytes]]:
    """Which name it is, and the hash of it."""
    size = splitting.HASH_BYTES
    parts = (name[at : at + size] for at in range(0, len(name), size))
    return (piece for piece in enumerate(parts) if piece[1] != _NOTHING)


def _packed(hashes: Sequence[bytes], names: Sequence[bytes]) -> bytes:
    return b"".join(written + name for written, name in zip(hashes, names, strict=True))


def _unpacked(known: bytes) -> Iterator[tuple[bytes, bytes]]:
    size = splitting.HASH_BYTES
    for at in range(0, len(known) - RECORD_BYTES + 1, RECORD_BYTES):
        yield known[at : at + size], known[at + size : at + RECORD_BYTES]


def _feedparser(document: bytes) -> Any:
    # Always a stream: given a str or bytes that is a path or a URL, feedparser would open it.
    return feedparser.parse(
        io.BytesIO(document),
        response_headers=_HEADERS,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _broken(document: Any, line: int, entries: int) -> tuple[str, ...]:
    # Broken is not failed: what could be read is kept. Labels were settled before feedparser.
    if not document.bozo or isinstance(
        document.get("bozo_exception"), feedparser.CharacterEncodingOverride
    ):
        return ()
    where = f" at line {line}" if line else ""
    return (f"Its XML is broken{where}; {entries} of its entries could be read.",)


def _draft(entry: Any, base_url: str) -> Draft:
    title = _shown(entry, "title").replace("\n", " ")
    body = _body(entry)
    return Draft(
        # Micro-posts have no title: their first line stands for one.
        title=title or body.partition("\n")[0][:200],
        body=body,
        link=http_link(base_url, plain.tidy(entry.get("link") or "")),
        guid=plain.tidy(entry.get("id") or ""),
        lang=_language(entry)[:16],
        published_at=_dated(entry, "published"),
        updated_at=_dated(entry, "updated"),
        zoneless=dates.is_zoneless(_written(entry, "published") or _written(entry, "updated")),
    )


def _dated(entry: Any, which: str) -> datetime | None:
    """What the parser makes of a date, else what we do: it knows no weekday without a zone."""
    moment = _moment(dict.get(entry, f"{which}_parsed"))
    return moment or dates.written(_written(entry, which))


def _written(entry: Any, which: str) -> str:
    """A date as it stands there; its own .get() passes publication off as an update."""
    return str(dict.get(entry, which) or "")


def _language(entry: Any) -> str:
    """What the entry says of itself (``dc:language``), else what its title is marked as."""
    title = entry.get("title_detail") or {}
    return str(entry.get("language") or title.get("language") or "")


def _body(entry: Any) -> str:
    summary = _shown(entry, "summary")
    contents = [_plain(c.get("value"), c.get("type")) for c in entry.get("content") or ()]
    longest = max(contents, key=len, default="")
    if not longest or longest == summary:
        return summary or longest
    if summary.rstrip(_CUT_MARKS) in longest:
        return longest
    return plain.tidy(f"{summary}\n{longest}")


def _shown(entry: Any, name: str) -> str:
    # The element next to the entry wins over one deeper inside; only the details mix them up. What
    # has no details is a copy of something else.
    detail = entry.get(f"{name}_detail")
    return _plain(entry.get(name), detail.get("type")) if detail else ""


def _plain(value: object, content_type: object) -> str:
    text = str(value or "")
    return plain.text_of(text) if content_type in _HTML else plain.tidy(text)


def _moment(parsed: struct_time | None) -> datetime | None:
    # feedparser gives UTC, and reads a time without a zone as UTC.
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
