"""Databases for tests: a new one is a copy of one that was made once, which takes its time."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database

from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.schema import migrations

S = TypeVar("S", bound=SqliteStore)


@cache
def _made() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="rasid-tests-")
    _KEPT.append(folder)
    path = Path(folder.name) / "new.db"
    database = Database(path)
    migrations.apply(database)
    database.conn.close()
    return path


_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # removed when the tests end


async def new_store(folder: Path, kind: type[S] = SqliteStore, bot_id: int = 42) -> S:  # type: ignore[assignment]
    """An empty store in ``folder``, all migrations applied."""
    path = folder / "rasid.db"
    if not path.exists():
        shutil.copy(_made(), path)
    return await kind.open(path, bot_id=bot_id)
