"""Before the database is opened: is it whole? If not, the last good backup takes its place.

Nothing is deleted: what is damaged lies beside it afterwards, under a name of its own. And nothing
begins empty where there is a backup, or should be one.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.model import Backup
from bot.errors import StoreUnavailable
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.files import lone_journal, real, set_aside
from bot.stores.sqlite.journal import Lost, lost
from bot.stores.sqlite.look import AT_START, Search, State, look, reindexed
from bot.stores.sqlite.restoring import remember, restore_last

_UNSEEN = "no fault was seen in it, and yet it failed again"


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done about it.

    Attributes:
        state: What was found.
        told: What is wrong with the file, in a few words.
        aside: Where the damaged file lies now, or the journal that was left of it.
        backup: What took its place; ``None`` where there was none, and a new one begins, or
            where none was needed.
        passed: Why newer backups were passed by.
    """

    state: State
    told: str
    aside: Path | None = None
    backup: Backup | None = None
    passed: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.state is State.INDEX:
            return f"An index of the database was wrong ({self.told}): built anew, nothing is lost."
        if self.state is State.JOURNAL:
            return (
                f"The database's journal was damaged ({self.told}): some of what was written last,"
                " before the bot ended, is lost. What may have been sent then is said to be a"
                f" repeat. A copy of the journal lies in {self.aside or 'no place: no room'}."
            )
        what = f"The database was {self.state.value}{f' ({self.told})' if self.told else ''}."
        if self.aside is not None:
            what += f" What is left of it lies in {self.aside} now."
        if self.backup is None:
            return f"{what} There is no backup: a new one begins, which knows no subscribers."
        what += (
            f" The backup of {self.backup.taken_at:%Y-%m-%d %H:%M} UTC took its place:"
            " what was asked of the bot since then is forgotten."
        )
        newer = f" Newer ones could not be used: {'; '.join(self.passed)}." if self.passed else ""
        return what + newer


def mend(backups: Backups, now: datetime, search: Search = AT_START) -> Mended | None:
    """Have a database at its place that can be opened; ``None`` where all is well.

    Raises:
        StoreUnavailable: It cannot be told: the file is locked or cannot be reached.
        BackupError: It is not well, and no backup could take its place though there is one, or
            should be. All is as it was.
    """
    path = real(backups.database)
    gone = _lost(path, now)
    state, told = look(path, search, is_ours=backups.were_made())
    if state is State.GOOD and search.insist and backups.kept():
        state, told = State.DAMAGED, _UNSEEN
    mended: Mended | None = None
    if state is State.INDEX:
        mended = Mended(state, told) if reindexed(path, search) else None
        state = State.GOOD if mended else State.DAMAGED
    if state is not State.GOOD:
        return _replaced(backups, now, search, state, told)
    return _forgetful(path, now, gone) if gone else mended


def _lost(path: Path, now: datetime) -> Lost | None:
    try:
        return lost(path, now)
    except sqlite3.DatabaseError:
        return None  # whoever looks at the database itself will say why


def _forgetful(path: Path, now: datetime, gone: Lost) -> Mended:
    """It lives on without what was lost, as after a restore."""
    try:
        remember(path, gone.since, now)
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{path} cannot be written: {error}") from error
    return Mended(State.JOURNAL, gone.told, gone.aside)


def _replaced(
    backups: Backups, now: datetime, search: Search, state: State, told: str
) -> Mended | None:
    if found := backups.at_hand():
        done = restore_last(backups, found, now, search.halt)
        return Mended(state, told, done.aside, done.backup, done.passed)
    if state is State.MISSING and lone_journal(backups.database) is None:
        return None  # the first start
    return Mended(state, told, set_aside(backups.database, now))
