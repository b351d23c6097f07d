"""The watcher: it tells the operator what stands still, and answers whoever asks how we are.

It runs in a thread of its own, so that what blocks the main loop does not silence it.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.config import Settings
from bot.config.sections import NotifySettings
from bot.core.condition import BEGINNING, Condition
from bot.core.stalls import Signs
from bot.errors import BotError, ConfigError, StoreAdrift, StoreDamaged
from bot.flow.beside import forgiving
from bot.flow.keeping import Keeping
from bot.flow.operators import InTelegram
from bot.flow.pulse import Pulse
from bot.flow.watching import EARLY_S, Watching
from bot.notify.http import DeadMan, Ntfy, Webhook
from bot.notify.mail import Mail
from bot.ports import Clock, Outlet
from bot.stores.reserve import Reserve
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.file import Trouble
from bot.web import health
from bot.web.server import start_web

log = logging.getLogger(__name__)

_TICK_S = 10.0
_END_S = 2.0
_LOOK_S = 5.0
_ADRIFT = (
    "The database was deleted, moved or replaced while the bot ran. What was in it is put back; or,"
    " where another file stands in its place, that is used, and it lies beside it (.replaced-…)."
)


def outlets_of(notify: NotifySettings) -> dict[str, Outlet]:
    """The ways to the operator that are configured."""
    ways: dict[str, Outlet] = {}
    if notify.webhook_url:
        ways["webhook"] = Webhook(notify.webhook_url)
    if notify.ntfy_url:
        ways["ntfy"] = Ntfy(notify.ntfy_url, notify.ntfy_token)
    if notify.smtp_url:
        ways["e-mail"] = Mail(notify.smtp_url, notify.mail_to, notify.mail_from or notify.mail_to)
    return ways


def secrets_of(notify: NotifySettings) -> tuple[str, ...]:
    """What the log must never show."""
    kept = (notify.webhook_url, notify.ntfy_url, notify.ntfy_token, notify.smtp_url)
    return tuple(s.get_secret_value() for s in (*kept, notify.dead_man_url) if s is not None)


@dataclass(slots=True)
class Watcher:
    """A pulse in the main loop, and beside it who watches that and all else.

    Attributes:
        settings: Whom to tell, and where to answer.
        store: The database that the bot works with; the watcher opens its own.
        keeping: Makes the backups.
        pulse: Asks Telegram who we are, now and then.
        clock: Now.
        news: What the operator is told first.
        held_since: Since when so many chats refuse us that none is taken for gone; ``None`` where
            they do not. Asked from another thread.
        deaf: How long what people write has not reached us, and why. So is this.
    """

    settings: Settings
    store: SqliteStore
    keeping: Keeping
    pulse: Pulse
    clock: Clock
    news: list[str]
    held_since: Callable[[], datetime | None] = lambda: None
    deaf: Callable[[], tuple[float, str]] = lambda: (0.0, "")
    _watching_now: Watching | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.Task[None]]:
        """Watch while the bot runs; the task fails when its database turns out to be damaged.

        Raises:
            ConfigError: The port for questions about our health cannot be opened.
        """
        self.pulse.begin()
        damaged = asyncio.create_task(self._until_damaged(), name="damage")
        beating = asyncio.create_task(self.pulse.run(), name="pulse")
        ready: asyncio.Future[Callable[[], None]] = asyncio.get_running_loop().create_future()
        # What it tells when we end may hang: that holds nobody up.
        thread = threading.Thread(
            target=self._thread,
            args=(asyncio.get_running_loop(), ready),
            name="watcher",
            daemon=True,
        )
        thread.start()
        end: Callable[[], None] | None = None
        try:
            end = await ready
            yield damaged
        finally:
            if end is not None:
                end()
            beating.cancel()
            damaged.cancel()
            await asyncio.to_thread(thread.join, _END_S)
            await self.keeping.close()

    async def _until_damaged(self) -> None:
        found = asyncio.Event()
        self.store.damaged = found.set
        while not await _within(_LOOK_S, found):
            if await asyncio.to_thread(self.store.is_adrift):
                raise StoreAdrift(_ADRIFT)
        raise StoreDamaged("the database is damaged: the last good backup takes its place")

    def _thread(
        self, main: asyncio.AbstractEventLoop, ready: asyncio.Future[Callable[[], None]]
    ) -> None:
        begun = lambda end: main.call_soon_threadsafe(ready.set_result, end)  # noqa: E731
        try:
            asyncio.run(self._watch(begun))
        except ConfigError as error:
            main.call_soon_threadsafe(ready.set_exception, error)
        except asyncio.CancelledError:
            pass

    async def _watch(self, begun: Callable[[Callable[[], None]], object]) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        async with self._answering():
            begun(lambda: _cancel_from_afar(loop, task))
            await self._watch_on()

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """Whoever asks how we are is answered from this thread, where that was wished."""
        wanted = self.settings.web
        if wanted.health_port is None:
            yield
            return
        routes, host = health.routes(self.condition), wanted.health_host
        server = await start_web(routes, host, wanted.health_port, 1_000, "web.health_port")
        log.info("health_listening host=%s port=%d", host, server.port)
        try:
            yield
        finally:
            await server.close()

    def condition(self) -> Condition:
        """How we are doing, as the watcher saw it last."""
        return self._watching_now.condition() if self._watching_now else BEGINNING

    async def _watch_on(self) -> None:
        while True:
            try:
                store = await SqliteStore.open(self.store.path, migrate=False)
            except BotError as error:
                log.warning("watcher_waits error=%s", error)
                await asyncio.sleep(_TICK_S)
                continue
            try:
                await self._watch_by(store)
            finally:
                store.hurry()  # the next life wants our port
                await store.close()

    async def _watch_by(self, store: SqliteStore) -> None:
        self._watching_now = watching = self._watching(store)
        watching.say(self.news)
        while True:
            await forgiving("watching", watching.tick)
            await asyncio.sleep(_TICK_S)

    async def once(self) -> None:
        """For a run that ends by itself: tell, make a backup where one is due, ping."""
        await self.keeping.make_due()
        self.pulse.begin()
        watching = self._watching(self.store, early_s=0)
        watching.say(self.news)
        await forgiving("watching", watching.tick)
        await self.keeping.close()

    def _watching(self, store: SqliteStore, early_s: float = EARLY_S) -> Watching:
        notify = self.settings.notify
        switch = notify.dead_man_url
        return Watching(
            notes=store,
            look=self._look,
            outlets=outlets_of(notify) | self._in_telegram(store),
            ping=DeadMan(switch).ping if switch else None,
            clock=self.clock,
            steady=steady,
            telegram_after_s=notify.after_min * 60,
            early_s=early_s,
        )

    def _in_telegram(self, store: SqliteStore) -> dict[str, Outlet]:
        operators = self.settings.telegram.operators
        return {"telegram": InTelegram(store, operators, self.clock)} if operators else {}

    def _look(self) -> Signs:
        now_s, pulse = steady(), self.pulse
        deaf_s, deaf_why = self.deaf()
        return replace(
            self._of_the_disk(),
            loop_silent_s=now_s - pulse.beat_s,
            telegram_silent_s=now_s - pulse.answered_s,
            telegram_error=pulse.error,
            telegram_refused=pulse.refused,
            refused_since=self.held_since(),
            deaf_s=deaf_s,
            deaf_why=deaf_why,
            is_full=self.store.trouble is Trouble.FULL,
            backup_error=self.keeping.error,
        )

    def _of_the_disk(self) -> Signs:
        """What a disk that has gone does not answer, and everything else goes on without."""
        try:
            Reserve(self.store.path).mind(is_full=self.store.trouble is Trouble.FULL)
            return Signs(
                free_bytes=shutil.disk_usage(self.store.path.parent).free,
                backup_late=bool(self.keeping.error) and self.keeping.is_late(),
            )
        except OSError as error:
            return Signs(disk_error=error.strerror or type(error).__name__)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def _cancel_from_afar(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None] | None) -> None:
    with suppress(RuntimeError):  # it has ended by itself
        if task is not None:
            loop.call_soon_threadsafe(task.cancel)


def steady() -> float:
    """Seconds of a clock that nobody sets; on Linux it goes on while the machine sleeps."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)
