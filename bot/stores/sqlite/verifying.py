"""Is a backup good? It is looked through, and compared with what it was made of."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.errors import BackupError
from bot.stores.sqlite.look import break_off, never
from bot.stores.sqlite.schema import STEPS

_COUNTED = ("sources", "entries", "stories", "chats", "watches", "alerts", "deliveries")
# Few rows, and none has a number that only grows: they are told one by one.
_BY_NAME = ("sources", "chats")


@dataclass(frozen=True, slots=True)
class Shape:
    """What is in a database at one moment.

    Attributes:
        rows: How many, by table.
        newest: The highest number that was ever given, by table.
        names: Of the rows that have one.
    """

    rows: Mapping[str, int]
    newest: Mapping[str, int]
    names: frozenset[tuple[str, object]]


def shape(connection: sqlite3.Connection) -> Shape:
    """What is in it; read from the tables, for an index may be wrong."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    counted = [table for table in _COUNTED if table in tables]
    given = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    return Shape(
        {table: _number(connection, table, "count(*)") for table in counted},
        {t: given.get(t) or _number(connection, t, "coalesce(max(rowid), 0)") for t in counted},
        frozenset(
            (table, id_)
            for table in _BY_NAME
            if table in tables
            for (id_,) in connection.execute(f"SELECT id FROM {table} NOT INDEXED")
        ),
    )


def _number(connection: sqlite3.Connection, table: str, what: str) -> int:
    return int(connection.execute(f"SELECT {what} FROM {table} NOT INDEXED").fetchone()[0])


def compare(copy: Shape, before: Shape, after: Shape) -> None:
    """Whether ``copy`` was made between the two.

    Raises:
        BackupError: It lacks something, or has something besides.
    """
    lost = (before.names & after.names) - copy.names
    if lost:
        table, name = min(lost, key=str)
        raise BackupError(f"the backup lacks {len(lost)} rows: {name} of {table}, for one")
    for table in copy.rows.keys() - set(_BY_NAME):
        # Some came meanwhile and some, being old or unwanted, went: in either order.
        came = max(after.newest.get(table, 0) - before.newest.get(table, 0), 0)
        least, most = sorted((before.rows.get(table, 0), after.rows.get(table, 0)))
        if not least - came <= copy.rows[table] <= most + came:
            told = f"the backup has {copy.rows[table]} rows of {table}"
            raise BackupError(f"{told}, not {least} to {most}")


def verify(file: Path, halt: Callable[[], bool] = never, *, usable: bool = True) -> Shape:
    """Look through all of ``file``; what is in it.

    Args:
        usable: It must be one that this version can work with.

    Raises:
        BackupError: It is damaged, is no database of ours, or needs a newer version of us.
    """
    try:
        # Immutable: looking leaves no file beside it.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as copy:
            break_off(copy, halt)
            told = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if told != "ok":
                raise BackupError(f"{file.name} is damaged: {told}")
            _need_ours(file, copy, usable=usable)
            return shape(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{file.name} cannot be read: {error}") from error


def _need_ours(file: Path, copy: sqlite3.Connection, *, usable: bool) -> None:
    tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
    if not {"chats", "_sqlite_migrations"} <= tables:
        raise BackupError(f"{file.name} is no database of Rasid")
    applied = {row[0] for row in copy.execute("SELECT name FROM _sqlite_migrations")}
    if usable and (newer := sorted(applied - set(STEPS))):
        raise BackupError(f"{file.name} was written by a newer Rasid (step {newer[0]})")
