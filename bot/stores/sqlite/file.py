"""One SQLite file through sqlite-utils: its thread, its transactions, its migrations.

One dedicated thread owns the one connection, so writes queue instead of failing. Every write
begins with ``BEGIN IMMEDIATE``: sqlite-utils' own ``atomic()`` starts a deferred transaction, and
a read-then-write in one fails at once when another process (``python -m bot feeds add``) writes
(measured: "database is locked" after 0.2 s in spite of a 5 s time-out). Inside it ``atomic()``
becomes a savepoint.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlite_utils import Database

from bot.errors import SchemaError, StoreDamaged, StoreUnavailable
from bot.stores.sqlite import adrift, rows, schema
from bot.stores.sqlite.files import lone_journal, set_aside
from bot.stores.sqlite.head import Head, opened
from bot.stores.sqlite.look import Unreadable, is_damage
from bot.stores.sqlite.together import Job, Outcome, Together

T = TypeVar("T")

# Longer than any wait that is ever given (flood waits of 12 h were seen, polls back off for 6.6).
ABSURD = timedelta(hours=13)
# Sources that become due together: so many at once, then one after the other. Ten thousand take
# five minutes.
SPREAD = {"at_once": 16, "step_ms": 30}
_BUSY_MS = 5_000
_ENDING_MS = 300
_JOURNAL_BYTES = 64 * 1024 * 1024


class Trouble(Enum):
    """What keeps the file from being written, until a write works again."""

    NONE = "none"
    FULL = "full"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class _Durable:
    """A job that must survive a power cut; what shares its transaction does so, too."""

    job: Job

    def __call__(self) -> Any:
        return self.job()


class SqliteFile:
    """The file, its thread and its transactions; the tables build on it.

    Attributes:
        path: Where it is.
        trouble: May be read from any thread.
        damaged: Called when the file turns out to be damaged.
    """

    def __init__(self, bot_id: int = 0) -> None:
        self._bot_id = bot_id
        self._is_ending = False
        self.path = Path()
        self.trouble = Trouble.NONE
        self.damaged: Callable[[], object] = lambda: None
        self._identity: tuple[int, int] | None = None
        self._journals: tuple[tuple[int, int] | None, ...] = ()
        self._head: Head | None = None
        self._changes = 0
        self._unreadable = Unreadable()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._db: Database
        self._together = Together(self._commit)

    @classmethod
    async def open(
        cls, path: Path | str, *, bot_id: int = 0, migrate: bool = True, read_only: bool = False
    ) -> Self:
        """Open (and create) the database at ``path``; ``":memory:"`` is the tests' fake.

        Args:
            path: The file; its folder is made.
            bot_id: Number before the token's colon: update ids are unique per bot only.
            migrate: Apply pending migrations; otherwise refuse a database that needs any.
            read_only: Change nothing, whatever is called; a pending migration is refused too.

        Raises:
            SchemaError: The file is no database of ours, or is newer than this program.
            StoreUnavailable: The file cannot be opened.
        """
        store = cls(bot_id)
        store.path = Path(path)
        try:
            await store._run(lambda: store._open(str(path), migrate and not read_only, read_only))
        except BaseException:
            store._thread.shutdown(wait=False)
            raise
        return store

    def _open(self, path: str, migrate: bool, read_only: bool) -> None:
        if path != ":memory:":
            _make_folder(Path(path).parent)
            _save_journal(Path(path), migrate)
            _make_file(Path(path), migrate)
        connection = self._connect(path)
        self._head = opened(self.path)
        try:
            self._db = _locked(connection) if read_only else _prepare(connection)
            schema.check(self._db, path, migrate)
            self._identity = adrift.identity(self.path)
            self._journals = adrift.journals(self.path)
            self._changes = (self._head and self._head.changes()) or 0
        except sqlite3.DatabaseError as error:
            connection.close()
            self._let_go()
            # One that is no database at all may be somebody's other file.
            is_broken = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_CORRUPT
            if is_broken or isinstance(error, sqlite3.OperationalError):
                raise
            raise SchemaError(f"{path} is not a database of Rasid: {error}") from error
        except BaseException:
            connection.close()
            self._let_go()
            raise

    def _connect(self, path: str) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=_BUSY_MS / 1000, check_same_thread=False)

    def hurry(self) -> None:
        """We are ending: whatever else waits for another program's writing waits a moment only."""
        self._is_ending = True

    def is_adrift(self) -> bool:
        """Whether our file is not the one any more that stands at ``path``; from any thread."""
        return self._is_replaced() or self._is_overwritten()

    def _is_replaced(self) -> bool:
        return adrift.identity(self.path) != self._identity

    def _is_overwritten(self) -> bool:
        if self._head is None:
            return False
        if adrift.is_overwritten(self._head, self._changes):
            return True
        self._changes = self._head.changes() or self._changes
        return False

    async def close(self, *, rescuing: bool = False) -> None:
        """Finish what is queued and close the file.

        Args:
            rescuing: If it is adrift, what is in it is written where it belongs, or beside that.
        """
        await self._run(self._ended if rescuing else self._db.conn.close)
        self._let_go()
        self._thread.shutdown()

    def _let_go(self) -> None:
        if self._head is not None:
            self._head.close()
            self._head = None

    def _ended(self) -> None:
        if self._is_replaced():
            adrift.leave(self._db.conn, self.path, self._journals)
        elif self._head and self._is_overwritten():
            adrift.leave_overwritten(self._db.conn, self.path, self._head)
        else:
            self._db.conn.close()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            turn = partial(self._turn, call)
            return await asyncio.get_running_loop().run_in_executor(self._thread, turn)
        except sqlite3.DatabaseError as error:
            self._note(error)
            if self.trouble is Trouble.DAMAGED:
                raise StoreDamaged(f"the database is damaged: {error}") from error
            if isinstance(error, sqlite3.OperationalError):
                raise StoreUnavailable(f"the database did not answer: {error}") from error
            raise

    def _turn(self, call: Callable[[], T]) -> T:
        if self._is_ending:
            self._db.execute(f"PRAGMA busy_timeout = {_ENDING_MS}")
        return call()

    def _note(self, error: sqlite3.DatabaseError) -> None:
        code = getattr(error, "sqlite_errorcode", 0)
        if is_damage(error) or self._unreadable.is_lasting(code):
            self.found_damaged()
        elif code == sqlite3.SQLITE_FULL:
            self.trouble = Trouble.FULL

    def found_damaged(self) -> None:
        """Whoever finds that the file is damaged says so."""
        self.trouble = Trouble.DAMAGED
        self.damaged()

    async def _write(self, call: Callable[[], T], *, durably: bool = False) -> T:
        """Write ``call`` in a transaction; ``durably``: a power cut does not undo it."""
        return await self._together.write(_Durable(call) if durably else call)

    async def _commit(self, jobs: list[Job]) -> list[Outcome]:
        """All of these in one transaction; each that fails is undone alone."""

        is_durable = any(isinstance(job, _Durable) for job in jobs)

        def turn() -> list[Outcome]:
            with _synced(self._db) if is_durable else nullcontext(), _immediate(self._db):
                return [self._alone(job) for job in jobs] if len(jobs) > 1 else [(jobs[0](), None)]

        written = await self._run(turn)
        if self.trouble is Trouble.FULL:
            self.trouble = Trouble.NONE
        return written

    def _alone(self, job: Job) -> Outcome:
        connection = self._db.conn
        connection.execute("SAVEPOINT one")
        try:
            value = job()
        except sqlite3.OperationalError:
            raise  # the disk, not the job: nothing of all this is kept
        except Exception as error:
            connection.execute("ROLLBACK TO one")
            connection.execute("RELEASE one")
            return None, error
        connection.execute("RELEASE one")
        return value, None

    def _rows(self, statement: str, values: Mapping[str, object] | None = None) -> list[rows.Row]:
        # Not sqlite-utils' query(): a savepoint around each doubles the statements of a send.
        cursor = self._db.execute(statement, dict(values or {}))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _first(self, statement: str, values: Mapping[str, object]) -> rows.Row | None:
        return next(iter(self._rows(statement, values)), None)

    def _do(self, statement: str, **values: object) -> int:
        return self._db.execute(statement, values).rowcount


