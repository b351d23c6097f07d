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

from bot.core import rhythm
from bot.core.decide import decide, too_old
from bot.core.model import (
    Batch,
    Course,
    Entry,
    Knowledge,
    Poll,
    Reading,
    Reason,
    Recall,
    Source,
    SourceKind,
    Verdict,
    Wanted,
)
from bot.core.stories import Stories
from bot.core.stub import wanted
from bot.core.turn import Mind, Policy, Turn
from bot.errors import SourceError
from bot.flow.gathering import Gathering
from bot.flow.minding import Inline, Minds
from bot.flow.patience import until_taken
from bot.flow.rounds import Rounds
from bot.flow.visits import OURS, record_failure, settle_move
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
    _gathering: Gathering = field(init=False)
    _rounds: Rounds = field(init=False)
    _stories: Stories | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._minds = Minds(self.knowledge, self.builder)
        self._gathering = Gathering(self.store, self.chance)
        self._rounds = Rounds(self._due, self.visit, self.at_once)

    async def tick(self) -> None:
        """Claim what is due and visit it; returns before the visits end.

        What found no room is claimed as soon as half of the visits have ended, tick or no tick.
        """
        self._rounds.beside(self._keep_in_step)
        await self._rounds.claim()

    async def _due(self, room: int) -> Sequence[Source]:
        return await self.store.claim_sources(self.clock(), room)

    async def _keep_in_step(self) -> None:
        """Follow the audience now, so that no entry has to wait until a matcher is built."""
        if not self._turn.locked():
            async with self._turn:
                await self._current_mind()

    async def drain(self) -> None:
        """Wait for the visits under way and for what is due besides."""
        await self._rounds.drain()

    async def cancel(self) -> None:
        """Break off the visits under way: nothing of an unrecorded one is lost, it is due again."""
        await self._rounds.cancel()
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
        for part, _ in _parts(entries):
            await self._patiently(source, part, None, ())

    async def _failed(self, source: Source, error: SourceError | None) -> None:
        await record_failure(self.store, source, error, self.clock(), self.chance())

    async def take(self, source: Source, poll: Poll) -> list[Verdict]:
        """Decide about and record everything one poll brought."""
        verdicts: list[Verdict] = []
        if not poll.entries:
            await self._nothing_new(source, poll)
        for part, last in _parts(poll.entries):
            verdicts += await self._patiently(source, part, poll if last else None, verdicts)
        await settle_move(self.store, source, poll, self.clock())
        return verdicts

    async def _nothing_new(self, source: Source, poll: Poll) -> None:
        """Record a poll about which there is nothing to decide; it waits for nobody's turn."""
        now = self.clock()
        course = await until_taken(
            lambda: self._course(source, poll, (), now), self.chance, f"source={source.id}"
        )
        await self._gathering.record(Batch(source.id, (), poll, now, course))

    async def reread(self, source: Source, entry: Entry) -> tuple[Verdict, ...]:
        """Decide again about an entry whose page was read, and record what that changes."""
        polled = replace(source, polled_ok_at=source.polled_ok_at or self.clock())
        return await self._patiently(polled, [entry], None, ())

    async def _patiently(
        self, source: Source, part: Sequence[Entry], poll: Poll | None, before: Sequence[Verdict]
    ) -> tuple[Verdict, ...]:
        async def turn() -> tuple[Verdict, ...]:
            async with self._turn:
                return await self._take_part(source, part, poll, before)

        return await until_taken(turn, self.chance, f"source={source.id}")

    async def _take_part(
        self, source: Source, part: Sequence[Entry], poll: Poll | None, before: Sequence[Verdict]
    ) -> tuple[Verdict, ...]:
        now = self.clock()
        mind = await self._current_mind()
        baseline = source.kind is not SourceKind.SEEDS and source.polled_ok_at is None
        turn = Turn(mind, self.policy, now, baseline)
        recall = await self.store.recall([entry.fingerprint for entry in part])
        memory = await self._recent(now - self.policy.story_window)
        verdicts = _decided(part, recall, turn, memory)
        course = await self._course(source, poll, (*before, *verdicts), now) if poll else None
        alarm, pages = (
            rhythm.alarm(verdicts, self.knowledge.places, now),
            _pages(source, verdicts, turn),
        )
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
