"""Work that goes on beside the turn that began it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field


@dataclass(slots=True)
class UnderWay:
    """Tasks, so many at once at most; none is forgotten before it ended."""

    at_once: int
    _tasks: set[asyncio.Task[object]] = field(default_factory=set)

    @property
    def room(self) -> int:
        """How many more may begin."""
        return max(self.at_once - len(self._tasks), 0)

    def begin(self, work: Coroutine[None, None, object], name: str) -> asyncio.Task[object]:
        """Begin ``work``, whether there is room or not."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self) -> None:
        """Wait for all of it."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def cancel(self) -> None:
        """Break all of it off, and wait until it has ended."""
        for task in set(self._tasks):
            task.cancel()
        await self.drain()
