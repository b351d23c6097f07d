"""The database is kept: backups are made, what is old goes, a damaged one is mended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.config import Settings
from bot.core.pruning import Terms
from bot.core.turn import Policy
from bot.errors import StoreAdrift, StoreDamaged
from bot.flow.intake import Intake
from bot.flow.keeping import Keeping
from bot.flow.pruning import Pruning
from bot.ports import Clock, Store
from bot.stores.reserve import Reserve
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.damage import LOOK_S, mend

log = logging.getLogger(__name__)

_OFTEN = 3  # mended so often within an hour: the disk itself is at fault, and a human is needed
_SEARCH_S = 900.0  # once it is known that there is damage it is looked for


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
    settings: Settings, path: Path, clock: Clock, live: Callable[[list[str]], Awaitable[None]]
) -> None:
    """Live, and where the database turns out to be damaged, mend it and live again.

    Args:
        live: Runs the bot to its end; is given what the operator is to be told first.

    Raises:
        StoreDamaged: It was mended several times in vain.
    """
    if Reserve(path).spend_if_needed():
        log.error("disk_full the reserve is given up: make room")
    patience_s, news = LOOK_S, list[str]()
    for round_ in range(_OFTEN + 1):
        mended = await asyncio.to_thread(mend, backups_of(settings, path), clock(), patience_s)
        patience_s = _SEARCH_S
        if mended is not None:
            log.error("database_mended %s", mended)
            news.append(str(mended))
        try:
            await live(news)
        except StoreDamaged as error:
            log.warning("database_damaged error=%s", error)
            news = [str(error)] if isinstance(error, StoreAdrift) else []
            if round_ == _OFTEN:
                raise
        else:
            return


async def take_up(store: SqliteStore, intake: Intake, now: datetime) -> None:
    """What a database asks for that came out of a backup."""
    settled = await store.after_restore(now, intake.policy.max_age)
    if settled is not None:
        log.warning("restored may_repeat=%d unconfirmed=%d: they waited then", *settled)
    if restored := await store.restored():
        intake.policy = replace(intake.policy, restored_at=restored.at)
