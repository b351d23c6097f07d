"""Which backups are kept: the newest of each of the last hours, and of each of the last days."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta

from bot.core.model import Backup


def newest_first(backups: Sequence[Backup], now: datetime) -> tuple[Backup, ...]:
    """By their time; one that claims to be of later than now was made while the clock was wrong.

    Those come last: something newer may be among the others.
    """
    return tuple(sorted(backups, key=lambda b: (b.taken_at <= now, b.taken_at), reverse=True))


def superfluous(
    backups: Sequence[Backup], now: datetime, hourly: int, daily: int
) -> tuple[Backup, ...]:
    """What may be deleted; never the newest, nor the only one.

    Args:
        backups: All there are.
        hourly: Hours of which the newest is kept, counted over hours that have one: after a week
            without power there are as many as before.
        daily: The same for days, UTC.
    """
    ordered = newest_first(backups, now)
    kept = {*ordered[:1]}
    kept |= _newest_of_each(ordered, lambda at: at.replace(minute=0, second=0), hourly)
    kept |= _newest_of_each(ordered, lambda at: at.date(), daily)
    return tuple(backup for backup in ordered if backup not in kept)


def _newest_of_each(
    ordered: Sequence[Backup], span: Callable[[datetime], Hashable], count: int
) -> set[Backup]:
    newest: dict[Hashable, Backup] = {}
    for backup in ordered:
        newest.setdefault(span(backup.taken_at), backup)
    return set(list(newest.values())[:count])


def is_due(backups: Sequence[Backup], now: datetime, every: timedelta) -> bool:
    """Whether it is time for another one; what is of later than now is no reason to wait."""
    past = [backup.taken_at for backup in backups if backup.taken_at <= now]
    return not past or now - max(past) >= every
