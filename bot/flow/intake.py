"""All that comes in passes here, one turn at a time: recognised, decided about, recorded."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.core import rhythm
from bot.core.decide import too_old
from bot.core.model import (
    Batch,
    Course,
    Entry,
    Knowledge,
    Poll,
    PollStatus,
    Reason,
    Source,
    SourceKind,
    Verdict,
    Wanted,
)
from bot.core.stories import Stories
from bot.core.stub import wanted
from bot.core.turn import Mind, Policy, Turn
from bot.flow.arriving import Arrival, arrival
from bot.flow.aside import afresh, document_fault
from bot.flow.deciding import decided
from bot.flow.gathering import Gathering
from bot.flow.minding import Inline, Minds
from bot.flow.patience import until_taken
from bot.flow.visits import settle_move
from bot.ports import Builder, Clock, Store

T = TypeVar("T")

log = logging.getLogger(__name__)

# One transaction's worth: a feed of 500 entries must not hold the event loop for a second. The
# validators are recorded with the last part, so that a crash in between polls the feed again.
PART = 20


@dataclass(slots=True)
class Intake:
    """Where entries become verdicts, whoever brought them: a poll, a hub, a page, the quarantine.

    Attributes:
        store, knowledge, policy: What it works with.
        clock: Now.
        chance: A number between 0 and 1, for jitter.
        wake: Called when a batch added deliveries.
        builder: Makes the matcher of all watches; for many of them in another process.
        version: Of this program: what it breaks on is tried again when another one starts.
        pace: Says whether a source may be polled more slowly than it asks for.
    """

    store: Store
    knowledge: Knowledge
    policy: Policy
    clock: Clock
    chance: Callable[[], float]
    wake: Callable[[], None]
    builder: Builder = field(default_factory=Inline)
    version: str = ""
    pace: Callable[[Source, timedelta], Awaitable[timedelta]] | None = None
    _minds: Minds = field(init=False)
    _gathering: Gathering = field(init=False)
    _stories: Stories | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._minds = Minds(self.knowledge, self.builder)
        self._gathering = Gathering(self.store, self.chance)

    async def keep_in_step(self) -> None:
        """Follow the audience now, so that no entry has to wait until a matcher is built."""
        if not self._turn.locked():
            async with self._turn:
                await self._current_mind()

    async def close(self) -> None:
        """Break off the building of matchers."""
        await self._minds.close()

    async def take(self, source: Source, poll: Poll) -> list[Verdict]:
        """Decide about and record everything one poll brought."""
        come = await self._arrival(source, poll)
        verdicts = await self._taken(come) if poll.entries else await self._nothing_new(come)
        await settle_move(self.store, source, poll, self.clock())
        for note in come.notes:
            log.warning("source_note source=%s note=%s", source.id, note)
        return verdicts

    async def take_pushed(self, source: Source, entries: Sequence[Entry]) -> None:
        """Take in what came without a visit: nothing is learnt of the source from it."""
        come = await self._arrival(source, Poll(source.id, PollStatus.CHANGED, tuple(entries)))
        for part, _ in _parts(come.poll.entries):
            await self._patiently(source, partial(self._take_part, come, part))

    async def take_again(self, source: Source, entry: Entry) -> tuple[Verdict, ...]:
        """Decide about an entry that broke us once more, and free it where it does so no longer."""
        return await self._retaken(source, entry, is_retry=True)

    async def reread(self, source: Source, entry: Entry) -> tuple[Verdict, ...]:
        """Decide again about an entry whose page was read, and record what that changes."""
        polled = replace(source, polled_ok_at=source.polled_ok_at or self.clock())
        return await self._retaken(polled, entry, is_retry=False)

    async def _arrival(self, source: Source, poll: Poll) -> Arrival:
        if not poll.entries:
            return Arrival(source, poll)
        return await self._patiently(
            source, lambda: arrival(self.store, source, poll, self.policy, self.clock())
        )

    async def _taken(self, come: Arrival) -> list[Verdict]:
        verdicts: list[Verdict] = []
        for part, last in _parts(come.poll.entries):
            turn = partial(self._take_part, come, part, last, tuple(verdicts))
            verdicts += await self._patiently(come.source, turn)
        return verdicts

    async def _nothing_new(self, come: Arrival) -> list[Verdict]:
        """Record a poll about which there is nothing to decide; it waits for nobody's turn."""
        now = self.clock()
        course = await until_taken(
            lambda: self._course(come, (), now), self.chance, f"source={come.source.id}"
        )
        await self._gathering.record(self._batch(come, (), now, course))
        return []

    async def _retaken(
        self, source: Source, entry: Entry, *, is_retry: bool
    ) -> tuple[Verdict, ...]:
        # Under the name it was recorded by: there is nothing to recognise.
        poll = Poll(source.id, PollStatus.CHANGED, (entry,))
        come = Arrival(source, poll, is_retry=is_retry)
        return await self._patiently(source, partial(self._take_part, come, [entry]))

    async def _patiently(self, source: Source, turn: Callable[[], Awaitable[T]]) -> T:
        """Repeat the turn until the store takes it: what was fetched is not fetched again."""

        async def alone() -> T:
            async with self._turn:
                return await turn()

        return await until_taken(alone, self.chance, f"source={source.id}")

    async def _take_part(
        self,
        come: Arrival,
        part: Sequence[Entry],
        last: bool = False,
        before: Sequence[Verdict] = (),
    ) -> tuple[Verdict, ...]:
        """One transaction's worth; the ``last`` of a poll records the poll, too."""
        now = self.clock()
        turn = come.turn(await self._current_mind(), self.policy, now)
        recall = await self.store.recall([entry.fingerprint for entry in part])
        if come.is_retry:
            recall = afresh(recall)
        memory = await self._recent(now - self.policy.story_window)
        verdicts = decided(part, recall, turn, memory, self.version)
        course = await self._course(come, (*before, *verdicts), now) if last else None
        batch = self._batch(come, verdicts, now, course)
        batch = replace(
            batch,
            alarm=rhythm.alarm(verdicts, self.knowledge.places, now),
            pages=_pages(come.source, verdicts, turn),
        )
        added = await self._record(batch, memory)
        if added:
            self.wake()
        _report(come.source, verdicts, added)
        return verdicts

    def _batch(
        self, come: Arrival, verdicts: tuple[Verdict, ...], now: datetime, course: Course | None
    ) -> Batch:
        """What is recorded at once; with a ``course`` the poll, too, and what broke its reader."""
        source, poll = come.source, come.poll if course else None
        broken = poll.broken if poll else ()
        faults = tuple(document_fault(source, one, self.version) for one in broken)
        return Batch(source.id, verdicts, poll, now, course, faults=faults, is_retry=come.is_retry)

    async def _course(self, come: Arrival, verdicts: Sequence[Verdict], now: datetime) -> Course:
        dates = [v.entry.published_at for v in verdicts if _is_new(v)]
        course = rhythm.course(come.source, come.poll, dates, now, self.chance())
        if self.pace is None or rhythm.is_pinned(come.source):
            return course
        wait = await self.pace(come.source, course.wait)
        return replace(course, due_at=now + wait, wait=wait)

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


