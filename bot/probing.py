"""``feeds test`` for people: everything one visit to one address shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot import basics
from bot.config import Settings
from bot.configured import configured_sources
from bot.core.text import clean
from bot.feedlist import feed_source
from bot.measure import Judge
from bot.plainly import timed
from bot.sources.probe import Hop, Probe, Seen, probe

_NOTHING = "; 0 of its entries could be read"  # as ``sources.parsing`` words it
_SHOWN = 20  # entries that nothing flags
_HEADERS = (
    "content-type",
    "content-length",
    "content-encoding",
    "cache-control",
    "expires",
    "age",
    "retry-after",
    "location",
    "server",
    "cf-mitigated",
    "link",
)
_VALUE = 160


async def visit(settings: Settings, url: str, *, private: bool = False) -> Probe:
    """Visit an address once as its first poll would, and record nothing."""
    known = {source.url: source for source in configured_sources(settings)}
    source = known.get(url) or feed_source(url)
    source = replace(source, private=private or source.private)
    return await probe(source, basics.fetch_limits(settings), basics.now())


def failure_of(seen: Probe) -> str:
    """Why nothing could be read, ``""`` if all is well: a feed that is not broken may be empty."""
    broken = (note for note in seen.notes if _NOTHING in note)
    return seen.failure or next((f"SourceInvalid: {note}" for note in broken), "")


def visit_lines(seen: Probe, judge: Judge) -> Iterator[str]:
    """The visit from the address to the last entry, as far as it came."""
    yield "address"
    yield from _address_lines(seen)
    for number, hop in enumerate(seen.hops, start=1):
        yield f"answer {number}: {hop.status} of {hop.url}"
        yield from _header_lines(hop)
    yield from _document_lines(seen)
    yield from (f"  note: {note}" for note in seen.notes)
    yield from _entry_lines(seen.entries, judge)
    yield from (f"its feed may be: {link}" for link in seen.links)


def _address_lines(seen: Probe) -> Iterator[str]:
    bad = "ok  (private is set)" if seen.is_exempt else "BAD"
    for rule, objection in seen.rules:
        yield f"  {bad} {objection}" if objection else f"  ok  {rule}"
    if seen.lookup:
        yield f"  BAD its host cannot be looked up: {seen.lookup}"
    for address, is_public in seen.addresses:
        yield f"  ok  {address}" if is_public else f"  {bad} {address} is not a public address"


def _header_lines(hop: Hop) -> Iterator[str]:
    for name in _HEADERS:
        if name in hop.headers:
            yield f"  {name}: {clean(hop.headers[name])[:_VALUE]}"
    validators = [n for n in ("etag", "last-modified") if hop.headers.get(n)]
    yield from (f"  {name}: {clean(hop.headers[name])[:_VALUE]}" for name in validators)
    if hop.status == 200 and not validators:
        yield "  no validators: every poll brings the whole document"


def _document_lines(seen: Probe) -> Iterator[str]:
    charset = seen.charset
    if charset is None:
        return
    yield f"document: {seen.kind or 'no feed'}, {seen.size:,} bytes unpacked"
    header, own = charset.header or "nothing", charset.own or "nothing"
    yield f"  read as {charset.found}: {charset.why} (header says {header}, document {own})"
    yield from (f"  asks: {clean(hint)}" for hint in seen.hints)


def _entry_lines(entries: Sequence[Seen], judge: Judge) -> Iterator[str]:
    """Every entry that would be flagged, and the first of the others."""
    if entries:
        yield f"entries: {len(entries)}"
    left = _SHOWN
    for seen in entries:
        told = judge.explain(seen.entry.title, seen.entry.body) if seen.entry else ""
        left -= "  FLAGGED" not in told
        if left < 0 and "  FLAGGED" not in told:
            continue
        at = timed(seen.entry.published_at) if seen.entry else "repeats another"
        yield f"{at} ({seen.dated})  {told or clean(seen.title)}"
    if left < 0:
        yield f"{-left} more that nothing flags"
