"""Telegram as the plan has it: flooded, broken, silent, unreachable, refusing; and counting."""

from __future__ import annotations

import asyncio
import math
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot import errors
from bot.core.model import Message
from bot.sandbox.limits import Limiter
from bot.sandbox.wire import Refusal
from tests.sim.oracle import Oracle, Row
from tests.sim.plan import Fault, Plan

_NEARLY_S = 0.05
_AGAIN = "Too Many Requests: retry after {s}"


@dataclass(slots=True, eq=False)
class Flight:
    """One request under way."""

    message: Message
    row: Row
    arrives: bool = False
    arrived: bool = False
    answer: errors.DeliveryError | None = None
    takes_s: float = 0.05
    message_id: int = 0


class SimTelegram:
    """``ports.Messenger``; it outlives the bot's processes."""

    def __init__(self, plan: Plan, chance: random.Random, oracle: Oracle) -> None:
        self._plan = plan
        self._chance = chance
        self._oracle = oracle
        self._flights: list[Flight] = []
        self._ids: Counter[int] = Counter()
        self._held: dict[int, float] = {}  # by chat, the end of what a 429 asked for
        self._rows_held: dict[str, float] = {}  # by row, over the lives of processes
        self.now = oracle.now
        self._limiter = Limiter(self.now)
        self._forget_pace()

    def process_begins(self, wall: datetime) -> None:
        """It cannot know what was sent just before; of what must wait the outbox tells it."""
        self._forget_pace()
        rows = self._oracle.outbox.execute(
            "SELECT dedup_key, not_before_at FROM deliveries WHERE state = 'pending' AND waits = 1"
        )
        told = {key: at / 1000 - wall.timestamp() for key, at in rows}
        self._rows_held = {
            key: until for key, until in self._rows_held.items()
            if told.get(key, 0.0) >= until - self.now() - _NEARLY_S
        }  # fmt: skip

    def clock_jumps(self, *, asleep: bool) -> None:
        """What waits in the outbox waits by that clock; while the machine slept hours passed."""
        self._rows_held.clear()
        if asleep:
            self._forget_pace()

    def _forget_pace(self) -> None:
        self._limiter.turn({"enabled": True})
        self._held.clear()

    async def send(self, message: Message) -> int:
        flight = Flight(message, self._oracle.leaves(message))
        self._flights.append(flight)
        self._oracle.in_flight(len(self._flights))
        self._check_held(flight)
        self._decide(flight)
        try:
            await asyncio.sleep(flight.takes_s * self._chance.random())
            self._arrive(flight)
            await asyncio.sleep(flight.takes_s * self._chance.random())
        finally:
            if flight in self._flights:
                self._flights.remove(flight)
        self._oracle.answered(flight.row, flight.answer)
        if flight.answer is not None:
            raise flight.answer
        return flight.message_id

    async def reach(self) -> None:
        """Who we are. It may say so while it keeps silent about messages."""
        await asyncio.sleep(0.1)
        if self._is("refused-token"):
            raise errors.MessengerDown(0, "the bot token was refused")
        if self._is("unreachable"):
            raise errors.DeliveryDelayed(0, "no connection")
        if self._is("unanswered"):
            await asyncio.sleep(30)
            raise errors.DeliveryUncertain(0, "timed out")

    def process_died(self) -> None:
        """What was under way may arrive or not; nobody hears the answer."""
        for flight in self._flights:
            if not flight.arrived and self._chance.random() < 0.5:
                self._arrive(flight)
            self._oracle.unanswered(flight.row)
        self._flights.clear()

    # ── what becomes of a request ────────────────────────────────────────────────────────

    def _decide(self, flight: Flight) -> None:
        flight.takes_s = 0.02 + self._chance.expovariate(1 / 0.08)
        flight.answer = self._no(flight)
        flight.arrives = flight.answer is None
        if flight.answer is None:
            self._lose(flight)

    def _no(self, flight: Flight) -> errors.DeliveryError | None:
        """A refusal of which both sides know."""
        message, now = flight.message, self.now()
        chat_id = message.chat_id
        if self._is("refused-token"):
            return errors.MessengerDown(chat_id, "the bot token was refused")
        if self._is("unreachable"):
            return errors.DeliveryDelayed(chat_id, "no connection")
        if flood := self._flooded(chat_id):
            asked_s = math.ceil(min(flood.end - now, 40.0))
            self._held[chat_id] = self._rows_held[flight.row.key] = now + asked_s
            return errors.DeliveryDelayed(chat_id, _AGAIN.format(s=asked_s), float(asked_s))
        return self._unwelcome(flight)

    def _unwelcome(self, flight: Flight) -> errors.DeliveryError | None:
        message, listener = flight.message, self._oracle.whose(flight.message.chat_id)
        chat_id = message.chat_id
        if self._oracle.is_blocked(listener, self.now()):
            return errors.ChatGone(chat_id, "Forbidden: bot was blocked by the user")
        if chat_id != (moved := self._oracle.address(listener, self.now())):
            return errors.ChatMoved(chat_id, "group migrated", moved)
        if message.thread_id and self._met("topic-closed", str(listener.chat_id)):
            return errors.ThreadGone(chat_id, "Bad Request: message thread not found")
        refused = self._plan.coarse if message.html else self._plan.hopeless
        if any(token in message.text for token in refused):
            return errors.DeliveryRefused(chat_id, "Bad Request: can't parse entities")
        return None

    def _lose(self, flight: Flight) -> None:
        """An answer that says nothing of what became of the request, or none."""
        chat_id = flight.message.chat_id
        if self._is("5xx"):
            flight.arrives = self._chance.random() < 0.05
            flight.answer = errors.DeliveryUncertain(chat_id, "Bad Gateway", answered=True)
        elif self._is("unanswered"):
            flight.takes_s = self._chance.choice((1.0, 60.0))
            flight.answer = errors.DeliveryUncertain(chat_id, "timed out")
        elif self._is("swallowed"):
            flight.arrives, flight.takes_s = False, 60.0
            flight.answer = errors.DeliveryUncertain(chat_id, "timed out")

    def _arrive(self, flight: Flight) -> None:
        flight.arrived = True
        if not flight.arrives:
            return
        self._check_pace(flight.message)
        chat_id = flight.message.chat_id
        if flight.message.edit_of is not None:
            flight.message_id = flight.message.edit_of
        else:
            self._ids[chat_id] += 1
            flight.message_id = self._ids[chat_id]
        self._oracle.arrived(flight.row, flight.message, flight.message_id)

    # ── faults and limits ────────────────────────────────────────────────────────────────

    def _met(self, kind: str, of: str = "") -> Fault | None:
        now = self.now()
        found = (f for f in self._plan.faults if f.kind == kind and f.of == of and f.covers(now))
        return next(found, None)

    def _is(self, kind: str) -> bool:
        fault = self._met(kind)
        return fault is not None and self._chance.random() < fault.share

    def _flooded(self, chat_id: int) -> Fault | None:
        """Of one chat until its end; of all only now and then, as its pace is found."""
        own = self._met("flood", str(chat_id))
        if own or not (everybody := self._met("flood")):
            return own
        return everybody if self._chance.random() < everybody.share / 2 else None

    def _check_held(self, flight: Flight) -> None:
        """Nothing leaves before the time that a 429 asked for."""
        chat_id, key = flight.message.chat_id, flight.row.key
        if self.now() < self._held.get(chat_id, 0.0):
            self._oracle.breach(f"sent to {chat_id} before the time a 429 asked for")
        if self.now() < self._rows_held.get(key, 0.0):
            self._oracle.breach(f"{key} was sent again before the time a 429 asked for")

    def _check_pace(self, message: Message) -> None:
        """However late the network: no second, and no minute of a group, holds too many."""
        if message.edit_of is not None:
            return
        try:
            self._limiter.admit(message.chat_id)
        except Refusal as refusal:
            self._oracle.breach(f"limits: {refusal.description} chat {message.chat_id}")