def _is_new(verdict: Verdict) -> bool:
    return verdict.reason is not Reason.ALREADY_SEEN and not verdict.edited


def _pages(source: Source, verdicts: Sequence[Verdict], turn: Turn) -> tuple[Wanted, ...]:
    """The pages that are to be read of what is new: what is too old to alert is left alone."""
    if source.kind is not SourceKind.FEED:
        return ()
    fresh = (v for v in verdicts if not too_old(v.entry, turn))
    return tuple(page for v in fresh if (page := wanted(v, source.full_text, source.address)))


def _parts(entries: Sequence[Entry]) -> Iterator[tuple[Sequence[Entry], bool]]:
    """The entries oldest first in parts, each with "is the last"."""
    ordered = sorted(entries, key=_age)
    starts = range(0, len(ordered), PART)
    for start in starts:
        yield ordered[start : start + PART], start == starts[-1]


def _age(entry: Entry) -> float:
    return entry.published_at.timestamp() if entry.published_at else float("inf")


def _report(source: Source, verdicts: Sequence[Verdict], alerts: int) -> None:
    reasons = Counter(v.reason for v in verdicts)
    fresh = sum(n for reason, n in reasons.items() if reason is not Reason.ALREADY_SEEN)
    if fresh:
        told = " ".join(f"{reason.value}={n}" for reason, n in sorted(reasons.items()))
        log.info("polled source=%s entries=%d alerts=%d %s", source.id, fresh, alerts, told)
