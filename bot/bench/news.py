"""From the bytes of a feed to the first request, where ten thousand want to know."""

from __future__ import annotations

import asyncio
import gc
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from email.utils import format_datetime
from typing import Any, NamedTuple

from bot.bench.broadcasts import waits
from bot.bench.exchange import Exchange
from bot.bench.sending import Parts, chats_of, now, sending
from bot.core.model import (
    AddWatch,
    Knowledge,
    Poll,
    PollStatus,
    Reason,
    Source,
    SourceKind,
    Verdict,
)
from bot.core.pacing import Pacing
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.flow.intake import Intake
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers

Figures = dict[str, Any]

_PART = 500
_FEED = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title><item>"
    "<title>Drones strike {place}, {count} soldiers wounded</title>"
    "<link>https://wire.example/{number}</link><guid>{number}</guid>"
    "<description>Air defences were active over {place}.</description>"
    "<pubDate>{date}</pubDate></item></channel></rss>"
)


class Path(NamedTuple):
    """The way of a report: read, decided about, recorded."""

    source: Source
    poller: FeedPoller
    intake: Intake

    async def takes(self, body: bytes) -> list[Verdict]:
        """What is decided about a feed's bytes that came just now."""
        # It was visited a moment ago: what comes after a gap would wait for more of its kind.
        source = replace(self.source, polled_ok_at=now())
        entries = await self.poller.read(source, body, "application/rss+xml")
        return await self.intake.take(source, Poll(source.id, PollStatus.CHANGED, entries))


@asynccontextmanager
async def reading(
    ours: Parts, knowledge: Knowledge, names: Sequence[str]
) -> AsyncIterator[list[Path]]:
    """The ways of outlets of these names, which nobody visits: their bytes are handed in."""
    workers, fetcher = Workers(), Fetcher(FetchLimits())
    poller = FeedPoller(fetcher, now, workers)
    intake = Intake(ours.store, knowledge, Policy(), now, random.random, ours.deliver.wake)
    outlets = [
        Source(name.lower(), SourceKind.FEED, name, f"https://{name.lower()}.example/")
        for name in names
    ]
    await ours.store.put_sources(outlets, "config")
    try:
        yield [Path(outlet, poller, intake) for outlet in outlets]
    finally:
        workers.close()
        await fetcher.close()


def to_first_request(exchange: Exchange, subscribers: int, reports: int) -> Figures:
    """One report after the other, each of another place; all subscribers are told of each."""
    gc.set_threshold(50_000, 20, 50)  # as in ``app``
    return asyncio.run(_reports(exchange, subscribers, reports))


async def _reports(exchange: Exchange, subscribers: int, reports: int) -> Figures:
    await exchange.limit(enabled=False)
    knowledge = load_knowledge()
    names = [place.name("en") for place in knowledge.places.values()][::3]
    async with (
        sending(exchange, Pacing(), knowledge) as ours,
        reading(ours, knowledge, ["Wire"]) as (path,),
    ):
        await subscribe(ours, chats_of(exchange)[:subscribers])
        taken: list[tuple[float, float]] = []
        for number, name in enumerate(names):
            # Of a neighbouring place it may be a step of a story whose alerts are forgotten here.
            if one := await _one(exchange, ours, path, body_of(name, number)):
                taken.append(one)
            if len(taken) > reports:
                break
    first, decided = zip(*taken[1:], strict=True)  # the first one makes the matcher
    return {
        "subscribers": subscribers,
        "reports": reports,
        "first_request": waits(first),
        "recorded": waits(decided),
    }


async def subscribe(ours: Parts, chats: Sequence[int]) -> None:
    """These chats hear of everything."""
    for start in range(0, len(chats), _PART):
        effects = [AddWatch(chat_id, "topic:all") for chat_id in chats[start : start + _PART]]
        await ours.store.answer(-1_000_000 - start, effects, [], now())


def body_of(place: str, number: int) -> bytes:
    """A report that has just been published."""
    date = format_datetime(now())
    return _FEED.format(place=place, number=number, count=number + 2, date=date).encode()


async def _one(
    exchange: Exchange, ours: Parts, path: Path, body: bytes
) -> tuple[float, float] | None:
    """Seconds to the first request, and to the record; ``None`` for what is no story of its own."""
    after, begun = await exchange.last(), time.time()
    verdicts = await path.takes(body)
    recorded = time.time()
    if verdicts[0].reason is not Reason.NEW_STORY:
        await ours.forget()
        return None
    if not verdicts[0].alerts:
        raise RuntimeError(f"nobody was told of {verdicts[0].entry.title}")
    arrived = await exchange.wait_for(1, after)
    await ours.forget()
    return arrived[0].at - begun, recorded - begun
