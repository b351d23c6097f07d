"""A backup takes the place of the database.

It is copied and looked through first, and what stands there is put aside only then: whatever goes
wrong before leaves all as it was.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.model import Backup
from bot.core.rotation import newest_first
from bot.errors import BackupError
from bot.stores.reserve import Reserve
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.files import put_back, real, set_aside, sync
from bot.stores.sqlite.look import never
from bot.stores.sqlite.times import ms
from bot.stores.sqlite.verifying import verify

_PART = 1024 * 1024
_LEFT = 1024 * 1024  # what the copy itself asks for besides


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done.

    Attributes:
        backup: What is the database now.
        aside: Where the one lies that stood there.
        passed: Why newer ones were passed by.
    """

    backup: Backup
    aside: Path | None
    passed: tuple[str, ...]


def restore_last(
    backups: Backups, found: Sequence[Backup], now: datetime, halt: Callable[[], bool] = never
) -> Restored:
    """Put the newest of ``found`` that is good in the place of the database.

    Raises:
        BackupError: None is good, or the one that is cannot be copied. All is as it was.
    """
    passed = list[str]()
    for backup in newest_first(found, now):
        try:
            verify(backups.path(backup), halt)
        except BackupError as error:
            _go_on(halt)
            passed.append(str(error))
            continue
        return Restored(backup, _exchanged(backups, backup, now, halt), tuple(passed))
    raise BackupError(
        f"no backup in {backups.folder} can be used ({'; '.join(passed)}): put a good one there,"
        " or, to begin with an empty database, move them elsewhere"
    )


def restore(backups: Backups, backup: Backup, now: datetime) -> Path | None:
    """Put ``backup`` in the place of the database, in one step; where that lies now.

    Raises:
        BackupError: It is damaged, or could not be copied. All is as it was.
    """
    verify(backups.path(backup))
    return _exchanged(backups, backup, now, never)


def _exchanged(
    backups: Backups, backup: Backup, now: datetime, halt: Callable[[], bool]
) -> Path | None:
    path = real(backups.database)
    part = path.with_name(f".{path.name}.restoring")
    try:
        _make_room(backup.size + _LEFT, path, part)
        _copy(backups.path(backup), part, halt)
        remember(part, backup.taken_at, now)
        sync(part)
        return _in_its_place(part, path, now)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{backup.name} could not be restored: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _in_its_place(part: Path, path: Path, now: datetime) -> Path | None:
    aside = set_aside(path, now)
    try:
        part.rename(path)
    except OSError:
        if aside is not None:
            put_back(aside, path)
        raise
    sync(path.parent)
    return aside


def _copy(source: Path, part: Path, halt: Callable[[], bool]) -> None:
    number = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with source.open("rb") as old, os.fdopen(number, "wb") as new:
        while piece := old.read(_PART):
            _go_on(halt)
            new.write(piece)


def _make_room(needed: int, database: Path, part: Path) -> None:
    """Sweep up what a killed one left, and give up the reserve where that helps.

    Raises:
        BackupError: There is too little room; how much is said.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)
    if _free(database) < needed:
        Reserve(database).spend()
    if (free := _free(database)) < needed:
        raise BackupError(
            f"no room to restore a backup: {-(-(needed - free) // 2**20)} MB more are needed in"
            f" {database.parent} (what is named .damaged- there may be moved elsewhere)"
        )


def _free(database: Path) -> int:
    return shutil.disk_usage(database.parent).free


def _go_on(halt: Callable[[], bool]) -> None:
    if halt():
        raise BackupError("restoring was broken off: the bot is to stop")


def remember(file: Path, taken_at: datetime, now: datetime) -> None:
    """Note in ``file`` that it forgot: what it has not seen must not be told as new."""
    told = {"taken_at": ms(taken_at), "at": ms(now), "settled": False}
    with closing(sqlite3.connect(file)) as copy, copy:
        copy.execute(
            "INSERT OR REPLACE INTO settings (key, value) VALUES ('restored', ?)",
            (json.dumps(told),),
        )
