"""One visit with all that there is to see on the way, for ``feeds test``. Nothing is recorded."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.core import pushing
from bot.core.model import Entry, Source
from bot.errors import SourceBroken, SourceError, SourceInvalid
from bot.sources import dates, guard, hints, hops, identity
from bot.sources.decode import because, decode, labels
from bot.sources.draft import Draft, Parsed, entry_of
from bot.sources.feed import read_by
from bot.sources.fetch import Fetched, Fetcher, FetchLimits
from bot.sources.jsonfeed import looks_like_json
from bot.sources.mistaken import error_of, linked_feeds
from bot.sources.resolve import SystemResolver
from bot.sources.workers import Unreadable, Workers

_HEAD_CHARS = 20_000
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ANY_FAMILY = socket.AF_UNSPEC


@dataclass(frozen=True, slots=True)
class Hop:
    """One answer on the way: of which address, and what it said."""

    url: str
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Charset:
    """How the bytes became text: what was said of them, what they are, and why."""

    header: str
    own: str
    found: str
    why: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry, and how its date was read; ``entry`` is ``None`` for a repetition of another."""

    entry: Entry | None
    title: str
    dated: str


@dataclass(slots=True)
class Probe:
    """All that a visit showed, as far as it came.

    Attributes:
        is_exempt: The operator allows its own host, whatever the rules say.
        rules: Each rule for the address in words, and what it found.
        addresses: What its host resolves to, and whether that may be dialled.
        lookup: Why its host could not be resolved.
        hops: The answers, redirects first.
        size: Bytes of the document, unpacked.
        charset, kind, hints: Of the document.
        entries, notes: What was read in it.
        links: Feeds that it names, where it is a web page.
        failure: What kind of error ended the visit and what that means; ``""`` if none did.
    """

    is_exempt: bool = False
    rules: tuple[tuple[str, str], ...] = ()
    addresses: tuple[tuple[str, bool], ...] = ()
    lookup: str = ""
    hops: list[Hop] = field(default_factory=list)
    size: int | None = None
    charset: Charset | None = None
    kind: str = ""
    hints: tuple[str, ...] = ()
    entries: tuple[Seen, ...] = ()
    notes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    failure: str = ""


async def probe(
    source: Source,
    limits: FetchLimits,
    now: datetime,
    resolver: AbstractResolver | None = None,
) -> Probe:
    """Visit ``source`` as a first poll would, and tell everything. Never raises ``SourceError``."""
    seen = Probe(is_exempt=source.private, rules=tuple(guard.judged(source.url)))
    inner = resolver or SystemResolver()
    await _resolved(source, seen, inner)
    fetcher = Fetcher(limits, resolver=inner, seen=lambda answer: seen.hops.append(_hop(answer)))
    try:
        fetched = await fetcher.get(source, conditional=False)
        await _read(source, fetched, seen, now)
    except SourceError as error:
        seen.failure = f"{type(error).__name__}: {error}"
    finally:
        await fetcher.close()
    return seen


async def _resolved(source: Source, seen: Probe, resolver: AbstractResolver) -> None:
    try:
        url = URL(source.url)
        host = url.raw_host or ""
        answers = await resolver.resolve(host, url.port or 0, _ANY_FAMILY) if host else []
    except (OSError, ValueError) as error:
        seen.lookup = str(error)
        return
    found = dict.fromkeys(answer["host"] for answer in answers)
    seen.addresses = tuple((address, _is_public(address)) for address in found)


def _is_public(address: str) -> bool:
    try:
        guard.check_address(address)
    except guard.ForbiddenAddress:
        return False
    return True


def _hop(answer: aiohttp.ClientResponse) -> Hop:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Hop(hops.shown(answer.url), answer.status, headers)


async def _read(source: Source, fetched: Fetched, seen: Probe, now: datetime) -> None:
    """What is in the document.

    Raises:
        SourceError: It cannot be read.
    """
    body = fetched.body
    header, own = labels(body, fetched.charset)
    decoded = decode(body, fetched.charset)
    seen.size = len(body)
    seen.charset = Charset(header, own, decoded.charset, because(body, fetched.charset))
    seen.kind, seen.hints = kind_of(decoded.text), tuple(asks(fetched, decoded.text))
    parsed = await _parsed(source, fetched)
    seen.notes = parsed.notes
    if parsed.problem:
        found = linked_feeds(decoded.text)
        seen.links = tuple(urljoin(fetched.final_url, link) for link in found)
        raise _failure(source, fetched, parsed)
    seen.entries = tuple(_entries(parsed, source, now))


