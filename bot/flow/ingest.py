"""Poll → recall → decide → record: from a source that is due to deliveries in the outbox.

Polls run side by side; deciding and recording is one turn at a time, so that two sources that
tell the same news in the same second meet in one story.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from bot.core import rhythm
from bot.core.decide import too_old
from bot.core.model import (
    Batch,
    Course,
    Entry,
    Fault,
    Knowledge,
    Poll,
    PollStatus,
    Reason,
    Source,
    SourceKind,
    Verdict,
    Wanted,
)
from bot.core.retry import send_wait
from bot.core.stories import Stories
from bot.core.stub import wanted
from bot.core.turn import Mind, Policy, Turn
from bot.errors import SourceBroken, SourceError, StoreUnavailable
from bot.flow.arriving import Arrival, arrival
from bot.flow.aside import (
    afresh,
    document_fault,
    feed_fault,
    source_again,
    visit_fault,
)
from bot.flow.deciding import decided
from bot.flow.minding import Inline, Minds
from bot.flow.under_way import UnderWay
from bot.flow.visits import record_failure, settle_move
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
        version: Of this program: what breaks it may not break the next.
        polled: Told of each poll that worked and of how many new entries it brought.
        pace: Lengthens the wait where news comes without visits, too.
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
    version: str = ""
    polled: Callable[[Source, Poll, int], Awaitable[None]] | None = None
    pace: Callable[[Source, timedelta], Awaitable[timedelta]] | None = None
    _minds: Minds = field(init=False)
    _stories: Stories | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _visits: UnderWay = field(init=False)
    _trying: asyncio.Task[object] | None = None

    def __post_init__(self) -> None:
        self._minds = Minds(self.knowledge, self.builder)
        self._visits = UnderWay(self.at_once)

    async def tick(self) -> None:
        """Claim what is due and visit it; returns before the visits end."""
        room = self._visits.room
        if not room:
            return
        for source in await self.store.claim_sources(self.clock(), room):
            self._visits.begin(self.visit(source), f"poll {source.id}")
        if self._trying is None or self._trying.done():
            self._trying = self._visits.begin(self.try_again(), "quarantine")

    async def drain(self) -> None:
        """Wait for the visits under way."""
        await self._visits.drain()

    async def cancel(self) -> None:
        """Break off the visits under way: nothing of an unrecorded one is lost, it is due again."""
        await self._visits.cancel()
        await self._minds.close()

    async def visit(self, source: Source) -> None:
        """Poll one source and take in what it brought; never raises."""
        try:
            await self._visit(source)
        except Exception as error:
            # The turn loop: one bad source must not stop the others.
            log.exception("poll_crashed source=%s", source.id)
            await self._set_aside(visit_fault(source, error, self.version))
            await self._failed(source, None)

    async def _visit(self, source: Source) -> None:
        try:
            poll = await self.pollers[source.kind].poll(source)
        except SourceBroken as error:
            await self._set_aside(feed_fault(source, error, self.version))
            await self._failed(source, error)
            return
        except SourceError as error:
            await self._failed(source, error)
            return
        for note in poll.notes:
            log.warning("source_note source=%s note=%s", source.id, note)
        verdicts = await self.take(source, poll)
        if self.polled is not None:
            await self.polled(
                source, poll, sum(v.reason is not Reason.ALREADY_SEEN for v in verdicts)
            )

    async def take_pushed(self, source: Source, entries: Sequence[Entry]) -> None:
        """Take in what came without a visit: nothing is learnt of the source from it."""
        come = await self._arrival(source, Poll(source.id, PollStatus.CHANGED, tuple(entries)))
        for part, _ in _parts(come.poll.entries):
            await self._patiently(source, partial(self._take_part, come, part))

    async def _failed(self, source: Source, error: SourceError | None) -> None:
        await record_failure(self.store, source, error, self.clock(), self.chance())

    async def _set_aside(self, fault: Fault) -> None:
        if await self.store.set_aside(fault, self.clock()):
            told = fault.stage, fault.subject, fault.error
            log.error("set_aside stage=%s subject=%s error=%s", *told)

    async def try_again(self) -> int:
        """Try a part of what broke us once more, where it is due; how many entries that was."""
        try:
            due = await self.store.due_again(self.clock(), _PART)
            for entry, fault in due:
                await self._take_again(
                    source_again(entry, fault, self.clock()), entry, is_retry=True
                )
        except StoreUnavailable as error:
            log.warning("store_unavailable quarantine error=%s", error)
        except Exception:
            # The turn loop: what is due stays so, and sources are polled meanwhile.
            log.exception("quarantine_crashed")
        else:
            return len(due)
        return 0

    async def take(self, source: Source, poll: Poll) -> list[Verdict]:
        """Decide about and record everything one poll brought."""
        come = await self._arrival(source, poll)
        verdicts: list[Verdict] = []
        for part, last in _parts(come.poll.entries):
            turn = partial(self._take_part, come, part, last, tuple(verdicts))
            verdicts += await self._patiently(source, turn)
        await settle_move(self.store, source, poll, self.clock())
        for note in come.notes:
            log.warning("source_note source=%s note=%s", source.id, note)
        return verdicts

    async def reread(self, source: Source, entry: Entry) -> tuple[Verdict, ...]:
        """Decide again about an entry whose page was read, and record what that changes."""
        return await self._take_again(
            replace(source, polled_ok_at=source.polled_ok_at or self.clock()), entry
        )

    async def _take_again(
        self, source: Source, entry: Entry, *, is_retry: bool = False
    ) -> tuple[Verdict, ...]:
        # Under the name it was recorded by: there is nothing to recognise.
        poll = Poll(source.id, PollStatus.CHANGED, (entry,))
        come = Arrival(source, poll, is_retry=is_retry)
        return await self._patiently(source, partial(self._take_part, come, [entry]))

    async def _arrival(self, source: Source, poll: Poll) -> Arrival:
        return await self._patiently(
            source, lambda: arrival(self.store, source, poll, self.policy, self.clock())
        )

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
        self,
        come: Arrival,
        part: Sequence[Entry],
        last: bool = False,
        before: Sequence[Verdict] = (),
    ) -> tuple[Verdict, ...]:
        """One transaction's worth; the ``last`` of a poll records the poll, too."""
        now, source, poll = self.clock(), come.source, come.poll if last else None
        turn = come.turn(await self._current_mind(), self.policy, now)
        recall = await self.store.recall([entry.fingerprint for entry in part])
        if come.is_retry:
            recall = afresh(recall)
        memory = await self._recent(now - self.policy.story_window)
        verdicts = decided(part, recall, turn, memory, self.version)
        course = await self._course(source, poll, (*before, *verdicts), now) if poll else None
        alarm = rhythm.alarm(verdicts, self.knowledge.places, now)
        pages = _pages(source, verdicts, turn)
        broken = poll.broken if poll else ()
        faults = tuple(document_fault(source, one, self.version) for one in broken)
        batch = Batch(source.id, verdicts, poll, now, course, alarm, pages, faults, come.is_retry)
        added = await self._record(batch, memory)
        if added:
            self.wake()
        _report(source, verdicts, added)
        return verdicts

    async def _course(
        self, source: Source, poll: Poll, verdicts: Sequence[Verdict], now: datetime
    ) -> Course:
        dates = [v.entry.published_at for v in verdicts if _is_new(v)]
        course = rhythm.course(source, poll, dates, now, self.chance())
        if self.pace is None or rhythm.is_pinned(source):
            return course
        wait = await self.pace(source, course.wait)
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
