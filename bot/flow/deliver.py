"""Claim → render → send → settle: from the outbox to the chat.

Each message's state is durable just before its request is written (``sending``) and just after
its answer came, and at most ``IN_FLIGHT`` are between the two: that bounds what a crash can
repeat. Which answer leads where: ``core.settle``.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from bot.core.card import alert_note
from bot.core.digest import digest_note
from bot.core.i18n import Voice, Words
from bot.core.model import (
    UNRENDERED,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Digest,
    Message,
    Note,
    Place,
    Settlement,
    Topic,
)
from bot.core.pacing import Pacing
from bot.core.render import to_html, to_plain, without_links
from bot.core.retry import send_wait
from bot.core.settle import Brake, settlement
from bot.core.told import step_note
from bot.errors import (
    ChatGone,
    ChatMoved,
    DeliveryDelayed,
    DeliveryError,
    MessengerDown,
    StoreUnavailable,
    ThreadGone,
)
from bot.flow.aside import barest, delivery_fault
from bot.ports import Clock, Messenger, Store

log = logging.getLogger(__name__)

# What a crash can repeat at most. 27/s times a tenth of a second of round trip is 3; doubled,
# with room for slow answers (measured elsewhere: 5-6 duplicates per kill at this cap, 0 lost).
IN_FLIGHT = 8
_LEASE = timedelta(seconds=90)  # longer than the wait for a slot and the longest send together
_HOLD = timedelta(seconds=0.25)  # who must wait longer gives its place in flight to others
_IDLE_S = 1.0
_DOWN = timedelta(seconds=60)


@dataclass(slots=True)
class Deliver:
    """The sending half of the path.

    Attributes:
        store, messenger, words, topics, places, pacing: What it works with.
        clock: Now.
        chance: A number between 0 and 1, for jitter.
        lease: Name of this process's claims, unique per start.
        version: Of this program: what breaks it may not break the next.
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
    version: str = ""
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _sends: set[asyncio.Task[None]] = field(default_factory=set)
    _brake: Brake = field(default_factory=Brake)
    _stopping: bool = False
    _down_until: datetime | None = None

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

    async def drain(self, patience: timedelta = timedelta(minutes=1)) -> None:
        """Send what may leave within ``patience``, then return; the rest stays in the outbox."""
        ends_at = self.clock() + patience
        while not self._is_down() and self.clock() < ends_at:
            if await self._start_sends():
                continue
            due_at = await self.store.next_delivery_at()
            if not self._sends and (due_at is None or due_at > ends_at):
                break
            await self._nap()
            self._awake.clear()
        await self._finish()

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what is in flight has ended."""
        self._stopping = True
        self._awake.set()

    async def _finish(self) -> None:
        while self._sends:
            await asyncio.wait(set(self._sends))
        await self.store.release(self.lease)

    def _is_down(self) -> bool:
        return self._down_until is not None and self.clock() < self._down_until

    async def _start_sends(self) -> int:
        room = IN_FLIGHT - len(self._sends)
        if room <= 0 or self._is_down():
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
        """Until woken, until a send ends, or until the next delivery may leave."""
        due_at = await self.store.next_delivery_at()
        pause_s = (due_at - self.clock()).total_seconds() if due_at else _IDLE_S
        # What is due already waits for its chat's earlier message or for a place in flight.
        pause_s = min(max(pause_s, 0.02), _IDLE_S) if pause_s > 0 else _IDLE_S
        try:
            await asyncio.wait_for(self._awake.wait(), pause_s)
        except TimeoutError:
            return

    async def _turn(self, delivery: Delivery) -> None:
        try:
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
        message = await self._worded(delivery)
        if message is None:
            await self._settle(delivery, Settlement(DeliveryState.DEAD, error=UNRENDERED))
            return
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

    async def _worded(self, delivery: Delivery) -> Message | None:
        """The message, plain and bare where its words break us; ``None`` where those do too."""
        try:
            return self._render(delivery)
        except Exception as error:
            # The turn loop, for what can still be said: news in plain words beats a dead letter.
            log.exception("render_crashed delivery=%d", delivery.id)
            fault = delivery_fault(delivery, error, self.version)
        await self.store.set_aside(fault, self.clock())
        try:
            note = barest(delivery)
            return self._message(delivery, note, html=False) if note else None
        except Exception:
            log.exception("render_crashed delivery=%d plain", delivery.id)
            return None

    def _render(self, delivery: Delivery) -> Message:
        html = delivery.refused == 0
        note = self._note(delivery)
        return self._message(delivery, note if html else without_links(note), html=html)

    def _message(self, delivery: Delivery, note: Note, *, html: bool) -> Message:
        # A reply runs in the language it was asked in, whatever the chat's own is.
        lang = note.lang or delivery.chat.lang
        return Message(
            chat_id=delivery.chat.id,
            text=to_html(note, lang) if html else to_plain(note, lang),
            html=html,
            thread_id=delivery.thread_id,
            reply_to=delivery.reply_to,
            buttons=note.buttons,
            silent=note.silent,
            edit_of=delivery.edit_of,
        )

    def _note(self, delivery: Delivery) -> Note:
        if isinstance(delivery.payload, Note):
            return delivery.payload
        voice = Voice(self.words, delivery.chat.lang)
        if isinstance(delivery.payload, Digest):
            again = delivery.uncertain > 0 and delivery.kind is DeliveryKind.DIGEST
            return digest_note(delivery.payload, voice, self.places, repeat=again)
        if delivery.kind is DeliveryKind.STEP:
            return step_note(delivery.payload, delivery.step, voice, self.places)
        # What is shown anew is known to have arrived.
        repeat = delivery.uncertain > 0 and delivery.kind is DeliveryKind.ALERT
        return alert_note(delivery.payload, voice, self.topics, self.places, repeat=repeat)

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> None:
        kind, now = type(error).__name__, self.clock()
        log.warning("delivery_failed delivery=%d kind=%s error=%s", delivery.id, kind, error)
        settled = settlement(delivery, error, now, self.chance())
        if settled.state is DeliveryState.CANCELLED and not self._brake.allows(now):
            log.error("many_chats_gone at once: this looks like an outage, nobody is paused")
            later = now + self._brake.wait
            settled = Settlement(DeliveryState.PENDING, not_before_at=later, error=str(error))
        await self._patiently(delivery, lambda: self._consequences(delivery, error, settled))
        await self._settle(delivery, settled)

    async def _consequences(
        self, delivery: Delivery, error: DeliveryError, settled: Settlement
    ) -> None:
        """What a failed send changes beyond its own row."""
        chat, now = delivery.chat, self.clock()
        match error:
            case DeliveryDelayed(retry_after_s=float() | int() as asked):
                self.pacing.asked_to_wait(chat, send_wait(1, 0, asked), now)
            case ThreadGone():
                await self.store.thread_gone(chat.id, now)
            case ChatGone() if settled.state is DeliveryState.CANCELLED:
                await self.store.chat_gone(chat.id, now)
            case ChatMoved(new_chat_id=new_chat_id):
                await self.store.chat_moved(chat.id, new_chat_id, now)
            case MessengerDown():
                self._down_until = now + _DOWN
                log.error("messenger_down error=%s sending pauses, nothing is dropped", error)

    async def _settle(self, delivery: Delivery, settled: Settlement) -> None:
        await self._patiently(delivery, lambda: self.store.settle(delivery, settled, self.clock()))

    async def _patiently(self, delivery: Delivery, record: Callable[[], Awaitable[None]]) -> None:
        """Record how a send ended, however long the store takes: forgetting it is a duplicate."""
        for attempt in count(1):
            try:
                await record()
                break
            except StoreUnavailable as error:
                log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
                await asyncio.sleep(send_wait(attempt, self.chance()).total_seconds())
