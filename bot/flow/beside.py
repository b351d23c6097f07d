"""Small work beside the visits: begun at a tick, waited for by nobody, one of a kind at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


class Beside:
    """What is under way by name."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, name: str, work: Work) -> None:
        """Begin ``work`` unless it is under way."""
        if name not in self._tasks:
            task = asyncio.create_task(forgiving(name, work), name=name)
            self._tasks[name] = task
            task.add_done_callback(lambda _: self._tasks.pop(name))

    @property
    def under_way(self) -> set[asyncio.Task[None]]:
        """All of it."""
        return set(self._tasks.values())

    async def cancel(self) -> None:
        """Break off all of it."""
        for task in (tasks := self.under_way):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


async def forgiving(name: str, work: Work) -> None:
    """Do ``work``; an error is logged and ends nothing else."""
    try:
        await work()
    except StoreUnavailable as error:
        log.warning("store_unavailable %s error=%s", name, error)  # the next tick tries again
    except Exception:
        # The turn loop: the next tick must find everything as it was.
        log.exception("tick_crashed work=%s", name)
