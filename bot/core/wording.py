"""The likeness of the words of two reports: those of the titles count twice, rare ones more.

How rare a word is, is asked for the report that arrived, once; a word of the other that it does
not share counts as it would have at first sight. So a comparison costs what both share, and
nothing depends on the order in which stories were remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import log
from typing import NamedTuple

from bot.core.traces import Trace

_BACKGROUND = 4_000  # stories there might have been before the first: no word is rare at once
_COMMON = 60  # of which so many hold a common word
_LEAST = 0.5


class Words(NamedTuple):
    """How often each term counts, the square of their length at first sight, both samples."""

    times: Mapping[int, int]
    square: float
    sample: frozenset[int]


class Asked(NamedTuple):
    """The words of a report that arrived: as they count, and as they are weighed now."""

    words: Words
    weights: Mapping[int, float]
    square: float


def weight(term: int, stories: int) -> float:
    """How telling a word is that so many stories hold."""
    return max(_LEAST, log(_BACKGROUND / (stories + (_COMMON if term & 1 else 1))))


_FIRST_SIGHT = (weight(0, 0), weight(1, 0))


def words(trace: Trace) -> Words:
    """The words of a report that is remembered."""
    times = {term: 2 if at < trace.head else 1 for at, term in enumerate(trace.terms)}
    square = sum([(n * _FIRST_SIGHT[term & 1]) ** 2 for term, n in times.items()])
    return Words(times, square, frozenset((*trace.whole, *trace.body)))


def asked(trace: Trace, count: Callable[[int], int]) -> Asked:
    """The words of a report that arrived; ``count`` tells how many stories hold a term."""
    mine = words(trace)
    weights = {term: weight(term, count(term)) for term in mine.times}
    return Asked(mine, weights, sum([(n * weights[t]) ** 2 for t, n in mine.times.items()]))


def cosine(mine: Asked, theirs: Words) -> float:
    """0 for nothing in common to 1 for the same words."""
    dot, square = 0.0, theirs.square
    for term in mine.weights.keys() & theirs.times.keys():
        weighed, times = mine.weights[term], theirs.times[term]
        dot += weighed * weighed * mine.words.times[term] * times
        square += (weighed * weighed - _FIRST_SIGHT[term & 1] ** 2) * times * times
    return dot / (mine.square * square) ** 0.5 if dot else 0.0
