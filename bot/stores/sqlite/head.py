"""The file of an open database, read beside SQLite.

Who closes a file gives up all locks that this process has on it, SQLite's, too (that is POSIX). So
it is opened once for all who have it open here, and closed when the last of them has closed it.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

_PART = 1024 * 1024
_COUNT = slice(24, 28)

_opened: dict[tuple[int, int], Head] = {}
_lock = threading.Lock()


class Head:
    """One file; ``opened`` gives it, ``close`` gives it back."""

    def __init__(self, number: int) -> None:
        self._number, self.users = number, 0

    def changes(self) -> int | None:
        """SQLite's own count of changes of the first page: it never goes back.

        ``None``: it cannot be read, which is another matter.
        """
        try:
            return int.from_bytes(os.pread(self._number, _COUNT.stop, 0)[_COUNT])
        except OSError:
            return None

    def copy(self, target: Path) -> None:
        """Copy the file, for its owner to read."""
        number, at = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), 0
        with os.fdopen(number, "wb") as file:
            while part := os.pread(self._number, _PART, at):
                file.write(part)
                at += len(part)

    def close(self) -> None:
        """Give it back; nobody of ours but those who have not may have the database open."""
        with _lock:
            self.users -= 1
            if not self.users:
                _opened.pop(_key(os.fstat(self._number)), None)
                os.close(self._number)


def opened(path: Path) -> Head | None:
    """The file at ``path``; ``None`` where there is none."""
    with _lock:
        try:
            head = _opened.get(_key(path.stat())) or Head(os.open(path, os.O_RDONLY))
            _opened[_key(os.fstat(head._number))] = head
        except OSError:
            return None
        head.users += 1
        return head


def _key(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
