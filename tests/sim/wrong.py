"""Three bots that lose alerts or repeat them, each by a fault that is often seen in news bots.

They are here so that the simulation is itself tested: it must catch each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.model import (
    Batch,
    Delivery,
    DeliveryState,
    Message,
    Reason,
    Settlement,
    Verdict,
)
from bot.errors import DeliveryDelayed, DeliveryRefused, DeliveryUncertain
from bot.flow.sending import Sending
from bot.ports import Messenger
from bot.stores import sql
from bot.stores.sqlite import rows
from tests.sim.disk import SimStore
from tests.sim.process import Process


class SeenFirst(SimStore):
    """Marks entries as seen in one transaction, and writes what follows of them in the next."""

    async def record_all(self, batches: Sequence[Batch]) -> int:
        await self._write(lambda: self._see(batches))
        return await super().record_all(batches)

    def _see(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            for verdict in batch.verdicts:
                if verdict.reason is not Reason.ALREADY_SEEN and not verdict.edited:
                    self._mark(verdict, batch.decided_at)

    def _mark(self, verdict: Verdict, now: datetime) -> None:
        hash_ = verdict.entry.fingerprint
        self._rows(sql.REMEMBER_ENTRY, {"hash": hash_, "story_id": None, "now": rows.ms(now)})

    def _record_entry(self, verdict: Verdict, now: datetime) -> bool:
        if verdict.reason is Reason.ALREADY_SEEN or verdict.edited:
            return super()._record_entry(verdict, now)
        self._do(sql.ADD_ENTRY, **rows.entry_row(verdict, now))
        return True


@dataclass(slots=True)
class SettledInBatches(Sending):
    """Writes down that messages were sent once several were, or a moment later."""

    _unwritten: list[tuple[Delivery, Settlement]] = field(default_factory=list)

    async def _settle(self, delivery: Delivery, settled: Settlement) -> None:
        if settled.state is not DeliveryState.SENT:
            await Sending._settle(self, delivery, settled)
            return
        self._unwritten.append((delivery, settled))
        if len(self._unwritten) < 5:
            await asyncio.sleep(3)
        batch, self._unwritten = self._unwritten, []
        for one in batch:
            await Sending._settle(self, *one)


class Hopeful:
    """Takes every error for one that a later try mends, as a retry on ``NetworkError`` does."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    async def reach(self) -> None:
        await self._messenger.reach()

    async def send(self, message: Message) -> int:
        try:
            return await self._messenger.send(message)
        except (DeliveryUncertain, DeliveryRefused) as error:
            raise DeliveryDelayed(message.chat_id, str(error)) from error


class SeenBeforeStored(Process):
    """Loses what it had seen and not yet stored when it died, or found no disk."""

    shown_by = 21
    store_class = SeenFirst


class SentAfterABatch(Process):
    """Repeats, after a crash, what it had sent and not yet written down."""

    shown_by = 82
    sending_class = SettledInBatches


class RetryOnEveryError(Process):
    """Repeats what may have arrived, unmarked, and for ever what nobody will ever take."""

    shown_by = 4

    def messenger(self) -> Messenger:
        return Hopeful(self.world.messenger)


BOTS: tuple[type[Process], ...] = (SeenBeforeStored, SentAfterABatch, RetryOnEveryError)
