"""Bots that lose what is due or repeat it: three by faults that are often seen in news bots.

The others break what is easily forgotten beside the alerts: answers, steps, edits, the last lines
of a digest. They are here so that the simulation is itself tested: it must catch each of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

from bot.core.model import (
    Batch,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Message,
    Reason,
    Settlement,
    Verdict,
)
from bot.errors import DeliveryDelayed, DeliveryRefused, DeliveryUncertain, StoreUnavailable
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


@dataclass(slots=True)
class Liar(Sending):
    """Says of one kind of messages that they were sent."""

    kind: ClassVar[DeliveryKind]

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        if delivery.kind is not self.kind:
            return await Sending._asked(self, delivery, message)
        await self.store.mark_sending(delivery, self.clock())
        return Settlement(DeliveryState.SENT, message_id=delivery.edit_of or 1)


class Wordless(Liar):
    """Of answers to commands."""

    kind = DeliveryKind.REPLY


class Stepless(Liar):
    """Of what a story grew by."""

    kind = DeliveryKind.STEP


class Editless(Liar):
    """Of messages that are to be shown anew."""

    kind = DeliveryKind.EDIT


class Brief(Sending):
    """Cuts what is long, and says nothing of what it cut."""

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        if delivery.kind is DeliveryKind.DIGEST:
            text = message.text.rpartition("\n…")[0] or message.text
            message = replace(message, text=text)
        return await super()._asked(delivery, message)


class Impatient(Sending):
    """Tries five times to write down how a send ended, and leaves it at that."""

    async def _patiently(self, delivery: Delivery, record: Callable[[], Awaitable[None]]) -> None:
        for _ in range(5):
            try:
                await record()
                return
            except StoreUnavailable:
                await asyncio.sleep(1)


class Sweeping(SimStore):
    """After a start it cancels what was leased, unless it is an alert."""

    def _do(self, statement: str, **values: Any) -> int:
        if statement == sql.RECOVER_LEASED:
            super()._do(
                "UPDATE deliveries SET state = 'cancelled', lease = NULL, lease_until = NULL,"
                " error = 'the process ended'"
                " WHERE state = 'leased' AND kind IN ('reply', 'step')"
            )
        return super()._do(statement, **values)


class SeenBeforeStored(Process):
    """Loses what it had seen and not yet stored when it died, or found no disk."""

    shown_by = 21
    store_class = SeenFirst


class SentAfterABatch(Process):
    """Repeats, after a crash, what it had sent and not yet written down."""

    shown_by = 8
    sending_class = SettledInBatches


class RetryOnEveryError(Process):
    """Repeats what may have arrived, unmarked, and for ever what nobody will ever take."""

    shown_by = 4

    def messenger(self) -> Messenger:
        return Hopeful(self.world.messenger)


class NeverAnswers(Process):
    """Leaves commands without an answer."""

    shown_by = 3
    sending_class = Wordless


class NeverTellsSteps(Process):
    """Tells nobody that it grew graver."""

    shown_by = 1
    sending_class = Stepless


class NeverEdits(Process):
    """Leaves messages as they were."""

    shown_by = 1
    sending_class = Editless


class CancelsAtItsStart(Process):
    """Drops, after a crash, the answers and steps that were about to leave."""

    shown_by = 231
    store_class = Sweeping


class HidesLines(Process):
    """Shows a part of a digest as if it were all."""

    shown_by = 10
    sending_class = Brief


class GivesUpWriting(Process):
    """Leaves rows as being sent for ever, after some time without a disk."""

    shown_by = 22
    sending_class = Impatient


BOTS: tuple[type[Process], ...] = (
    *(SeenBeforeStored, SentAfterABatch, RetryOnEveryError, NeverAnswers, NeverTellsSteps),
    *(NeverEdits, CancelsAtItsStart, HidesLines, GivesUpWriting),
)
