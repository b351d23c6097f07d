"""How long what is stored is kept: pure policy, by a clock that nothing can hurry.

What would be deleted by a clock that is wrong is gone when it is right again. So the time by which
age is told follows the clock, and where that leaps ahead, by ``_STEP`` a round: a clock that is a
year ahead for a day costs ten days of what was kept, and not all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

EVERY = timedelta(hours=1)  # between two rounds
_STEP = timedelta(hours=10)
_DAY = timedelta(days=1)
# An entry is noted as held once a day, when all its source holds is read: what is noted to have
# been held so long before that is held no longer.
MISSED = 2 * _DAY


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator wants kept, and what no feature can do without.

    Attributes:
        days: Of entries, stories, alerts, messages, from the last that happened to them.
        dead: Of messages that were given up or never confirmed, and of what broke us.
        least: As long as an entry may join a story, or alert, nothing of it goes.
    """

    days: timedelta
    dead: timedelta
    least: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Aged:
    """Where the last round stood: ``by`` tells age, ``at`` is when it began by the clock."""

    by: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is older than these may go.

    Attributes:
        before: Stories with all that was told of them, answers to commands, updates, aliases.
        entries_before: Entries with their fingerprints: after their aliases, so that none is left
            that stands for nothing.
        dead_before: Messages that did not arrive, and what broke us.
    """

    before: datetime
    entries_before: datetime
    dead_before: datetime


def is_round_due(last: Aged | None, now: datetime) -> bool:
    """Whether a round begins; also after a clock was set back."""
    return last is None or not timedelta() <= now - last.at < EVERY


def round_of(last: Aged | None, oldest: datetime | None, now: datetime, terms: Terms) -> Aged:
    """The round that begins now; the first one by the ``oldest`` of what is stored."""
    by = last.by if last else (oldest or now) + _kept(terms)
    return Aged(min(now, by + _STEP), now)


def bounds(aged: Aged, terms: Terms) -> Bounds:
    """What may go in this round."""
    before = aged.by - _kept(terms)
    dead_before = aged.by - max(terms.dead, _kept(terms))
    return Bounds(before, before - MISSED, dead_before)


def _kept(terms: Terms) -> timedelta:
    return max(terms.days, terms.least + _DAY)
