"""The database of ``run``, opened beside a bot that may be running.

Looking changes nothing at all; what is meant to change something waits for its turn like any
writer, and never migrates: the tables of a running bot must stay as it knows them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import database
from bot.config import Settings
from bot.errors import BotError, ConfigError, SchemaError
from bot.stores.lock import only_one
from bot.stores.sqlite import SqliteStore


def database_of(settings: Settings) -> Path:
    """The database of ``run``; with a token that cannot be one, that of ``run`` once it is."""
    try:
        return database.database_path(settings)
    except ConfigError:
        return settings.store.path


@asynccontextmanager
async def looking(settings: Settings) -> AsyncIterator[SqliteStore | None]:
    """The database, to read; ``None`` where there is none yet.

    Raises:
        SchemaError, StoreUnavailable: It cannot be read.
    """
    path = database_of(settings)
    if not path.exists():
        yield None
        return
    store = await SqliteStore.open(path, read_only=True)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def looking_at_one(settings: Settings) -> AsyncIterator[SqliteStore]:
    """The database, to read.

    Raises:
        BotError: There is none yet.
    """
    async with looking(settings) as store:
        if store is None:
            path = database_of(settings)
            raise BotError(f"there is no database {path} yet: python -m bot run makes it")
        yield store


@asynccontextmanager
async def changing(settings: Settings) -> AsyncIterator[SqliteStore]:
    """The database, to write; made where there is none.

    Raises:
        SchemaError: It needs migrating, or is none of ours.
        ConfigError: There can be none at its path.
    """
    path = database.need_database_path(settings)
    is_new = not path.exists() or path.stat().st_size == 0
    store = await SqliteStore.open(path, migrate=is_new)
    try:
        yield store
    finally:
        await store.close()


async def migrate(settings: Settings) -> str:
    """Bring the database up to this version; what was done, in words.

    Raises:
        ConfigError: A bot is running with it, which knows the tables as they are.
    """
    path = database.need_database_path(settings)
    if await _is_up_to_date(settings):
        return "the database is up to date"
    is_new = not path.exists()
    with only_one(path):
        await (await database.open_store(settings)).close()
    return f"there was no database: made {path}" if is_new else "the database is up to date now"


async def _is_up_to_date(settings: Settings) -> bool:
    try:
        async with looking(settings) as store:
            return store is not None
    except SchemaError:
        return False
