"""What comes late: after hours without a feed, or from a feed that floods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.core.model import Delay, Entry, Severity, Source, SourceKind
from bot.core.turn import Policy, Turn

MANY = 10  # more late alerts than this for one chat become one digest
_LEAST_GAP = timedelta(hours=2)  # polls of a quiet feed may lie an hour apart
_LEAST_USUAL = timedelta(minutes=15)
_STILL_GRAVE = timedelta(hours=1)


def late_before(
    source: Source, fresh: Sequence[Entry], policy: Policy, now: datetime
) -> datetime | None:
    """Before when an entry of this poll is late; ``None`` when the poll is like any other.

    It is not when the feed could not be read for a while, or when it brings many entries that
    were published long before it was polled last: it was changed, or came out of a backup.
    The first poll after a backup took the place of our database is late whatever it brings: what
    was published before that may have been told already.
    """
    if is_forgotten(source, policy):
        return policy.restored_at
    if source.kind is SourceKind.SEEDS:  # seeds are explicit acts
        return None
    interval = max(timedelta(seconds=source.interval_s), source.wait)
    usual = now - max(2 * interval, _LEAST_USUAL)
    since = source.polled_ok_at
    if since is not None and now - since > max(3 * interval, _LEAST_GAP):
        return usual
    limit = policy.baseline_age if since is None else policy.max_age
    late = sum(_is_late(entry, usual, now - limit, since) for entry in fresh)
    return usual if late > MANY else None


def is_forgotten(source: Source, policy: Policy) -> bool:
    """Whether what this source brought last lies in a database that was lost."""
    since, restored_at = source.polled_ok_at, policy.restored_at
    return since is not None and restored_at is not None and since < restored_at


def may_repeat(entry: Entry, turn: Turn) -> bool:
    """Whether who hears of this entry may have been told of it already, by a database now lost.

    In whichever poll it comes: the first one after a restore may have shown an old copy.
    """
    restored_at, at = turn.policy.restored_at, entry.published_at
    if at is None:
        return turn.forgetful
    return restored_at is not None and at < restored_at


def _is_late(entry: Entry, usual: datetime, oldest: datetime, since: datetime | None) -> bool:
    if entry.published_at is None:
        return since is not None  # without a date nothing of a first poll alerts
    return oldest <= entry.published_at < usual


def delay(entry: Entry, severity: Severity, turn: Turn) -> Delay:
    """How late an alert of this entry is. The gravest of the last hour is never too late."""
    if turn.late_before is None:
        return Delay.NONE
    at = entry.published_at
    if at is None:
        return Delay.OLD if turn.forgetful else Delay.LATE
    grave = severity is Severity.CRITICAL and turn.now - at <= _STILL_GRAVE
    if grave or at >= turn.late_before:
        return Delay.NONE
    is_old = turn.forgetful or turn.now - at > turn.policy.max_age
    return Delay.OLD if is_old else Delay.LATE
