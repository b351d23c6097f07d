"""Claim → render → send → settle: from the outbox to the chat.

Each message's state is durable just before its request is written (``sending``) and just after
its answer came, and at most ``IN_FLIGHT`` are between the two: that bounds what a crash can
repeat. Which answer leads where: ``core.settle``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from weakref import WeakValueDictionary

from bot.core.card import alert_note
from bot.core.i18n import Voice, Words
from bot.core.model import (
    Card,
    Delivery,
    DeliveryState,
    Message,
    Note,
    Place,
    Settlement,
    Topic,
)
from bot.core.pacing import Pacing
from bot.core.render import to_html, to_plain
from bot.core.retry import send_wait
from bot.core.settle import settlement
from bot.errors import (
    ChatGone,
    ChatMoved,
    DeliveryDelayed,
    DeliveryError,
    MessengerDown,
    StoreUnavailable,
    ThreadGone,
)
from bot.ports import Clock, Messenger, Store

log = logging.getLogger(__name__)

# What a crash can repeat at most. 27/s times a tenth of a second of round trip is 3; doubled,
# with room for slow answers (measured elsewhere: 5-6 duplicates per kill at this cap, 0 lost).
IN_FLIGHT = 8
_LEASE = timedelta(seconds=90)  # longer than the wait for a slot and the longest send together
_HOLD = timedelta(seconds=1)  # a chat that must wait longer gives its place in flight to others
_IDLE_S = 1.0
_DOWN_S = 60.0


@dataclass(slots=True)
class Deliver:
    """The sending half of the path.

    Attributes:
        store, messenger, words, topics, places, pacing: What it works with.
        clock: Now.
        chance: A number between 0 and 1, for jitter.
        lease: Name of this process's claims, unique per start.
    """

    store: Store
    messenger: Messenger
    words: Words
    topics: Mapping[str, Topic]
    places: Mapping[str, Place]
    pacing: Pacing
    clock: Clock
    chance: Callable[[], float]
    lease: str
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _sends: set[asyncio.Task[None]] = field(default_factory=set)
    _chats: WeakValueDictionary[int, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _stopping: bool = False
    _down: bool = False

    def wake(self) -> None:
        """There is something to send."""
        self._awake.set()

    async def run(self) -> None:
        """Send what is due until ``stop``; an error is logged and the next turn comes."""
        while not self._stopping:
            self._awake.clear()
            try:
                if not await self._start_sends():
                    await self._nap()
            except StoreUnavailable as error:
                log.warning("store_unavailable sender error=%s", error)
                await asyncio.sleep(_IDLE_S)
        await self._finish()

    async def drain(self) -> None:
        """Send everything that may leave now or within the next minute, then return."""
        while not self._down:
            if await self._start_sends():
                continue
            if self._sends:
                await asyncio.wait(set(self._sends), return_when=asyncio.FIRST_COMPLETED)
                continue
            due_at = await self.store.next_delivery_at()
            if due_at is None or due_at - self.clock() > timedelta(minutes=1):
                break
            await asyncio.sleep(max((due_at - self.clock()).total_seconds(), 0.01))
        await self._finish()

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what is in flight has ended."""
        self._stopping = True
        self._awake.set()

    async def _finish(self) -> None:
        while self._sends:
            await asyncio.wait(set(self._sends))
        await self.store.release(self.lease)

    async def _start_sends(self) -> int:
        room = IN_FLIGHT - len(self._sends)
        if room <= 0 or self._down:
            return 0
        claimed = await self.store.claim_deliveries(self.clock(), room, self.lease, _LEASE)
        for delivery in claimed:
            send = asyncio.create_task(self._turn(delivery), name=f"send {delivery.id}")
            self._sends.add(send)
            send.add_done_callback(self._sent)
        return len(claimed)

    def _sent(self, send: asyncio.Task[None]) -> None:
        self._sends.discard(send)
        self._awake.set()

    async def _nap(self) -> None:
        """Until woken, until a send ends, or until the next look at the outbox."""
        pause = _DOWN_S if self._down else _IDLE_S
        try:
            await asyncio.wait_for(self._awake.wait(), pause)
        except TimeoutError:
            self._down = False

    async def _turn(self, delivery: Delivery) -> None:
        # One after the other within a chat: an answer of two messages must be read in order.
        chat = self._chats.setdefault(delivery.chat.id, asyncio.Lock())
        try:
            async with chat:
                await self._deliver(delivery)
        except StoreUnavailable as error:
            # Not sent yet: the lease runs out and the row is claimed again.
            log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
        except Exception:
            # The turn loop: one bad delivery must not stop the others.
            log.exception("delivery_crashed delivery=%d", delivery.id)
            dead = Settlement(DeliveryState.DEAD, error="an error of ours, see the log")
            await self._settle(delivery, dead)

    async def _deliver(self, delivery: Delivery) -> None:
        message = self._render(delivery)
        if not await self._slot(delivery):
            return
        if not await self.store.mark_sending(delivery, self.clock()):
            log.warning("lease_lost delivery=%d", delivery.id)
            return
        try:
            message_id = await self.messenger.send(message)
        except DeliveryError as error:
            await self._failed(delivery, error)
        else:
            await self._settle(delivery, Settlement(DeliveryState.SENT, message_id=message_id))

    async def _slot(self, delivery: Delivery) -> bool:
        """Wait for the moment this message may leave; false when it went back to the outbox."""
        while (wait := self.pacing.wait(delivery.chat, self.clock())) > timedelta():
            if self._stopping or wait > _HOLD:
                not_before = self.clock() + wait
                back = Settlement(DeliveryState.PENDING, not_before_at=not_before)
                await self.store.settle(delivery, back, self.clock())
                return False
            await asyncio.sleep(wait.total_seconds())
        self.pacing.took(delivery.chat, self.clock())
        return True

    def _render(self, delivery: Delivery) -> Message:
        note, lang = self._note(delivery), delivery.chat.lang
        html = delivery.refused == 0
        return Message(
            chat_id=delivery.chat.id,
            text=to_html(note, lang) if html else to_plain(note, lang),
            html=html,
            thread_id=delivery.thread_id,
            reply_to=delivery.reply_to,
            buttons=note.buttons,
            silent=note.silent,
        )

    def _note(self, delivery: Delivery) -> Note:
        if not isinstance(delivery.payload, Card):
            return delivery.payload
        voice = Voice(self.words, delivery.chat.lang)
        repeat = delivery.uncertain > 0
        return alert_note(delivery.payload, voice, self.topics, self.places, repeat=repeat)

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        kind = type(error).__name__
        log.warning("delivery_failed delivery=%d kind=%s error=%s", delivery.id, kind, error)
        await self._consequences(delivery, error)
        await self._settle(delivery, settlement(delivery, error, self.clock(), self.chance()))

    async def _consequences(self, delivery: Delivery, error: DeliveryError) -> None:
        """What a failed send changes beyond its own row."""
        match error:
            case DeliveryDelayed(retry_after_s=float() | int() as asked):
                self.pacing.asked_to_wait(delivery.chat, send_wait(1, 0, asked), self.clock())
            case ThreadGone():
                await self.store.thread_gone(delivery.chat.id, self.clock())
            case ChatGone():
                await self.store.chat_gone(delivery.chat.id, self.clock())
            case ChatMoved(new_chat_id=new_chat_id):
                await self.store.chat_moved(delivery.chat.id, new_chat_id, self.clock())
            case MessengerDown():
                self._down = True
                log.error("messenger_down error=%s sending pauses, nothing is dropped", error)

    async def _settle(self, delivery: Delivery, settled: Settlement) -> None:
        """Record how a send ended, however long the store takes: forgetting it is a duplicate."""
        for attempt in count(1):
            try:
                await self.store.settle(delivery, settled, self.clock())
                break
            except StoreUnavailable as error:
                log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
                await asyncio.sleep(send_wait(attempt, self.chance()).total_seconds())
