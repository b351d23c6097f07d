"""Copies: nearly the same words, whatever headline stands above them and wherever they were cut.

Near-identical words about another place, weapon, number or day, "again", a toll where there was
none are another attack or news of it: such a mark forbids it, however alike the rest.
"""

from __future__ import annotations

from typing import TypeVar

from bot.core.timing import COPIES_MIN
from bot.core.traces import KEPT, Trace, by_kind

_Fact = TypeVar("_Fact")
_ALIKE = 0.4
_SHORT_ALIKE = 0.7
_SHORT_MIN = 40
_LONG_MIN = 48 * 60
# Marks whose values contradict each other when each report has one the other lacks.
_EITHER = ("count", "day", "part")


def copied(mine: Trace, theirs: Trace) -> float:
    """How much of the words both share, 0 to 1; 0 when they cannot be copies of each other."""
    share = max(_shared(mine.whole, theirs.whole), _shared(mine.body, theirs.body))
    short = mine.is_flash or theirs.is_flash
    if share < (_SHORT_ALIKE if short else _ALIKE):
        return 0.0
    if abs(mine.at - theirs.at) > (_SHORT_MIN if short else _window(mine)):
        return 0.0
    return 0.0 if _other_report(mine, theirs) else share


def _window(mine: Trace) -> int:
    """Minutes within which a long text is a copy; one that names its own time may come late."""
    return _LONG_MIN if not mine.flag or mine.until else COPIES_MIN


def _shared(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """The share of common word pairs of what two samples stand for."""
    common = set(one).intersection(other)
    if len(common) < _ALIKE * min(KEPT, max(len(one), len(other))) or not common:
        return 0.0  # it can only be less
    union = sorted({*one, *other})
    if max(len(one), len(other)) == KEPT:  # more there were: what is told is told of the smallest
        union = union[:KEPT]
    return len(common.intersection(union)) / len(union)


def _other_report(mine: Trace, theirs: Trace) -> bool:
    """Whether the marks tell of another attack, or of something the other does not tell."""
    ours, others = by_kind(mine.marks), by_kind(theirs.marks)
    return (
        any(_contradicts(ours[kind], others[kind]) for kind in _EITHER)
        or ours["again"] != others["again"]
        or bool(ours["toll"] - others["toll"])
        or bool(ours["at"] - others["known"])
    )


def _contradicts(one: frozenset[_Fact], other: frozenset[_Fact]) -> bool:
    """Each knows something the other does not; one that only knows less is no contradiction."""
    return bool(one - other) and bool(other - one)
