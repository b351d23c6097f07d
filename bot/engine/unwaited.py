"""Work in a thread for which nobody waits once it is broken off, not even the end of the program.

What ``asyncio.to_thread`` has begun holds up the end: a process that was asked to end while it
built a matcher took seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T]) -> T:
    """What ``call`` returns, or raises; it must not leave anything half written."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def work() -> None:
        try:
            told = _told(done, call())
        except BaseException as error:
            told = _failed(done, error)
        with suppress(RuntimeError):  # the loop has ended, and so has everybody
            loop.call_soon_threadsafe(told)

    Thread(target=work, name="unwaited", daemon=True).start()
    return await done


def _told(done: asyncio.Future[T], value: T) -> Callable[[], None]:
    return lambda: None if done.done() else done.set_result(value)


def _failed(done: asyncio.Future[T], error: BaseException) -> Callable[[], None]:
    return lambda: None if done.done() else done.set_exception(error)
