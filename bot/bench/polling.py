"""The polling half of the bot with made-up publishers: everything as in ``run`` but the chats."""

from __future__ import annotations

import random
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.bench.publisher import ETAG, Publishers
from bot.core.model import Batch, Poll, PollStatus, Source, SourceKind
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.engine import garbage
from bot.engine.building import MatcherBuilder
from bot.errors import SourceError
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers
from bot.stores.sqlite import SqliteStore

INTERVAL_S = 300
LATER = timedelta(minutes=6)  # all are due again; at five minutes the daily whole reading is rare


@dataclass(slots=True)
class Hands:
    """A clock that is moved by hand, or stands for the real one."""

    moved: datetime | None = None

    def __call__(self) -> datetime:
        """Now."""
        return self.moved or datetime.now(UTC)


@dataclass(slots=True)
class Counting:
    """A poller that counts the visits that ended, and those that failed."""

    poller: FeedPoller
    ended: int = 0
    failed: int = 0

    async def poll(self, source: Source) -> Poll:
        """Visit, and count."""
        try:
            return await self.poller.poll(source)
        except SourceError:
            self.failed += 1
            raise
        finally:
            self.ended += 1


@dataclass(slots=True)
class Polling:
    """The parts, put together."""

    store: SqliteStore
    fetcher: Fetcher
    poller: Counting
    ingest: Ingest
    clock: Hands

    async def round(self, count: int) -> None:
        """Some time later all ``count`` sources are due and are visited."""
        self.clock.moved = self.clock() + LATER
        until = self.poller.ended + count
        while self.poller.ended < until:
            await self.ingest.tick()
            await self.ingest.drain()


@asynccontextmanager
async def polling(
    sources: Sequence[Source], at_once: int, ago: timedelta = timedelta(), etag: str = ETAG
) -> AsyncIterator[Polling]:
    """The polling half, with a database on disk that knows ``sources`` and their validators.

    Its clock begins that long ``ago``. Without ``etag`` the first visits read everything.
    """
    clock = Hands(datetime.now(UTC) - ago)
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "bench.db")
        fetcher, workers = Fetcher(FetchLimits()), Workers()
        poller = Counting(FeedPoller(fetcher, clock, workers))
        await store.put_sources(sources, "config")
        await _seen_before(store, sources, clock(), etag)
        garbage.seldom()  # and the matcher by its builder, as in the bot
        builder = MatcherBuilder(Path(folder) / "bench.matcher")
        chance, wake = random.random, lambda: None
        intake = Intake(store, load_knowledge(), Policy(), clock, chance, wake, builder)
        pollers = {SourceKind.FEED: poller}
        ingest = Ingest(store, pollers, intake, clock, chance, at_once)
        try:
            yield Polling(store, fetcher, poller, ingest, clock)
        finally:
            await ingest.cancel()
            workers.close()
            await fetcher.close()
            await store.close()


async def _seen_before(
    store: SqliteStore, sources: Sequence[Source], at: datetime, etag: str
) -> None:
    for source in sources:
        poll = Poll(source.id, PollStatus.NOT_MODIFIED, etag=etag)
        await store.record(Batch(source.id, (), poll, at))
    await store.claim_sources(at, 0)  # what is new is given its turn, some time after this


def sources_at(
    publishers: Publishers, count: int, kind: Callable[[int], str] = lambda _: "same"
) -> list[Source]:
    """``count`` feeds; ``kind`` says of each number what it does."""
    return [
        Source(
            f"feed-{number}",
            SourceKind.FEED,
            f"Feed {number}",
            publishers.url(number, kind(number)),
            interval_s=INTERVAL_S,
            private=True,  # loopback, as the operator may allow for each feed
            pinned=True,  # at its interval, however much it publishes
        )
        for number in range(count)
    ]
