"""Poll what is due and hand on what it brought.

An entry is never lost between polling and recording: while the store cannot write, a visit keeps
what it fetched and waits; if we die instead, nothing was recorded and the next poll brings it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.core.model import Poll, Reason, Source, SourceKind, Verdict
from bot.errors import SourceBroken, SourceError
from bot.flow.aside import feed_fault, visit_fault
from bot.flow.beside import forgiving
from bot.flow.intake import Intake
from bot.flow.patience import until_taken
from bot.flow.quarantine import Quarantine
from bot.flow.queues import Seat
from bot.flow.rounds import Rounds
from bot.flow.visits import record_failure
from bot.ports import Clock, Poller, Store

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Ingest:
    """The polling half of the path.

    Attributes:
        store, pollers, intake: What it works with.
        clock: Now.
        chance: A number between 0 and 1, for jitter.
        at_once: Visits under way at most.
        polled: Told of each poll that went well, and of how many entries of it were new.
    """

    store: Store
    pollers: Mapping[SourceKind, Poller]
    intake: Intake
    clock: Clock
    chance: Callable[[], float]
    at_once: int = 16
    polled: Callable[[Source, Poll, int], Awaitable[None]] | None = None
    quarantine: Quarantine = field(init=False)
    _rounds: Rounds[Source] = field(init=False)

    def __post_init__(self) -> None:
        self.quarantine = Quarantine(self.store, self.intake, self.clock)
        self._rounds = Rounds(self._due, self.visit, self.at_once, _seat)

    async def tick(self) -> None:
        """Claim what is due and visit it; returns before the visits end."""
        self._rounds.beside("audience", self.intake.keep_in_step)
        self._rounds.beside("quarantine", self.quarantine.try_again)
        await self._rounds.claim()

    async def try_again(self) -> None:
        """Try all of the quarantine that is due, and wait for that."""
        self._rounds.beside("quarantine", self.quarantine.try_all)
        await self._rounds.drain()

    async def _due(self, room: int) -> Sequence[Source]:
        return await self.store.claim_sources(self.clock(), room)

    async def drain(self) -> None:
        """Wait for the visits under way and for what is due besides."""
        await self._rounds.drain()

    async def cancel(self) -> None:
        """Break off the visits under way: nothing of an unrecorded one is lost, it is due again."""
        await self._rounds.cancel()
        await self.intake.close()

    async def visit(self, source: Source) -> None:
        """Poll one source and take in what it brought; never raises."""
        try:
            await self._visit(source)
        except Exception as error:
            # The turn loop: one bad source must not stop the others.
            log.exception("poll_crashed source=%s", source.id)
            await self.quarantine.set_aside(visit_fault(source, error, self.intake.version))
            await self._failed(source, None)

    async def _visit(self, source: Source) -> None:
        try:
            poll = await self.pollers[source.kind].poll(source)
        except SourceBroken as error:
            fault = feed_fault(source, error, self.intake.version)
            await self.quarantine.set_aside(fault)
            await self._failed(source, error)
            return
        except SourceError as error:
            await self._failed(source, error)
            return
        for note in poll.notes:
            log.warning("source_note source=%s note=%s", source.id, note)
        verdicts = await self.intake.take(source, poll)
        await self._tell(source, poll, verdicts)

    async def _tell(self, source: Source, poll: Poll, verdicts: Sequence[Verdict]) -> None:
        if (polled := self.polled) is None:
            return
        new = sum(v.reason is not Reason.ALREADY_SEEN for v in verdicts)
        # All is recorded: whatever goes wrong from here on, the visit went well.
        telling = partial(self._patiently, source, lambda: polled(source, poll, new))
        await forgiving("polled", telling)

    async def _failed(self, source: Source, error: SourceError | None) -> None:
        await self._patiently(
            source,
            lambda: record_failure(self.store, source, error, self.clock(), self.chance()),
        )

    async def _patiently(self, source: Source, turn: Callable[[], Awaitable[None]]) -> None:
        # A store that is busy is no fault of the source's.
        await until_taken(turn, self.chance, f"source={source.id}")


def _seat(source: Source) -> Seat:
    return Seat(source.host or source.id, source.id)
