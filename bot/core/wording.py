"""The likeness of the words of two reports: those of the titles count twice, rare ones more.

How rare a word is, is asked for the report that arrived, once; a word of the other that it does
not share counts as it would have at first sight. So a comparison costs what both share, and
nothing depends on the order in which stories were remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import NamedTuple

from bot.core.traces import Trace

_BACKGROUND = 4_000  # stories there might have been before the first: no word is rare at once
_COMMON = 60  # of which so many hold a common word
_LEAST = 0.5


class Asked(NamedTuple):
    """The words of a report that arrived.

    Attributes:
        times: How often each term counts.
        weights: How each is weighed now.
        square: The square of their length.
        sample: Both samples.
    """

    times: Mapping[int, int]
    weights: Mapping[int, float]
    square: float
    sample: frozenset[int]


def weight(term: int, stories: int) -> float:
    """How telling a word is that so many stories hold."""
    return max(_LEAST, log(_BACKGROUND / (stories + (_COMMON if term & 1 else 1))))


_FIRST_SIGHT = (weight(0, 0) ** 2, weight(1, 0) ** 2)


def asked(trace: Trace, counts: Mapping[int, int]) -> Asked:
    """The words of a report that arrived; ``counts`` tells how many stories hold each term."""
    times = {term: 2 if at < trace.head else 1 for at, term in enumerate(trace.terms)}
    weights = {term: weight(term, counts.get(term, 0)) for term in trace.terms}
    square = sum([(n * weights[term]) ** 2 for term, n in times.items()])
    return Asked(times, weights, square, frozenset((*trace.whole, *trace.body)))


def cosine(mine: Asked, theirs: Trace) -> float:
    """0 for nothing in common to 1 for the same words."""
    weights, head = mine.weights, theirs.head
    dot, more = 0.0, 0.0
    for at, term in enumerate(theirs.terms):
        if term in weights:
            weighed, times = weights[term] ** 2, 2 if at < head else 1
            dot += weighed * mine.times[term] * times
            more += (weighed - _FIRST_SIGHT[term & 1]) * times * times
    return dot / (mine.square * (_at_first_sight(theirs) + more)) ** 0.5 if dot else 0.0


def _at_first_sight(trace: Trace) -> float:
    """The square of the length of its words, as if each was met for the first time."""
    commons = [term & 1 for term in trace.terms]
    common = sum(commons) + 3 * sum(commons[: trace.head])  # twice as long is four times
    all_ = len(commons) + 3 * min(trace.head, len(commons))
    return common * _FIRST_SIGHT[1] + (all_ - common) * _FIRST_SIGHT[0]