async def _parsed(source: Source, fetched: Fetched) -> Parsed:
    workers = Workers()
    labels = fetched.charset, fetched.final_url, fetched.content_type
    try:
        return await read_by(workers, (fetched.body, *labels, b""))
    except Unreadable as error:
        raise SourceInvalid(source.id, str(error)) from error
    finally:
        workers.close()


def _failure(source: Source, fetched: Fetched, parsed: Parsed) -> SourceError:
    if parsed.trace:
        told = f"{parsed.problem} {parsed.error}\n{parsed.trace}"
        return SourceBroken(source.id, told, fetched.body, parsed.error, parsed.trace)
    return error_of(source, fetched.body, parsed.problem)


def _entries(parsed: Parsed, source: Source, now: datetime) -> Iterator[Seen]:
    marks = [identity.Marks(d.guid, d.link, d.title, d.body) for d in parsed.drafts]
    for draft, key in zip(parsed.drafts, identity.keys(marks), strict=True):
        entry = entry_of(draft, key, source, now) if key is not None else None
        yield Seen(entry, draft.title, how_dated(draft, now))


def how_dated(draft: Draft, now: datetime) -> str:
    """Which of its dates is believed, and why not the others."""
    stated = (("published", draft.published_at), ("updated", draft.updated_at))
    doubts = [f"{name} is not believed: {why}" for name, at in stated if (why := _doubt(at, now))]
    used = next((n for n, at in stated if dates.believable(now, at)), "")
    if not used and not doubts:
        return "it states no date"
    return "; ".join(filter(None, (f"from {used}" if used else "", *doubts)))


def _doubt(at: datetime | None, now: datetime) -> str:
    """Why a stated date is not believed, ``""`` if it is, or if there is none."""
    if at is None or dates.believable(now, at):
        return ""
    return f"{at:%Y-%m-%d %H:%M} UTC is {'ahead of now' if at > now else 'before 2000'}"


def kind_of(text: str) -> str:
    """What kind of feed a document says it is, ``""`` if it does not look like one."""
    if looks_like_json(text):
        version = re.search(r'"version"\s*:\s*"([^"]{1,60})"', text[:_HEAD_CHARS])
        return f"JSON Feed ({version[1]})" if version else "JSON"
    root = re.search(r"<(rss|feed|rdf:RDF)\b([^>]*)>", text[:_HEAD_CHARS], re.IGNORECASE)
    if root is None:
        return ""
    version = re.search(r"\bversion\s*=\s*[\"']([\d.]{1,8})", root[2])
    names = {"rss": f"RSS {version[1] if version else ''}".strip(), "feed": "Atom"}
    return names.get(root[1].lower(), "RSS 1.0 (RDF)")


def asks(fetched: Fetched, text: str) -> Iterator[str]:
    """What the answer asks of those who poll it, and where it announces news by itself."""
    said = hints.of_document(fetched.body)
    if said.ttl_s:
        yield f"ttl: {said.ttl_s // 60} min"
    if said.update_s:
        yield f"updatePeriod: every {said.update_s // 60} min"
    if said.skip_hours:
        yield f"skipHours: {' '.join(map(str, said.skip_hours))} (GMT)"
    if said.skip_days:
        yield f"skipDays: {' '.join(_DAYS[day] for day in said.skip_days)}"
    if fresh_s := hints.of_headers(fetched.headers):
        yield f"its headers: {fresh_s:.0f} s"
    yield from _hub(pushing.named(fetched.headers.get("link", ""), text))


def _hub(named: Mapping[str, str]) -> Iterator[str]:
    if "hub" in named:
        # Without its own name there is nothing the hub could be asked for.
        unusable = "" if "self" in named else " (not used: the feed does not name itself)"
        yield f"hub: {named['hub']}{unusable}"
