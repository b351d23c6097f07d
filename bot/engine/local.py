"""Ticks in one process, by APScheduler 3. A thin source of time: every due time is in the database.

APScheduler reads the wall clock and by default skips a job that starts a second late; here a late
tick runs late (``misfire_grace_time=None``), several missed ones run as one (``coalesce``), and
none runs beside itself (``max_instances=1``). A wall clock that is set back would silence it for
as long: the pulse, which runs on the loop's own clock, sees that and makes every job due.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import StoreUnavailable

log = logging.getLogger(__name__)

_PULSE_S = 1.0
_SET_BACK = timedelta(seconds=1)


class LocalEngine:
    """``ports.Engine`` inside this process.

    Args:
        wall: The wall clock that APScheduler goes by.
    """

    def __init__(self, wall: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._wall = wall
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._ticks: set[asyncio.Future[None]] = set()
        self._pulse: asyncio.Task[None] | None = None

    def every(self, interval: timedelta, job: Callable[[], Awaitable[None]], name: str) -> None:
        """Run ``job`` at once and then each ``interval``; an error is logged and ends nothing."""
        self._scheduler.add_job(
            self._guarded(job, name),
            IntervalTrigger(seconds=interval.total_seconds(), timezone=UTC),
            id=name,
            next_run_time=self._wall(),
        )

    async def start(self) -> None:
        """Begin to tick."""
        # Its own log tells every run of every job; what happened is logged where it happens.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.start()
        self._pulse = asyncio.create_task(self._watch_the_clock(), name="pulse")

    async def stop(self) -> None:
        """Start no more ticks, and wait for those under way: the vendor would cancel them."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._pulse:
            self._pulse.cancel()
        if self._ticks:
            await asyncio.wait(set(self._ticks))
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the vendor shuts down in the loop's next turn

    async def _watch_the_clock(self) -> None:
        while True:
            before = self._wall()
            await asyncio.sleep(_PULSE_S)
            if self._wall() < before - _SET_BACK:
                log.warning("clock_set_back by=%s", before - self._wall())
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=self._wall())

    def _guarded(
        self, job: Callable[[], Awaitable[None]], name: str
    ) -> Callable[[], Awaitable[None]]:
        async def tick() -> None:
            work = asyncio.ensure_future(job())
            self._ticks.add(work)
            work.add_done_callback(self._ticks.discard)
            try:
                await work
            except StoreUnavailable as error:
                # A full disk lasts for hours: a traceback each second would fill it up for good.
                log.warning("tick_failed name=%s error=%s", name, error)
            except Exception:
                # The turn loop: whatever went wrong, the next tick must come.
                log.exception("tick_failed name=%s", name)

        return tick
