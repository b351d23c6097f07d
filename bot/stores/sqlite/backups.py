"""Backups of one database: made beside a bot that sends, verified before they bear their name.

``VACUUM INTO`` reads one moment of the file and holds nobody up: in WAL mode writers do not wait
for a reader (measured on 158 MB with a writer beside it: half a second, its worst write 100 ms).
SQLite's own backup call begins anew at each foreign write and may never end.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.core.model import Backup
from bot.core.rotation import superfluous
from bot.errors import BackupError

T = TypeVar("T")

_STAMP = "%Y%m%dT%H%M%SZ"
_COUNTED = ("sources", "entries", "stories", "chats", "watches", "alerts", "deliveries")
_PRUNED = frozenset({"entries", "stories", "alerts", "deliveries"})
_ROOM_BYTES = 64 * 1024 * 1024  # what a backup leaves free: sending needs the disk more
_STEPS = 20_000  # of SQLite's machine, between two looks at whether we are to stop


class Backups:
    """The backups of the database at ``database``, in ``folder``."""

    def __init__(self, database: Path, folder: Path) -> None:
        self.database, self.folder = database, folder
        self._shape = re.compile(re.escape(database.stem) + r"-(\d{8}T\d{6}Z)\.db")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="backup")
        self._stopping = threading.Event()

    def kept(self) -> tuple[Backup, ...]:
        """All that bear a backup's name, in no order; a link is none."""
        try:
            files = sorted(self.folder.iterdir())
        except OSError:
            return ()
        return tuple(backup for file in files if (backup := self._backup(file)) is not None)

    def _backup(self, file: Path) -> Backup | None:
        found = self._shape.fullmatch(file.name)
        if found is None or file.is_symlink() or not file.is_file():
            return None
        try:
            taken_at = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
        except ValueError:
            return None
        return Backup(file.name, taken_at, file.stat().st_size)

    def named(self, name: str) -> Backup:
        """The backup of that name: a name, not a path.

        Raises:
            BackupError: There is none of that name in the folder.
        """
        found = next((backup for backup in self.kept() if backup.name == name), None)
        if found is None:
            raise BackupError(
                f"{name!r} is no backup in {self.folder}: python -m bot backup --list"
            )
        return found

    def path(self, backup: Backup) -> Path:
        """Where it lies."""
        return self.folder / backup.name

    async def make(self, now: datetime) -> Backup:
        """Make one that shows the database as it is now; nobody waits but the caller.

        Raises:
            BackupError: It could not be made, or was not good; nothing of it is left behind.
        """
        return await self._aside(lambda: self._made(now))

    async def rotate(self, now: datetime, hourly: int, daily: int) -> int:
        """Delete what is superfluous; how many that were."""
        return await self._aside(lambda: self._rotated(now, hourly, daily))

    async def close(self) -> None:
        """Break off what is being made."""
        self._stopping.set()
        await asyncio.to_thread(self._thread.shutdown)

    async def _aside(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _made(self, now: datetime) -> Backup:
        name = f"{self.database.stem}-{now:{_STAMP}}.db"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._begun(name)
            try:
                self._fill(part)
                sync(part)
                part.rename(self.folder / name)
                sync(self.folder)
            finally:
                part.unlink(missing_ok=True)
        except (OSError, sqlite3.Error) as error:
            raise BackupError(f"no backup in {self.folder}: {error}") from error
        return self.named(name)

    def _begun(self, name: str) -> Path:
        """An empty file that only its owner may read; what a killed process left is removed."""
        for left in self.folder.glob(f".{self.database.stem}-*.db.part*"):
            left.unlink(missing_ok=True)
        size = self.database.stat().st_size
        if shutil.disk_usage(self.folder).free < size + _ROOM_BYTES:
            raise BackupError(f"no backup: less than {size // 2**20 + 64} MB free in {self.folder}")
        part = self.folder / f".{name}.part"
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return part

    def _fill(self, part: Path) -> None:
        with self._reading() as connection:
            before, first = _counts(connection), _newest(connection)
            connection.execute("VACUUM INTO ?", (str(part),))
            after, last = _counts(connection), _newest(connection)
        counted = verify(part)
        for table, rows in counted.items():
            # Some came meanwhile and some, being old, went: in either order.
            came = max(last.get(table, 0) - first.get(table, 0), 0)
            least, most = sorted((before.get(table, 0), after.get(table, 0)))
            if not least - came <= rows <= most + came:
                raise BackupError(f"the backup has {rows} rows of {table}, not {least} to {most}")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The database, to read; broken off when we are to stop."""
        if not self.database.exists():
            raise BackupError(f"there is no database {self.database} yet")
        with closing(sqlite3.connect(self.database, timeout=5, isolation_level=None)) as connection:
            connection.set_progress_handler(lambda: int(self._stopping.is_set()), _STEPS)
            yield connection

    def _rotated(self, now: datetime, hourly: int, daily: int) -> int:
        old = superfluous(self.kept(), now, hourly, daily)
        for backup in old:
            self.path(backup).unlink(missing_ok=True)
        return len(old)


def verify(file: Path) -> Mapping[str, int]:
    """Look through all of ``file``; the rows of each table that counts.

    Raises:
        BackupError: It is damaged, or is no database of ours.
    """
    try:
        # Immutable: looking leaves no file beside it.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?immutable=1", uri=True)) as copy:
            told = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            counted = _counts(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{file.name} cannot be read: {error}") from error
    if told != "ok":
        raise BackupError(f"{file.name} is damaged: {told}")
    if "chats" not in counted:
        raise BackupError(f"{file.name} is no database of Rasid")
    return counted


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return {
        table: int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        for table in _COUNTED
        if table in there
    }


def _newest(connection: sqlite3.Connection) -> dict[str, int]:
    """The highest row number of each table that is pruned: by so many more they have grown."""
    return {
        table: int(connection.execute(f"SELECT coalesce(max(rowid), 0) FROM {table}").fetchone()[0])
        for table in _counts(connection).keys() & _PRUNED
    }


def sync(path: Path) -> None:
    """Have what was written, or named, survive a power cut."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
