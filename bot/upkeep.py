"""The database is kept: backups are made, what is old goes, a damaged one is mended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Settings
from bot.core.pruning import Terms
from bot.core.turn import Policy
from bot.errors import BackupError, StoreAdrift, StoreDamaged
from bot.flow.intake import Intake
from bot.flow.keeping import Keeping
from bot.flow.pruning import Pruning
from bot.ports import Clock, Store
from bot.stores.reserve import Reserve
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.damage import Mended, mend
from bot.stores.sqlite.look import Search, never

log = logging.getLogger(__name__)

_OFTEN = 3  # mended so often within an hour: the disk itself is at fault, and a human is needed
_LATELY_S = 3600.0
_SEARCH_S = 900.0  # once it is known that there is damage it is looked for
_AGAIN_S = 60.0
_LAST_S = 3.0
_WAITS = (
    "The bot does not run: its database is damaged or gone, and no backup could take its place:"
    " {}. It is tried again each minute."
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What hinders us is waited for, and the operator told.

    Attributes:
        stopped: Whether we are to stop, in whatever life.
        tell: Tells the operator; there is no database in which to look for a chat.
    """

    stopped: asyncio.Event
    tell: Callable[[str], Awaitable[None]]

    async def wait(self, news: str) -> None:
        """Wait a while, or until we are to stop; who is told meanwhile holds up nothing."""
        telling = asyncio.create_task(self._told(news))
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopped.wait(), _AGAIN_S)
        telling.cancel()

    async def part(self, news: list[str]) -> None:
        """Tell what no life will tell any more; that takes a moment at most."""
        if news:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.tell("\n".join(news)), _LAST_S)

    async def _told(self, news: str) -> None:
        if news:
            await self.tell(news)


def backups_of(settings: Settings, path: Path) -> Backups:
    """The backups of the database at ``path``."""
    return Backups(path, settings.backups.folder)


def keeping_of(settings: Settings, backups: Backups, clock: Clock) -> Keeping:
    """When they are made."""
    wanted = settings.backups
    every = timedelta(hours=wanted.every_h)
    return Keeping(backups, clock, every, wanted.hourly, wanted.daily)


def pruning_of(settings: Settings, store: Store, policy: Policy, clock: Clock) -> Pruning:
    """When what is old goes: never as long as a report may still join its story, or alert."""
    keep = settings.keep
    least = max(policy.max_age, policy.story_window)
    terms = Terms(timedelta(days=keep.days), timedelta(days=keep.dead_days), least)
    return Pruning(store, clock, terms)


async def keep_alive(
    settings: Settings,
    path: Path,
    clock: Clock,
    live: Callable[[list[str]], Awaitable[None]],
    waiting: Waiting | None = None,
) -> None:
    """Live, and where the database turns out to be damaged, mend it and live again.

    Args:
        live: Runs the bot to its end; is given what the operator is to be told first.
        waiting: How what hinders is waited for; without it that ends the run.

    Raises:
        StoreDamaged: It was mended several times in vain.
        StoreUnavailable: It cannot be looked at.
        BackupError: It is damaged, there is a backup, and that cannot take its place.
    """
    if Reserve(path).spend_if_needed():
        log.error("disk_full the reserve is given up: make room")
    halt = waiting.stopped.is_set if waiting else never
    search, news, falls = Search(halt=halt), list[str](), list[float]()
    while True:
        mended = await _mended(backups_of(settings, path), clock, search, waiting)
        if mended is not None:
            log.error("database_mended %s", mended)
            news.append(str(mended))
        if waiting and halt():
            return await waiting.part(news)
        try:
            return await live(news)
        except StoreDamaged as error:
            log.warning("database_damaged error=%s", error)
            news = [str(error)] if isinstance(error, StoreAdrift) else []
            now_s = time.monotonic()
            falls = [at for at in falls if now_s - at < _LATELY_S] + [now_s]
            if len(falls) > _OFTEN:
                raise
            search = _searched(search, error, in_vain=mended is None and len(falls) > 1)


def _searched(last: Search, error: StoreDamaged, *, in_vain: bool) -> Search:
    """How to look after ``error``: what was not seen the last time is believed the second time."""
    if isinstance(error, StoreAdrift):
        return Search(halt=last.halt)
    return Search(_SEARCH_S, True, last.thorough and in_vain, last.halt)


async def _mended(
    backups: Backups, clock: Clock, search: Search, waiting: Waiting | None
) -> Mended | None:
    """What ``mend`` says, as soon as nothing hinders it any more; ``None`` if we are to stop."""
    told = ""
    while True:
        try:
            return await asyncio.to_thread(mend, backups, clock(), search)
        except BackupError as error:
            if waiting is None:
                raise
            if waiting.stopped.is_set():
                return None
            log.warning("database_waits error=%s", error)
            await waiting.wait("" if told else _WAITS.format(error))
            told = str(error)
            if waiting.stopped.is_set():
                return None


async def take_up(store: SqliteStore, intake: Intake, now: datetime) -> None:
    """What a database asks for that came out of a backup."""
    settled = await store.after_restore(now, intake.policy.max_age)
    if settled is not None:
        log.warning("restored may_repeat=%d unconfirmed=%d: they waited then", *settled)
    if restored := await store.restored():
        intake.policy = replace(intake.policy, restored_at=restored.at)
