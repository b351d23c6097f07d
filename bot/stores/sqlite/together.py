"""Writes that come at the same time go into one transaction; each waits for its commit.

What a message costs is mostly the way to the store's thread and back, and the commit. Where eight
sends end together, one way and one commit serve them all, and nobody goes on before it is durable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

# What one write came to: its value, or the error that undid it alone.
Outcome = tuple[Any, BaseException | None]
Job = Callable[[], Any]
MOST = 64  # in one transaction: readers of other processes and our own wait for it


@dataclass(slots=True)
class Together:
    """Gathers writes while the thread is busy with those before.

    Attributes:
        commit: Does all of these in one transaction, an outcome for each; or fails as a whole,
            and none is done.
    """

    commit: Callable[[list[Job]], Awaitable[list[Outcome]]]
    _waiting: list[tuple[Job, asyncio.Future[Any]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def write(self, job: Callable[[], T]) -> T:
        """Do ``job`` within a transaction; returns when it is committed."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="store writer")
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            batch = [(job, done) for job, done in self._waiting[:MOST] if not done.cancelled()]
            del self._waiting[:MOST]
            try:
                outcomes = await self.commit([job for job, _ in batch])
            except BaseException as error:
                outcomes = [(None, error)] * len(batch)
                if not isinstance(error, Exception):
                    _tell(batch, outcomes)
                    raise
            _tell(batch, outcomes)


def _tell(batch: list[tuple[Job, asyncio.Future[Any]]], outcomes: list[Outcome]) -> None:
    for (_, done), (value, error) in zip(batch, outcomes, strict=True):
        if done.done():
            continue  # whoever asked has left meanwhile
        if error is None:
            done.set_result(value)
        elif isinstance(error, asyncio.CancelledError):
            done.cancel()
        else:
            done.set_exception(error)
