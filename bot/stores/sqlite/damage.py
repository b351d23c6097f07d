"""Before the database is opened: is it whole? If not, the last good backup takes its place.

Nothing is deleted: what is damaged lies beside it afterwards, under a name of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from bot.core.model import Backup
from bot.core.rotation import newest_first
from bot.errors import BackupError, StoreUnavailable
from bot.stores.sqlite.backups import Backups, sync, verify
from bot.stores.sqlite.rows import ms

_MAGIC = b"SQLite format 3\0"
_BESIDE = ("", "-wal", "-shm")
# A large file is looked through for so long at most: a bot that starts late is silent.
LOOK_S = 20.0


class State(Enum):
    """What a look at the file told."""

    GOOD = "good"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done about it.

    Attributes:
        state: What was found.
        told: What is wrong with the file, in a few words.
        aside: Where the damaged file lies now, if there was one.
        backup: What took its place; ``None`` where there was none, and a new one begins.
    """

    state: State
    told: str
    aside: Path | None
    backup: Backup | None

    def __str__(self) -> str:
        what = f"The database was {self.state.value}{f' ({self.told})' if self.told else ''}."
        if self.aside is not None:
            what += f" It lies in {self.aside} now."
        if self.backup is None:
            return f"{what} There is no backup: a new one begins, which knows no subscribers."
        return (
            f"{what} The backup of {self.backup.taken_at:%Y-%m-%d %H:%M} UTC took its place:"
            " what was asked of the bot since then is forgotten."
        )


def mend(backups: Backups, now: datetime, patience_s: float = LOOK_S) -> Mended | None:
    """Have a database at its place that can be opened; ``None`` where all is well.

    Raises:
        StoreUnavailable: It cannot be told: the file is locked or cannot be reached.
    """
    path = backups.database
    state, told = look(path, is_ours=bool(backups.kept()), patience_s=patience_s)
    if state is State.GOOD or (state is State.MISSING and not backups.kept()):
        return None
    aside = set_aside(path, now)
    return Mended(state, told, aside, restore_last(backups, now))


def look(path: Path, *, is_ours: bool, patience_s: float = LOOK_S) -> tuple[State, str]:
    """Whether the file is whole, as far as can be seen within ``patience_s``.

    Args:
        path: The database.
        is_ours: Backups of it are there: a file that is no database at all was one then. Else
            it is somebody's other file and none of our business, unless it is full of zeros.
    """
    try:
        if path.stat().st_size == 0:
            return State.MISSING, ""
    except FileNotFoundError:
        return State.MISSING, ""
    try:
        told = _quick_check(path, patience_s)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{path} cannot be looked at: {error}") from error
    except sqlite3.DatabaseError as error:
        was_ours = is_ours or _head(path) in (_MAGIC, bytes(len(_MAGIC)))
        return (State.DAMAGED, str(error)) if was_ours else (State.GOOD, "")
    return (State.GOOD, "") if told == "ok" else (State.DAMAGED, told.splitlines()[-1])


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_MAGIC))


def _quick_check(path: Path, patience_s: float) -> str:
    ends = time.monotonic() + patience_s
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        connection.set_progress_handler(lambda: int(time.monotonic() > ends), 50_000)
        try:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return "ok"  # so far
            raise


def set_aside(path: Path, now: datetime) -> Path | None:
    """Give the file and what belongs to it another name; ``None`` where there was no file.

    A journal must never stay behind: SQLite would play it into whatever comes next.
    """
    aside = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%SZ}")
    while aside.exists():
        aside = aside.with_name(f"{aside.name}-2")
    was_there = path.exists()
    for ending in _BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    if path.parent.is_dir():
        sync(path.parent)
    return aside if was_there else None


def restore_last(backups: Backups, now: datetime) -> Backup | None:
    """Put the newest backup that is good in the place of the database, which is empty."""
    for backup in newest_first(backups.kept(), now):
        with suppress(BackupError):
            restore(backups, backup, now)
            return backup
    return None


def restore(backups: Backups, backup: Backup, now: datetime) -> None:
    """Put ``backup`` in the place of the database, which is empty, in one step.

    Raises:
        BackupError: It is damaged, or could not be copied.
    """
    source, path = backups.path(backup), backups.database
    verify(source)
    part = path.with_name(f".{path.name}.restoring")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        number = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with source.open("rb") as old, os.fdopen(number, "wb") as new:
            shutil.copyfileobj(old, new, 1024 * 1024)
        _remember(part, backup, now)
        sync(part)
        part.rename(path)
        sync(path.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{backup.name} could not be restored: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _remember(part: Path, backup: Backup, now: datetime) -> None:
    """Note in the copy that it is one: what it has not seen must not be told as new."""
    told = {"taken_at": ms(backup.taken_at), "at": ms(now), "settled": False}
    with closing(sqlite3.connect(part)) as copy, copy:
        copy.execute(
            "INSERT OR REPLACE INTO settings (key, value) VALUES ('restored', ?)",
            (json.dumps(told),),
        )
