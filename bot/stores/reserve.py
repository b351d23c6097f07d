"""Room on the disk that is ours for the day when there is none left.

A database needs a little room even to record that a message was sent. A file beside it holds that
much, and is given up when the disk is full; once there is plenty again it is put back.
"""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

SIZE = 16 * 1024 * 1024
_PLENTY = 512 * 1024 * 1024
_NEEDED = 1024 * 1024  # to open a database, and to write a little


@dataclass(frozen=True, slots=True)
class Reserve:
    """The reserve of the database at ``database``."""

    database: Path

    @property
    def path(self) -> Path:
        """The file that holds the room."""
        return self.database.with_name(f"{self.database.name}.reserve")

    def keep(self) -> None:
        """Lay it in, where there is plenty of room."""
        if self.path.exists() or self._free() < _PLENTY:
            return
        try:
            number = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                os.posix_fallocate(number, 0, SIZE)
            finally:
                os.close(number)
        except OSError:
            self.spend()

    def spend(self) -> bool:
        """Give it up; whether there was any."""
        try:
            self.path.unlink()
        except OSError:
            return False
        return True

    def mind(self, *, is_full: bool) -> None:
        """Keep it, or give it up where the disk is full.

        Raises:
            OSError: Nobody can tell what is there.
        """
        if not is_full:
            self.keep()
        elif self.spend():
            log.error("disk_full the reserve is given up: make room")

    def spend_if_needed(self) -> bool:
        """Give it up where there is too little room to begin with; whether that was done."""
        return self._free() < _NEEDED and self.spend()

    def _free(self) -> int:
        try:
            return shutil.disk_usage(self.database.parent).free
        except OSError:
            return 0
