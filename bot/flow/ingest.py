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
from itertools import count

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
from bot.flow.gathering import Gathering
from bot.flow.minding import Inline, Minds
from bot.ports import Builder, Clock, Poller, Store

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
    _gathering: Gathering = field(init=False)
    _stories: Stories | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _visits: set[asyncio.Task[None]] = field(default_factory=set)
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    _aside: set[asyncio.Task[None]] = field(default_factory=set)
    _more_due: bool = False

    def __post_init__(self) -> None:
        self._minds = Minds(self.knowledge, self.builder)
        self._gathering = Gathering(self.store, self.chance)

    async def tick(self) -> None:
        """Claim what is due and visit it; returns before the visits end.

        What found no room is claimed as soon as half of the visits have ended, tick or no tick.
        """
        self._beside(self._keep_in_step)
        await self._claim()

    async def _claim(self) -> None:
        async with self._claiming:
            room = self.at_once - len(self._visits)
            if room <= 0:
                self._more_due = True
                return
            due = await self.store.claim_sources(self.clock(), room)
            self._more_due = len(due) == room
            for source in due:
                visit = asyncio.create_task(self.visit(source), name=f"poll {source.id}")
                self._visits.add(visit)
                visit.add_done_callback(self._ended)

    def _ended(self, visit: asyncio.Task[None]) -> None:
        self._visits.discard(visit)
        if self._more_due and len(self._visits) <= self.at_once // 2:
            self._more_due = False
            self._beside(self._claim)

    async def _keep_in_step(self) -> None:
        """Follow the audience now, so that no entry has to wait until a matcher is built."""
        if not self._turn.locked():
            async with self._turn:
                await self._current_mind()

    def _beside(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._forgiving(work), name="ingest")
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _forgiving(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except StoreUnavailable as error:
            log.warning("store_unavailable error=%s", error)  # the next tick tries again
        except Exception:
            # The turn loop: the next tick must find everything as it was.
            log.exception("tick_crashed")

    async def drain(self) -> None:
        """Wait for the visits under way and for what is due besides."""
        while under_way := self._visits | self._aside:
            await asyncio.wait(under_way)

    async def cancel(self) -> None:
        """Break off the visits under way: nothing of an unrecorded one is lost, it is due again."""
        self._more_due = False
        for task in self._visits | self._aside:
            task.cancel()
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
        if not poll.entries:
            await self._gathering.record(Batch(source.id, (), poll, self.clock()))
            return []
        verdicts: list[Verdict] = []
        for part, last in _parts(poll.entries):
            verdicts += await self._patiently(source, part, poll if last else None)
        return verdicts

    async def _patiently(
        self, source: Source, part: Sequence[Entry], poll: Poll | None
    ) -> tuple[Verdict, ...]:
        """Repeat the turn until the store takes it: what was fetched is not fetched again."""
        for attempt in count(1):
            try:
                async with self._turn:
                    return await self._take_part(source, part, poll)
            except StoreUnavailable as error:
                log.warning("store_unavailable source=%s error=%s", source.id, error)
                await asyncio.sleep(send_wait(attempt, self.chance()).total_seconds())
        raise AssertionError("count() does not end")

    async def _take_part(
        self, source: Source, part: Sequence[Entry], poll: Poll | None
    ) -> tuple[Verdict, ...]:
        now = self.clock()
        mind = await self._current_mind()
        baseline = source.kind is SourceKind.FEED and source.polled_ok_at is None
        turn = Turn(mind, self.policy, now, baseline)
        recall = await self.store.recall([entry.fingerprint for entry in part])
        memory = await self._recent(now - self.policy.story_window)
        verdicts = _decided(part, recall, turn, memory)
        added = await self._record(Batch(source.id, verdicts, poll, now), memory)
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
    """The entries oldest first in parts, each with "is the last"."""
    ordered = sorted(entries, key=_age)
    starts = range(0, len(ordered), _PART)
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
