"""Feeds that are late, down, emptied, slow, out of order, renamed or dated anew; by the plan."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.model import Poll, PollStatus, Source, SourceKind
from bot.errors import SourceEmptied, SourceUnavailable
from bot.sources.draft import Draft, feed_entries
from tests.sim.plan import Fault, Plan, Report

Clock = Callable[[], datetime]


def source(name: str, interval_s: int) -> Source:
    """The feed as the operator configured it."""
    address = f"https://{name}.example/rss"
    return Source(name, SourceKind.FEED, name.title(), address, interval_s=interval_s, pinned=True)


class SimFeeds:
    """``ports.Poller`` over the plan's reports: each document holds all that came so far.

    Args:
        wall: The bot's clock, right or wrong.
        real: The clock the publishers go by.
    """

    def __init__(
        self, plan: Plan, chance: random.Random, wall: Clock, real: Callable[[float], datetime]
    ) -> None:
        self._plan = plan
        self._chance = chance
        self._wall = wall
        self._real = real

    async def poll(self, source: Source) -> Poll:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._chance.uniform(0.02, 0.5))
        trouble = self._trouble(source.id, loop.time())
        if "slow" in trouble:
            await asyncio.sleep(self._chance.uniform(5, 28))
        if "down" in trouble:
            raise SourceUnavailable(source.id, "no answer")
        if "emptied" in trouble and source.held:
            raise SourceEmptied(source.id, "no entries where there used to be some")
        return self._document(source, loop.time(), trouble)

    def _trouble(self, name: str, now: float) -> dict[str, Fault]:
        return {f.kind: f for f in self._plan.faults if f.of == name and f.covers(now)}

    def _document(self, source: Source, now: float, trouble: dict[str, Fault]) -> Poll:
        until = trouble["behind"].start if "behind" in trouble else now
        drafts = [
            self._draft(report, now) for report in self._plan.reports
            if report.feed == source.id and report.at <= until
        ]  # fmt: skip
        if "reordered" in trouble:
            self._chance.shuffle(drafts)
        body_hash = str(hash(tuple(drafts)) if drafts else "")
        if drafts and body_hash == source.body_hash and not trouble:
            return Poll(source.id, PollStatus.NOT_MODIFIED, body_hash=body_hash)
        read = feed_entries(drafts, source, self._wall())
        return Poll(
            source.id,
            PollStatus.CHANGED,
            read.entries,
            body_hash=body_hash,
            held=len(drafts),
            habits=read.habits,
        )

    def _draft(self, report: Report, now: float) -> Draft:
        """The report as its feed tells it now: what it renamed or dated anew stays so."""
        event, ever = report.event, self._ever(report.feed, now)
        named = f"{event.token}-{'new' if 'renamed' in ever else 'old'}"
        at = self._real(report.dated_at) - timedelta(seconds=report.age_s)
        if "redated" in ever and report.at < ever["redated"].start:
            at = self._real(ever["redated"].start)
        draft = Draft(event.title, event.body, f"https://{report.feed}.example/{named}", named)
        return replace(draft, published_at=at)

    def _ever(self, name: str, now: float) -> dict[str, Fault]:
        return {f.kind: f for f in self._plan.faults if f.of == name and f.start <= now}
