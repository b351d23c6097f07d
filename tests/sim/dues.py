"""What is owed beside the first message of a story: answers, steps, and messages kept right.

Each command gets its reply once, or it can be seen why not. Whoever was told of an attack and goes
on asking hears that people died in it. And in the end the message of it says so, too, where it is
known which message that is.

Not owed: a step or an edit of what a lost database forgot; an edit of one line among many; either
to who was away when the story grew.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.core.model import Message
from tests.sim.news import Event
from tests.sim.plan import Command, Listener

if TYPE_CHECKING:
    from tests.sim.oracle import Oracle, Row

ANSWERED = ("watch", "unwatch", "stop", "start", "list")
_WAITS = ("pending", "leased", "sending")
_KILLED = re.compile(r"(?:Killed|القتلى): \W*(\d+)")
_MORE = re.compile(r"^\W*…(?:[^\d\n]*(\d+)|.*?(واحد|سطران))", re.M)
_MORE_WORDS = {"واحد": 1, "سطران": 2}


def more(text: str) -> int:
    """How many lines a digest says that it does not show."""
    found = _MORE.search(text)
    if found is None:
        return 0
    return int(found[1]) if found[1] else _MORE_WORDS[found[2]]


class Dues:
    """Counts what arrived of these, for :class:`Oracle`."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._plan = oracle.plan
        self.grown = {r.event.token: r.event for r in oracle.plan.reports if r.event.of}
        self._grew_at = {r.event.token: r.at for r in oracle.plan.reports if r.event.of}
        self._told_at: dict[tuple[int, str], float] = {}  # the first message, by (listener, event)
        self._replies: Counter[str] = Counter()  # by the name of their row
        self._steps: Counter[tuple[int, str]] = Counter()
        self._doubts: Counter[str] = Counter()  # by the name of the row
        self._shown: dict[tuple[int, int], str] = {}  # by chat and message, its text

    # ── one message ──────────────────────────────────────────────────────────────────────

    def told(self, who: Listener, token: str) -> None:
        """A first message of an event arrived, or one more."""
        self._told_at.setdefault((who.chat_id, token), self._oracle.now())

    def arrived(self, row: Row, message: Message, message_id: int) -> None:
        """Telegram shows it: in the place of another, or as one more."""
        place = (message.chat_id, message_id)
        if message.edit_of is not None:
            self._check_place(row, message.text, self._shown.get(place, ""))
        self._shown[place] = message.text
        if row.kind == "reply":
            self._replied(row, message)
        if row.kind == "step":
            self._stepped(row, message)

    def doubted(self, row: Row) -> None:
        """Nobody knows whether it arrived."""
        self._doubts[row.key] += 1

    def _check_place(self, row: Row, text: str, before: str) -> None:
        alike = (r.event.token in text and r.event.token in before for r in self._plan.reports)
        if not any(alike):
            self._oracle.breach(f"edit {row.id} makes {before!r} {text!r}")

    def _replied(self, row: Row, message: Message) -> None:
        self._replies[row.key] += 1
        command = self._asked_by(row.key)
        if command is None:
            return
        if self._replies[row.key] > 1 + self._doubts[row.key]:
            self._oracle.breach(f"{command} was answered {self._replies[row.key]} times")
        if self._oracle.whose(message.chat_id).chat_id != command.chat_id:
            self._oracle.breach(f"{command} was answered to {message.chat_id}")
        if command.name in ("watch", "unwatch") and command.args not in message.text:
            self._oracle.breach(f"{command} was answered {message.text!r}")

    def _asked_by(self, key: str) -> Command | None:
        """The command that a row answers; a notice answers none."""
        parts = key.split(":")
        return self._plan.commands[int(parts[2]) - 1] if parts[0] == "u" else None

    def _stepped(self, row: Row, message: Message) -> None:
        who = self._oracle.whose(message.chat_id)
        grown = [event for token, event in self.grown.items() if token in message.text]
        if not grown:
            self._oracle.breach(f"step {row.id} tells of nothing: {message.text!r}")
        for event in grown:
            self._steps[who.chat_id, event.token] += 1
            if self._steps[who.chat_id, event.token] > 1 + self._doubts[row.key]:
                self._oracle.breach(f"{who.chat_id} got the step {event.token} too often")
            if not self._oracle.may_know(who, event.of):
                self._oracle.breach(f"{who.chat_id} got a step of {event.of} and not the alert")

    # ── a database that was lost ─────────────────────────────────────────────────────────

    def restored(self) -> None:
        """What arrived and is not known to have, in the copy, may arrive again."""
        rows = self._oracle.outbox.execute("SELECT dedup_key, state FROM deliveries").fetchall()
        known = {row["dedup_key"]: row["state"] for row in rows}
        keys = {*known, *self._replies, *self._doubts}
        for key in keys:
            if known.get(key, "pending") in _WAITS:
                self._doubts[key] += 1
        self._steps.clear()  # their story may be told under another number now

    # ── what is due ──────────────────────────────────────────────────────────────────────

    def deadlines(self) -> Iterator[tuple[float, Command | Event]]:
        """By when each command must have been answered, and each growth told."""
        for command in self._plan.commands:
            if command.name in ANSWERED:
                yield command.at, command
        for token, event in self.grown.items():
            yield self._grew_at[token], event

    def check(self, due: Command | Event) -> None:
        """It was done, or it can be seen why not."""
        if isinstance(due, Command):
            self._check_reply(due)
            return
        for who in self._plan.listeners:
            if self._is_step_due(who, due):
                self._check_step(who, due)

    def tells_growth(self, token: str, message: Message) -> bool:
        """Whether it says, of this event, that it has become graver."""
        return any(e.of == token and e.token in message.text for e in self.grown.values())

    def check_end(self) -> None:
        """All of it; and what is shown in the end is right."""
        for _, due in self.deadlines():
            self.check(due)
        for event in self.grown.values():
            for who in self._plan.listeners:
                self._check_shown(who, event)
        for row in self._oracle.outbox.execute("SELECT * FROM deliveries WHERE state='cancelled'"):
            if not self._may_be_cancelled(row):
                self._oracle.breach(f"cancelled for no reason: {dict(row)}")

    def _check_reply(self, command: Command) -> None:
        number = self._plan.commands.index(command) + 1
        named = f"u:%:{number}:%"
        rows = self._oracle.outbox.execute(
            "SELECT * FROM deliveries WHERE kind = 'reply' AND dedup_key LIKE ?", (named,)
        ).fetchall()
        if any(self._asked_by(key) is command for key in +self._replies):
            return
        if not rows and self._oracle.is_forgotten(command):
            return
        bad = [dict(row) for row in rows if not self._is_excused(row)] if rows else ["no row"]
        if bad:
            late = rows and all(row["state"] in _WAITS for row in rows)
            self._oracle.breach(f"{'LATE' if late else 'LOST'} the answer to {command}: {bad}")

    def _is_step_due(self, who: Listener, event: Event) -> bool:
        told_at = self._told_at.get((who.chat_id, event.of))
        if told_at is None or told_at >= self._grew_at[event.token]:
            return False  # what comes now shows it itself
        return self._oracle.goes_on_asking(who, event.of) and not self._oracle.has_forgotten()

    def _check_step(self, who: Listener, event: Event) -> None:
        if self._steps[who.chat_id, event.token]:
            return
        rows = self._rows_of(who, event, "step")
        bad = [dict(row) for row in rows if not self._is_excused(row, event)]
        if bad or not rows:
            self._oracle.breach(f"LOST the step {event.token} for {who.chat_id}: {bad}")

    def _check_shown(self, who: Listener, event: Event) -> None:
        """Of an alert that stands there under a known number."""
        first, grew = self._oracle.first_at(event.of), self._grew_at[event.token]
        if self._oracle.was_away(who, first, grew) or self._oracle.has_forgotten():
            return
        edits = self._rows_of(who, event, "edit")
        if any(row["state"] == "dead" and self._is_excused(row, event) for row in edits):
            return
        for row in self._rows_of(who, event, "alert"):
            text = self._shown.get((row["chat_id"], row["message_id"]))
            if row["state"] == "sent" and row["message_id"] is not None:
                self._check_killed(row, event, text)

    def _check_killed(self, row: sqlite3.Row, event: Event, text: str | None) -> None:
        killed = _KILLED.search(text or "")
        if killed is None or int(killed[1]) != event.killed:
            self._oracle.breach(f"alert {dict(row)} says nothing of {event.killed} dead: {text!r}")

    def _rows_of(self, who: Listener, event: Event, kind: str) -> list[sqlite3.Row]:
        return self._oracle.outbox.execute(
            "SELECT * FROM deliveries AS row WHERE kind = ? AND chat_id IN (?, ?) AND EXISTS ("
            " SELECT 1 FROM deliveries AS alert WHERE alert.kind = 'alert'"
            " AND alert.chat_id = row.chat_id AND alert.story_id = row.story_id"
            " AND instr(alert.payload, ?) > 0)",
            (kind, who.chat_id, who.moves_to, event.of),
        ).fetchall()

    # ── excuses ──────────────────────────────────────────────────────────────────────────

    def _is_excused(self, row: sqlite3.Row, event: Event | None = None) -> bool:
        """Whether it stands there visibly, for a reason that is a good one in this world."""
        if not row["error"]:
            return False
        match row["state"]:
            case "dead":
                # A reply may name the latest of what it is about.
                told = event.of if event else row["payload"]
                return any(token in told for token in self._plan.hopeless)
            case "unconfirmed" if row["kind"] == "reply" and self._oracle.has_forgotten():
                # It waited in a backup: nobody knows whether it has left since, and it says so.
                return True
            case "unconfirmed":
                return self._doubts[row["dedup_key"]] >= max(row["severity"], 1)
            case "cancelled":
                return self._may_be_cancelled(row)
        return False

    def _may_be_cancelled(self, row: sqlite3.Row) -> bool:
        who, kind = self._oracle.whose(row["chat_id"]), row["kind"]
        if not row["error"]:
            return False
        names = {c.name for c in self._plan.commands if c.chat_id == who.chat_id}
        if "@block" in names or ("stop" in names and kind != "reply"):
            return True
        if kind in ("alert", "digest"):
            return "@move" in names
        return kind in ("edit", "step") and self._is_idle(row)

    def _is_idle(self, row: sqlite3.Row) -> bool:
        """Whether the alert that it answers or changes never left, or is nobody knows which."""
        told = self._oracle.outbox.execute(
            "SELECT coalesce(digest.state, alert.state) AS state,"
            " coalesce(digest.message_id, alert.message_id) AS message_id"
            " FROM deliveries AS alert LEFT JOIN deliveries AS digest"
            " ON digest.id = alert.digest_id WHERE alert.kind = 'alert'"
            " AND alert.story_id = ? AND alert.chat_id = ?",
            (row["story_id"], row["chat_id"]),
        ).fetchone()
        if told is None or told["state"] in ("dead", "cancelled"):
            return True
        return bool(row["kind"] == "edit" and told["message_id"] is None)
