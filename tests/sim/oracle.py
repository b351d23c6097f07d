"""What must be true, known from the plan and from what Telegram saw; never from the bot's rules.

A breach ends the world. What is asked always: nobody gets what no rule of theirs asks for; nothing
leaves without its row ``sending`` under a lease of the living process; at most eight are under
way; no limit of Telegram's is broken; nobody gets one story twice, unless an answer was lost or a
crash fell into the send; what comes late in a crowd comes as one message, the newest first; what a
lost database may have told says so; whatever is due was told, or stands visibly in the outbox, by
the time the plan says that trouble is over.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.core.model import Message
from bot.flow.deliver import IN_FLIGHT
from tests.sim.dues import Dues, more
from tests.sim.news import WORDS, Event
from tests.sim.plan import BOUND_S, Command, Fault, Listener, Plan, Report

# A process that dies may have an answer that it had no time to write down.
_WRITTEN_S = 0.5
_LATE_S = 1800.0  # older than that is late, whenever its feed was read last
MOST_SINGLES = 10  # late alerts for one chat; more come as one message
NEVER = float("inf")
_STUCK = ("pending", "leased", "sending")


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as it stood in the outbox when its request left."""

    id: int
    kind: str
    chat_id: int
    severity: int
    uncertain: int
    tokens: tuple[str, ...]  # of the events it tells of
    key: str = ""  # its name in the outbox


@dataclass(frozen=True, slots=True)
class Rule:
    """A listener's wish. ``since`` and ``until`` are (asked for, in force)."""

    about: str
    since: tuple[float, float]
    until: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Late:
    """One of many events that a feed brings at once, long after they happened."""

    name: str
    happened_s: float  # by the publishers' clock


