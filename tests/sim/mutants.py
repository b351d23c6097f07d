"""Parts that break one promise each, some of ``wrong`` too: ``test_machine`` must notice."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model import Delivery, DeliveryKind, DeliveryState, Message, Settlement
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain
from bot.flow.sending import Sending
from tests.sim.machine import Kind
from tests.sim.wrong import (
    Editless,
    Hopeful,
    SeenFirst,
    SettledInBatches,
    Stepless,
    Sweeping,
    Wordless,
)


class NeverUncertain(Sending):
    """Takes each lost answer for a message that never left."""

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> Settlement:
        if isinstance(error, DeliveryUncertain):
            error = DeliveryDelayed(error.chat_id, str(error))
        return await super()._failed(delivery, error)


class SureOfIt(Sending):
    """Takes each lost answer for a message that arrived."""

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> Settlement:
        if isinstance(error, DeliveryUncertain):
            return Settlement(DeliveryState.SENT, message_id=1)
        return await super()._failed(delivery, error)


class Unmarked(Sending):
    """Sends before it is durable that it does."""

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        try:
            message_id = await self.messenger.send(message)
        except DeliveryError as error:
            return await self._failed(delivery, error)
        await self.store.mark_sending(delivery, self.clock())
        return Settlement(DeliveryState.SENT, message_id=message_id)


class Unfenced(Sending):
    """Does not look whether it still holds the lease."""

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        await self.store.mark_sending(delivery, self.clock())
        message_id = await self.messenger.send(message)
        return Settlement(DeliveryState.SENT, message_id=message_id)


class Forgetful(Sending):
    """Leaves a result that the disk did not take unwritten."""

    async def _patiently(self, delivery, record) -> None:  # type: ignore[no-untyped-def]
        await record()


class GivesUp(Sending):
    """Cancels what it could not send at once."""

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> Settlement:
        settled = await super()._failed(delivery, error)
        if isinstance(error, DeliveryDelayed):
            return replace(settled, state=DeliveryState.CANCELLED)
        return settled


class EditsAnything(Sending):
    """Sends each edit to the first message of its chat."""

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        if delivery.kind is DeliveryKind.EDIT:
            message = replace(message, edit_of=1)
        return await super()._asked(delivery, message)


KINDS = {
    "seen before stored": Kind(store=SeenFirst),
    "sent after a batch": Kind(SettledInBatches),
    "retry on every error": Kind(hears=Hopeful),
    "never uncertain": Kind(NeverUncertain),
    "sure of it": Kind(SureOfIt),
    "unmarked": Kind(Unmarked),
    "unfenced": Kind(Unfenced),
    "forgetful": Kind(Forgetful),
    "gives up": Kind(GivesUp),
    "edits anything": Kind(EditsAnything),
    "never answers": Kind(Wordless),
    "never tells steps": Kind(Stepless),
    "never edits": Kind(Editless),
    "cancels at its start": Kind(store=Sweeping),
}
