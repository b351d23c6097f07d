"""Word → slot → send → settle: one message, from its claim to what became of it.

Its state is durable just before its request is written (``sending``) and just after its answer
came. Which answer leads where: ``core.settle``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from bot.core.i18n import Voice
from bot.core.leaving import Leavers
from bot.core.model import UNRENDERED, Delivery, DeliveryState, Message, Settlement
from bot.core.pacing import Pacing
from bot.core.retry import asked_wait, send_wait
from bot.core.settle import settlement
from bot.core.silence import Silence, Trouble, is_answer, is_everybodys
from bot.errors import (
    ChatGone,
    ChatMoved,
    DeliveryDelayed,
    DeliveryError,
    DeliveryUncertain,
    MessengerDown,
    StoreUnavailable,
    ThreadGone,
)
from bot.flow.threads import closed
from bot.flow.worded import Wording
from bot.ports import Clock, Messenger, Store

log = logging.getLogger(__name__)
T = TypeVar("T")

_HOLD = timedelta(seconds=0.25)  # who must wait longer gives its place in flight to others
_DOWN = timedelta(seconds=60)
_ASK = timedelta(seconds=8)  # for an answer whether it is there, and to the next question
_ZERO = timedelta()


@dataclass(slots=True)
class Sending:
    """Sends one message at a time, any number of them side by side.

    Attributes:
        store: Where it is recorded what became of each.
        messenger, wording, pacing: What it works with.
        clock: Now.
        steady: Now, by a clock that nobody sets: what waits for a pace waits no shorter for it.
        chance: A number between 0 and 1, for jitter.
        leavers: Which chats refuse us, and since when.
        is_ending: Nothing waits for its moment any more.
    """

    store: Store
    messenger: Messenger
    wording: Wording
    pacing: Pacing
    clock: Clock
    steady: Clock
    chance: Callable[[], float]
    leavers: Leavers = field(default_factory=Leavers)
    is_ending: bool = False
    _silence: Silence = field(default_factory=Silence)
    _down_until: datetime | None = None
    _trouble: Trouble = field(default_factory=Trouble)

    def places(self, most: int) -> int:
        """How many of ``most`` may be on their way now."""
        return 0 if self.is_down() else self._silence.places(most)

    def is_down(self) -> bool:
        """Whether the messenger takes nothing from us for now, whoever it is for."""
        return self._down_until is not None and self.steady() < self._down_until

    def heard(self, chat_id: int) -> None:
        """Somebody wrote to us there: what waits for this chat need not rest any more."""
        self.leavers.heard(chat_id)
        self.pacing.welcome(chat_id)

    def is_mute(self) -> bool:
        """Whether answers were lost in a row: :meth:`ask` until there is a sign of life."""
        return self._silence.is_mute

    async def ask(self) -> None:
        """Ask the messenger for a sign of life until it gives one."""
        signs = self._silence.signs
        if not signs:
            log.error("messenger_mute: no answer several times; sending waits for a sign of life")
        for attempt in count(signs):
            # Signs of life that no message follows are worth less each time.
            await asyncio.sleep(self._until_asked(attempt).total_seconds())
            try:
                # It changes nothing, so there is no need to wait for a late answer.
                await asyncio.wait_for(self.messenger.reach(), _ASK.total_seconds())
                break
            except Exception as error:  # whatever is wrong with it: it is asked again
                log.warning("messenger_mute error=%s: %s", type(error).__name__, error)
                if isinstance(error, DeliveryError) and is_answer(error):
                    break
        self._silence.reached()

    def _until_asked(self, attempt: int) -> timedelta:
        return min(_ASK, send_wait(attempt, self.chance())) if attempt else _ZERO

    async def send(self, delivery: Delivery, counted: Callable[[], None]) -> None:
        """Send what was claimed, and record what became of it.

        ``counted`` is called once: from then on the pacing knows of it, or need not any more.
        """
        try:
            await self._deliver(delivery, counted)
        except StoreUnavailable as error:
            # Surely not sent: it waits for the store, and not until its lease has run out.
            log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
            await self._settle(delivery, Settlement(DeliveryState.PENDING))
        except Exception:
            # The turn loop: one bad delivery must not stop the others.
            log.exception("delivery_crashed delivery=%d", delivery.id)
            dead = Settlement(DeliveryState.DEAD, error="an error of ours, see the log")
            await self._settle(delivery, dead)

    async def _deliver(self, delivery: Delivery, counted: Callable[[], None]) -> None:
        try:
            message = await self.wording.of(delivery)
            may_leave = message is not None and await self._slot(delivery)
        finally:
            counted()
        if message is None:
            await self._settle(delivery, Settlement(DeliveryState.DEAD, error=UNRENDERED))
        elif may_leave:
            await self._transmit(delivery, message)

    async def _slot(self, delivery: Delivery) -> bool:
        """Wait for the moment this message may leave; false when it went back to the outbox."""
        while (wait := self.pacing.wait(delivery.chat, self.steady())) > _ZERO:
            if self.is_ending or wait > _HOLD:
                # It keeps its turn there; its chat is claimed again when it has rested.
                back = Settlement(DeliveryState.PENDING)
                await self.store.settle(delivery, back, self.clock())
                return False
            await asyncio.sleep(wait.total_seconds())
        self.pacing.took(delivery.chat, self.steady())
        return True

    async def _transmit(self, delivery: Delivery, message: Message) -> None:
        try:
            settled = await self._asked(delivery, message)
        finally:
            self.pacing.answered(delivery.chat, self.steady())
        if settled is not None:
            await self._settle(delivery, settled)
            await self._take_up(delivery, settled)

    async def _take_up(self, delivery: Delivery, settled: Settlement) -> None:
        """Once one gets there, what the trouble before held up need not wait any longer."""
        if settled.state is DeliveryState.SENT and self._trouble.is_over(self.steady()):
            await self._patiently(delivery, lambda: self.store.take_up(self.clock()))

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        """Durably, then really: send it. How that ended, ``None`` where it was not ours to send."""
        if not await self.store.mark_sending(delivery, self.clock()):
            log.warning("lease_lost delivery=%d", delivery.id)
            return None
        try:
            message_id = await self.messenger.send(message)
        except DeliveryError as error:
            self._hear(error)
            return await self._failed(delivery, error)
        self._silence.answered()
        self.pacing.served()
        self.leavers.served(delivery.chat.id)
        return Settlement(DeliveryState.SENT, message_id=message_id)

    def _hear(self, error: DeliveryError) -> None:
        """What an error says of the messenger, and of the way there."""
        if is_answer(error):
            self._silence.answered()
        elif isinstance(error, DeliveryUncertain):
            self._silence.lost()
        if is_everybodys(error):
            self._trouble.came(error.chat_id)

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> Settlement:
        kind, now = type(error).__name__, self.clock()
        log.warning("delivery_failed delivery=%d kind=%s error=%s", delivery.id, kind, error)
        if isinstance(error, ChatGone):
            return await self._refused(delivery, error, now)
        await self._patiently(delivery, lambda: self._consequences(delivery, error))
        return settlement(delivery, error, self.chance(), self._trouble.patience_s)

    async def _refused(self, delivery: Delivery, error: ChatGone, now: datetime) -> Settlement:
        """Pause a chat that refuses us, or let it rest where that is not certain."""
        wait = self.leavers.refused(error, self.steady())
        if wait is not None:
            self.pacing.rests(delivery.chat.id, wait, self.steady())
        elif await self._patiently(delivery, lambda: self.store.chat_gone(delivery, now)):
            return Settlement(DeliveryState.CANCELLED, error=str(error))
        return Settlement(DeliveryState.PENDING, wait=_ZERO, error=str(error))

    async def _consequences(self, delivery: Delivery, error: DeliveryError) -> None:
        """What a failed send changes beyond its own row."""
        chat, now = delivery.chat, self.clock()
        match error:
            case DeliveryDelayed(retry_after_s=float() | int() as asked):
                self.pacing.asked_to_wait(chat.id, asked_wait(asked), self.steady())
            case DeliveryDelayed(answered=True):
                # It named no time: what else waits for this chat must not ask in its stead.
                wait = send_wait(delivery.attempts + 1, self.chance())
                self.pacing.rests(chat.id, wait, self.steady())
            case ThreadGone():
                notice = closed(Voice(self.wording.words, chat.lang))
                await self.store.thread_gone(delivery, now, notice)
            case ChatMoved(new_chat_id=new_chat_id):
                self.heard(chat.id)
                await self.store.chat_moved(chat.id, new_chat_id, now)
            case MessengerDown():
                self._down_until = self.steady() + _DOWN
                log.error("messenger_down error=%s sending pauses, nothing is dropped", error)

    async def _settle(self, delivery: Delivery, settled: Settlement) -> None:
        await self._patiently(delivery, lambda: self.store.settle(delivery, settled, self.clock()))

    async def _patiently(self, delivery: Delivery, record: Callable[[], Awaitable[T]]) -> T:
        """Record how a send ended, however long the store takes: forgetting it is a duplicate."""
        for attempt in count(1):
            try:
                return await record()
            except StoreUnavailable as error:
                log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
                await asyncio.sleep(send_wait(attempt, self.chance()).total_seconds())
        raise AssertionError("count never ends")