class Oracle:
    """Judge of one world."""

    def __init__(self, plan: Plan, note: Callable[[str], None], now: Callable[[], float]) -> None:
        self.plan = plan
        self.breaches: list[str] = []
        self.now = now
        self.lease = ""
        self.outbox: sqlite3.Connection
        self.served: dict[int, float] = {}  # by index of the plan's commands
        self.told: Counter[tuple[int, str]] = Counter()  # copies by (listener, event)
        self._note = note
        self._doubts: Counter[tuple[int, str]] = Counter()
        self._forgotten: Counter[tuple[int, str]] = Counter()  # told, and no more in the database
        self._lost: list[tuple[float, float]] = []  # from a backup until it took its place
        self._lost_answers: Counter[int] = Counter()  # by row
        self._left: Counter[int] = Counter()  # by row, how often its request left
        self._answered: list[tuple[float, Row]] = []
        firsts = [r for r in plan.reports if not r.event.of]
        self._events = {r.event.token: r.event for r in firsts}
        self._first_at: dict[str, float] = {}
        for report in firsts:
            token = report.event.token
            self._first_at[token] = min(report.at, self._first_at.get(token, NEVER))
        self._crowds = _crowds(plan)
        self._dues = Dues(self)
        self._singles: Counter[tuple[int, str]] = Counter()  # of a crowd, to one listener
        self._by_chat = {who.chat_id: who for who in plan.listeners}
        self._by_chat |= {who.moves_to: who for who in plan.listeners if who.moves_to}

    def breach(self, told: str) -> None:
        """Something that must never happen did."""
        self._note(f"BREACH {told}")
        self.breaches.append(f"{self.now():.3f}s {told}")

    # ── who is who ───────────────────────────────────────────────────────────────────────

    def whose(self, chat_id: int) -> Listener:
        """The listener behind an address, old or new."""
        return self._by_chat[chat_id]

    def address(self, who: Listener, now: float) -> int:
        """Where a listener is now."""
        moves = (c for c in self._commands(who, "@move") if c.at <= now)
        return who.moves_to or who.chat_id if any(moves) else who.chat_id

    def is_blocked(self, who: Listener, now: float) -> bool:
        """Whether the listener keeps the bot out now."""
        return any(start.at <= now < end.at for start, end in self._pairs(who, "@block"))

    def _commands(self, who: Listener, *names: str) -> Iterator[Command]:
        return (c for c in self.plan.commands if c.chat_id == who.chat_id and c.name in names)

    def _pairs(self, who: Listener, *names: str) -> Iterator[tuple[Command, Command]]:
        """When alerts were switched off, and on again."""
        ends = {"@block": "@unblock", "stop": "start"}
        for start in self._commands(who, *names):
            yield start, next(self._commands(who, ends[start.name]))

    # ── one send ─────────────────────────────────────────────────────────────────────────

    def leaves(self, message: Message) -> Row:
        """A request is about to leave: its row must say so, under a lease of this process."""
        who = self.whose(message.chat_id)
        found = self.outbox.execute(
            # A group's row may have moved a moment ago, while it was about to leave.
            "SELECT * FROM deliveries WHERE state = 'sending' AND lease = ? AND chat_id IN (?, ?)",
            (self.lease, who.chat_id, who.moves_to),
        ).fetchall()
        exact = [one for one in found if one["chat_id"] == message.chat_id]
        rows = [self._row(one) for one in exact or found]
        if not rows or (len(rows) > 1 and who.moves_to is None):
            self.breach(f"sent to {message.chat_id} without a lease: {rows}")
        row = next(iter(_telling(rows, message)), Row(0, "none", message.chat_id, 0, 0, ()))
        self._left[row.id] += 1
        self.check_states()
        self._note(f"leaves {row.kind} {row.id} to {row.chat_id} {message.text!r}")
        if row.kind == "alert" and row.tokens and row.tokens[0] not in message.text:
            self.breach(f"alert {row.id} does not tell of its event")
        if row.kind == "digest":
            self._check_order(row, message)
        return row

    def _check_order(self, row: Row, message: Message) -> None:
        """A catching up shows the newest first, of what is equally grave."""
        places = ((message.text.find(token), token) for token in row.tokens)
        shown = [token for at, token in sorted(places) if at >= 0 and token in self._crowds]
        times = [self._crowds[token].happened_s for token in shown]
        if times != sorted(times, reverse=True):
            self.breach(f"digest {row.id} shows {shown}, of {times}")

    def _row(self, row: sqlite3.Row) -> Row:
        if row["kind"] == "digest":
            lines = self.outbox.execute(
                "SELECT payload FROM deliveries WHERE digest_id = ?", (row["id"],)
            ).fetchall()
            tokens = [self._token(line["payload"]) for line in lines]
        else:
            tokens = [self._token(row["payload"])] if row["kind"] == "alert" else []
        parts = (row["id"], row["kind"], row["chat_id"], row["severity"], row["uncertain"])
        return Row(*parts, tuple(token for token in tokens if token), row["dedup_key"])

    def _token(self, payload: str) -> str:
        title = json.loads(payload)["title"]
        return next((token for token in self._events if token in title), "")

    def _tokens_of(self, row_id: int) -> tuple[str, ...]:
        found = self.outbox.execute("SELECT * FROM deliveries WHERE id = ?", (row_id,))
        return self._row(found.fetchone()).tokens

    def in_flight(self, count: int) -> None:
        """So many requests are under way."""
        if count > IN_FLIGHT:
            self.breach(f"{count} in flight")

    def arrived(self, row: Row, message: Message, message_id: int) -> None:
        """Telegram shows it."""
        self._note(f"arrived {row.kind} {row.id} as {message_id}")
        self._dues.arrived(row, message, message_id)
        if row.kind not in ("alert", "digest"):
            return
        who = self.whose(row.chat_id)
        for token in self._told_by(row, message):
            # That it has grown is news to whoever heard of it from a database that is lost.
            if not self._dues.tells_growth(token, message):
                self._check_marked(who, token, row)
            self.told[who.chat_id, token] += 1
            self._dues.told(who, token)
            if row.kind == "alert":
                self._check_crowd(who, token)
            self._check_wanted(who, self._events[token])
            self._check_copies(who, token, row)
        if self._lost_answers[row.id] and row.uncertain == 0:
            self.breach(f"{row.kind} {row.id} was sent again and does not say so")

    def _told_by(self, row: Row, message: Message) -> list[str]:
        """What a message shows, and what it counts beyond that."""
        shown = [token for token in row.tokens if token in message.text]
        hidden = [token for token in row.tokens if token not in shown]
        if len(hidden) <= more(message.text):
            return [*shown, *hidden]
        self.breach(f"{row.kind} {row.id} shows neither {hidden} nor that there is more")
        return shown

    def _check_wanted(self, who: Listener, event: Event) -> None:
        if not self._may(who, event):
            self.breach(f"{who.chat_id} got {event.token}, which they did not ask for")

    def _check_copies(self, who: Listener, token: str, row: Row) -> None:
        copies, doubts = self.told[who.chat_id, token], self._doubts[who.chat_id, token]
        if self._is_a_day_wrong(self._first_at[token], self.now()):
            return
        if copies > 1 + doubts:
            self.breach(f"{who.chat_id} got {token} {copies} times, with {doubts} doubts")
        if copies > 1 + self._forgotten[who.chat_id, token] and row.severity < 2:
            self.breach(f"{who.chat_id} got the notice {token} {copies} times")

    def _check_crowd(self, who: Listener, token: str) -> None:
        """Beyond ten stories what comes late comes as one message."""
        if token not in self._crowds or self.told[who.chat_id, token] > 1:
            return
        crowd = (who.chat_id, self._crowds[token].name)
        self._singles[crowd] += 1
        if self._singles[crowd] > MOST_SINGLES:
            self.breach(f"a flood: {who.chat_id} got {self._singles[crowd]} of {crowd[1]}")

    def _check_marked(self, who: Listener, token: str, row: Row) -> None:
        """What a lost database told, and what came meanwhile, is one message that says so."""
        if not self._forgotten[who.chat_id, token]:
            return
        if self.told[who.chat_id, token] and row.uncertain == 0:
            self.breach(f"{who.chat_id} got {token} again after a restore, as if it were new")
        is_small = row.kind == "alert" and not self._events[token].grave
        if is_small and not any(f.kind == "behind" for f in self._faults):  # an old copy hid it
            self.breach(f"{who.chat_id} got old {token} after a restore, alone")

    def answered(self, row: Row, answer: Exception | None) -> None:
        """The bot knows what became of a send, or that it will not know."""
        self._note(f"answered {row.id} {answer!r}")
        if type(answer).__name__ == "DeliveryUncertain":
            self._doubt(row)
        self._answered = [(at, r) for at, r in self._answered if self._is_recent(at)]
        self._answered.append((self.now(), row))

    def unanswered(self, row: Row) -> None:
        """The process died before the answer came."""
        self._doubt(row)

    def process_stopped(self) -> None:
        """It was asked to end and had time to: nothing is left in doubt."""
        hard = ("busy", "full", "unanswered", "swallowed")
        if any(f.kind in hard and f.start - 20 <= self.now() <= f.end + 100 for f in self._faults):
            return
        for row in self.outbox.execute(
            # What an earlier life left behind it may have had no time to take up.
            "SELECT * FROM deliveries WHERE state IN ('leased', 'sending') AND lease = ?",
            (self.lease,),
        ):
            self.breach(f"stopped and left behind {dict(row)}")

    @property
    def _faults(self) -> list[Fault]:
        return self.plan.faults

    def process_died(self) -> None:
        """What was answered a moment ago may not have been written down."""
        for at, row in self._answered:
            if self._is_recent(at) and self._is_sending(row):
                self._doubt(row)
        self._answered.clear()
        for found in self.outbox.execute("SELECT * FROM deliveries WHERE state = 'sending'"):
            if found["attempts"] > self._left[found["id"]]:  # it died just before it left
                self._left[found["id"]] = found["attempts"]
                self._doubt(self._row(found))

    def restored(self, taken_at: float) -> None:
        """A backup took the place of the database: what came after it is forgotten."""
        self._lost.append((taken_at, self.now()))
        for who in self.plan.listeners:
            for token, event in self._events.items():
                row = self._row_of(who, event)
                key = (who.chat_id, token)
                if row is None and self._first_at[token] <= self.now():
                    self._forgotten[key] += 1
                if row["state"] in _STUCK if row else self.told[key]:
                    self._doubts[key] += 1
        self._dues.restored()
        # Its numbers are given again.
        rows = self.outbox.execute("SELECT id, attempts FROM deliveries")
        self._left = Counter({row["id"]: row["attempts"] for row in rows})
        self._lost_answers.clear()
        self._must_be_marked()

    def _must_be_marked(self) -> None:
        """What waited in the copy may have left since: if it leaves again, it says so."""
        waits = "SELECT id FROM deliveries WHERE state IN ('pending', 'leased', 'sending')"
        self._lost_answers.update(row["id"] for row in self.outbox.execute(waits))

    def _is_sending(self, row: Row) -> bool:
        asked = "SELECT 1 FROM deliveries WHERE id = ? AND state = 'sending'"
        return self.outbox.execute(asked, (row.id,)).fetchone() is not None

    def _is_recent(self, at: float) -> bool:
        """Whether there was no time, or no disk, to write down what came ``at`` that time."""
        away = (f for f in self.plan.faults if f.kind in ("busy", "full"))
        busy = any(f.start <= self.now() and f.end + 65 > at for f in away)
        return busy or self.now() - at <= _WRITTEN_S

    def _doubt(self, row: Row) -> None:
        self._lost_answers[row.id] += 1
        self._dues.doubted(row)
        for token in row.tokens:
            self._doubts[self.whose(row.chat_id).chat_id, token] += 1

    # ── who must be told, who may be ─────────────────────────────────────────────────────

    def _rules(self, who: Listener) -> Iterator[Rule]:
        never = (NEVER, NEVER)
        drops = {c.args: (c.at, self._served(c)) for c in self._commands(who, "unwatch")}
        for about in who.rules:
            yield Rule(about, (-1.0, -1.0), drops.get(about, never))
        for c in self._commands(who, "watch"):
            yield Rule(c.args, (c.at, self._served(c)), never)

    def _served(self, command: Command) -> float:
        at = self.served.get(self.plan.commands.index(command), NEVER)
        return NEVER if any(taken <= at < lost for taken, lost in self._lost) else at

    def _offs(self, who: Listener) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
        for start, end in self._pairs(who, "@block", "stop"):
            yield (start.at, self._served(start)), (end.at, self._served(end))

    def _must(self, who: Listener, event: Event, by: float) -> bool:
        """Whether the listener asked for it before it happened and went on asking ``by`` then."""
        first = self._first_at[event.token]
        is_late = any(j.by_s > 0 for j in self.plan.jumps) and self._is_a_day_wrong(first, by)
        if first < 0 or is_late:
            return False
        if any(off[0] <= by and on[1] >= first for off, on in self._offs(who)):
            return False
        return any(
            rule.since[1] < first and rule.until[0] > by
            for rule in self._rules(who)
            if asks(rule.about, event)
        )

    # ── for what is owed besides ─────────────────────────────────────────────────────────

    def is_forgotten(self, command: Command) -> bool:
        """Whether it was served by a database that was lost."""
        at = self.served.get(self.plan.commands.index(command), NEVER)
        return any(taken <= at < lost for taken, lost in self._lost)

    def has_forgotten(self) -> bool:
        """Whether the database was lost at all."""
        return bool(self._lost)

    def may_know(self, who: Listener, token: str) -> bool:
        """Whether a listener was told of an event, or may have been."""
        key = (who.chat_id, token)
        return bool(self.told[key] or self._doubts[key])

    def goes_on_asking(self, who: Listener, token: str) -> bool:
        """Whether a listener asked for an event from before it happened until now."""
        now = self.now()
        is_another = self._is_a_day_wrong(self._first_at[token], now)  # by its date
        return not is_another and self._must(who, self._events[token], now)

    def first_at(self, token: str) -> float:
        """When an event was first told."""
        return self._first_at[token]

    def was_away(self, who: Listener, first: float, since: float) -> bool:
        """Whether a listener was not to be told, for some time after ``since``, of what is new."""
        is_off = any(on[1] >= since for _, on in self._offs(who))
        return is_off or self._is_a_day_wrong(first, self.now())

    def _is_a_day_wrong(self, first: float, by: float) -> bool:
        """A clock that is a day wrong: all news is a day old, or told of a day ago already."""
        wrong = [j for j in self.plan.jumps if abs(j.by_s) > 12 * 3600 and not j.asleep]
        return any(j.at <= by and j.end + BOUND_S >= first for j in wrong)

    def _may(self, who: Listener, event: Event) -> bool:
        first, now = self._first_at[event.token], self.now()
        if first < 0:
            return False
        stops = list(self._pairs(who, "stop"))
        if any(self._served(off) <= first and on.at >= now for off, on in stops):
            return False
        return any(
            rule.since[0] <= now and rule.until[1] >= first
            for rule in self._rules(who)
            if asks(rule.about, event)
        )

    # ── what became of everything ────────────────────────────────────────────────────────

    def deadlines(self) -> Iterator[tuple[float, Callable[[], None]]]:
        """When what must have been told, and how that is asked."""
        for token, first in self._first_at.items():
            if first >= 0:
                yield self._by(first), partial(self.check, [self._events[token]])
        for at, due in self._dues.deadlines():
            yield self._by(at), partial(self._dues.check, due)

    def _by(self, first: float) -> float:
        return min(self.plan.due_by(first), self.plan.ends_at)

    def check(self, events: Iterable[Event]) -> None:
        """Each of them was told to whom it must be, or it can be seen why not."""
        for event in events:
            for who in self.plan.listeners:
                self._check_told(who, event)

    def _check_told(self, who: Listener, event: Event) -> None:
        if self.told[who.chat_id, event.token] or not self._must(who, event, self.now()):
            return
        row = self._row_of(who, event)
        what = f"{event.token} for {who.chat_id}"
        if row is None:
            self.breach(f"LOST {what}: nothing in the outbox")
        elif row["state"] in _STUCK:
            self.breach(f"LATE {what}: {dict(row)}")
        elif not self._is_excused(who, event, row):
            self.breach(f"LOST {what}: {dict(row)}")

    def _row_of(self, who: Listener, event: Event) -> sqlite3.Row | None:
        """The row of the event's alert, or of the digest that it is a line of."""
        found = self.outbox.execute(
            "SELECT coalesce(digest.state, alert.state) AS state,"
            " coalesce(digest.severity, alert.severity) AS severity,"
            " coalesce(digest.error, alert.error) AS error, coalesce(digest.id, alert.id) AS id,"
            " coalesce(digest.not_before_at, alert.not_before_at) AS not_before_at"
            " FROM deliveries AS alert LEFT JOIN deliveries AS digest"
            " ON digest.id = alert.digest_id"
            " WHERE alert.kind = 'alert' AND alert.chat_id IN (?, ?)"
            " AND instr(alert.payload, ?) > 0",
            (who.chat_id, who.moves_to, event.token),
        ).fetchone()
        return found if isinstance(found, sqlite3.Row) else None

    def _is_excused(self, who: Listener, event: Event, row: sqlite3.Row) -> bool:
        """Whether it stands there visibly, for a reason that is a good one in this world."""
        if not row["error"]:
            return False
        if row["state"] == "dead":
            return bool(self.plan.hopeless & set(self._tokens_of(row["id"])))
        tries = self._doubts[who.chat_id, event.token]
        if self._lost and row["severity"] > 1:
            # All are marked as copies then: one that surely did not arrive passes for one, too.
            tries = self._left[row["id"]]
        # What is grave is sent twice in doubt, the gravest three times.
        return row["state"] == "unconfirmed" and tries >= max(row["severity"], 1)

    def check_states(self) -> None:
        """What holds for every row at every moment."""
        moved = [who.chat_id for who in self.plan.listeners if who.moves_to]
        moved += [who.moves_to for who in self.plan.listeners if who.moves_to]
        for row in self.outbox.execute(
            "SELECT id, chat_id FROM deliveries WHERE state = 'sent' AND message_id IS NULL"
        ):
            if row["chat_id"] not in moved:
                self.breach(f"delivery {row['id']} is sent without a message id")
        (sending,) = self.outbox.execute(
            "SELECT count(*) FROM deliveries WHERE state = 'sending'"
        ).fetchone()
        if sending > IN_FLIGHT:
            self.breach(f"{sending} rows are sending")

    def is_done(self) -> bool:
        """Whether all commands were served and nothing waits: then the rest is idle time."""
        asked = [i for i, c in enumerate(self.plan.commands) if c.name != "@move"]
        waits = "SELECT 1 FROM deliveries WHERE state IN ('pending', 'leased', 'sending')"
        return all(i in self.served for i in asked) and not self.outbox.execute(waits).fetchone()

    def check_end(self) -> None:
        """Everything is over: nothing waits, and every command was answered."""
        self.check(self._events.values())
        self.check_states()
        self._dues.check_end()
        for row in self.outbox.execute(
            "SELECT * FROM deliveries WHERE state IN ('pending', 'leased', 'sending')"
        ):
            self.breach(f"STUCK {dict(row)}")
        for index, command in enumerate(self.plan.commands):
            if command.name != "@move" and index not in self.served:
                self.breach(f"command {command} was never served")


