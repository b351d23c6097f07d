"""Backups of one database: made beside a bot that sends, verified before they bear their name.

``VACUUM INTO`` reads one moment of the file and holds nobody up: in WAL mode writers do not wait
for a reader (measured on 158 MB with a writer beside it: half a second, its worst write 100 ms).
SQLite's own backup call begins anew at each foreign write and may never end.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from bot.core.model import Backup
from bot.core.rotation import superfluous
from bot.errors import BackupError, DatabaseDamaged
from bot.stores.sqlite.files import is_empty, sync
from bot.stores.sqlite.look import break_off, is_damage
from bot.stores.sqlite.verifying import compare, shape, verify

T = TypeVar("T")

_STAMP = "%Y%m%dT%H%M%SZ"
_ROOM_BYTES = 64 * 1024 * 1024  # what a backup leaves free: sending needs the disk more
_TURN_S, _LOOK_S = 600.0, 0.1  # another backup is waited for so long, and looked after so often


class Backups:
    """The backups of the database at ``database``, in ``folder``.

    Where the last one was laid is noted beside the database: so it is known that there are some,
    though their disk is not there.
    """

    def __init__(self, database: Path, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.note = database.with_name(f"{database.name}.backup")
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

    def were_made(self) -> bool:
        """Whether there are any, or have been."""
        return bool(self.kept()) or self.note.exists()

    def at_hand(self) -> tuple[Backup, ...]:
        """``kept``, to be relied on: nothing means that there never was one.

        Raises:
            BackupError: There should be some, and they cannot be read.
        """
        try:
            next(self.folder.iterdir(), None)
        except (FileNotFoundError, NotADirectoryError):
            pass
        except OSError as error:
            told = f"{self.folder} cannot be read: {error.strerror}"
            raise BackupError(f"{told}. Have it readable: backups may be in it") from error
        found = self.kept()
        if not found and self.note.exists():
            raise BackupError(
                f"there is no backup in {self.folder}, and there was one:"
                f" {self.note.read_text('utf-8', 'replace')}. Is its disk not mounted? Bring it"
                f" back; or, to begin with an empty database, delete {self.note}"
            )
        return found

    def obstacle(self) -> str:
        """Why none can be made now, as far as can be seen; ``""`` where nothing hinders."""
        there = next(place for place in (self.folder, *self.folder.parents) if place.exists())
        if not there.is_dir():
            return f"{there} is not a folder"
        if not os.access(there, os.W_OK | os.X_OK):
            return f"{there} cannot be written"
        return self._lack(there)

    def _lack(self, there: Path) -> str:
        size = self.database.stat().st_size if self.database.exists() else 0
        if shutil.disk_usage(there).free < size + _ROOM_BYTES:
            return f"less than {size // 2**20 + _ROOM_BYTES // 2**20} MB free in {there}"
        return ""

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
            with self._alone():
                self._lay(name)
            with suppress(OSError):  # the backup is there
                self.note.write_text(str((self.folder / name).absolute()), "utf-8")
        except sqlite3.DatabaseError as error:
            refused = DatabaseDamaged if is_damage(error) else BackupError
            raise refused(f"no backup in {self.folder}: {error}") from error
        except (OSError, sqlite3.Error) as error:
            raise BackupError(f"no backup in {self.folder}: {error}") from error
        return self.named(name)

    def _lay(self, name: str) -> None:
        part = self._begun(name)
        try:
            self._fill(part)
            sync(part)
            part.rename(self.folder / name)
            sync(self.folder)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No two at once, in whatever process: then what is half made is a killed one's."""
        number = os.open(self.folder, os.O_RDONLY)
        ends = time.monotonic() + _TURN_S
        try:
            while not _is_ours(number):
                if time.monotonic() > ends or self._stopping.wait(_LOOK_S):
                    raise BackupError(f"no backup: another one is being made in {self.folder}")
            yield
        finally:
            os.close(number)

    def _begun(self, name: str) -> Path:
        """An empty file that only its owner may read; what a killed process left is removed."""
        for left in self.folder.glob(f".{self.database.stem}-*.db.part*"):
            left.unlink(missing_ok=True)
        if lack := self._lack(self.folder):
            raise BackupError(f"no backup: {lack}")
        part = self.folder / f".{name}.part"
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return part

    def _fill(self, part: Path) -> None:
        with self._reading() as connection:
            before = shape(connection)
            connection.execute("VACUUM INTO ?", (str(part),))
            after = shape(connection)
        compare(verify(part, self._stopping.is_set, usable=False), before, after)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The database, to read; broken off when we are to stop."""
        if is_empty(self.database):
            raise BackupError(f"there is no database {self.database} yet")
        with closing(sqlite3.connect(self.database, timeout=5, isolation_level=None)) as connection:
            break_off(connection, self._stopping.is_set)
            yield connection

    def _rotated(self, now: datetime, hourly: int, daily: int) -> int:
        old = superfluous(self.kept(), now, hourly, daily)
        for backup in old:
            self.path(backup).unlink(missing_ok=True)
        return len(old)


def _is_ours(number: int) -> bool:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a disk that knows no locks
    return True
