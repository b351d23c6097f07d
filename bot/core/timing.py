"""How much time lies between what two reports tell of, and how much may.

In doubt too much: that repeats an alert, joining two attacks loses one.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.traces import ARMS, LATER, Trace, by_kind, mark_number

_LONG_MIN = 48 * 60
COPIES_MIN = 4 * 60  # agencies report the next attack in the form of the last one
_DATED_AHEAD_MIN = 60
# Minutes of silence after which a report tells of another attack: one of an explosion and no
# more, a flash that names the weapon, and one that tells of the harm done or says more.
_BLAST_MIN, _FLASH_MIN, _REPORT_MIN = 30, 60, 150
# Minutes after the first report in which a report that counts the hurt, or claims it, is of the
# same attack unless it says when that was; and any other report.
_TOLLS_MIN, _REPORTS_MIN = 180, 360
# "Minutes ago" as a span, and how long before it the others may have told of it.
_MINUTES_AGO, _TOLD_MIN = 20, 10
# Minutes after the first report in which flashes tell of one event: a burst, not a whole night.
_BLASTS_MIN, _FLASHES_MIN = 60, 60
# Parts of the day in a circle: people call one hour by the names of two that follow each other.
_PARTS = [mark_number(f"part:{part}") & ~7 for part in ("night", "morning", "midday", "evening")]
_NEXT = {part: {_PARTS[at - 1], part, _PARTS[(at + 1) % 4]} for at, part in enumerate(_PARTS)}
_NIGHT = frozenset(_PARTS[:1])


def gap(one: Trace, other: Trace) -> int:
    """The minutes between what both tell of: by the times they name, else by their dates."""
    first, last = _span(one), _span(other)
    return max(first[0] - last[1], last[0] - first[1], 0)


def _span(trace: Trace) -> tuple[int, int]:
    return (trace.since, trace.until) if trace.until else (trace.at, trace.at)


def is_other_time(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether too long went by, or both name their time and mean another one."""
    return (
        not near_in_time(mine, theirs)
        or gap(mine, theirs[0]) > _age(mine)
        or any(_other_day(mine, trace) for trace in theirs)
    )


def near_in_time(mine: Trace, theirs: Sequence[Trace]) -> list[Trace]:
    """The reports that ``mine`` may continue: between them there was no long silence.

    What is no report of an attack does not break the silence about one.
    """
    telling = [trace for trace in theirs if trace.flag >= mine.flag] or theirs
    return [trace for trace in telling if gap(mine, trace) <= _silence(mine)]


def horizon(mine: Trace) -> int:
    """The minute before which nothing was told that ``mine`` may continue, or be a copy of."""
    if mine.until:
        return min(mine.since, mine.at) - _LONG_MIN
    back = _FLASHES_MIN if _is_fresh(mine) else COPIES_MIN if mine.flag else _LONG_MIN
    return mine.at - back - _DATED_AHEAD_MIN


def _silence(mine: Trace) -> int:
    """How long nothing may have been heard of what a report tells."""
    if mine.flag and mine.until and mine.until - mine.since <= _MINUTES_AGO:
        return _TOLD_MIN
    if not _is_fresh(mine):
        return _REPORT_MIN if mine.flag else _LONG_MIN
    return _FLASH_MIN if mine.told & ARMS else _BLAST_MIN


def _age(mine: Trace) -> int:
    """How old an event may be that a report tells as new."""
    if not _is_fresh(mine):
        late = not mine.flag or bool(mine.until)
        return _LONG_MIN if late else _TOLLS_MIN if mine.is_flash else _REPORTS_MIN
    return _FLASHES_MIN if mine.told & ARMS else _BLASTS_MIN


def _is_fresh(mine: Trace) -> bool:
    """A flash of something that happens now: it does not look back on it."""
    return mine.is_flash and not mine.told & LATER and bool(mine.places or mine.told)


def _other_day(one: Trace, other: Trace) -> bool:
    ours, others = by_kind(one.marks), by_kind(other.marks)
    if _parted(ours["part"], others["part"]):
        return True
    # Of a night some name the day before, others the day after.
    nightly = not _NIGHT.isdisjoint(ours["part"] | others["part"])
    return not nightly and bool(ours["day"] and others["day"]) and not ours["day"] & others["day"]


def _parted(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether both name parts of the day, and no two of them follow each other."""
    near = {part for known in one for part in _NEXT.get(known, {known})}
    return bool(one and other) and near.isdisjoint(other)
