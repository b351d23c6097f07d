"""Processes that parse, because a thread cannot be stopped and a document may never end.

A worker is a process of its own that reads one document after another. Whoever takes too long, or
too much memory, is killed, and the next document gets a new one. A worker's end of the pipe closes
when this program dies, however it dies, and so does the worker.
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from bot.sources.breaking import safely
from bot.sources.draft import Parsed
from bot.sources.parsing import parse

LIMIT_S = 5.0
AT_MOST = 2
# A start takes half a second of a free core; on a busy machine many times that.
_START_S = 60.0
_MAX_BYTES = 1024 * 1024 * 1024  # of address space; a feed of 14 MB needs 115 MB on top of 100
_SPENT_DOCUMENTS = 1_000
_SPENT_KB = 250_000
_NICENESS = 5
# The limit is of the processor's time, so that a busy machine makes no document a bad one; by the
# clock a document may take this many times as long.
_PATIENCE = 4
_OVERTIME = signal.SIGPROF
_MOST_KB = re.compile(r"VmHWM:\s*(\d+) kB")

Task = tuple[bytes, str, str, str, bytes]  # the arguments of ``parse``


class Unreadable(Exception):
    """A document that was given up, with a sentence for the operator."""


class Workers:
    """At most ``AT_MOST`` processes, started when there is something to do."""

    def __init__(self, limit_s: float = LIMIT_S, documents: int = _SPENT_DOCUMENTS) -> None:
        """A document may take ``limit_s`` of processor time; a process reads ``documents``."""
        self._limit_s = limit_s
        self._documents = documents
        # One thread waits for one worker.
        self._threads = ThreadPoolExecutor(AT_MOST, thread_name_prefix="parse")
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._closed = False

    async def parse(self, task: Task) -> Parsed:
        """Read one document in another process; the event loop goes on meanwhile.

        Raises:
            Unreadable: It took longer than the limit, or broke the process that read it.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._parse, task)

    def close(self) -> None:
        """End every process now; what they were reading is given up."""
        self._closed = True
        for worker in (*self._idle, *self._busy):
            worker.kill()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _parse(self, task: Task) -> Parsed:
        worker = self._taken()
        self._busy.add(worker)
        try:
            found, is_spent = worker.parse(task, self._limit_s)
        except BaseException:
            worker.end()
            raise
        finally:
            self._busy.discard(worker)
        if is_spent or self._closed:
            worker.end()
        else:
            self._idle.append(worker)
        return found

    def _taken(self) -> _Worker:
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive():
                return worker
            worker.end()  # killed from outside while it had nothing to do: no document's fault
        return _Worker(self._documents)


class _Worker:
    """One process and our end of its pipe."""

    def __init__(self, documents: int) -> None:
        # "spawn": a fork would take along our threads' locks and every open connection.
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=serve, args=(theirs, documents), name="parse", daemon=True
        )
        self._process.start()
        theirs.close()
        self._is_ready = False

    def parse(self, task: Task, limit_s: float) -> tuple[Parsed, bool]:
        """What the document held, and whether this worker should read no more."""
        try:
            if not self._is_ready:
                self._answer(_START_S, limit_s)
                self._is_ready = True
            self._pipe.send((task, limit_s))
            return self._answer(_PATIENCE * limit_s, limit_s)
        except (EOFError, OSError) as error:
            self._process.join()
            if self._process.exitcode == -_OVERTIME:
                raise _too_long(limit_s) from error
            raise Unreadable(
                "Its document broke the process that read it; it was given up."
            ) from error

    def _answer(self, within_s: float, limit_s: float) -> tuple[Parsed, bool]:
        if not self._pipe.poll(within_s):
            raise _too_long(limit_s)
        answer: tuple[Parsed, bool] = self._pipe.recv()
        return answer

    def is_alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.is_alive()

    def kill(self) -> None:
        """Stop the process; whoever waits for it is told so by the pipe."""
        self._process.kill()

    def end(self) -> None:
        """Stop it and tidy up after it."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def serve(pipe: Connection, documents: int) -> None:
    """Read documents until the other end of ``pipe`` is closed; runs in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group
    os.nice(_NICENESS)  # a document may wait, the event loop may not
    with suppress(ValueError, OSError):  # some systems have no such limit
        resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))
    with suppress(EOFError, OSError):
        pipe.send((Parsed(), False))
        for left in reversed(range(documents)):
            found = _read(*pipe.recv())
            pipe.send((found, left == 0 or _used_kb() > _SPENT_KB))


def _read(task: Task, limit_s: float) -> Parsed:
    # The kernel keeps the time, whether or not anybody is left to look after this process.
    signal.setitimer(signal.ITIMER_PROF, limit_s)
    found = safely(parse, *task)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return found


def _too_long(limit_s: float) -> Unreadable:
    return Unreadable(
        f"Its document takes too long to read: more than {limit_s:g} s. It was given up."
    )


def _used_kb() -> int:
    # What getrusage says of a new process begins, on Linux, with the size of whoever started it.
    with suppress(OSError):
        status = Path("/proc/self/status").read_text("ascii", "replace")
        if most := _MOST_KB.search(status):
            return int(most[1])
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used // 1024 if sys.platform == "darwin" else used
