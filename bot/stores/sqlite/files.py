"""The files of one database: itself, and its journals beside it. Putting aside is renaming."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_ALL = ("", "-wal", "-shm")


def real(path: Path) -> Path:
    """The file behind a link: SQLite lays its journals beside that."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def beside(path: Path) -> tuple[Path, ...]:
    """Its journals, whether they are there or not."""
    return tuple(_named(real(path), ending) for ending in _ALL[1:])


def is_empty(path: Path) -> bool:
    """Whether nothing is there."""
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def lone_journal(path: Path) -> Path | None:
    """A journal whose database is gone, or empty: SQLite deletes it as soon as it looks."""
    wal = beside(path)[0]
    return wal if is_empty(path) and not is_empty(wal) else None


def aside_name(path: Path, now: datetime, ending: str = "") -> Path:
    """A name that is free, for what is put aside."""
    path = real(path)
    aside = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%SZ}")
    while any(_named(aside, known).exists() for known in _ALL):
        aside = aside.with_name(f"{aside.name}-2")
    return _named(aside, ending)


def set_aside(path: Path, now: datetime) -> Path | None:
    """Give the file and what belongs to it another name; ``None`` where there was nothing.

    A journal must never stay behind: SQLite would play it into whatever comes next.
    """
    path = real(path)
    aside = aside_name(path, now)
    moved = _moved(path, aside)
    if path.parent.is_dir():
        sync(path.parent)
    return next((_named(aside, ending) for ending in _ALL[:2] if ending in moved), None)


def put_back(aside: Path, path: Path) -> None:
    """Undo ``set_aside``, which gave ``aside``."""
    _moved(aside.with_name(aside.name.removesuffix(_ALL[1])), real(path))


def _moved(old: Path, new: Path) -> set[str]:
    moved = set()
    for ending in _ALL:
        with suppress(FileNotFoundError):
            _named(old, ending).rename(_named(new, ending))
            moved.add(ending)
    return moved


def _named(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def sync(path: Path) -> None:
    """Have what was written, or named, survive a power cut."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
