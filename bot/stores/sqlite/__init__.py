"""``ports.Store`` on one SQLite file, through sqlite-utils."""

from __future__ import annotations

from bot.stores.sqlite.chats import ChatTables
from bot.stores.sqlite.ingest import IngestTables
from bot.stores.sqlite.pruning import PruningTables
from bot.stores.sqlite.pushes import PushTable
from bot.stores.sqlite.upkeep import UpkeepTables


class SqliteStore(UpkeepTables, PruningTables, PushTable, IngestTables, ChatTables):
    """Everything in one place; make one with ``await SqliteStore.open(path)``."""


__all__ = ["SqliteStore"]
