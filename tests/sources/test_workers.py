"""A document may hang or kill the process that reads it, and nothing else."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing import active_children

import pytest

from bot.sources.workers import AT_MOST, Task, Unreadable, Workers

# Nothing the first look objects to: 190,000 tags of XML that is broken.
BOMB: Task = (b"<rss><channel><item>" + b"<b>&nbsp;" * 95_000, "", "", "", b"")


def feed(title: str) -> Task:
    body = f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    return (body.encode(), "", "", "", b"")


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(limit_s=0.4)
    yield made
    made.close()


def pids() -> set[int]:
    return {child.pid for child in active_children() if child.name == "parse" and child.pid}


async def started() -> set[int]:
    while not (found := pids()):  # noqa: ASYNC110 - processes set no event
        await asyncio.sleep(0.01)
    return found


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pid: int, within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while is_there(pid):
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.05)


async def test_a_document_is_read_in_another_process(workers: Workers) -> None:
    assert pids() == set()
    found = await workers.parse(feed("here"))
    assert [draft.title for draft in found.drafts] == ["here"]
    assert len(pids()) == 1


async def test_a_document_that_never_ends_is_killed_and_the_next_is_read(workers: Workers) -> None:
    await workers.parse(feed("warm"))
    before = pids()
    begun = time.monotonic()
    with pytest.raises(Unreadable, match=r"takes too long to read: more than 0\.4 s"):
        await workers.parse(BOMB)
    assert time.monotonic() - begun < 10.0
    assert (await workers.parse(feed("next"))).held == 1
    assert not before & pids()


async def test_time_the_machine_has_for_others_is_not_counted(workers: Workers) -> None:
    await workers.parse(feed("warm"))
    (pid,) = pids()
    os.kill(pid, signal.SIGSTOP)
    reading = asyncio.create_task(workers.parse(feed("late")))
    await asyncio.sleep(0.8)
    os.kill(pid, signal.SIGCONT)
    assert (await reading).held == 1


async def test_a_process_that_stands_still_is_given_up(workers: Workers) -> None:
    await workers.parse(feed("warm"))
    (pid,) = pids()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(Unreadable, match="takes too long"):
        await workers.parse(feed("never"))
    wait_until_gone(pid)


async def test_the_loop_goes_on_while_bombs_are_read(workers: Workers) -> None:
    bombs = asyncio.gather(*(workers.parse(BOMB) for _ in range(3)), return_exceptions=True)
    slowest = 0.0
    while not bombs.done():
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        slowest = max(slowest, time.perf_counter() - begun)
    assert all(isinstance(told, Unreadable) for told in await bombs)
    assert slowest < 0.5


async def test_there_are_never_more_processes_than_allowed(workers: Workers) -> None:
    seen: set[int] = set()
    reading = asyncio.gather(*(workers.parse(feed(str(n))) for n in range(20)))
    while not reading.done():
        assert len(pids()) <= AT_MOST
        seen |= pids()
        await asyncio.sleep(0.005)
    assert [found.drafts[0].title for found in await reading] == [str(n) for n in range(20)]
    assert 1 <= len(seen) <= AT_MOST


async def test_a_process_that_dies_while_idle_costs_no_document(workers: Workers) -> None:
    await workers.parse(feed("first"))
    for pid in pids():
        os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.2)
    assert (await workers.parse(feed("second"))).held == 1


async def test_a_process_that_dies_while_reading_is_a_failure_of_the_document() -> None:
    workers = Workers(limit_s=30.0)
    await workers.parse(feed("warm"))
    (pid,) = pids()
    reading = asyncio.create_task(workers.parse(BOMB))
    await asyncio.sleep(0.2)
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises(Unreadable, match="broke the process"):
        await reading
    workers.close()


async def test_what_breaks_the_reader_comes_back_with_its_traceback() -> None:
    workers = Workers()
    found = await workers.parse((None, "", "", "", b""))  # type: ignore[arg-type]
    assert (found.drafts, "Traceback" in found.trace, bool(found.error)) == ((), True, True)
    assert (await workers.parse(feed("next"))).held == 1
    workers.close()


async def test_a_process_that_has_read_enough_is_replaced() -> None:
    workers = Workers(documents=2)
    seen = []
    for n in range(4):
        assert (await workers.parse(feed(str(n)))).held == 1
        seen.append(pids())
    assert seen[1] == seen[3] == set()
    assert not seen[0] & seen[2]
    workers.close()


async def test_a_process_is_not_taken_for_as_large_as_who_started_it() -> None:
    ballast = b"x" * 300_000_000
    workers = Workers()
    await workers.parse(feed("first"))
    assert (len(ballast), len(pids())) == (300_000_000, 1)
    workers.close()


async def test_closing_ends_what_is_being_read() -> None:
    workers = Workers(limit_s=30.0)
    reading = asyncio.create_task(workers.parse(BOMB))
    (pid,) = await asyncio.wait_for(started(), 20)
    workers.close()
    with pytest.raises(Unreadable):
        await reading
    wait_until_gone(pid)


PROGRAM = """
import asyncio, sys, time
from multiprocessing import active_children
from bot.sources.workers import Workers

async def main():
    workers = Workers(limit_s=2.0)
    await workers.parse((b"<rss/>", "", "", "", b""))
    print(*(child.pid for child in active_children()), flush=True)
    if sys.argv[1] == "busy":
        await workers.parse((b"<rss><channel><item>" + b"<b>&nbsp;" * 95_000, "", "", "", b""))
    await asyncio.sleep(60)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("state", ["idle", "busy"])
def test_no_process_outlives_the_program(kill: signal.Signals, state: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, state], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        told = program.stdout.readline().split()
        assert len(told) == 1
        time.sleep(0.5)
        program.send_signal(kill)
        program.wait()
        wait_until_gone(int(told[0]))
