"""Which visits are under way: as many at once as there is room for, as soon as there is room."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from bot.flow.beside import Beside, Work, forgiving
from bot.flow.queues import Queues, Seat

T = TypeVar("T")


class Rounds(Generic[T]):
    """Visits side by side, and small work beside them."""

    def __init__(
        self,
        due: Callable[[int], Awaitable[Sequence[T]]],
        visit: Callable[[T], Awaitable[None]],
        at_once: int,
        seat: Callable[[T], Seat],
    ) -> None:
        """``due`` claims at most so many; in one ``seat``'s place one is visited at a time."""
        self._due = due
        self._visit = visit
        self._at_once = at_once
        self._queues = Queues(seat)
        self._visits: set[asyncio.Task[None]] = set()
        self._claiming = asyncio.Lock()
        self._beside = Beside()
        self._more_due = False

    async def claim(self) -> None:
        """Visit what is due; returns before the visits end.

        What found no room is claimed as soon as half of the visits have ended. What waits for
        another visit to the same place takes up no room.
        """
        async with self._claiming:
            self._more_due = True
            while self._more_due and (room := self._at_once - len(self._visits)) > 0:
                due = await self._due(room)
                self._more_due = len(due) == room
                for one in filter(self._queues.enter, due):
                    self._begin(one)

    def _begin(self, one: T) -> None:
        visit = asyncio.create_task(forgiving("visit", partial(self._visit, one)), name="visit")
        self._visits.add(visit)
        visit.add_done_callback(partial(self._ended, one))

    def _ended(self, one: T, visit: asyncio.Task[None]) -> None:
        self._visits.discard(visit)
        if (following := self._queues.leave(one)) is not None:
            self._begin(following)
        if self._more_due and len(self._visits) <= self._at_once // 2:
            self._more_due = False
            self.beside("claim", self.claim)

    def beside(self, name: str, work: Work) -> None:
        """Begin ``work`` unless it is under way; nobody waits for it but ``drain``."""
        self._beside.begin(name, work)

    async def drain(self) -> None:
        """Wait for the visits under way and for what is due besides."""
        while under_way := {*self._visits, *self._beside.under_way}:
            await asyncio.wait(under_way)

    async def cancel(self) -> None:
        """Break off all that is under way; what was claimed is due again."""
        self._more_due = False
        self._queues.send_away()
        for task in (*self._visits, *self._beside.under_way):
            task.cancel()
        await self.drain()
