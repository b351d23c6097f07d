"""What stands still and must be told to the operator: signs go in, sentences come out, once each.

Durations are seconds of a steady clock, for the wall clock may be what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.model import Vitals

LOW_DISK_BYTES = 200 * 1024 * 1024
_LOOP_S = 30.0
_ASKED_S = 90.0  # it is asked each half minute
_STUCK = timedelta(minutes=30)  # a group that is told of everything at 20 a minute may lag so far
_MANY_DEAD = 5
_CALM_S = 60.0  # what comes back within a minute was never over
# What concerns a part: the operator hears of it, and the rest goes on.
_PARTIAL = ("gone:", "dead", "backup")
# What a restart mends, unless the disk is the reason: then it would be one after the other.
_RESTARTED = frozenset({"loop", "polls"})
_ROOTED = frozenset({"disk", "database"})
_UNSEEN_S = 90.0  # a look that tells and pings may take a minute


@dataclass(frozen=True, slots=True)
class Signs:
    """What can be seen of the bot at one moment.

    Attributes:
        vitals: What the database shows; ``None`` where it did not answer.
        store_error: Why it did not.
        loop_silent_s: How long the main loop has not turned.
        telegram_silent_s: For how long Telegram was not reached.
        telegram_error: What it, or the way to it, said last.
        telegram_refused: It knows no bot with our token: waiting will not help.
        free_bytes: On the database's disk.
        is_full: A write failed for want of room, and none has worked since.
        backup_late: The newest backup is older than it may be, or there is none.
        backup_error: Why no backup was made.
        is_early: We have just begun, or have just woken: what is old may be read any moment.
        has_woken: The machine was asleep until a moment ago.
    """

    vitals: Vitals | None = None
    store_error: str = ""
    loop_silent_s: float = 0.0
    telegram_silent_s: float = 0.0
    telegram_error: str = ""
    telegram_refused: bool = False
    free_bytes: int = 2**40
    is_full: bool = False
    backup_late: bool = False
    backup_error: str = ""
    is_early: bool = False
    has_woken: bool = False


def found(signs: Signs, telegram_after_s: float, now: datetime) -> dict[str, str]:
    """What is wrong, by a stable name, each with a sentence for the operator."""
    told = _disk(signs) if signs.has_woken else _silence(signs, telegram_after_s) | _disk(signs)
    if signs.backup_late:
        why = f": {signs.backup_error}" if signs.backup_error else ""
        told["backup"] = f"No backup has been made for too long{why}."
    if signs.vitals is not None:
        told |= dict(_of_vitals(signs, signs.vitals, now))
    return told


def _silence(signs: Signs, telegram_after_s: float) -> dict[str, str]:
    if signs.loop_silent_s > _LOOP_S:
        return {"loop": "The bot's main loop is blocked: nothing is read and nothing is sent."}
    if signs.telegram_refused or signs.telegram_silent_s >= telegram_after_s:
        why = signs.telegram_error or "no answer"
        return {"telegram": f"Telegram cannot be used ({why}): alerts wait, nothing is dropped."}
    return {}


def _disk(signs: Signs) -> dict[str, str]:
    if signs.is_full:
        return {"disk": "The disk is full: news waits until there is room. Nothing is lost."}
    if signs.free_bytes < LOW_DISK_BYTES:
        free = signs.free_bytes // 2**20
        return {"disk": f"The disk is nearly full: {free} MB are free. Make room."}
    if signs.store_error:
        return {"database": f"The database does not answer: {signs.store_error}"}
    return {}


def _of_vitals(signs: Signs, vitals: Vitals, now: datetime) -> Iterator[tuple[str, str]]:
    if not signs.is_early:
        yield from _of_sources(vitals, now)
        waits = vitals.waits_since
        if waits is not None and now - waits > _STUCK and signs.telegram_silent_s < _ASKED_S:
            yield (
                "sending",
                f"Messages have waited since {waits:%H:%M} UTC though Telegram answers.",
            )
    if vitals.dead >= _MANY_DEAD:
        yield "dead", "Many messages were given up within an hour: python -m bot doctor says why."
    for id_, name in vitals.gone:
        yield f"gone:{id_}", f"The source {name} is gone: its publisher took it away."


def _of_sources(vitals: Vitals, now: datetime) -> Iterator[tuple[str, str]]:
    shortest, polled_at = vitals.shortest, vitals.polled_at
    is_idle = polled_at is None or (shortest is not None and now - polled_at > shortest)
    if vitals.overdue and is_idle:
        yield "polls", "No source is being visited although some are due."
    elif vitals.feeds > vitals.waiting and not vitals.fresh:
        when = f" since {vitals.polled_ok_at:%H:%M} UTC" if vitals.polled_ok_at else ""
        yield "feeds", f"No source could be read{when}: there will be no alerts."


def is_healthy(found: Mapping[str, str]) -> bool:
    """Whether news is read and sent, whatever is wrong with one source, message or backup."""
    return all(key.startswith(_PARTIAL) for key in found)


@dataclass(frozen=True, slots=True)
class Condition:
    """How we are doing, for whoever asks from outside.

    Attributes:
        is_ready: News is read and sent, and that was seen a moment ago.
        is_alive: A restart would mend nothing.
        wrong: As ``found`` names it, and what was just begun and did not show itself yet.
        looked_s_ago: How old all this is; ``None`` before the first look.
        signs: What it was found in.
    """

    is_ready: bool = False
    is_alive: bool = True
    wrong: Mapping[str, str] = field(default_factory=dict)
    looked_s_ago: float | None = None
    signs: Signs = Signs()


BEGINNING = Condition(wrong={"beginning": "Nothing was looked at yet."})


def condition(
    signs: Signs, telegram_after_s: float, now: datetime, looked_s_ago: float
) -> Condition:
    """What ``found`` says of ``signs``, seen so long ago.

    The operator is spared what looks old at a start; who asks whether we are ready is not.
    """
    told = found(signs, telegram_after_s, now)
    wrong = told | found(replace(signs, is_early=False), telegram_after_s, now)
    if signs.vitals is None:
        wrong.setdefault("database", "The database did not answer a moment ago.")
    if looked_s_ago > _UNSEEN_S:
        wrong["watcher"] = "The watcher itself hangs: what is said here is old."
    needs_restart = told.keys() & _RESTARTED and not wrong.keys() & _ROOTED
    return Condition(
        is_ready=is_healthy(wrong),
        is_alive=not needs_restart and "watcher" not in wrong,
        wrong=wrong,
        looked_s_ago=looked_s_ago,
        signs=signs,
    )


@dataclass(slots=True)
class _Told:
    text: str
    last_s: float


@dataclass(slots=True)
class Stalls:
    """Which stalls the operator knows of: each is said once, and once when it is over."""

    _told: dict[str, _Told] = field(default_factory=dict)

    def look(self, found: Mapping[str, str], at_s: float) -> tuple[str, ...]:
        """What there is to say now."""
        lines = []
        for key, text in found.items():
            if key not in self._told:
                lines.append(text)
            first = self._told.get(key)
            self._told[key] = _Told(first.text if first else text, at_s)
        return (*lines, *self._over(found, at_s))

    def _over(self, found: Mapping[str, str], at_s: float) -> Iterator[str]:
        for key, told in list(self._told.items()):
            if key not in found and at_s - told.last_s >= _CALM_S:
                del self._told[key]
                yield f"Over: {told.text}"

    @property
    def known(self) -> dict[str, str]:
        """What the operator was told and is not over, to remember over a restart."""
        return {key: told.text for key, told in self._told.items()}

    def remember(self, known: Mapping[str, str], at_s: float) -> None:
        """Take up what an earlier run has said."""
        self._told |= {key: _Told(text, at_s) for key, text in known.items()}


@dataclass(slots=True)
class Waiting:
    """What one way to the operator has to say, and how often it may.

    A few messages at once and then one in ten minutes; what waits goes together in the next.
    """

    most: float = 4.0
    per_s: float = 1 / 600
    lines: list[str] = field(default_factory=list)
    error: str = ""
    _budget: float = 4.0
    _at_s: float | None = None
    _failures: int = 0
    _not_before_s: float = 0.0

    def add(self, lines: Sequence[str]) -> None:
        """There is more to say; the oldest goes where nobody listens for days."""
        self.lines = [*self.lines, *lines][-50:]

    def take(self, at_s: float) -> tuple[str, ...]:
        """What may be said now; nothing is forgotten before ``went``."""
        if not self.lines or at_s < self._not_before_s:
            return ()
        since = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        self._budget, self._at_s = min(self.most, self._budget + since * self.per_s), at_s
        return tuple(self.lines) if self._budget >= 1 else ()

    def went(self, lines: Sequence[str]) -> None:
        """They arrived."""
        self.lines = self.lines[len(lines) :]
        self._budget -= 1
        self._failures, self._not_before_s, self.error = 0, 0.0, ""

    def failed(self, error: str, at_s: float) -> None:
        """They did not; the next try is later each time, a quarter of an hour at most."""
        self._failures += 1
        self._not_before_s = at_s + min(900.0, 15.0 * 2.0 ** min(self._failures - 1, 10))
        self.error = error
