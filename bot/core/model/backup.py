"""A backup of the database, and what taking it up again means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup that was verified: its file name, the moment it shows, its size in bytes."""

    name: str
    taken_at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Restored:
    """The database was taken out of a backup: what happened between the two times is forgotten.

    Attributes:
        taken_at: The moment the backup shows.
        at: When it took the place of the database.
    """

    taken_at: datetime
    at: datetime
