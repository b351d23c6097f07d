"""Is the file whole? Looked at for a while at most: a bot that starts late is silent.

``quick_check`` does not compare the indexes with their tables, which takes several times as long:
that is done where the file is small, and once it is known that there is damage.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bot.errors import StoreUnavailable
from bot.stores.sqlite.files import is_empty

LOOK_S = 20.0
SMALL_BYTES = 64 * 1024 * 1024
_MAGIC = b"SQLite format 3\0"
_STEPS = 20_000  # of SQLite's machine, between two looks at whether it is enough
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MANY, _TOLD = 100, 3
_OF_AN_INDEX = re.compile(
    r"row \d+ missing from index |wrong # of entries in index |non-unique entry in index "
    r"|row \d+ values differ from index "
)
# A page that cannot be read; asked again, for a disk may be away for a moment.
UNREADABLE = frozenset(
    {
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
    }
)
_ASKED, _PAUSE_S = 3, 1.0
_FOR_S, _WITHIN_S = 5.0, 600.0


def never() -> bool:
    """Nobody wants us to stop."""
    return False


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is not as it should be."""
    # The lower byte is the kind; the rest says more about it.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def break_off(connection: sqlite3.Connection, halt: Callable[[], bool]) -> None:
    """Have whatever ``connection`` does end with an error when ``halt`` says so."""
    connection.set_progress_handler(lambda: int(halt()), _STEPS)


class State(Enum):
    """What a look at the file told."""

    GOOD = "good"
    MISSING = "missing"
    INDEX = "index"
    JOURNAL = "journal"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Search:
    """How a file is looked at.

    Attributes:
        patience_s: For so long at most.
        thorough: Compare the indexes, too, however large it is.
        insist: There is damage, whether it is seen or not.
        halt: Whether we are to stop; asked from another thread.
    """

    patience_s: float = LOOK_S
    thorough: bool = False
    insist: bool = False
    halt: Callable[[], bool] = never


AT_START = Search()


@dataclass(frozen=True, slots=True)
class Looked:
    """What is wrong with a database.

    Attributes:
        faults: Some of it; nothing where all is well.
        thorough: Whether its indexes were compared with its tables.
    """

    faults: tuple[str, ...]
    thorough: bool


class Unreadable:
    """Pages that cannot be read: a disk that was away for a moment, or one that is at its end?"""

    def __init__(self) -> None:
        self._at: list[float] = []

    def is_lasting(self, code: int) -> bool:
        """Whether this error of SQLite is such a one, not the first, and not the first's echo."""
        if code not in UNREADABLE:
            return False
        now = time.monotonic()
        self._at = [at for at in self._at if now - at < _WITHIN_S] + [now]
        return len(self._at) >= _ASKED and now - self._at[0] >= _FOR_S


def look(path: Path, search: Search = AT_START, *, is_ours: bool) -> tuple[State, str]:
    """Whether the file is whole, as far as can be seen.

    Args:
        path: The database.
        search: How much is looked at.
        is_ours: Backups of it are there: a file that is no database at all was one then. Else
            it is somebody's other file and none of our business, unless it is full of zeros.

    Raises:
        StoreUnavailable: It cannot be told: the file is locked or cannot be reached.
    """
    if is_empty(path):
        return State.MISSING, ""
    try:
        told = _asked(path, search)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode in UNREADABLE:
            return State.DAMAGED, str(error)
        raise StoreUnavailable(f"{path} cannot be looked at: {error}") from error
    except sqlite3.DatabaseError as error:
        was_ours = is_ours or _head(path) in (_MAGIC, bytes(len(_MAGIC)))
        return (State.DAMAGED, str(error)) if was_ours else (State.GOOD, "")
    if not told:
        return State.GOOD, ""
    is_index = all(_OF_AN_INDEX.match(line) for line in told)
    return State.INDEX if is_index else State.DAMAGED, told[0].splitlines()[-1]


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(len(_MAGIC))


def look_through(connection: sqlite3.Connection, path: Path) -> Looked:
    """What is wrong with the open database at ``path``."""
    thorough = is_small(path)
    told = faults(connection, LOOK_S, thorough=thorough)
    return Looked(tuple(line.splitlines()[-1] for line in told[:_TOLD]), thorough)


def is_small(path: Path) -> bool:
    """Whether all of it is looked at within a moment."""
    return path.stat().st_size <= SMALL_BYTES


def _asked(path: Path, search: Search) -> list[str]:
    """What is wrong with it; a page that cannot be read is asked for several times."""
    thorough = search.thorough or is_small(path)
    for left in reversed(range(_ASKED)):
        try:
            with closing(sqlite3.connect(path, timeout=5)) as connection:
                return faults(connection, search.patience_s, thorough=thorough, halt=search.halt)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in UNREADABLE or not left or search.halt():
                raise
            time.sleep(_PAUSE_S)
    return []


def faults(
    connection: sqlite3.Connection,
    patience_s: float,
    *,
    thorough: bool,
    halt: Callable[[], bool] = never,
) -> list[str]:
    """What is wrong, as far as was seen; nothing where all is well."""
    ends, told = time.monotonic() + patience_s, list[str]()
    break_off(connection, lambda: halt() or time.monotonic() > ends)
    pragma = f"integrity_check({_MANY})" if thorough else "quick_check(1)"
    try:
        told.extend(str(row[0]) for row in connection.execute(f"PRAGMA {pragma}"))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        connection.set_progress_handler(None, 0)
    return [line for line in told if line != "ok"]


def reindexed(path: Path, search: Search) -> bool:
    """Build all indexes anew; whether all is well then.

    Raises:
        StoreUnavailable: There is no room for it, or the file is locked.
    """
    try:
        with closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as connection:
            connection.execute("REINDEX")
            again = faults(connection, search.patience_s, thorough=True, halt=search.halt)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"the indexes of {path} cannot be built anew: {error}") from error
    except sqlite3.DatabaseError:
        return False  # two rows where there may be one, or more is damaged
    return not again
