"""A database's file, spoilt and read as SQLite alone sees it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


def spoil(path: Path, pages: int = 2) -> None:
    """Overwrite all but the first ``pages`` of it."""
    with path.open("r+b") as file:
        file.seek(pages * 4096)
        file.write(os.urandom(path.stat().st_size - pages * 4096))


def rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """What the file says."""
    with closing(sqlite3.connect(path)) as database:
        return database.execute(statement).fetchall()
