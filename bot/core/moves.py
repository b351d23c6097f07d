"""A source that says it has moved for good is believed when it has said so long enough.

Too eager, and one day of a maintenance page takes a feed away (it answers with 301 too); too slow,
and the old address is switched off before the new one was learnt.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.model import Move

POLLS = 3
PERIOD = timedelta(hours=48)


def counted(move: Move, moved_to: str, now: datetime) -> Move:
    """``move`` after one more visit that worked; ``moved_to`` is ``""`` where it did not move."""
    if not moved_to:
        return Move()
    if moved_to != move.url or move.since is None:
        return Move(moved_to, 1, now, now)
    return Move(moved_to, move.polls + 1, move.since, now)


def is_settled(move: Move) -> bool:
    """Whether it was said in enough visits over long enough."""
    if move.since is None or move.last_at is None:
        return False
    return move.polls >= POLLS and move.last_at - move.since >= PERIOD
