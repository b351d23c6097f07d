"""Dates that are off by whole hours: a publisher who writes local time and calls it UTC.

What a feed brings anew was published since it was polled last. If that puts the dates of five
polls in a row ahead of the time, or behind it, by the same number of whole hours, it is the
clock that is wrong and not the news. Of each poll counts what most of them say, once: a feed that
was filled again brings many at once that are an hour old, and its clock is right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.model import Entry, Habits

_ENOUGH = 5
_MOST_H = 14  # the zones of the earth
_LAG = timedelta(minutes=10)  # from publication to the feed, and of clocks
_EXACT = timedelta(minutes=45)  # an interval longer than this may hold any whole hour
_HOUR = timedelta(hours=1)


def learnt(habits: Habits, fresh: Iterable[Entry], since: datetime | None, now: datetime) -> Habits:
    """``habits`` after what a poll brought anew.

    Args:
        habits: What was known of the feed.
        fresh: The entries that were never seen before.
        since: When the feed was polled last; nothing is learnt where it never was, or long ago.
        now: The moment of this poll.
    """
    if since is None or now - since + 2 * _LAG > _EXACT:
        return habits
    stated = (entry.stated_at for entry in fresh if not entry.is_seed)
    skews = Counter(_skew(at, since, now) for at in stated if at is not None)
    return _heard(habits, skews.most_common(1)[0][0]) if skews else habits


def note(before: Habits, after: Habits) -> str:
    """What the operator is told of a skew that was just learnt; ``""`` when there is none."""
    if before.skew_h == after.skew_h:
        return ""
    if not after.skew_h:
        return "Its dates are right again: nothing is taken off them any more."
    return f"Its dates are {after.skew_h:+d} h off the time: that is taken off them from now on."


def _skew(stated_at: datetime, since: datetime, now: datetime) -> int | None:
    """The one whole number of hours by which the date may be ahead; ``None`` if no number is."""
    hours = round((stated_at - now) / _HOUR + (now - since) / _HOUR / 2)
    least, most = stated_at - now - _LAG, stated_at - since + _LAG
    fits = least <= hours * _HOUR <= most and abs(hours) <= _MOST_H
    return hours if fits else None


def _heard(habits: Habits, skew_h: int | None) -> Habits:
    if skew_h is None or skew_h == habits.skew_h:
        return replace(habits, maybe_h=0, times=0)
    times = habits.times + 1 if skew_h == habits.maybe_h else 1
    if times < _ENOUGH:
        return replace(habits, maybe_h=skew_h, times=times)
    return replace(habits, skew_h=skew_h, maybe_h=0, times=0)
