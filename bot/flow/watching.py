"""Telling the operator by another way than Telegram that something stands still.

It runs in a thread of its own with its own connections, and shares with what it watches nothing
but a pulse: a loop that is blocked, a scheduler that died, a disk that is full do not silence it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.core.condition import BEGINNING, Condition, condition
from bot.core.model import Vitals
from bot.core.stalls import Signs, found, is_healthy, is_hidden
from bot.core.telling import Line, Stalls, Waiting
from bot.errors import NotifyError, StoreUnavailable
from bot.flow.switch import DeadManSwitch
from bot.ports import Clock, Outlet

log = logging.getLogger(__name__)

STALLS, TOLD, DEAD_MAN = "stalls", "operator_told", "dead_man"
WAITS = "operator_waits"
EARLY_S = 90.0  # after a start, or a jump of the clock, everything looks old for a moment
_JUMP = timedelta(minutes=2)
_MUTE_S = 60.0  # a database that is busy for less is no stall


class Notes(Protocol):
    """Where the watcher looks, and what it remembers. Users: SQLite, and a broken one in tests."""

    async def vitals(self, now: datetime) -> Vitals: ...

    async def keep(self, key: str, value: str) -> None: ...

    async def kept(self, key: str) -> str: ...


@dataclass(slots=True)
class Watching:
    """Looks, tells, and pings a dead man's switch while all is well.

    Attributes:
        notes: The database, by a connection of its own.
        look: What can be seen beside it.
        outlets: The ways to the operator, by name.
        ping: Tells the dead man's switch that we live; ``None`` where there is none.
        clock: Now.
        steady: Seconds of a clock that nobody sets, and that goes on while the machine sleeps.
        telegram_after_s: How long Telegram may be away before that is told.
        early_s: How long after a start or a jump of the clock what looks old is no stall. With
            none it looks only once: what it does not see then is over.
    """

    notes: Notes
    look: Callable[[], Signs]
    outlets: Mapping[str, Outlet]
    ping: Callable[[], Awaitable[None]] | None
    clock: Clock
    steady: Callable[[], float]
    telegram_after_s: float
    early_s: float = EARLY_S
    _stalls: Stalls = field(init=False)
    _waiting: dict[str, Waiting] = field(init=False)
    _clocks: tuple[datetime, float] | None = None
    _early_until_s: float = 0.0
    _woken_until_s: float = 0.0
    _switch: DeadManSwitch | None = field(init=False)
    _broken: set[tuple[str, str]] = field(default_factory=set)
    _mute_since_s: float | None = None
    _remembers: bool = False
    _noted: dict[str, Mapping[str, object]] = field(default_factory=dict)
    _seen: tuple[Signs, datetime, float] | None = None

    def __post_init__(self) -> None:
        """Each way has its own pace."""
        self._stalls = Stalls() if self.early_s else Stalls(calm_s=0)
        self._waiting = {name: Waiting() for name in self.outlets}
        self._switch = DeadManSwitch(self.ping, self.steady) if self.ping else None

    def condition(self) -> Condition:
        """What the last look saw, for whoever asks; it costs no look of its own."""
        if self._seen is None:
            return BEGINNING
        signs, at, at_s = self._seen
        return condition(signs, self.telegram_after_s, at, self.steady() - at_s)

    def say(self, lines: Sequence[str]) -> None:
        """Something happened that is told once and never over."""
        self._say([Line(line) for line in lines])

    def _say(self, lines: Sequence[Line]) -> None:
        for line in lines:
            log.warning("operator told=%s", line.text)
        for waiting in self._waiting.values():
            waiting.add(lines)

    async def tick(self) -> None:
        """Look once, and tell what there is to tell."""
        await self._remember()
        self.say(self._jump())
        signs = await self._signs()
        self._seen = signs, self.clock(), self.steady()
        wrong = found(signs, self.telegram_after_s, self.clock())
        hidden = lambda key: is_hidden(key, signs, wrong)  # noqa: E731
        self._say(self._stalls.look(wrong, self.steady(), hidden))
        await self._note()
        await self._tell()
        await self._note()
        if is_healthy(wrong) and signs.vitals is not None and not signs.is_early:
            await self._ping(signs.vitals)

    async def _remember(self) -> None:
        """What an earlier run has told and is not over."""
        if self._remembers:
            return
        self._early_until_s = self.steady() + self.early_s
        try:
            known, waits = await self._kept(STALLS), await self._kept(WAITS)
        except StoreUnavailable:
            return
        self._remembers, self._noted = True, {STALLS: known, WAITS: waits}
        self._stalls.remember(known, self.steady())
        for name in waits.keys() & self._waiting.keys():
            self._waiting[name].add([Line(**line) for line in waits[name]])

    async def _kept(self, key: str) -> dict[str, Any]:
        """What was noted; nothing where it cannot be read, for it is no reason to be silent."""
        kept = await self.notes.kept(key)
        try:
            return dict(json.loads(kept or "{}"))
        except (ValueError, TypeError):
            log.warning("note_unreadable key=%s", key)
            return {}

    async def _note(self) -> None:
        """For the next run: what was said, and to whom it is still to be told."""
        if not self._remembers:
            return  # what an earlier run noted is not known yet
        waits = {n: [asdict(line) for line in w.lines] for n, w in self._waiting.items() if w.lines}
        # In this order: between the two a crash repeats a line, and loses none.
        for key, value in ((WAITS, waits), (STALLS, self._stalls.known)):
            if value != self._noted.get(key) and await self._keep(key, value):
                self._noted[key] = value

    def _jump(self) -> tuple[str, ...]:
        """Whether the wall clock was set: the steady one tells."""
        before, self._clocks = self._clocks, (self.clock(), self.steady())
        if before is None:
            return ()
        by = (self._clocks[0] - before[0]) - timedelta(seconds=self._clocks[1] - before[1])
        slept = self._clocks[1] - before[1] > _JUMP.total_seconds()
        if slept or abs(by) > _JUMP:
            self._early_until_s = self.steady() + self.early_s
        if slept:
            self._woken_until_s = self._early_until_s
        if abs(by) <= _JUMP:
            return ()
        sign = "forward" if by > timedelta() else "back"
        return (
            f"The clock was set {sign} by {timedelta(seconds=round(abs(by).total_seconds()))}, to"
            f" {self._clocks[0]:%Y-%m-%d %H:%M} UTC. If that is wrong, mend it: by a wrong clock"
            " fresh news looks old.",
        )

    async def _signs(self) -> Signs:
        at_s = self.steady()
        is_early, has_woken = at_s < self._early_until_s, at_s < self._woken_until_s
        signs = replace(self._beside(), is_early=is_early, has_woken=has_woken)
        try:
            vitals = await self.notes.vitals(self.clock())
        except StoreUnavailable as error:
            return replace(signs, store_error=self._mute(str(error)))
        except Exception as error:
            # The turn loop: what cannot look must tell, all the more.
            return replace(signs, store_error=self._mute(self._broke("database", error)))
        self._mute_since_s = None
        return replace(signs, vitals=vitals)

    def _beside(self) -> Signs:
        try:
            return self.look()
        except Exception as error:
            return Signs(look_error=self._broke("look", error))

    def _broke(self, what: str, error: Exception) -> str:
        """The kind of the error; the log has all of it, once."""
        kind = type(error).__name__
        if (what, kind) not in self._broken:
            self._broken.add((what, kind))
            log.error("watching_crashed at=%s", what, exc_info=error)
        return kind

    def _mute(self, error: str) -> str:
        if self._mute_since_s is None:
            self._mute_since_s = self.steady()
        return error if self.steady() - self._mute_since_s >= _MUTE_S else ""

    async def _tell(self) -> None:
        told = [self._tell_by(name, outlet) for name, outlet in self.outlets.items()]
        if any(await asyncio.gather(*told)):
            ways = {name: self._waiting[name].error for name in self.outlets}
            await self._keep(TOLD, {"at": self.clock().isoformat(), "errors": ways})

    async def _tell_by(self, name: str, outlet: Outlet) -> bool:
        """Whether there was something to tell, however that went."""
        waiting = self._waiting[name]
        lines = waiting.take(self.steady(), outlet.fits)
        if not lines:
            return False
        try:
            await outlet.tell([line.text for line in lines])
        except NotifyError as error:
            # The address stays out of the log: it is a secret as a rule.
            log.warning("operator_not_told way=%s error=%s", name, error)
            waiting.failed(lines, str(error), self.steady(), refused=error.refused)
        except Exception as error:
            # One line that breaks its way must not silence the others.
            waiting.failed(lines, self._broke(name, error), self.steady(), refused=True)
        else:
            waiting.went(lines)
        return True

    async def _ping(self, vitals: Vitals) -> None:
        error = None if self._switch is None else await self._switch.after(vitals.polled_ok_at)
        if error is not None:
            await self._keep(DEAD_MAN, {"at": self.clock().isoformat(), "error": error})

    async def _keep(self, key: str, value: Mapping[str, object]) -> bool:
        try:
            await self.notes.keep(key, json.dumps(value))
        except StoreUnavailable as error:
            log.debug("not_kept key=%s error=%s", key, error)
            return False
        return True
