"""Polls that brought nothing are recorded together: ten thousand of them are most of our writing.

Nobody waits for company. Whoever comes while a transaction is being written shares the next one, so
a single poll is recorded at once and a crowd costs a few transactions. What is lost in a crash is
that a feed had not changed: it is asked again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from itertools import count

from bot.core.model import Batch
from bot.core.retry import send_wait
from bot.errors import StoreUnavailable
from bot.ports import Store

log = logging.getLogger(__name__)


class Gathering:
    """Batches on their way into the store, in the order in which they came."""

    def __init__(self, store: Store, chance: Callable[[], float]) -> None:
        self._store = store
        self._chance = chance
        self._waiting: list[Batch] = []
        self._came = self._written = 0
        self._turn = asyncio.Lock()

    async def record(self, batch: Batch) -> None:
        """Record ``batch``; returns when it is in the store, however long that takes."""
        self._waiting.append(batch)
        self._came += 1
        mine = self._came
        async with self._turn:
            if mine > self._written:
                await self._write()

    async def _write(self) -> None:
        batches, self._waiting = self._waiting, []
        try:
            await self._patiently(batches)
        except BaseException:
            self._waiting[:0] = batches  # whoever comes next writes them
            raise
        self._written += len(batches)

    async def _patiently(self, batches: list[Batch]) -> None:
        for attempt in count(1):
            try:
                await self._store.record_all(batches)
                return
            except StoreUnavailable as error:
                log.warning("store_unavailable polls=%d error=%s", len(batches), error)
                await asyncio.sleep(send_wait(attempt, self._chance()).total_seconds())
