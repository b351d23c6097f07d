"""Where a life ends or stands still: at the n-th statement, or at the n-th step of any task."""

from __future__ import annotations

import asyncio
import mmap
import os
import signal
import sqlite3
import struct
from collections.abc import Callable, Coroutine, Generator
from typing import Any

KILLED, STILL = 77, 78
_TAKEN, _AHEAD = struct.Struct("q"), struct.Struct("d")


class Steps:
    """Counts in memory that outlives the process, and ends the process at the chosen one."""

    def __init__(self, shared: mmap.mmap, last: int, end: Callable[[], None]) -> None:
        """``end`` is called before the step number ``last`` is taken; 0 never."""
        self._shared = shared
        self._last = last
        self._end = end
        self._taken = 0
        _TAKEN.pack_into(shared, 0, 0)

    def take(self) -> None:
        """One step more is about to be taken."""
        self._taken += 1
        _TAKEN.pack_into(self._shared, 0, self._taken)
        if self._taken == self._last:
            self._end()

    def moved(self, ahead_s: float) -> None:
        """Remember how far ahead the clock is."""
        _AHEAD.pack_into(self._shared, _TAKEN.size, ahead_s)


def die() -> None:
    """No exception, not even for the other threads: nothing is tidied up."""
    os._exit(KILLED)


def stand_still() -> None:
    """Until somebody says that it goes on."""
    os.kill(os.getpid(), signal.SIGSTOP)


def read(shared: mmap.mmap) -> tuple[int, float]:
    """How many steps were taken, and how far ahead the clock was."""
    return _TAKEN.unpack_from(shared, 0)[0], _AHEAD.unpack_from(shared, _TAKEN.size)[0]


def at_statements(steps: Steps) -> None:
    """A step is a statement that any connection is about to run."""
    connect = sqlite3.connect

    def traced(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*args, **options)
        connection.set_trace_callback(lambda statement: steps.take())
        return connection

    sqlite3.connect = traced  # type: ignore[assignment]


class _Stepped(Coroutine[Any, Any, Any]):
    """A coroutine that says when it goes on after an await."""

    def __init__(self, inner: Coroutine[Any, Any, Any], took: Callable[[], None]) -> None:
        self._inner, self._took = inner, took

    def send(self, value: Any) -> Any:
        self._took()
        return self._inner.send(value)

    def throw(self, *error: Any) -> Any:
        self._took()
        return self._inner.throw(*error)

    def close(self) -> None:
        self._inner.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield from self._inner.__await__())


def at_awaits(steps: Steps) -> None:
    """A step is the moment when a task goes on after an await (or begins)."""

    def factory(loop: asyncio.AbstractEventLoop, inner: Any, **options: Any) -> asyncio.Task[Any]:
        return asyncio.Task(_Stepped(inner, steps.take), loop=loop, **options)

    asyncio.get_running_loop().set_task_factory(factory)
