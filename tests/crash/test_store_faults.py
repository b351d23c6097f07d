"""S7: the disk is full, or somebody holds the database; it goes on, or ends, all the same."""

from __future__ import annotations

import asyncio
import os
import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from bot.flow.deliver import IN_FLIGHT
from tests.crash.crowd import Crowd
from tests.crash.world import Tally

pytestmark = pytest.mark.crash

CrowdOf = Callable[[int], Awaitable[Crowd]]
LOCKED_S = float(os.environ.get("RASID_TEST_LOCKED_S", "30"))


@contextmanager
def full_disk(crowd: Crowd) -> Iterator[None]:
    """Nothing that the process writes to any file gets beyond its first bytes."""
    assert crowd.running.process is not None
    pid = crowd.running.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(crowd: Crowd) -> Iterator[None]:
    """Another program is writing and does not end."""
    with closing(sqlite3.connect(crowd.running.database, timeout=10)) as db:
        db.isolation_level = None
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("trouble", "lasts_s"), [(full_disk, 15.0), (locked, LOCKED_S)], ids=["full", "locked"]
)
async def test_sending_resumes_when_the_store_can_write_again(
    crowd_of: CrowdOf, trouble: Callable[[Crowd], object], lasts_s: float
) -> None:
    crowd = await crowd_of(300)
    await crowd.running.start()
    crowd.news()
    await crowd.some(60)
    with trouble(crowd):  # type: ignore[attr-defined]
        await asyncio.sleep(1)
        crowd.news()  # it is read while nothing can be written
        await asyncio.sleep(lasts_s)
        known = sum(crowd.arrived().values())
    began = time.monotonic()
    await crowd.some(1)
    first_s = time.monotonic() - began
    await crowd.all(within_s=150)
    told = Tally(1, crowd.missing(), crowd.twice(), began=began)
    print(told.told(f"the disk: {trouble.__name__}", first_s=round(first_s, 1), before=known))
    assert crowd.running.process is not None
    assert crowd.running.process.returncode is None
    assert crowd.twice() == 0
    assert crowd.sum_of("uncertain") == 0
    assert first_s < 10
    assert time.monotonic() - began < 90


async def test_a_signal_to_end_is_obeyed_while_somebody_else_holds_the_database(
    crowd_of: CrowdOf,
) -> None:
    crowd = await crowd_of(40)
    await crowd.running.start()
    crowd.news()
    await crowd.some(40)
    await crowd.all()
    with locked(crowd):
        crowd.news()
        await asyncio.sleep(3)  # it is read, and cannot be recorded
        code, ended_s = await crowd.running.end()
    assert (code, crowd.sum_of("uncertain")) == (0, 0), crowd.running.told()
    assert set(crowd.states()) == {"sent"}
    await crowd.running.start()
    await crowd.all()
    assert crowd.twice() == 0
    print(Tally(1).told("SIGTERM while the database is locked", ended_s=round(ended_s, 1)))
    assert ended_s < 10


async def test_what_was_on_the_wire_when_the_database_was_locked_is_all_that_may_come_twice(
    crowd_of: CrowdOf,
) -> None:
    crowd = await crowd_of(120)
    await crowd.running.start()
    crowd.news()
    await crowd.some(40)
    with locked(crowd):
        await asyncio.sleep(1)
        code, ended_s = await crowd.running.end()
        flying = crowd.states().get("sending", 0)
    assert code == 0, crowd.running.told()
    await crowd.running.start()
    await crowd.all()
    told = Tally(1, crowd.missing(), crowd.twice())
    print(told.told("SIGTERM in a broadcast, locked", ended_s=round(ended_s, 1), flying=flying))
    assert crowd.twice() <= flying <= IN_FLIGHT
    assert ended_s < 10
