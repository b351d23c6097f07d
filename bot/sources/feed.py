"""Feeds: visits to entries."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

from bot.core.model import Entry, Poll, PollStatus, Source
from bot.core.pushing import offered
from bot.errors import SourceBroken, SourceInvalid
from bot.ports import Clock
from bot.sources import hints, identity
from bot.sources.breaking import safely
from bot.sources.draft import Parsed, Read, feed_entries
from bot.sources.failures import emptied
from bot.sources.fetch import Fetched, Fetcher
from bot.sources.mistaken import error_of
from bot.sources.parsing import SMALL_BYTES, parse, parse_little
from bot.sources.workers import Task, Unreadable, Workers

# Looked through on the spot for what is new since the last visit: ten microseconds for each KB.
_LOOKED_THROUGH = 131_072
_MANY = 100
_DAY_S = 86_400
_WHOLE = timedelta(days=6)
_BEGINNING = 16_384  # bytes in which a feed says where it can be subscribed to


class FeedPoller:
    """Visits feeds."""

    def __init__(self, fetcher: Fetcher, now: Clock, workers: Workers) -> None:
        """``workers`` read what is not small; whoever gives them closes them."""
        self.fetcher = fetcher
        self._now = now
        self._workers = workers

    async def poll(self, source: Source) -> Poll:
        """Visit one feed; a 304 and an unchanged body are both "not modified".

        Raises:
            SourceError: See ``Fetcher.get``; also ``SourceInvalid`` for what is no feed, and
                ``SourceEmptied`` for one that has lost all its entries.
        """
        now = self._now()
        unasked = _is_to_be_read_whole(source, now)
        anew = unasked and _was_whole_long_ago(source, now)
        fetched = await self.fetcher.get(source, conditional=not unasked)
        now = self._now()
        if fetched.not_modified:
            return _not_modified(source, fetched, now)
        body_hash = identity.digest_of_bytes(fetched.body)
        if body_hash == source.body_hash and not anew:
            return replace(_not_modified(source, fetched, now), etag=fetched.etag)
        known = b"" if anew else source.entry_hashes
        parsed = await self._parsed(source, _task(fetched, known))
        if not parsed.held and source.held:
            raise emptied(source)
        read = await _read(parsed, source, now)
        offer = offered(fetched.headers.get("link", ""), _beginning(fetched.body))
        return Poll(
            source_id=source.id,
            status=PollStatus.CHANGED,
            entries=read.entries,
            left_out=parsed.left_out,
            habits=read.habits,
            etag=fetched.etag,
            last_modified=_honest(fetched.last_modified, now),
            body_hash=body_hash,
            notes=parsed.notes + read.notes,
            fresh_s=hints.of_headers(fetched.headers),
            hints=hints.of_document(fetched.body),
            held=parsed.held,
            moved_to=fetched.moved_to,
            broken=parsed.broken,
            hub=offer.hub if offer else "",
            topic=offer.topic if offer else "",
            entry_hashes=parsed.hashes,
        )

    async def read(self, source: Source, body: bytes, content_type: str) -> tuple[Entry, ...]:
        """The entries of a document of ``source`` that came without a visit.

        Raises:
            SourceInvalid: It is no feed.
        """
        kind, _, charset = content_type.lower().partition("charset=")
        task = (body, charset.strip(' "'), source.address, kind.strip("; "), b"")
        pushed = await _read(await self._parsed(source, task), source, self._now(), is_part=True)
        # Some hubs bring only what is new: who else has its link or title is not known.
        return tuple(replace(entry, aliases=()) for entry in pushed.entries)

    async def _parsed(self, source: Source, task: Task) -> Parsed:
        body = task[0]
        try:
            parsed = await read_by(self._workers, task)
        except Unreadable as error:
            raise SourceInvalid(source.id, str(error)) from error
        if parsed.trace:
            raise SourceBroken(source.id, parsed.problem, body, parsed.error, parsed.trace)
        if parsed.problem:
            raise error_of(source, body, parsed.problem)
        return parsed


async def read_by(workers: Workers, task: Task) -> Parsed:
    """Read one document: what is small, or holds little news, on the spot, all else elsewhere.

    Raises:
        Unreadable: It was given up.
    """
    if len(task[0]) <= SMALL_BYTES:
        return safely(parse, *task)
    return _little(task) or await workers.parse(task)


def _little(task: Task) -> Parsed | None:
    body, charset, base_url, _, known = task
    if not known or len(body) > _LOOKED_THROUGH:
        return None
    found = safely(parse_little, body, charset, base_url, known)
    # What breaks here is read as any document is, and set aside there.
    return found if found.hashes else None


def _is_to_be_read_whole(source: Source, now: datetime) -> bool:
    """Whether this is the visit of the day at which a source is asked for all it has.

    Some servers and caches answer 304 for ever, whatever is new. Once in 24 hours is what polite
    readers may ask for (https://rachelbythebay.com/fs/help.html); each source at its own time.
    """
    if source.polled_ok_at is None:
        return False
    begins_s = int(identity.digest(source.id)[-8:], 16) % _DAY_S
    days = [int(at.timestamp() - begins_s) // _DAY_S for at in (source.polled_ok_at, now)]
    return days[0] < days[1]


def _was_whole_long_ago(source: Source, now: datetime) -> bool:
    """Whether at that visit all that it holds is read too, though none of it may be new.

    What is not met for long is forgotten, and what a feed holds for years must not be.
    """
    return source.whole_at is None or now - source.whole_at > _WHOLE


def _task(fetched: Fetched, known: bytes) -> Task:
    labels = fetched.charset, fetched.final_url, fetched.content_type
    return (fetched.body, *labels, known)


def _beginning(body: bytes) -> str:
    return body[:_BEGINNING].decode("utf-8", "replace")


async def _read(parsed: Parsed, source: Source, now: datetime, *, is_part: bool = False) -> Read:
    make = partial(feed_entries, is_part=is_part or parsed.left_out > 0)
    # 22 us each: five hundred at once would be felt by everybody else.
    if len(parsed.drafts) <= _MANY:
        return make(parsed.drafts, source, now)
    return await asyncio.to_thread(make, parsed.drafts, source, now)


def _not_modified(source: Source, fetched: Fetched, now: datetime) -> Poll:
    return Poll(
        source_id=source.id,
        status=PollStatus.NOT_MODIFIED,
        etag=fetched.etag or source.etag,
        last_modified=_honest(fetched.last_modified or source.last_modified, now),
        body_hash=source.body_hash,
        fresh_s=hints.of_headers(fetched.headers),
        moved_to=fetched.moved_to,
    )


def _honest(last_modified: str, now: datetime) -> str:
    # "Last-Modified: 2041" would be answered with 304 until then: such a feed has no validator.
    try:
        stated = parsedate_to_datetime(last_modified)
        is_future = stated.timestamp() > (now + timedelta(days=1)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return last_modified
    return "" if is_future else last_modified
