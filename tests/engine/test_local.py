"""Ticks come, late rather than never, one at a time, whatever the last one did."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import apscheduler.schedulers.base as schedulers_base
import apscheduler.triggers.interval as triggers_interval
import pytest

from bot.engine.local import LocalEngine

EVERY = timedelta(seconds=0.05)


@pytest.fixture
async def engine() -> AsyncIterator[LocalEngine]:
    made = LocalEngine()
    yield made
    await made.stop()


async def enough(seen: Callable[[], bool]) -> None:
    """Wait until ``seen``; the machine may be slow, so only a long silence fails."""
    for _ in range(1_500):
        if seen():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the ticks stopped")


async def test_the_first_tick_comes_at_once_not_an_interval_later(engine: LocalEngine) -> None:
    ticks: list[float] = []

    async def job() -> None:
        ticks.append(time.monotonic())

    engine.every(timedelta(hours=1), job, "job")
    await engine.start()
    await enough(lambda: len(ticks) == 1)


async def test_a_tick_that_fails_is_logged_and_the_next_ones_come(engine, caplog) -> None:
    ticks = 0

    async def job() -> None:
        nonlocal ticks
        ticks += 1
        raise RuntimeError("bad tick")

    engine.every(EVERY, job, "poll")
    await engine.start()
    await enough(lambda: ticks >= 3)
    assert "tick_failed name=poll" in caplog.text


async def test_a_tick_never_runs_beside_itself(engine: LocalEngine) -> None:
    running = most = 0

    async def job() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.12)
        running -= 1

    engine.every(EVERY, job, "slow")
    await engine.start()
    await asyncio.sleep(0.5)
    assert most == 1


async def test_a_tick_that_is_late_is_run_late_and_missed_ones_run_once(engine) -> None:
    ticks: list[float] = []

    async def job() -> None:
        ticks.append(time.monotonic())

    engine.every(timedelta(seconds=1), job, "job")
    await engine.start()
    await asyncio.sleep(0.1)
    # The whole process stands still across two ticks, longer than APScheduler's usual patience.
    time.sleep(2.3)  # noqa: ASYNC251
    blocked_until = time.monotonic()
    await asyncio.sleep(0.2)
    late = [at for at in ticks if at >= blocked_until - 0.05]
    assert len(late) == 1


async def test_after_stop_no_tick_comes(engine: LocalEngine) -> None:
    ticks = 0

    async def job() -> None:
        nonlocal ticks
        ticks += 1

    engine.every(EVERY, job, "job")
    await engine.start()
    await asyncio.sleep(0.1)
    await engine.stop()
    seen = ticks
    await asyncio.sleep(0.2)
    assert ticks == seen > 0


async def test_a_clock_that_is_set_back_an_hour_does_not_silence_the_ticks(monkeypatch) -> None:
    offset = timedelta()

    class Steered(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + offset

    for module in (schedulers_base, triggers_interval):
        monkeypatch.setattr(module, "datetime", Steered)
    told: list[timedelta] = []

    async def set_back(by: timedelta) -> None:
        told.append(by)
        raise RuntimeError("what goes wrong there silences nothing")

    engine = LocalEngine(wall=lambda: Steered.now(UTC), set_back=set_back)
    ticks = 0

    async def job() -> None:
        nonlocal ticks
        ticks += 1

    engine.every(timedelta(seconds=0.2), job, "job")
    await engine.start()
    await asyncio.sleep(0.5)
    offset = -timedelta(hours=1)
    seen = ticks
    await enough(lambda: ticks >= seen + 4)
    await engine.stop()
    assert [round(by / timedelta(minutes=1)) for by in told] == [60]
