"""Times as the database has them: milliseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MS = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms(at: datetime) -> int:
    """Milliseconds since 1970; an integer division, so that a value survives the round trip."""
    return (at - _EPOCH) // MS


def ms_or_none(at: datetime | None) -> int | None:
    """``ms`` where there is a time."""
    return None if at is None else ms(at)


def at(milliseconds: int) -> datetime:
    """The time ``milliseconds`` after 1970, exactly (no floating point)."""
    return _EPOCH + milliseconds * MS


def at_or_none(milliseconds: int | None) -> datetime | None:
    """``at`` where there is a time."""
    return None if milliseconds is None else at(milliseconds)
