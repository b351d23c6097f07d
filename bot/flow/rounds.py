"""Which visits are under way: as many at once as there is room for, as soon as there is room."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from typing import Any, Generic, TypeVar

from bot.errors import StoreUnavailable

T = TypeVar("T")

log = logging.getLogger(__name__)


class Rounds(Generic[T]):
    """Visits side by side, and small work beside them."""

    def __init__(
        self,
        due: Callable[[int], Awaitable[Sequence[T]]],
        visit: Callable[[T], Coroutine[Any, Any, None]],
        at_once: int,
        lane: Callable[[T], Hashable] = id,
    ) -> None:
        """``due`` claims at most so many; ``visit`` never raises.

        Of each ``lane`` one is visited at a time. The others of it wait and take nobody's room: a
        host that hangs holds up its own feeds alone.
        """
        self._due = due
        self._visit = visit
        self._at_once = at_once
        self._lane = lane
        self._waiting: dict[Hashable, deque[T]] = {}  # of each lane that is being visited
        self._visits: set[asyncio.Task[None]] = set()
        self._claiming = asyncio.Lock()
        self._aside: dict[str, asyncio.Task[None]] = {}
        self._more_due = False

    async def claim(self) -> None:
        """Visit what is due; returns before the visits end.

        What found no room is claimed as soon as half of the visits have ended.
        """
        async with self._claiming:
            self._more_due = True
            while self._more_due and (room := self._at_once - len(self._visits)) > 0:
                due = await self._due(room)
                self._more_due = len(due) == room
                for one in due:
                    self._take(one)

    def _take(self, one: T) -> None:
        lane = self._lane(one)
        if lane in self._waiting:
            self._waiting[lane].append(one)
            return
        self._waiting[lane] = deque()
        self._begin(one, lane)

    def _begin(self, one: T, lane: Hashable) -> None:
        visit = asyncio.create_task(self._visit(one), name="visit")
        self._visits.add(visit)
        visit.add_done_callback(lambda ended: self._ended(ended, lane))

    def _ended(self, visit: asyncio.Task[None], lane: Hashable) -> None:
        self._visits.discard(visit)
        if waiting := self._waiting.get(lane):
            self._begin(waiting.popleft(), lane)
        else:
            self._waiting.pop(lane, None)
        if self._more_due and len(self._visits) <= self._at_once // 2:
            self._more_due = False
            self.beside("claim", self.claim)

    def beside(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Begin ``work`` unless it is under way; nobody waits for it but ``drain``."""
        if name not in self._aside:
            task = asyncio.create_task(_forgiving(name, work), name=name)
            self._aside[name] = task
            task.add_done_callback(lambda _: self._aside.pop(name))

    async def drain(self) -> None:
        """Wait for the visits under way and for what is due besides."""
        while under_way := {*self._visits, *self._aside.values()}:
            await asyncio.wait(under_way)

    async def cancel(self) -> None:
        """Break off all that is under way; what was claimed is due again."""
        self._more_due = False
        for waiting in self._waiting.values():
            waiting.clear()
        for task in (*self._visits, *self._aside.values()):
            task.cancel()
        await self.drain()


async def _forgiving(name: str, work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except StoreUnavailable as error:
        log.warning("store_unavailable %s error=%s", name, error)  # the next tick tries again
    except Exception:
        # The turn loop: the next tick must find everything as it was.
        log.exception("tick_crashed work=%s", name)
