"""An event loop on virtual time, whose tasks run in an order that a seed decides.

Two kept libraries give asyncio virtual time, async-solipsism and looptime; neither decides the
order of what is ready, nor runs a thread's jobs at a time of its own, nor ends between two steps.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import random
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")
Job = tuple["asyncio.Future[Any]", Callable[[], Any]]


class Killed(BaseException):
    """The process ends here: raised inside a job of the store, seen by nobody but the loop."""


class SimLoop(asyncio.AbstractEventLoop):
    """One process's loop: it ends when its time is up, or dies in the middle of anything.

    What is ready at one moment runs in a shuffled order. Jobs for a thread run one after the
    other on the loop itself, each after a moment of its own.
    """

    def __init__(self, chance: random.Random, now: float) -> None:
        self.chance = chance
        self.steps = 0
        self.dies_at_step: int | None = None
        self.dead = False
        self.errors: list[str] = []
        self.job_takes: Callable[[], float] = lambda: 0.001
        self._now = now
        self._ready: list[asyncio.Handle] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._number = itertools.count()
        self._jobs: deque[Job] = deque()
        self._tasks: list[asyncio.Task[Any]] = []

    # ── running ──────────────────────────────────────────────────────────────────────────

    def run_until(self, ends_at: float) -> None:
        """Run everything until ``ends_at`` (virtual seconds), or until the process is dead."""
        asyncio._set_running_loop(self)
        try:
            while not self.dead and self._advance(ends_at):
                self._turn()
        finally:
            asyncio._set_running_loop(None)

    def _advance(self, ends_at: float) -> bool:
        """Let time pass until something is ready; false where that is after ``ends_at``."""
        timers = self._timers
        while not self._ready:
            if not timers or timers[0][0] > ends_at:
                self._now = max(self._now, ends_at)
                return False
            self._now = max(self._now, timers[0][0])
            while timers and timers[0][0] <= self._now:
                handle = heapq.heappop(timers)[2]
                if not handle.cancelled():
                    self._ready.append(handle)
        return True

    def _turn(self) -> None:
        batch, self._ready = self._ready, []
        if len(batch) > 1:
            self.chance.shuffle(batch)
        for handle in batch:
            if not handle.cancelled():
                self.step()
                if self.dead:
                    return
                handle._run()

    def step(self) -> None:
        """One more step of the process: between any two of them it may die."""
        self.steps += 1
        if self.dies_at_step is not None and self.steps >= self.dies_at_step:
            self.dead = True

    def bury(self) -> None:
        """Put what is left of a dead process away, so that it complains neither now nor later."""
        asyncio._set_running_loop(self)
        logging.disable(logging.CRITICAL)
        try:
            for _ in range(len(self._tasks) + 64):  # what closes may begin a little more
                if not self._tasks:
                    break
                task = self._tasks.pop()
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                with contextlib.suppress(BaseException):
                    task.get_coro().close()
        finally:
            logging.disable(logging.NOTSET)
            asyncio._set_running_loop(None)

    # ── what asyncio asks of a loop ──────────────────────────────────────────────────────

    def time(self) -> float:
        return self._now

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._number), handle))
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is passed over when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, T], *, name: str | None = None, context: Any = None
    ) -> asyncio.Task[T]:
        task = asyncio.Task(coro, loop=self, name=name, context=context)
        if len(self._tasks) > 256:
            self._tasks = [known for known in self._tasks if not known.done()]
        self._tasks.append(task)
        return task

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> Any:
        future = self.create_future()
        self._jobs.append((future, lambda: func(*args)))
        if len(self._jobs) == 1:
            self.call_later(self.job_takes(), self._work)
        return future

    def _work(self) -> None:
        future, job = self._jobs[0]
        outcome = self._done(future, job)
        if self.dead:
            return
        delay = getattr(outcome, "took_s", 0.0)
        self.call_later(delay, self._hand_over, future, outcome)

    def _done(self, future: asyncio.Future[Any], job: Callable[[], Any]) -> Any:
        try:
            return (job(), None)
        except Killed:
            self.dead = True
            return None
        except BaseException as error:
            return error

    def _hand_over(self, future: asyncio.Future[Any], outcome: Any) -> None:
        self._jobs.popleft()
        if self._jobs:
            self.call_later(self.job_takes(), self._work)
        if future.done():  # who waited was broken off; the job was done all the same
            return
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome[0])

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.errors.append(f"{context.get('message')} {context.get('exception')!r}")

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        self.call_exception_handler(context)

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self.dead

    def is_closed(self) -> bool:
        return False
