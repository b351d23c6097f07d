"""Waiting for the store: what was fetched is not fetched again because a disk was busy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count
from typing import TypeVar

from bot.core.retry import send_wait
from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")


async def until_taken(
    turn: Callable[[], Awaitable[T]], chance: Callable[[], float], what: str
) -> T:
    """Repeat ``turn`` until the store is there; ``what`` stands in the log."""
    for attempt in count(1):
        try:
            return await turn()
        except StoreUnavailable as error:
            log.warning("store_unavailable %s error=%s", what, error)
            await asyncio.sleep(send_wait(attempt, chance()).total_seconds())
    raise AssertionError("count() does not end")
