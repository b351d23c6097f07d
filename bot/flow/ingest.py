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
from bot.core.decide import decide, too_old
from bot.core.model import (
    Batch,
    Course,
    Entry,
    Knowledge,
    Poll,
    PollStatus,
    Reading,
    Reason,
    Recall,
    Source,
    SourceKind,
    Verdict,
    Wanted,
)
from bot.core.retry import send_wait
from bot.core.stories import Stories
from bot.core.stub import wanted
from bot.core.turn import Mind, Policy, Turn
from bot.errors import SourceError, StoreUnavailable
from bot.flow.arriving import Arrival, arrival
from bot.flow.minding import Inline, Minds
from bot.flow.visits import OURS, record_failure, settle_move
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
    polled: Callable[[Source, Poll, int], Awaitable[None]] | None = None
    pace: Callable[[Source, timedelta], Awaitable[timedelta]] | None = None
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
            await self._failed(source, None)

    async def _visit(self, source: Source) -> None:
        try:
            poll = await self.pollers[source.kind].poll(source)
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
        polled = replace(source, polled_ok_at=source.polled_ok_at or self.clock())
        # Under the name it was recorded by: there is nothing to recognise.
        come = Arrival(polled, Poll(source.id, PollStatus.CHANGED, (entry,)))
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
        memory = await self._recent(now - self.policy.story_window)
        verdicts = _decided(part, recall, turn, memory)
        course = await self._course(source, poll, (*before, *verdicts), now) if poll else None
        alarm = rhythm.alarm(verdicts, self.knowledge.places, now)
        pages = _pages(source, verdicts, turn)
        batch = Batch(source.id, verdicts, poll, now, course, alarm, pages)
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
        return (Verdict(part[0], Reason.FAILED, Reading(), detail=OURS),)
    return tuple(verdict for entry in part for verdict in _decided([entry], recall, turn, memory))


def _is_new(verdict: Verdict) -> bool:
    return verdict.reason is not Reason.ALREADY_SEEN and not verdict.edited


def _pages(source: Source, verdicts: Sequence[Verdict], turn: Turn) -> tuple[Wanted, ...]:
    """The pages that are to be read of what is new: what is too old to alert is left alone."""
    if source.kind is not SourceKind.FEED:
        return ()
    fresh = (v for v in verdicts if not too_old(v.entry, turn))
    return tuple(page for v in fresh if (page := wanted(v, source.full_text)))


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
