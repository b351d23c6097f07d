"""Claim, and send what was claimed: from the outbox to the chats.

At most ``IN_FLIGHT`` messages are on their way at once: that bounds what a crash can repeat. What
becomes of each of them: ``flow.sending``.

Nothing is claimed before the moment in which it may leave has nearly come: what waits, waits in the
outbox, where an urgent alert overtakes it, and not here.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile

from bot.core.lanes import Turns
from bot.core.model import Delivery
from bot.errors import StoreUnavailable
from bot.flow.sending import Sending

log = logging.getLogger(__name__)

# What a crash can repeat at most. 27/s times a tenth of a second of round trip is 3; doubled,
# with room for slow answers (measured elsewhere: 5-6 duplicates per kill at this cap, 0 lost).
IN_FLIGHT = 8
_LEASE = timedelta(seconds=90)  # longer than the wait for a slot and the longest send together
# So long before a message may leave it is claimed and worded: that takes one to three.
_AHEAD = timedelta(milliseconds=4)
_MOST_AHEAD = 32  # at a pace at which more than one leaves within that time
_IDLE_S = 1.0
_ZERO = timedelta()


@dataclass(slots=True)
class Deliver:
    """The sending half of the path.

    Attributes:
        sending: Sends each message; it has the store, the pacing and the clock.
        lease: Name of this process's claims, unique per start.
    """

    sending: Sending
    lease: str
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _sends: set[asyncio.Task[None]] = field(default_factory=set)
    _turns: Turns = field(default_factory=Turns)
    _claimed: deque[Delivery] = field(default_factory=deque)  # without a place in flight yet
    _about: int = 0  # claimed, and not yet counted by the pacing
    _asking: asyncio.Task[None] | None = None
    _remembers: bool = False
    _stopping: bool = False

    def wake(self) -> None:
        """There is something to send."""
        self._awake.set()

    async def run(self) -> None:
        """Send what is due until ``stop``; an error is logged and the next turn comes."""
        while not self._stopping:
            self._awake.clear()
            try:
                await self._remember()
                await self._turn()
            except StoreUnavailable as error:
                log.warning("store_unavailable sender error=%s", error)
                await asyncio.sleep(_IDLE_S)
        await self._finish()

    async def drain(self, patience: timedelta = timedelta(minutes=1)) -> None:
        """Send what may leave within ``patience``, then return; the rest stays in the outbox."""
        ends_at = self.sending.clock() + patience
        await self._remember()
        while not self.sending.is_down() and self.sending.clock() < ends_at:
            self._awake.clear()
            await self._listen()
            if await self._start_sends():
                continue
            wait = await self._wait()
            if not self._sends and (wait is None or self.sending.clock() + wait > ends_at):
                break
            await self._nap(_capped(wait))
        await self._finish()

    def stop(self) -> None:
        """Claim nothing more; ``run`` returns when what is in flight has ended."""
        self._stopping = self.sending.is_ending = True
        self._awake.set()

    async def abandon(self) -> None:
        """Wait no longer for what is in flight: the next start says that it may have arrived."""
        for send in self._sends:
            send.cancel()
        if self._sends:
            log.warning("abandoned in_flight=%d: no answer before the end", len(self._sends))
            await asyncio.wait(self._sends)

    async def _finish(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        while self._sends:
            await asyncio.wait(set(self._sends))
        await self._give_back()

    async def _give_back(self) -> None:
        """What is claimed and does not leave may be claimed again."""
        self._about -= len(self._claimed)
        self._claimed.clear()
        try:
            await self.sending.store.release(self.lease)
        except StoreUnavailable as error:
            log.warning("not_released error=%s: the lease runs out, or a start frees them", error)

    async def _remember(self) -> None:
        """At the start, whom to leave alone: a new process is not a new bot to Telegram."""
        if self._remembers:
            return
        now, at = self.sending.steady(), self.sending.clock()
        floods = await self.sending.store.floods(at)
        refusing = await self.sending.store.refusing(at)
        for flood in floods:
            self.sending.pacing.asked_to_wait(flood.chat_id, flood.wait, now - flood.ago)
        for chat_id, ago in refusing.items():
            self.sending.leavers.remember(chat_id, 1, now - ago)
        self._remembers = True

    async def _turn(self) -> None:
        await self._listen()
        if not self._places():
            await self._nap(_IDLE_S)
        elif not self._claimed and (wait := self._until_claim()) > _ZERO:
            # Also woken by an answer, which may be what everybody waits for, and by what is new.
            await self._nap(min(wait.total_seconds(), _IDLE_S))
        elif not await self._start_sends():
            await self._nap(_capped(await self._wait()))

    async def _listen(self) -> None:
        """Have a messenger that has gone mute asked whether it is there."""
        if self.sending.is_mute() and (self._asking is None or self._asking.done()):
            await self._give_back()
            self._asking = asyncio.create_task(self.sending.ask(), name="sign of life")
            self._asking.add_done_callback(lambda _: self._awake.set())

    def _places(self) -> int:
        """How many more may be on their way now."""
        return max(0, self.sending.places(IN_FLIGHT) - len(self._sends))

    def _until_claim(self) -> timedelta:
        """How long until one more message is claimed: shortly before it may leave."""
        return self.sending.pacing.pause(self.sending.steady(), self._about) - _AHEAD

    async def _start_sends(self) -> int:
        """Begin to send what may leave within a moment; claim it first."""
        if not self._places():
            return 0
        if not self._claimed:
            await self._claim()
        started = min(len(self._claimed), self._places())
        for _ in range(started):
            delivery = self._claimed.popleft()
            sending = self.sending.send(delivery, self._counted)
            send = asyncio.create_task(sending, name=f"send {delivery.id}")
            self._sends.add(send)
            send.add_done_callback(self._sent)
        return started

    async def _claim(self) -> None:
        now, turn = self.sending.clock(), self._turns.whose()
        room = min(self._room(), self._places())
        if room == 0:
            return
        resting = self.sending.pacing.resting(self.sending.steady())
        claimed = await self.sending.store.claim_deliveries(
            now, room, self.lease, _LEASE, resting=resting, turn=turn
        )
        self._turns.took(len(claimed), turn)
        self._claimed.extend(claimed)
        self._about += len(claimed)

    def _room(self) -> int:
        """How many may leave within a moment."""
        now = self.sending.steady()
        behind = range(self._about, self._about + _MOST_AHEAD)
        waits = (self.sending.pacing.pause(now, number) for number in behind)
        return sum(1 for _ in takewhile(lambda wait: wait <= _AHEAD, waits))

    def _counted(self) -> None:
        self._about -= 1

    def _sent(self, send: asyncio.Task[None]) -> None:
        self._sends.discard(send)
        self._awake.set()

    async def _wait(self) -> timedelta | None:
        """Until something may leave, as far as anybody can tell; ``None``: nothing waits for that.

        Zero: what is due waits for an answer, or for somebody else who claimed it.
        """
        due_at = await self.sending.store.next_delivery_at()
        if due_at is None:
            return None
        wait = self._until_claim()
        if wait > _ZERO:
            return wait
        now = self.sending.clock()
        if due_at > now:
            return due_at - now
        # It was looked at: what is due waits for its chat, and something else for its time.
        rested = self.sending.pacing.next_rested(self.sending.steady())
        if rested is None:
            return _ZERO
        later = await self.sending.store.next_delivery_at(after=now)
        return min(rested, later - now) if later else rested

    async def _nap(self, pause_s: float) -> None:
        """Until woken, until a send ends, or for so long."""
        alarm = asyncio.get_running_loop().call_later(pause_s, self._awake.set)
        try:
            await self._awake.wait()
        finally:
            alarm.cancel()


def _capped(wait: timedelta | None) -> float:
    """Seconds until the outbox is looked at again."""
    return min(max(wait.total_seconds(), 0.02), _IDLE_S) if wait else _IDLE_S
