"""Polls that brought nothing are recorded together: ten thousand of them are most of our writing.

Nobody waits for company. Whoever comes while a transaction is being written shares the next one, so
a single poll is recorded at once and a crowd costs a few transactions. What is lost in a crash is
that a feed had not changed: it is asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from bot.core.model import Batch
from bot.flow.patience import until_taken
from bot.ports import Store

_Waiting = tuple[Batch, "asyncio.Future[None]"]


class Gathering:
    """Batches on their way into the store, in the order in which they came."""

    def __init__(self, store: Store, chance: Callable[[], float]) -> None:
        self._store = store
        self._chance = chance
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    async def record(self, batch: Batch) -> None:
        """Record ``batch``; returns when it is in the store, however long that takes."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((batch, done))
        async with self._turn:
            if not done.done():
                await self._write()
        await done

    async def _write(self) -> None:
        group, self._waiting = self._waiting, []
        try:
            await self._together(group)
        finally:
            # Broken off: whoever comes next writes them.
            self._waiting[:0] = [one for one in group if not one[1].done()]

    async def _together(self, group: Sequence[_Waiting]) -> None:
        try:
            await self._patiently([batch for batch, _ in group])
        except Exception as error:
            # One that breaks the store must not keep out the others, now or ever.
            if len(group) == 1:
                _settle(group[0][1], error)
                return
            for one in group:
                await self._together([one])
            return
        for _, done in group:
            _settle(done)

    async def _patiently(self, batches: Sequence[Batch]) -> None:
        record = self._store.record_all
        await until_taken(lambda: record(batches), self._chance, f"polls={len(batches)}")


def _settle(done: asyncio.Future[None], error: Exception | None = None) -> None:
    if done.done():  # who waited was broken off
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
