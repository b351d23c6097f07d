"""A real ingest over a real store, at a clock that is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.core.model import Entry, Poll, Source, SourceAge, SourceKind, Verdict
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.ports import Clock, Poller
from bot.stores.sqlite import SqliteStore
from tests.making import NOW, a_poll, a_source

KNOWN = load_knowledge()


class Feed:
    """A poller that brings what it was given, the last of it for ever."""

    def __init__(self, *brings: Poll | Exception, delay_s: float = 0) -> None:
        self.brings, self.delay_s, self.polls = list(brings), delay_s, 0

    async def poll(self, source: Source) -> Poll:
        self.polls += 1
        await asyncio.sleep(self.delay_s)
        brought = self.brings.pop(0) if len(self.brings) > 1 else self.brings[0]
        if isinstance(brought, Exception):
            raise brought
        return brought


class Bench:
    """An ingest at a standing clock, with a count of its calls to wake."""

    def __init__(
        self,
        store: SqliteStore,
        *brings: Poll | Exception,
        delay_s: float = 0,
        at_once: int = 16,
        poller: Callable[[Clock], Poller] | None = None,
        **intake: Any,
    ) -> None:
        self.now, self.woken, self.store = NOW, 0, store
        self.feed = Feed(*brings, delay_s=delay_s)
        self.intake = Intake(store, KNOWN, Policy(), self.clock, lambda: 0.0, self.wake, **intake)
        pollers = {SourceKind.FEED: poller(self.clock) if poller else self.feed}
        self.ingest = Ingest(store, pollers, self.intake, self.clock, lambda: 0.0, at_once)

    def clock(self) -> datetime:
        return self.now

    def wake(self) -> None:
        self.woken += 1

    async def tick(self, at: datetime | None = None) -> None:
        """One turn, now or ``at`` another moment, and all that it began."""
        self.now = at or self.now
        await self.ingest.tick()
        await self.ingest.drain()

    async def age(self) -> SourceAge:
        """The first of the sources."""
        return (await self.store.source_ages())[0]

    async def take(self, *entries: Entry) -> list[Verdict]:
        """What comes of a poll of the feed that brings ``entries``."""
        return await self.intake.take(a_source(), a_poll(*entries))