def _telling(rows: list[Row], message: Message) -> list[Row]:
    """The rows that ``message`` may be of, the likeliest first."""
    told = {row.id: sum(token in message.text for token in row.tokens) for row in rows}
    return sorted(rows, key=lambda row: (-told[row.id], len(row.tokens), row.id))


def _crowds(plan: Plan) -> dict[str, Late]:
    """Events by token that come in a crowd; none where the bot cannot know how late it is."""
    if any(j.by_s < 0 for j in plan.jumps):
        return {}
    redated = {f.of for f in plan.faults if f.kind == "redated"}
    told = [r for r in plan.reports if r.feed not in redated and not r.event.grave and r.at >= 0]
    found: dict[str, list[Report]] = {}
    for report in told:
        if report.age_s >= _LATE_S and report.dated_at == report.at:
            found.setdefault(f"{report.feed} {report.at}", []).append(report)
    crowds = {name: crowd for name, crowd in found.items() if len(crowd) > MOST_SINGLES}
    return {r.event.token: Late(n, _happened_s(plan, r)) for n, c in crowds.items() for r in c}


def _happened_s(plan: Plan, report: Report) -> float:
    slept_s = sum(j.by_s for j in plan.jumps if j.asleep and j.at <= report.at)
    return report.at + slept_s - report.age_s


def asks(about: str, event: Event) -> bool:
    """Whether a wish for ``about`` is one for ``event``."""
    return about == event.about or (about == "all" and event.about not in WORDS)
