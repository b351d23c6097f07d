"""An attempt becomes the time to wait before the next. Chance travels in as a number."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.model import Setback, Source

SEND_CAP_S = 60.0
LONG_CAP_S = 6 * 3600.0
# A publisher that does not answer may be our own network: that must not make us late for hours.
SILENT_CAP_S = 15 * 60.0
# A page is taken away by mistake and put back; after a week nobody puts it back.
GONE_AFTER = timedelta(days=7)
# Telegram's own figure is a whole second; half of one more keeps a slow clock from being early.
_GRACE_S = 0.5


def send_wait(
    attempts: int, chance: float, asked_s: float | None = None, *, cap_s: float | None = None
) -> timedelta:
    """How long a delivery waits before it is tried again.

    Args:
        attempts: Sends begun so far (>= 1).
        chance: Between 0 and 1; spreads those that failed together over the second half.
        asked_s: What the messenger asked for; never undercut.
        cap_s: No longer than that, unless asked for; ``None``: a minute.
    """
    if asked_s is not None:
        return asked_wait(asked_s)
    doubled = min(SEND_CAP_S if cap_s is None else cap_s, 2.0 ** min(attempts - 1, 30))
    return timedelta(seconds=doubled * (0.5 + chance / 2))


def asked_wait(asked_s: float) -> timedelta:
    """What the messenger asked for, and a little more."""
    return timedelta(seconds=asked_s + _GRACE_S)


def poll_wait(
    interval_s: int,
    failures: int,
    chance: float,
    asked_s: float | None = None,
    *,
    cap_s: float = LONG_CAP_S,
) -> timedelta:
    """How long a source that failed is left alone: doubling up to ``cap_s``, never for good.

    Args:
        interval_s: The source's own interval in seconds.
        failures: Failures in a row, this one included (>= 1).
        chance: Between 0 and 1, for jitter of a tenth.
        asked_s: Retry-After of the publisher; never undercut, even beyond the cap.
        cap_s: Six hours where it said that there is no feed, ``SILENT_CAP_S`` where nothing came.
    """
    doubled = interval_s * 2.0 ** min(failures - 1, 30)
    wait = min(doubled, max(cap_s, float(interval_s))) * (1 + chance / 10)
    return timedelta(seconds=max(wait, asked_s or 0.0))


# A feed that is empty all of a sudden is filled again any minute, like one that does not answer.
_SOON = frozenset({"unavailable", "emptied"})
_OURS = frozenset({"crashed", "broken"})
# At the address it moved to; a host that is silent may be our own network, so that takes long.
_MOVE_FAILURES, _MOVE_SILENCES = 3, 48


def setback(
    source: Source, kind: str, asked_s: float | None, now: datetime, chance: float
) -> Setback:
    """What a failed visit leaves behind: how long the source is left alone, and what it has become.

    Args:
        source: As it was before the visit.
        kind: The stable name of the failure (``SourceError.kind``).
        asked_s: Retry-After of the publisher; never undercut.
        chance: Between 0 and 1; the same gives the same.
    """
    is_gone = _is_gone(source, kind, now)
    failures = source.failures + 1
    cap_s = SILENT_CAP_S if kind in _SOON else LONG_CAP_S
    # Lists of warnings in force are empty until it matters: that is no reason to come late.
    times = 1 if kind == "emptied" else failures
    return Setback(
        kind="gone" if is_gone else kind,
        wait=poll_wait(source.interval_s, times, chance, asked_s, cap_s=cap_s),
        asked=timedelta(seconds=asked_s or 0.0),
        is_missing=kind in {"missing", "gone"},
        is_gone=is_gone,
        returns=bool(source.moved_url) and failures >= _patience(kind),
    )


def _is_gone(source: Source, kind: str, now: datetime) -> bool:
    if kind != "missing":
        return kind == "gone"
    since = source.missing_since
    return source.gone_at is not None or (since is not None and now - since > GONE_AFTER)


def _patience(kind: str) -> int:
    says_nothing_of_the_address = kind in _SOON | _OURS
    return _MOVE_SILENCES if says_nothing_of_the_address else _MOVE_FAILURES
