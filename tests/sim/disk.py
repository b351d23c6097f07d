"""The real store on a file in memory, whose disk is busy, full, or gone in mid-statement."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.stores.sqlite import SqliteStore
from tests.sim.loop import Killed, SimLoop
from tests.sim.plan import Plan

_BUSY_S = 5.0  # how long SQLite waits for a lock before it gives up
_WRITES = ("INSERT", "UPDATE", "COMMIT")


class Disk:
    """What the disk does to each statement; every one is a moment at which the process may die."""

    def __init__(self, plan: Plan, loop: SimLoop, chance: random.Random) -> None:
        self._faults = plan.faults  # there may be more later
        self._loop = loop
        self._chance = chance
        self.statements = 0

    def takes_s(self) -> float:
        """How long the next job waits for the disk."""
        return self._chance.uniform(0.0001, 0.004)

    def meets(self, statement: str) -> None:
        """``statement`` is about to run.

        Raises:
            sqlite3.OperationalError: The disk is busy or full.
            Killed: The process ends here.
        """
        self.statements += 1
        self._loop.step()
        if self._loop.dead:
            raise Killed
        if self._faults:
            self._hinders(statement)

    def _hinders(self, statement: str) -> None:
        if statement == "BEGIN IMMEDIATE" and self._is("busy"):
            error = sqlite3.OperationalError("database is locked")
            error.took_s = _BUSY_S  # type: ignore[attr-defined]
            raise error
        if statement.lstrip().startswith(_WRITES) and self._is("full"):
            raise sqlite3.OperationalError("database or disk is full")

    def _is(self, kind: str) -> bool:
        now = self._loop.time()
        met = (f for f in self._faults if f.kind == kind and f.covers(now))
        return any(self._chance.random() < fault.share for fault in met)


class SimConnection(sqlite3.Connection):
    """A connection that asks the disk first."""

    meets: Callable[[str], None] = staticmethod(lambda statement: None)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.meets(sql)
        return super().execute(sql, *values)


class SimStore(SqliteStore):
    """The real store; only its connection is met by the disk."""

    def _connect(self, path: str) -> sqlite3.Connection:
        return sqlite3.connect(path, factory=SimConnection, timeout=0, check_same_thread=False)

    def live_on(self, disk: Disk) -> None:
        """From now on the disk may fail."""
        self._db.conn.meets = disk.meets  # type: ignore[union-attr]

    def vanish(self) -> None:
        """Its process is dead: what was not committed is gone."""
        self._db.conn.close()


def spoil(path: Path, how: str, chance: random.Random) -> None:
    """The disk loses the database: all of it, what was in it, or the pages of its second half."""
    if how == "gone":
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        if how == "torn":
            file.seek(size // 2)
        left = size - file.tell()
        file.write(bytes(left) if how == "zeros" else chance.randbytes(left))


def watching(path: Path) -> sqlite3.Connection:
    """A look at the file from outside, for the oracle."""
    seen = sqlite3.connect(path, isolation_level=None)
    seen.execute("PRAGMA query_only = ON")
    seen.row_factory = sqlite3.Row
    return seen
