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
Outcome = tuple[Any, Exception | None]
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
    _busy: bool = False
    _writer: asyncio.Task[None] | None = None

    async def write(self, job: Callable[[], T]) -> T:
        """Do ``job`` within a transaction; returns when it is committed."""
        if self._busy:
            done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
            self._waiting.append((job, done))
            return await done
        self._busy = True
        try:
            value: T = _value((await self.commit([job]))[0])
            return value
        finally:
            self._go_on()

    def _go_on(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            self._writer = asyncio.create_task(self._write_all(), name="store writer")

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._write_these([(job, done) for job, done in taken if not done.done()])
        finally:
            self._go_on()

    async def _write_these(self, batch: list[tuple[Job, asyncio.Future[Any]]]) -> None:
        try:
            outcomes = await self.commit([job for job, _ in batch])
        except Exception as error:
            outcomes = [(None, error)] * len(batch)
        except BaseException:
            for _, done in batch:
                done.cancel()
            raise
        for (_, done), outcome in zip(batch, outcomes, strict=True):
            _tell(done, outcome)


def _value(outcome: Outcome) -> Any:
    value, error = outcome
    if error is not None:
        raise error
    return value


def _tell(done: asyncio.Future[Any], outcome: Outcome) -> None:
    value, error = outcome
    if done.done():
        return  # whoever asked has left meanwhile
    if error is None:
        done.set_result(value)
    else:
        done.set_exception(error)
