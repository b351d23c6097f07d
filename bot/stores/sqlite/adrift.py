"""A database whose file was deleted, moved, replaced or overwritten while it was open.

SQLite goes on with the file it has opened, which nobody will find again: all that is written is
lost when the process ends. So the end writes it once more: to its place, where nothing stands there
now, else beside what stands there. What was copied over it SQLite takes for its own, and would
write its journal into that: it is kept from that.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from bot.stores.sqlite.files import beside, real, sync
from bot.stores.sqlite.head import Head

_AGAIN_S = 0.05


def identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at ``path``; ``None`` where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def journals(path: Path) -> tuple[tuple[int, int] | None, ...]:
    """Which journals stand beside ``path``."""
    return tuple(identity(journal) for journal in beside(path))


def is_overwritten(head: Head, known: int) -> bool:
    """Whether something older was copied over the file that had ``known`` changes already."""
    for _ in range(2):  # the head may just be being written
        seen = head.changes()
        if seen is None or seen >= known:
            return False
        time.sleep(_AGAIN_S)
    return True


def leave(
    connection: sqlite3.Connection, path: Path, ours: tuple[tuple[int, int] | None, ...]
) -> Path:
    """Write all that ``connection`` sees to ``path``, or beside what stands there, and close it.

    Args:
        ours: ``journals`` of the file that ``connection`` has opened.

    Returns:
        Where it lies.

    Raises:
        sqlite3.DatabaseError: It cannot be written; nothing that stands there was touched.
    """
    path = real(path)
    kept = path.with_name(f"{path.name}.rescued")
    kept.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection.execute("VACUUM INTO ?", (str(kept),))
    finally:
        connection.close()
    kept.chmod(0o600)
    is_free = not path.exists() or not path.stat().st_size
    for journal, own in zip(beside(path), ours, strict=True):
        # A journal of the old file would be replayed into whatever stands there.
        if is_free or (own is not None and identity(journal) == own):
            journal.unlink(missing_ok=True)
    return kept.replace(path) if is_free else _aside(kept, path)


def leave_overwritten(connection: sqlite3.Connection, path: Path, head: Head) -> None:
    """Close ``connection``, and have what was copied over its file stand there as it was copied.

    What ``connection`` sees, a mixture of both, is laid beside it if it can be read at all.
    """
    path = real(path)
    theirs, kept = (path.with_name(f"{path.name}{end}") for end in (".copied", ".rescued"))
    for left in (theirs, kept):
        left.unlink(missing_ok=True)
    head.copy(theirs)
    sync(theirs)
    try:
        with suppress(sqlite3.DatabaseError):
            connection.execute("VACUUM INTO ?", (str(kept),))
            kept.chmod(0o600)
            _aside(kept, path)
    finally:
        connection.close()  # which writes our journal into what was copied
    kept.unlink(missing_ok=True)
    for journal in beside(path):
        journal.unlink(missing_ok=True)
    theirs.replace(path)


def _aside(kept: Path, path: Path) -> Path:
    """Under the first name that is free: an earlier one may still be needed."""
    number = 1
    while (free := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    return kept.rename(free)