def _make_file(path: Path, may_begin: bool) -> None:
    """An empty file that only its owner may read: it will hold who watches what."""
    if path.exists():
        return
    if not may_begin:  # SQLite would make an empty one
        raise sqlite3.OperationalError(f"there is no {path}")
    with suppress(OSError):  # SQLite says it better
        path.touch(0o600)


def _save_journal(path: Path, may_begin: bool) -> None:
    """What a lost database left must not be deleted: SQLite does so as soon as it looks."""
    journal = lone_journal(path)
    if journal is None:
        return
    if not may_begin:
        told = f"{path} is gone or empty, and {journal.name} is left of it: `run` mends that"
        raise sqlite3.OperationalError(told)
    set_aside(path, datetime.fromtimestamp(journal.stat().st_mtime, UTC))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{folder} cannot be made: {error.strerror}") from error


def _locked(connection: sqlite3.Connection) -> Database:
    # Not the file's own read-only mode: that cannot read a WAL that a crash left behind.
    connection.execute("PRAGMA query_only = ON")
    return Database(connection)


def _prepare(connection: sqlite3.Connection) -> Database:
    db = Database(connection)
    db.enable_wal()
    for pragma in (
        # The death of the process loses nothing. FULL, which a power cut does not undo either,
        # costs four times as much a message: what must survive one asks for it (``_write``).
        "synchronous = NORMAL",
        f"busy_timeout = {_BUSY_MS}",
        "foreign_keys = ON",
        f"journal_size_limit = {_JOURNAL_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return db


@contextmanager
def _synced(db: Database) -> Iterator[None]:
    """What is committed within is on the disk when that returns, and all before it."""
    db.conn.execute("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        db.conn.execute("PRAGMA synchronous = NORMAL")


@contextmanager
def _immediate(db: Database) -> Iterator[None]:
    connection = db.conn
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
