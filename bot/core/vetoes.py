"""What forbids two reports to be of one event: another place, target, weapon or time, "again".

In doubt the story is new: that repeats an alert, joining loses one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.timing import gap, is_other_time
from bot.core.traces import ARMS, BASE, COUNTRY, LONE_BASE, TOWN, Trace, by_kind

_PRECISE_MIN = 20  # minutes in which outlets learn where in a town or province it was
_ARMS_MIN = 30  # minutes in which outlets learn what it was that exploded
_AGAIN_MIN = 20  # minutes in which outlets tell of one "second attack"; then it is a third
_COUNTING_MIN = 120  # minutes in which the count of an attack grows


def veto(mine: Trace, theirs: Sequence[Trace]) -> str:
    """Why ``mine`` cannot tell of the event of ``theirs``, ``""`` if it can."""
    if is_other_time(mine, theirs):
        return "time"
    if _other_places(mine, theirs):
        return "place"
    if _other_target(mine, theirs):
        return "target"
    return next(_other_attack(mine, theirs), "") if mine.flag else ""


def _other_attack(mine: Trace, theirs: Sequence[Trace]) -> Iterator[str]:
    """What makes a report of an attack one of another attack than the reports among ``theirs``."""
    flagged = [trace for trace in theirs if trace.flag]
    if not flagged:
        yield "not-flagged"
    if mine.says_again and not any(_same_again(mine, trace) for trace in theirs):
        yield "again"
    if any(_other_arms(mine.told, trace.told) for trace in flagged) or _late_arms(mine, flagged):
        yield "weapon"
    if _new_place(mine, theirs) or _other_base(mine, theirs):
        yield "place"
    if _late_place(mine, theirs) or _late_wide(mine, flagged):
        yield "place"
    if any(_other_count(mine, trace) for trace in flagged):
        yield "count"


def _same_again(mine: Trace, other: Trace) -> bool:
    """Whether the other calls it another attack too, and so soon that it is the same one."""
    return other.says_again and gap(mine, other) <= _AGAIN_MIN


def _other_arms(one: int, other: int) -> bool:
    return bool(one & ARMS) and bool(other & ARMS) and not one & other & ARMS


def _other_places(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether no more of the others' scenes fit than do not."""
    placed = [trace for trace in theirs if trace.places]
    if not mine.places or not placed:
        return False
    fitting = sum(any(fits(place, mine, trace) for place in mine.places) for trace in placed)
    return 2 * fitting < len(placed) + (fitting == 0)


def _precise(theirs: Sequence[Trace]) -> list[Trace]:
    """Those that say where it was, without those that only name what others' places lie in."""
    placed = [trace for trace in theirs if trace.places]
    outer = {place for trace in placed for place in trace.around}
    return [trace for trace in placed if not outer.issuperset(trace.places)]


def _new_place(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether it names a place that none of the others knows of.

    Beside a base they know stands where that lies ("west of Baghdad"): there only bases count.
    """
    placed = _precise(theirs)
    ours = _bases(mine)
    shared = not ours.isdisjoint(base for trace in theirs for base in _bases(trace))
    return bool(placed) and not all(
        any(fits(place, mine, trace) for trace in placed)
        for place in (ours if shared else mine.places)
    )


def _other_base(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether each names bases that the other does not, though both may lie in one town."""
    ours = _bases(mine)
    others = {base for trace in theirs for base in _bases(trace)}
    return bool(ours and others) and ours.isdisjoint(others)


def _bases(trace: Trace) -> set[int]:
    return {place for place in trace.places if place & 7 in (BASE, LONE_BASE)}


def _late_place(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether it says where in the town or province, long after the others: it is elsewhere."""
    known = {place for trace in theirs for place in (*trace.places, *trace.around)}
    if not mine.places or not known or gap(mine, theirs[0]) <= _PRECISE_MIN:
        return False
    return known.isdisjoint(mine.places)


def _late_arms(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether it names a weapon, long after the others could only tell of explosions."""
    return (
        bool(mine.told & ARMS)
        and not any(trace.told & ARMS for trace in theirs)
        and gap(mine, theirs[0]) > _ARMS_MIN
    )


def _late_wide(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether it names only what the bases of the others lie in, when these are known for long."""
    known = _precise(theirs)
    if not known or not mine.places or _bases(mine) or not all(map(_bases, known)):
        return False
    return min(gap(mine, trace) for trace in known) > _PRECISE_MIN


def _other_target(mine: Trace, theirs: Sequence[Trace]) -> bool:
    """Whether something else was hit, as both say what it was; on one base anything may burn."""
    if any(not _bases(mine).isdisjoint(_bases(trace)) for trace in theirs):
        return False
    ours = by_kind(mine.marks)["target"]
    others = frozenset().union(*(by_kind(trace.marks)["target"] for trace in theirs))
    return bool(ours and others) and ours.isdisjoint(others)


def _other_count(mine: Trace, other: Trace) -> bool:
    """Whether it counts fewer weapons than were counted, or more when no more are being found;
    or other explosions than were counted, more than a moment ago.
    """
    if not (mine.most and other.most) or bool(mine.told & ARMS) != bool(other.told & ARMS):
        return False
    if not mine.told & ARMS:
        return gap(mine, other) > _PRECISE_MIN and _differ(mine, other)
    more = mine.least > other.most and gap(mine, other) > _COUNTING_MIN
    return more or mine.most < other.least


def _differ(mine: Trace, other: Trace) -> bool:
    return mine.most < other.least or mine.least > other.most


def fits(place: int, mine: Trace, other: Trace) -> bool:
    """Whether the other names it, what it lies in, or what lies in it."""
    return (
        place in other.places
        or place in other.around
        or any(held in mine.around for held in other.places)
        or any(_unclear(place, held, mine, other) for held in other.places)
    )


def _unclear(one: int, other: int, mine: Trace, theirs: Trace) -> bool:
    """A town, and a base that may lie in it: both are in one country, and no more is known."""
    if {one & 7, other & 7} != {TOWN, LONE_BASE}:
        return False
    return any(place & 7 == COUNTRY and place in theirs.around for place in mine.around)
