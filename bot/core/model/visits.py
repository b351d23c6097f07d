"""When a source is visited: what is known of it, and what a visit leaves behind for the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Hints:
    """What a document says of how often it wants to be read. Hours and days are GMT's.

    ``ttl_s`` asks not to come earlier; ``update_s`` (``sy:updatePeriod``) states how often there
    is something new. 0 and empty where it says nothing; Monday is day 0.
    """

    ttl_s: int = 0
    update_s: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many entries came in each hour of the day (UTC), the older the less they weigh.

    Attributes:
        counts: One for each hour, or none at all when nothing was seen yet; as they weighed at
            ``learnt_at``.
        days: How many days were watched, weighed alike.
        learnt_at: When the last entry was counted.
    """

    counts: tuple[float, ...] = ()
    days: float = 0.0
    learnt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Where a source says it has moved for good, and for how long it has been saying so."""

    url: str = ""
    polls: int = 0
    since: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """What a visit that worked leaves behind for the next one.

    ``earliest_at`` is what the publisher asked for: nothing of ours brings the visit before it.
    ``quick_at`` takes the place of ``due_at`` while news is breaking where the source lives.
    """

    due_at: datetime
    quick_at: datetime
    earliest_at: datetime
    wait: timedelta
    rhythm: Rhythm
    hints: Hints
    held: int
    move: Move


@dataclass(frozen=True, slots=True)
class Setback:
    """What a visit that failed leaves behind, beside its sentence and when the next is due.

    Attributes:
        kind: The stable name of the failure.
        wait: How long the source is left alone.
        asked: What of that the publisher asked for.
        is_missing: Nothing is at its address; the first time of it is remembered.
        is_gone: Nothing has been for so long, or for good: the operator is told once.
        returns: It no longer answers at the address it had moved to: back to the operator's own.
    """

    kind: str = "failed"
    wait: timedelta = timedelta()
    asked: timedelta = timedelta()
    is_missing: bool = False
    is_gone: bool = False
    returns: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """News broke in ``countries``: their sources are visited more often until ``until``."""

    countries: tuple[str, ...]
    until: datetime
