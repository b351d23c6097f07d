"""What a journal lost: SQLite plays it up to the first frame that is wrong, and says nothing.

Where later frames of the same run of the journal end transactions, those were committed, and are
not in the database any more. A killed process wrote in order: it leaves one such frame at most,
half written, of a transaction that nobody was told of.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile

from bot.stores.sqlite.files import aside_name, beside, is_empty

_HEADER, _FRAME = 32, 24
_SURE = 2  # ends of transactions that were not played
_MAGICS = frozenset({0x377F0682, 0x377F0683})


@dataclass(frozen=True, slots=True)
class Lost:
    """Commits that are gone.

    Attributes:
        told: How much, in a few words.
        since: All that was committed before is there.
        aside: A copy of the journal; ``None`` where there was no room.
    """

    told: str
    since: datetime
    aside: Path | None


@dataclass(frozen=True, slots=True)
class _Run:
    """A journal since it began anew: how its frames are known, and which end a transaction."""

    salts: bytes
    ends: tuple[int, ...]


def lost(path: Path, now: datetime) -> Lost | None:
    """What the journal of the database at ``path`` lost; played and begun anew by that.

    Raises:
        sqlite3.DatabaseError: It cannot be opened.
    """
    wal = beside(path)[0]
    before = _run(wal)
    if is_empty(path) or before is None or len(before.ends) < _SURE:
        return None
    since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    with closing(sqlite3.connect(path, timeout=5)) as connection:
        played = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
        # The same journal still: else another program wrote meanwhile.
        unplayed = [end for end in before.ends if end > played >= 0]
        if len(unplayed) < _SURE or _run(wal) != before:
            return None
        aside = _copied(wal, aside_name(path, now, "-wal"))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return Lost(f"frames {played + 1} to {unplayed[-1]}", since, aside)


def _copied(wal: Path, aside: Path) -> Path | None:
    try:
        copyfile(wal, aside)
        aside.chmod(0o600)
    except OSError:
        aside.unlink(missing_ok=True)
        return None
    return aside


def _run(wal: Path) -> _Run | None:
    try:
        with wal.open("rb") as file:
            header = file.read(_HEADER)
            if len(header) < _HEADER:
                return None
            magic, _, page = struct.unpack_from(">III", header)
            if magic not in _MAGICS or not 512 <= page <= 65536:
                return None
            salts, frame, ends = header[16:24], 0, list[int]()
            while len(head := file.read(_FRAME)) == _FRAME:
                frame += 1
                if head[4:8] != bytes(4) and head[8:16] == salts:
                    ends.append(frame)
                file.seek(page, 1)
    except OSError:
        return None
    return _Run(salts, tuple(ends))
