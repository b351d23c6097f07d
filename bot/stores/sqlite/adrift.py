"""A database whose file was deleted, moved or replaced while it was open.

SQLite goes on with the file it has opened, which nobody will find again: all that is written is
lost when the process ends. So the end writes it once more: to its place, where nothing stands there
now, else beside what stands there.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bot.stores.sqlite.files import beside, real


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


def _aside(kept: Path, path: Path) -> Path:
    """Under the first name that is free: an earlier one may still be needed."""
    number = 1
    while (free := path.with_name(f"{path.name}.replaced-{number}")).exists():
        number += 1
    return kept.rename(free)
