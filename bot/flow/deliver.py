"""Claim → word → send → settle: from the outbox to the chat.

Each message's state is durable just before its request is written (``sending``) and just after
its answer came, and at most ``IN_FLIGHT`` are between the two: that bounds what a crash can
repeat. Which answer leads where: ``core.settle``.

Nothing is claimed before the moment in which it may leave has nearly come: what waits, waits in the
outbox, where an urgent alert overtakes it, and not here.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, takewhile

from bot.core.i18n import Voice, Words
from bot.core.lanes import Turns
from bot.core.model import UNRENDERED, Delivery, DeliveryState, Message, Place, Settlement, Topic
from bot.core.pacing import Pacing
from bot.core.retry import asked_wait, send_wait
from bot.core.settle import Brake, settlement
from bot.errors import (
    ChatGone,
    ChatMoved,
    DeliveryDelayed,
    DeliveryError,
    MessengerDown,
    StoreUnavailable,
    ThreadGone,
)
from bot.flow.threads import closed
from bot.flow.worded import Wording
from bot.ports import Clock, Messenger, Store

log = logging.getLogger(__name__)

# What a crash can repeat at most. 27/s times a tenth of a second of round trip is 3; doubled,
# with room for slow answers (measured elsewhere: 5-6 duplicates per kill at this cap, 0 lost).
IN_FLIGHT = 8
_LEASE = timedelta(seconds=90)  # longer than the wait for a slot and the longest send together
_HOLD = timedelta(seconds=0.25)  # who must wait longer gives its place in flight to others
# So long before a message may leave it is claimed and worded: that takes one to three.
_AHEAD = timedelta(milliseconds=4)
_MOST_AHEAD = 32  # at a pace at which more than one leaves within that time
_IDLE_S = 1.0
_DOWN = timedelta(seconds=60)
_ZERO = timedelta()


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
    _turns: Turns = field(default_factory=Turns)
    _claimed: deque[Delivery] = field(default_factory=deque)  # without a place in flight yet
    _about: int = 0  # claimed, and not yet counted by the pacing
    _brake: Brake = field(default_factory=Brake)
    _stopping: bool = False
    _down_until: datetime | None = None
    _wording: Wording = field(init=False)

    def __post_init__(self) -> None:
        """What words the messages."""
        self._wording = Wording(
            self.store, self.words, self.topics, self.places, self.clock, self.version
        )

    def wake(self) -> None:
        """There is something to send."""
        self._awake.set()

    async def run(self) -> None:
        """Send what is due until ``stop``; an error is logged and the next turn comes."""
        while not self._stopping:
            self._awake.clear()
            try:
                await self._turn()
            except StoreUnavailable as error:
                log.warning("store_unavailable sender error=%s", error)
                await asyncio.sleep(_IDLE_S)
        await self._finish()

    async def drain(self, patience: timedelta = timedelta(minutes=1)) -> None:
        """Send what may leave within ``patience``, then return; the rest stays in the outbox."""
        ends_at = self.clock() + patience
        while not self._is_down() and self.clock() < ends_at:
            self._awake.clear()
            if await self._start_sends():
                continue
            due_at = await self.store.next_delivery_at()
            if not self._sends and (due_at is None or due_at > ends_at):
                break
            await self._nap(self._pause(due_at))
        await self._finish()

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what is in flight has ended."""
        self._stopping = True
        self._awake.set()

    async def _finish(self) -> None:
        self._about -= len(self._claimed)
        self._claimed.clear()
        while self._sends:
            await asyncio.wait(set(self._sends))
        try:
            await self.store.release(self.lease)
        except StoreUnavailable as error:
            log.warning("not_released error=%s: the next start frees them", error)

    def _is_down(self) -> bool:
        if self._down_until is None:
            return False
        # Longer than it was to be: the clock was set back since.
        return _ZERO < self._down_until - self.clock() <= _DOWN

    async def _turn(self) -> None:
        if self._has_no_place():
            await self._nap(_IDLE_S)
        elif not self._claimed and (wait := self._until_claim()) > _ZERO:
            # Also woken by an answer, which may be what everybody waits for, and by what is new.
            await self._nap(min(wait.total_seconds(), _IDLE_S))
        elif not await self._start_sends():
            await self._nap(self._pause(await self.store.next_delivery_at()))

    def _has_no_place(self) -> bool:
        return len(self._sends) >= IN_FLIGHT or self._is_down()

    def _until_claim(self) -> timedelta:
        """How long until one more message is claimed: shortly before it may leave."""
        return self.pacing.pause(self.clock(), self._about) - _AHEAD

    async def _start_sends(self) -> int:
        """Begin to send what may leave within a moment; claim it first."""
        if self._has_no_place():
            return 0
        if not self._claimed:
            await self._claim()
        started = min(len(self._claimed), IN_FLIGHT - len(self._sends))
        for _ in range(started):
            delivery = self._claimed.popleft()
            send = asyncio.create_task(self._send(delivery), name=f"send {delivery.id}")
            self._sends.add(send)
            send.add_done_callback(self._sent)
        return started

    async def _claim(self) -> None:
        now, oldest = self.clock(), self._turns.is_the_oldests()
        room = self._room(now)
        if room == 0:
            return
        resting = self.pacing.resting(now)
        claimed = await self.store.claim_deliveries(
            now, room, self.lease, _LEASE, resting=resting, oldest=oldest
        )
        self._turns.took(len(claimed), oldest=oldest)
        self._claimed.extend(claimed)
        self._about += len(claimed)

    def _room(self, now: datetime) -> int:
        """How many may leave within a moment."""
        behind = range(self._about, self._about + _MOST_AHEAD)
        waits = (self.pacing.pause(now, number) for number in behind)
        return sum(1 for _ in takewhile(lambda wait: wait <= _AHEAD, waits))

    def _sent(self, send: asyncio.Task[None]) -> None:
        self._sends.discard(send)
        self._awake.set()

    def _pause(self, due_at: datetime | None) -> float:
        """Seconds until something may leave, as far as anybody can tell."""
        if due_at is None:
            return _IDLE_S
        now, wait = self.clock(), self._until_claim()
        if wait <= _ZERO:  # it was looked at: what is due waits for its chat
            wait = due_at - now if due_at > now else self.pacing.next_rested(now) or _ZERO
        return min(max(wait.total_seconds(), 0.02), _IDLE_S) if wait > _ZERO else _IDLE_S

    async def _nap(self, pause_s: float) -> None:
        """Until woken, until a send ends, or for so long."""
        alarm = asyncio.get_running_loop().call_later(pause_s, self._awake.set)
        try:
            await self._awake.wait()
        finally:
            alarm.cancel()

    async def _send(self, delivery: Delivery) -> None:
        try:
            await self._deliver(delivery)
        except StoreUnavailable as error:
            # Surely not sent: it waits for the store, and not until its lease has run out.
            log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
            await self._settle(delivery, Settlement(DeliveryState.PENDING))
        except Exception:
            # The turn loop: one bad delivery must not stop the others.
            log.exception("delivery_crashed delivery=%d", delivery.id)
            dead = Settlement(DeliveryState.DEAD, error="an error of ours, see the log")
            await self._settle(delivery, dead)

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            message = await self._wording.of(delivery)
            may_leave = message is not None and await self._slot(delivery)
        finally:
            self._about -= 1
        if message is None:
            await self._settle(delivery, Settlement(DeliveryState.DEAD, error=UNRENDERED))
        elif may_leave:
            await self._transmit(delivery, message)

    async def _slot(self, delivery: Delivery) -> bool:
        """Wait for the moment this message may leave; false when it went back to the outbox."""
        while (wait := self.pacing.wait(delivery.chat, self.clock())) > _ZERO:
            if self._stopping or wait > _HOLD:
                # It keeps its turn there; its chat is claimed again when it has rested.
                back = Settlement(DeliveryState.PENDING)
                await self.store.settle(delivery, back, self.clock())
                return False
            await asyncio.sleep(wait.total_seconds())
        self.pacing.took(delivery.chat, self.clock())
        return True

    async def _transmit(self, delivery: Delivery, message: Message) -> None:
        try:
            settled = await self._asked(delivery, message)
        finally:
            self.pacing.answered(delivery.chat, self.clock())
        if settled is not None:
            await self._settle(delivery, settled)

    async def _asked(self, delivery: Delivery, message: Message) -> Settlement | None:
        """Durably, then really: send it. How that ended, ``None`` where it was not ours to send."""
        if not await self.store.mark_sending(delivery, self.clock()):
            log.warning("lease_lost delivery=%d", delivery.id)
            return None
        try:
            message_id = await self.messenger.send(message)
        except DeliveryError as error:
            return await self._failed(delivery, error)
        return Settlement(DeliveryState.SENT, message_id=message_id)

    async def _failed(self, delivery: Delivery, error: DeliveryError) -> Settlement:
        kind, now = type(error).__name__, self.clock()
        log.warning("delivery_failed delivery=%d kind=%s error=%s", delivery.id, kind, error)
        settled = settlement(delivery, error, now, self.chance())
        if settled.state is DeliveryState.CANCELLED and not self._brake.allows(now):
            log.error("many_chats_gone at once: this looks like an outage, nobody else is paused")
            later = now + self._brake.wait
            settled = Settlement(DeliveryState.PENDING, not_before_at=later, error=str(error))
        await self._patiently(delivery, lambda: self._consequences(delivery, error, settled))
        return settled

    async def _consequences(
        self, delivery: Delivery, error: DeliveryError, settled: Settlement
    ) -> None:
        """What a failed send changes beyond its own row."""
        chat, now = delivery.chat, self.clock()
        match error:
            case DeliveryDelayed(retry_after_s=float() | int() as asked):
                self.pacing.asked_to_wait(chat, asked_wait(asked), now)
            case ThreadGone():
                notice = closed(Voice(self.words, chat.lang))
                await self.store.thread_gone(chat.id, now, notice)
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
                return
            except StoreUnavailable as error:
                log.warning("store_unavailable delivery=%d error=%s", delivery.id, error)
                await asyncio.sleep(send_wait(attempt, self.chance()).total_seconds())
