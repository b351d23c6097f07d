"""Poll → recall → decide → record: from a source that is due to deliveries in the outbox.

Polls run side by side; deciding and recording is one turn at a time, so that two sources that
tell the same news in the same second meet in one story.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from typing import TypeVar

from bot.core.decide import decide
from bot.core.model import (
    Batch,
    Entry,
    Knowledge,
    Poll,
    Reading,
    Reason,
    Recall,
    Source,
    SourceKind,
    Verdict,
)
from bot.core.retry import LONG_CAP_S, SILENT_CAP_S, poll_wait, send_wait
from bot.core.stories import Stories
from bot.core.turn import Mind, Policy, Turn
from bot.errors import SourceError, SourceUnavailable, StoreUnavailable
from bot.flow.arriving import Arrival, arrival
from bot.flow.minding import Inline, Minds
from bot.ports import Builder, Clock, Poller, Store

T = TypeVar("T")

log = logging.getLogger(__name__)

# One transaction's worth: a feed of 500 entries must not hold the event loop for a second. The
# validators are recorded with the last part, so that a crash in between polls the feed again.
_PART = 20


@dataclass(slots=True)
class Ingest:
    """The polling half of the path.

    Attributes:
        store, pollers, knowledge, policy: What it works with.
        clock: Now.
        chance: A number between 0 and 1, for jitter.
        wake: Called when deliveries were added.
        at_once: Polls under way at most.
        builder: Makes the matcher.
    """

    store: Store
    pollers: Mapping[SourceKind, Poller]
    knowledge: Knowledge
    policy: Policy
    clock: Clock
    chance: Callable[[], float]
    wake: Callable[[], None]
    at_once: int = 16
    builder: Builder = field(default_factory=Inline)
    _minds: Minds = field(init=False)
    _stories: Stories | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _visits: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._minds = Minds(self.knowledge, self.builder)

    async def tick(self) -> None:
        """Claim what is due and visit it; returns before the visits end."""
        room = self.at_once - len(self._visits)
        if room <= 0:
            return
        for source in await self.store.claim_sources(self.clock(), room):
            visit = asyncio.create_task(self.visit(source), name=f"poll {source.id}")
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)

    async def drain(self) -> None:
        """Wait for the visits under way."""
        while self._visits:
            await asyncio.wait(set(self._visits))

    async def cancel(self) -> None:
        """Break off the visits under way: nothing of an unrecorded one is lost, it is due again."""
        for visit in set(self._visits):
            visit.cancel()
        await self.drain()
        await self._minds.close()

    async def visit(self, source: Source) -> None:
        """Poll one source and take in what it brought; never raises."""
        try:
            await self._visit(source)
        except Exception:
            # The turn loop: one bad source must not stop the others.
            log.exception("poll_crashed source=%s", source.id)
            await self._failed(source, "an error of ours, see the log")

    async def _visit(self, source: Source) -> None:
        try:
            poll = await self.pollers[source.kind].poll(source)
        except SourceUnavailable as error:
            await self._failed(source, str(error), error.retry_after_s, SILENT_CAP_S)
            return
        except SourceError as error:
            await self._failed(source, str(error))
            return
        for note in poll.notes:
            log.warning("source_note source=%s note=%s", source.id, note)
        await self.take(source, poll)

    async def _failed(
        self, source: Source, error: str, asked_s: float | None = None, cap_s: float = LONG_CAP_S
    ) -> None:
        now, failures = self.clock(), source.failures + 1
        wait = poll_wait(source.interval_s, failures, self.chance(), asked_s, cap_s=cap_s)
        if await self.store.source_failed(source.id, error, now, now + wait):
            log.warning("source_failed source=%s error=%s", source.id, error)

    async def take(self, source: Source, poll: Poll) -> list[Verdict]:
        """Decide about and record everything one poll brought."""
        come = await self._patiently(
            source, lambda: arrival(self.store, source, poll, self.policy, self.clock())
        )
        verdicts: list[Verdict] = []
        for part, last in _parts(come.poll.entries):
            verdicts += await self._patiently(source, partial(self._take_part, come, part, last))
        for note in come.notes:
            log.warning("source_note source=%s note=%s", source.id, note)
        return verdicts

    async def _patiently(self, source: Source, turn: Callable[[], Awaitable[T]]) -> T:
        """Repeat the turn until the store takes it: what was fetched is not fetched again."""
        for attempt in count(1):
            try:
                async with self._turn:
                    return await turn()
            except StoreUnavailable as error:
                log.warning("store_unavailable source=%s error=%s", source.id, error)
                await asyncio.sleep(send_wait(attempt, self.chance()).total_seconds())
        raise AssertionError("count() does not end")

    async def _take_part(
        self, come: Arrival, part: Sequence[Entry], last: bool
    ) -> tuple[Verdict, ...]:
        now, source = self.clock(), come.source
        turn = come.turn(await self._current_mind(), self.policy, now)
        recall = await self.store.recall([entry.fingerprint for entry in part])
        memory = await self._recent(now - self.policy.story_window)
        verdicts = _decided(part, recall, turn, memory)
        batch = Batch(source.id, verdicts, come.poll if last else None, now)
        added = await self._record(batch, memory)
        if added:
            self.wake()
        _report(source, verdicts, added)
        return verdicts

    async def _recent(self, since: datetime) -> Stories:
        """The stories since then: read from the store once, then kept in step with it."""
        if self._stories is None:
            recall = await self.store.recall([], since)
            self._stories = Stories.of(self.knowledge.likeness, recall.stories)
        self._stories.forget(since)
        return self._stories

    async def _record(self, batch: Batch, memory: Stories) -> int:
        # Until the store has said that it took them nobody knows which stories there are.
        self._stories = None
        added = await self.store.record(batch)
        for verdict in batch.verdicts:
            for story in verdict.stories:
                memory.add(story)
        self._stories = memory
        return added

    async def _current_mind(self) -> Mind:
        return await self._minds.current(await self.store.audience(self._minds.revision))


def _decided(
    part: Sequence[Entry], recall: Recall, turn: Turn, memory: Stories
) -> tuple[Verdict, ...]:
    """The verdicts; an entry that breaks us is recorded as failed and does not stop the others."""
    try:
        return decide(part, recall, turn, memory)
    except Exception:
        # The turn loop, one entry at a time.
        log.exception("decide_crashed source=%s", part[0].source_id)
    if len(part) == 1:
        return (Verdict(part[0], Reason.FAILED, Reading(), detail="an error of ours, see the log"),)
    return tuple(verdict for entry in part for verdict in _decided([entry], recall, turn, memory))


def _parts(entries: Sequence[Entry]) -> Iterator[tuple[Sequence[Entry], bool]]:
    """The entries oldest first in parts, each with "is the last"; one empty part if none."""
    ordered = sorted(entries, key=_age)
    starts = range(0, max(len(ordered), 1), _PART)
    for start in starts:
        yield ordered[start : start + _PART], start == starts[-1]


def _age(entry: Entry) -> float:
    return entry.published_at.timestamp() if entry.published_at else float("inf")


def _report(source: Source, verdicts: Sequence[Verdict], alerts: int) -> None:
    reasons = Counter(v.reason for v in verdicts)
    fresh = sum(n for reason, n in reasons.items() if reason is not Reason.ALREADY_SEEN)
    if fresh:
        told = " ".join(f"{reason.value}={n}" for reason, n in sorted(reasons.items()))
        log.info("polled source=%s entries=%d alerts=%d %s", source.id, fresh, alerts, told)
