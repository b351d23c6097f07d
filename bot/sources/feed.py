"""Feeds: bytes to entries. The only door to feedparser."""

from __future__ import annotations

import asyncio
import calendar
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import struct_time
from typing import Any

import feedparser

from bot.core.model import Poll, PollStatus, Source
from bot.errors import SourceInvalid
from bot.ports import Clock
from bot.sources import bounds, dates, identity, jsonfeed, plain
from bot.sources.decode import decode
from bot.sources.draft import Draft, Parsed, feed_entries
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.links import http_link
from bot.sources.mistaken import what_it_is

_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_CUT_MARKS = "…. []"


class FeedPoller:
    """Visits feeds."""

    def __init__(self, fetcher: Fetcher, now: Clock) -> None:
        self._fetcher = fetcher
        self._now = now
        # Its own threads, so that nothing else that blocks can hold up reading; and reading, one
        # slow document aside, holds up nothing.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="feed")

    async def poll(self, source: Source) -> Poll:
        """Visit one feed; a 304 and an unchanged body are both "not modified".

        Raises:
            SourceError: See ``Fetcher.get``; also ``SourceInvalid`` for what is no feed.
        """
        fetched = await self._fetcher.get(source)
        now = self._now()
        if fetched.not_modified:
            return _not_modified(source, fetched, now)
        body_hash = identity.digest_of_bytes(fetched.body)
        if body_hash == source.body_hash:
            return replace(_not_modified(source, fetched, now), etag=fetched.etag)
        parsed = await asyncio.get_running_loop().run_in_executor(
            self._threads,
            parse,
            fetched.body,
            fetched.charset,
            fetched.final_url,
            fetched.content_type,
        )
        if parsed.problem:
            raise SourceInvalid(source.id, parsed.problem)
        read = feed_entries(parsed.drafts, source, now)
        return Poll(
            source_id=source.id,
            status=PollStatus.CHANGED,
            entries=read.entries,
            habits=read.habits,
            etag=fetched.etag,
            last_modified=_honest(fetched.last_modified, now),
            body_hash=body_hash,
            notes=parsed.notes + read.notes,
        )


def _not_modified(source: Source, fetched: Fetched, now: datetime) -> Poll:
    return Poll(
        source_id=source.id,
        status=PollStatus.NOT_MODIFIED,
        etag=fetched.etag or source.etag,
        last_modified=_honest(fetched.last_modified or source.last_modified, now),
        body_hash=source.body_hash,
    )


def _honest(last_modified: str, now: datetime) -> str:
    # "Last-Modified: 2041" would be answered with 304 until then: such a feed has no validator.
    try:
        stated = parsedate_to_datetime(last_modified)
        is_future = stated.timestamp() > (now + timedelta(days=1)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return last_modified
    return "" if is_future else last_modified


def parse(body: bytes, charset: str = "", base_url: str = "", content_type: str = "") -> Parsed:
    """Read a feed of any kind. Pure: the same bytes give the same drafts; never raises for them.

    Args:
        body: The document as it came.
        charset: From the Content-Type header, ``""`` if it named none.
        base_url: Where it was found; relative links are resolved against it.
        content_type: As the server labelled it; used only to say what was found instead.
    """
    decoded = decode(body, charset)
    text = decoded.text
    if jsonfeed.looks_like_json(text):
        found = jsonfeed.parse(text, base_url)
        return replace(found, notes=decoded.notes + found.notes)
    safe = bounds.bounded(text)
    if safe.problem:
        return Parsed(problem=f"{safe.problem} It was not read.")
    document = _feedparser(safe.text)
    drafts = tuple(draft for entry in document.entries if (draft := _draft(entry, base_url)))
    if not drafts and not document.get("version"):
        return Parsed(problem=what_it_is(text, content_type))
    notes = decoded.notes + safe.notes + _broken(document, safe.broken_at, len(drafts))
    return Parsed(drafts=drafts[: bounds.MAX_ENTRIES], notes=notes)


def _feedparser(text: str) -> Any:
    # Always a stream: given a str or bytes that is a path or a URL, feedparser would open it.
    stream = io.BytesIO(bounds.without_declaration(text).encode("utf-8", "replace"))
    return feedparser.parse(
        stream, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False
    )


def _broken(document: Any, line: int, entries: int) -> tuple[str, ...]:
    # Broken is not failed: what could be read is kept. Labels were settled before feedparser.
    if not document.bozo or isinstance(
        document.get("bozo_exception"), feedparser.CharacterEncodingOverride
    ):
        return ()
    where = f" at line {line}" if line else ""
    return (f"Its XML is broken{where}; {entries} of its entries could be read.",)


def _draft(entry: Any, base_url: str) -> Draft | None:
    title = _plain(entry.get("title_detail") or {}).replace("\n", " ")
    body = _body(entry)
    if not title and not body:
        return None
    return Draft(
        # Micro-posts have no title: their first line stands for one.
        title=title or body.partition("\n")[0][:200],
        body=body,
        link=http_link(base_url, plain.tidy(entry.get("link") or "")),
        guid=plain.tidy(entry.get("id") or ""),
        lang=_language(entry)[:16],
        published_at=_moment(entry.get("published_parsed")),
        # With .get() alone, feedparser passes the date of publication off as an update.
        updated_at=_moment(entry["updated_parsed"] if "updated_parsed" in entry else None),  # noqa: SIM401
        zoneless=dates.is_zoneless(_written(entry)),
    )


def _written(entry: Any) -> str:
    """Its date as it stands there; asked with ``in`` for the same reason as above."""
    found = (str(entry[name] or "") for name in ("published", "updated") if name in entry)
    return next(filter(None, found), "")


def _language(entry: Any) -> str:
    """What the entry says of itself (``dc:language``), else what its title is marked as."""
    title = entry.get("title_detail") or {}
    return str(entry.get("language") or title.get("language") or "")


def _body(entry: Any) -> str:
    summary = _plain(entry.get("summary_detail") or {})
    contents = [_plain(content) for content in entry.get("content") or ()]
    longest = max(contents, key=len, default="")
    if not longest or longest == summary:
        return summary or longest
    if summary.rstrip(_CUT_MARKS) in longest:
        return longest
    return plain.tidy(f"{summary}\n{longest}")


def _plain(detail: Any) -> str:
    value = str(detail.get("value") or "")
    return plain.text_of(value) if detail.get("type") in _HTML else plain.tidy(value)


def _moment(parsed: struct_time | None) -> datetime | None:
    # feedparser gives UTC, and reads a time without a zone as UTC.
    if parsed is None:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), tz=UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
