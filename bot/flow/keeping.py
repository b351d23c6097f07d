"""Backups on a schedule, beside everything else: a tick begins one and waits for none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.rotation import is_due
from bot.errors import BackupError, DatabaseDamaged
from bot.flow.beside import Beside
from bot.ports import Backups, Clock

log = logging.getLogger(__name__)

_AGAIN = timedelta(minutes=10)  # after one that failed


@dataclass(slots=True)
class Keeping:
    """When a backup is made, and which are kept.

    Attributes:
        backups: Makes them.
        clock: Now.
        every: Between two of them; zero: none are made.
        hourly, daily: Hours and days of which one is kept.
        damaged: Called when making one shows that the database is damaged.
        error: Why the last one was not made, ``""`` where it was.
    """

    backups: Backups
    clock: Clock
    every: timedelta
    hourly: int
    daily: int
    damaged: Callable[[], object] = lambda: None
    error: str = ""
    _failed_at: datetime | None = None
    _beside: Beside = field(default_factory=Beside)

    async def tick(self) -> None:
        """Begin a backup where one is due."""
        if self._is_due():
            self._beside.begin("backup", self.make)

    async def make_due(self) -> None:
        """Make a backup where one is due, and wait for it."""
        if self._is_due():
            await self.make()

    async def make(self) -> None:
        """Make one now; what goes wrong is said, and ends nothing."""
        try:
            made = await self.backups.make(self.clock())
            gone = await self.backups.rotate(self.clock(), self.hourly, self.daily)
        except (BackupError, OSError) as error:
            self.error, self._failed_at = str(error), self.clock()
            log.warning("backup_failed error=%s", error)
            if isinstance(error, DatabaseDamaged):
                self.damaged()
            return
        self.error, self._failed_at = "", None
        log.info("backup_made name=%s bytes=%d rotated=%d", made.name, made.size, gone)

    async def close(self) -> None:
        """Break off what is being made: nothing of it is left."""
        await self.backups.close()
        await self._beside.cancel()

    def is_late(self) -> bool:
        """Whether one should have been made long ago."""
        longest = 2 * self.every + timedelta(hours=1)
        return bool(self.every) and is_due(self.backups.kept(), self.clock(), longest)

    def _is_due(self) -> bool:
        now = self.clock()
        if not self.every or (self._failed_at and abs(now - self._failed_at) < _AGAIN):
            return False
        return is_due(self.backups.kept(), now, self.every)
