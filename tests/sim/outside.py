"""What lies around one outbox: a Telegram that answers as it is told, and who counts what it saw.

For ``test_machine``: nothing happens here that a rule did not ask for, so that a failure can be
made short. ``SimTelegram`` and ``Oracle`` are their like for whole worlds.
"""

from __future__ import annotations

import asyncio
import random
import re
import sqlite3
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot import errors
from bot.core.model import Message
from bot.flow.deliver import IN_FLIGHT

Told = tuple[int, str]  # who, and of which story
OPEN = ("pending", "leased", "sending")
# The answer table, and answers of which nobody hears.
ANSWERS = (
    *("ok", "slow", "unreachable", "flood", "down", "unparsable", "unsure whether it is there"),
    *("lost", "swallowed", "5xx", "5xx after all"),
)


@dataclass(slots=True, eq=False)
class Flight:
    """One request under way."""

    row: sqlite3.Row
    stories: tuple[str, ...]
    message: Message
    lease: str
    arrives: bool = True
    takes_s: float = 0.1
    answer: errors.DeliveryError | None = None
    number: int = 0


class Outside:
    """Telegram and the chats, and what must be true of what they saw."""

    def __init__(self, chance: random.Random) -> None:
        self.outbox: sqlite3.Connection
        self.breaches: list[str] = []
        self.answers: deque[str] = deque()  # of the next requests
        self.blocked: set[int] = set()
        self.closed: set[int] = set()  # groups whose topic is
        self.moved: dict[int, int] = {}
        self.left: set[int] = set()  # who kept us out, or said so, at some time
        self.due: set[Told] = set()
        self.copies: Counter[Told] = Counter()
        self.doubts: Counter[Told] = Counter()
        self.flying: list[Flight] = []
        self._chance = chance
        self._lost: Counter[int] = Counter()  # by row, sends of which nobody knows
        self._refused: Counter[int] = Counter()
        self._arrived: Counter[int] = Counter()  # by row
        self._shown: dict[tuple[int, int], set[str]] = {}  # by chat and message, its stories
        self._texts: dict[tuple[int, int], str] = {}
        self.edits: dict[str, int] = {}  # how often each story grew: shown as so many killed

    def breach(self, told: str) -> None:
        """Something that must never happen did."""
        self.breaches.append(told)

    def who(self, chat_id: int) -> int:
        """The chat, by the number it had at first."""
        return next((old for old, new in self.moved.items() if new == chat_id), chat_id)

    # ── one send ─────────────────────────────────────────────────────────────────────────

    async def send(self, message: Message, lease: str) -> int:
        """``ports.Messenger`` of the process that holds ``lease``."""
        row = self._row(message, lease)
        if row is None:
            raise errors.DeliveryDelayed(message.chat_id, "there is no such row")
        flight = Flight(row, tuple(self._stories(row)), message, lease)
        self.flying.append(flight)
        if sum(other.lease == lease for other in self.flying) > IN_FLIGHT:
            self.breach(f"more than {IN_FLIGHT} in flight")
        self._decide(flight)
        return await self._fly(flight)

    async def reach(self) -> None:
        """It says who we are, while it may keep silent about messages."""
        await asyncio.sleep(0.1)

    async def _fly(self, flight: Flight) -> int:
        try:
            await asyncio.sleep(flight.takes_s / 2)
            self._arrive(flight)
            await asyncio.sleep(flight.takes_s / 2)
        finally:
            if flight in self.flying:
                self.flying.remove(flight)
        if isinstance(flight.answer, errors.DeliveryUncertain):
            self._doubt(flight.row, flight.stories)
        if flight.answer is not None:
            raise flight.answer
        return flight.number

    def _row(self, message: Message, lease: str) -> sqlite3.Row | None:
        """What leaves is ``sending``, under the lease of who sends it."""
        new = self.moved.get(message.chat_id, message.chat_id)
        rows = self.outbox.execute(
            "SELECT * FROM deliveries WHERE state = 'sending' AND lease = ? AND chat_id IN (?, ?)",
            (lease, message.chat_id, new),
        ).fetchall()
        if len(rows) != 1:
            self.breach(f"{message.chat_id} is sent {len(rows)} rows under the lease {lease}")
        return next(iter(rows), None)

    def _stories(self, row: sqlite3.Row) -> Iterator[str]:
        if row["kind"] == "digest":
            lines = "SELECT story_id FROM deliveries WHERE digest_id = ?"
            yield from (line["story_id"] for line in self.outbox.execute(lines, (row["id"],)))
        elif row["story_id"] is not None:
            yield row["story_id"]

    def _decide(self, flight: Flight) -> None:
        chat_id = flight.message.chat_id
        if flight.message.thread_id and chat_id in self.closed:
            flight.answer = errors.ThreadGone(chat_id, "message thread not found")
        if self.who(chat_id) in self.blocked:
            flight.answer = errors.ChatGone(chat_id, "bot was blocked by the user")
        if chat_id in self.moved:
            flight.answer = errors.ChatMoved(chat_id, "migrated", self.moved[chat_id])
        if flight.answer is not None:
            flight.arrives = False
        elif self.answers:
            self._as_told(flight, self.answers.popleft())

    def _as_told(self, flight: Flight, told: str) -> None:
        chat_id = flight.message.chat_id
        flight.arrives = told in {"ok", "slow", "lost", "5xx after all"}
        flight.takes_s = {"slow": 3.0, "lost": 30.0, "swallowed": 30.0}.get(told, 0.1)
        match told:
            case "unreachable":
                flight.answer = errors.DeliveryDelayed(chat_id, "no connection")
            case "flood":
                flight.answer = errors.DeliveryDelayed(chat_id, "too many requests", 5.0)
            case "down":
                flight.answer = errors.MessengerDown(chat_id, "the token was refused")
            case "unparsable":
                flight.answer = errors.DeliveryRefused(chat_id, "can't parse entities")
                self._refused[flight.row["id"]] += 1
            case "unsure whether it is there":
                flight.answer = errors.ChatNotFound(chat_id, "chat not found")
                self.left.add(self.who(chat_id))
            case "lost" | "swallowed":
                flight.answer = errors.DeliveryUncertain(chat_id, "timed out")
            case "5xx" | "5xx after all":
                flight.answer = errors.DeliveryUncertain(chat_id, "bad gateway", answered=True)

    # ── what arrives ─────────────────────────────────────────────────────────────────────

    def _arrive(self, flight: Flight) -> None:
        if not flight.arrives or flight.number:
            return
        row, chat_id = flight.row, flight.message.chat_id
        self._arrived[row["id"]] += 1
        if flight.message.edit_of is not None:
            self._edited(flight)
            return
        flight.number = 1 + sum(chat == chat_id for chat, _ in self._shown)
        self._texts[chat_id, flight.number] = flight.message.text
        self._shown[chat_id, flight.number] = set(flight.stories)
        if row["kind"] in {"alert", "digest"}:
            for story in flight.stories:
                self._told((self.who(chat_id), story), row)
        elif self._arrived[row["id"]] > 1 + self._lost[row["id"]]:
            self.breach(f"a {row['kind']} was told {self._arrived[row['id']]} times")
        if self._lost[row["id"]] and not row["uncertain"]:
            self.breach(f"{row['kind']} {row['id']} was sent again and does not say so")

    def _told(self, key: Told, row: sqlite3.Row) -> None:
        self.copies[key] += 1
        if key not in self.due:
            self.breach(f"{key} was never due")
        if self.copies[key] > 1 + self.doubts[key]:
            self.breach(f"{key} was told {self.copies[key]} times, {self.doubts[key]} in doubt")
        if self.copies[key] > 1 and row["severity"] < 2:
            self.breach(f"the notice {key} was told {self.copies[key]} times")

    def _edited(self, flight: Flight) -> None:
        flight.number = flight.message.edit_of or 0
        shown = self._shown.get((flight.message.chat_id, flight.number), set())
        if not set(flight.stories) & shown:
            self.breach(f"message {flight.number} of {shown} becomes one of {flight.stories}")
        self._texts[flight.message.chat_id, flight.number] = flight.message.text

    def _doubt(self, row: sqlite3.Row, stories: Iterable[str]) -> None:
        self._lost[row["id"]] += 1
        for story in stories:
            self.doubts[self.who(row["chat_id"]), story] += 1

    def died(self) -> None:
        """All that was under way may have arrived; nobody heard an answer."""
        for flight in self.flying:
            if self._chance.random() < 0.5:
                self._arrive(flight)
        self.flying.clear()
        for row in self.outbox.execute("SELECT * FROM deliveries WHERE state = 'sending'"):
            self._doubt(row, tuple(self._stories(row)))

    # ── what stands in the outbox ────────────────────────────────────────────────────────

    def check(self) -> None:
        """What holds at every moment."""
        new = set(self.moved.values())
        for row in self.outbox.execute("SELECT * FROM deliveries"):
            about = f"{row['kind']} {row['id']} is {row['state']}"
            if row["state"] == "sent" and row["message_id"] is None and row["chat_id"] not in new:
                self.breach(f"{about} without a message")
            if (row["lease"] is not None) is not (row["state"] in {"leased", "sending"}):
                self.breach(f"{about} under the lease {row['lease']}")

    def is_quiet(self) -> bool:
        """Whether nothing waits."""
        states = {row["state"] for row in self.outbox.execute("SELECT state FROM deliveries")}
        return states.isdisjoint(OPEN)

    def check_end(self) -> None:
        """Whatever was due was told, or it can be seen why not."""
        for row in self.outbox.execute("SELECT * FROM deliveries"):
            if row["state"] in OPEN:
                self.breach(f"STUCK {dict(row)}")
            if not self._is_explained(row):
                self.breach(f"LOST {dict(row)}")
            # Of what only a watch found nothing more is said.
            if row["kind"] == "alert" and row["state"] == "sent" and row["severity"]:
                self._check_shown(row)
        for key in sorted(self.due):
            rows = self._rows_of(key)
            if not self.copies[key] and not any(self._is_visible(key, row) for row in rows):
                self.breach(f"LOST {key}: {[dict(row) for row in rows]}")

    def _is_explained(self, row: sqlite3.Row) -> bool:
        """Whether it stands there as what became of it."""
        id_, who = row["id"], self.who(row["chat_id"])
        match row["state"]:
            case "sent":
                return self._arrived[id_] > 0
            case "dead":
                return bool(row["error"]) and self._refused[id_] > 1
            case "unconfirmed":
                return bool(row["error"]) and self._lost[id_] >= max(row["severity"], 1)
            case "cancelled":
                is_moved = who in self.moved and row["kind"] in {"alert", "digest"}
                away = who in self.left | self.blocked or is_moved or self._is_idle(row)
                return bool(row["error"]) and away
        return True

    def _is_idle(self, row: sqlite3.Row) -> bool:
        """An edit or step of what was never told, an edit of nobody knows which message."""
        told = self.outbox.execute(
            "SELECT coalesce(digest.state, alert.state) AS state,"
            " coalesce(digest.message_id, alert.message_id) AS message_id"
            " FROM deliveries AS alert LEFT JOIN deliveries AS digest"
            " ON digest.id = alert.digest_id WHERE alert.kind = 'alert'"
            " AND alert.chat_id = ? AND alert.story_id = ?",
            (row["chat_id"], row["story_id"]),
        ).fetchone()
        if row["kind"] not in {"edit", "step"}:
            return False
        gone = told is None or told["state"] in {"dead", "cancelled"}
        return gone or (row["kind"] == "edit" and told["message_id"] is None)

    def _check_shown(self, row: sqlite3.Row) -> None:
        """A message of which we know the number shows in the end how its story stands."""
        who, edits = self.who(row["chat_id"]), self.edits.get(row["story_id"], 0)
        text = self._texts.get((row["chat_id"], row["message_id"]))
        if text is None or not edits or who in self.left | self.blocked:
            return
        dead = self.outbox.execute(
            "SELECT 1 FROM deliveries WHERE kind = 'edit' AND state = 'dead'"
            " AND chat_id = ? AND story_id = ?",
            (row["chat_id"], row["story_id"]),
        )
        if not re.search(rf"Killed: \W*{edits}\b", text) and dead.fetchone() is None:
            self.breach(f"{dict(row)} does not show that {edits} were killed: {text!r}")

    def _rows_of(self, key: Told) -> list[sqlite3.Row]:
        found = self.outbox.execute(
            "SELECT coalesce(digest.id, alert.id) AS id, coalesce(digest.state, alert.state)"
            " AS state, coalesce(digest.severity, alert.severity) AS severity,"
            " coalesce(digest.error, alert.error) AS error"
            " FROM deliveries AS alert LEFT JOIN deliveries AS digest"
            " ON digest.id = alert.digest_id WHERE alert.kind = 'alert'"
            " AND alert.chat_id IN (?, ?) AND alert.story_id = ?",
            (key[0], self.moved.get(key[0]), key[1]),
        )
        return found.fetchall()

    def _is_visible(self, key: Told, row: sqlite3.Row) -> bool:
        match row["state"]:
            case "dead":
                return bool(row["error"]) and self._refused[row["id"]] > 1
            case "unconfirmed":
                enough = row["severity"] if row["severity"] > 1 else 1
                return bool(row["error"]) and self.doubts[key] >= enough
            case "cancelled":
                return bool(row["error"]) and key[0] in self.left | self.blocked
        return False
