"""Which database ``run`` uses, and how it is opened."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from bot import config
from bot.config import Settings
from bot.errors import ConfigError
from bot.stores.sqlite import SqliteStore

SANDBOX_TOKEN = "4200000001:sandbox"  # noqa: S105 -- opens nothing but the loopback sandbox


def database_path(settings: Settings) -> Path:
    """The database ``run`` uses: the sandbox's own when there is no token."""
    return settings.store.path if config.token(os.environ) else settings.sandbox.path


def database_key(settings: Settings) -> str:
    """The key that names the database ``run`` uses."""
    return "store.path" if database_path(settings) == settings.store.path else "sandbox.path"


def need_database_path(settings: Settings) -> Path:
    """``database_path``, with its folder made.

    Raises:
        ConfigError: No database can be there; the key is named, and where it stands.
    """
    path, key = database_path(settings), database_key(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except OSError as error:
        told = f"{settings.where(key)}: {key}: {path} cannot be used: {error.strerror}"
        raise ConfigError(told, key) from error
    return path


async def open_store(settings: Settings) -> SqliteStore:
    """Open the database ``run`` would use."""
    token = config.token(os.environ)
    secret = token.get_secret_value() if token else SANDBOX_TOKEN
    return await SqliteStore.open(database_path(settings), bot_id=int(secret.split(":")[0]))
