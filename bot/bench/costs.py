"""What something costs: processor, memory, and how long the event loop was not listening.

Of this process and of those it started: work that is moved to another process is still work.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple, TypeVar

T = TypeVar("T")

_TICK_S = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LOOK_S = 0.005


class Spent(NamedTuple):
    """Seconds: the processor's, and those on the wall."""

    cpu_s: float
    wall_s: float


async def timed(work: Callable[[], Awaitable[object]]) -> Spent:
    """What ``work`` costs."""
    cpu, wall = cpu_s(), perf_counter()
    await work()
    return Spent(cpu_s() - cpu, perf_counter() - wall)


def apart(job: Callable[..., T], *arguments: object) -> T:
    """``job`` in a process of its own, so that nobody's memory or caches are another's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(job, *arguments).result()


def cpu_s() -> float:
    """Processor seconds so far, of this process and its children, those that ended included."""
    ended_s = sum(os.times()[2:4])
    return process_time() + ended_s + sum(map(_child_cpu_s, _children(os.getpid())))


def memory_mb() -> float:
    """Resident megabytes of this process and its children."""
    pids = [os.getpid(), *_children(os.getpid())]
    return sum(_resident(pid) for pid in pids) * _PAGE / 1e6


def _children(pid: int) -> Iterator[int]:
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, listed.read_text().split()):
            yield child
            yield from _children(child)


def _child_cpu_s(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK_S
    return 0.0  # it has ended since


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1])


@dataclass(slots=True)
class Lag:
    """By how many milliseconds the event loop was late, at every look."""

    late_ms: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The lag that this share of all looks did not exceed."""
        ordered = sorted(self.late_ms)
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 1)


@asynccontextmanager
async def lagging() -> AsyncIterator[Lag]:
    """Look every five milliseconds how late it is, as long as the block lasts."""
    lag = Lag()
    watching = asyncio.create_task(_watch(lag))
    try:
        yield lag
    finally:
        watching.cancel()


async def _watch(lag: Lag) -> None:
    while True:
        due = perf_counter() + _LOOK_S
        await asyncio.sleep(_LOOK_S)
        lag.late_ms.append(max(perf_counter() - due, 0.0) * 1e3)
