"""Feeds: visits to entries."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.core.model import Entry, Poll, PollStatus, Source
from bot.errors import SourceInvalid
from bot.ports import Clock
from bot.sources import identity
from bot.sources.draft import Parsed, feed_entries
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.parsing import parse
from bot.sources.workers import Unreadable, Workers

# Read on the spot: the worst document of this size that we could think of keeps the event loop for
# ten to twenty milliseconds (benchmarks/parsing.py), a usual one for one; handing over costs half
# a millisecond, and the first time a process of 33 MB.
SMALL_BYTES = 4_096
_MANY = 100


class FeedPoller:
    """Visits feeds."""

    def __init__(self, fetcher: Fetcher, now: Clock, workers: Workers | None = None) -> None:
        """``workers`` read what is not small; whoever gives them closes them."""
        self._fetcher = fetcher
        self._now = now
        self._workers = workers or Workers()

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
        parsed = await self._parsed(source, fetched)
        if parsed.problem:
            raise SourceInvalid(source.id, parsed.problem)
        return Poll(
            source_id=source.id,
            status=PollStatus.CHANGED,
            entries=await _entries(parsed, source, now),
            etag=fetched.etag,
            last_modified=_honest(fetched.last_modified, now),
            body_hash=body_hash,
            notes=parsed.notes,
            held=parsed.held,
            entry_hashes=parsed.hashes,
        )

    async def _parsed(self, source: Source, fetched: Fetched) -> Parsed:
        task = (
            fetched.body,
            fetched.charset,
            fetched.final_url,
            fetched.content_type,
            source.entry_hashes,
        )
        if len(fetched.body) <= SMALL_BYTES:
            return parse(*task)
        try:
            return await self._workers.parse(task)
        except Unreadable as error:
            raise SourceInvalid(source.id, str(error)) from error


async def _entries(parsed: Parsed, source: Source, now: datetime) -> tuple[Entry, ...]:
    # 22 us each: five hundred at once would be felt by everybody else.
    if len(parsed.drafts) <= _MANY:
        return feed_entries(parsed.drafts, source, now)
    return await asyncio.to_thread(feed_entries, parsed.drafts, source, now)


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
