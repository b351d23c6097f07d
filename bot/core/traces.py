"""What a report leaves behind for comparing: a trace, as numbers that fit a story's sketch.

A trace holds when and where it says that something happened, with what, the hashes of its words
and of the sounds of its names, and a sample of its neighbouring words, by which copies are told.
``core.tracer`` makes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

KEPT = 64  # hashes of a sample: the share of common ones is right to about 6 %
KINDS = ("count", "day", "part", "again", "toll", "at", "known", "target")  # of marks
SHORT_WORDS = 20  # a flash of fewer words is written again for the next attack
# What a report tells of, added up; LATER: it looks back on it.
ROCKET, DRONE, JET, BLAST, LATER = 1, 2, 4, 8, 16
ARMS = ROCKET | DRONE | JET
# The last three bits of a place; of a lone base nobody knows in which town or province it lies.
COUNTRY, TOWN, BASE, LONE_BASE = 1, 2, 3, 4
_VERSION = 10_004  # the first form began with a number of words, below a hundred
_MIX, _MASK = 0x9E3779B97F4A7C15, (1 << 63) - 1
_SINGLES = 9  # fields of a trace before its lists


class Trace(NamedTuple):
    """One report, in numbers.

    Attributes:
        at: Its date, in minutes since 1970.
        since, until: The time it names, 0 where it names none.
        words: How many of its words were looked at.
        flag: 1 where it reports an attack.
        told: The ``ROCKET``, ``DRONE``, ``JET``, ``BLAST``, ``LATER`` it tells of, added up.
        least, most: How many weapons it counts, 0 where it counts none.
        head: How many of ``terms`` the title may hold at most.
        marks: ``core.marks``; the last three bits are the kind.
        places: The scene, the most precise names only; the last three bits are the sort.
        around: What these lie in.
        terms: Stems, those of the title first; the last bit tells a common word.
        names: The sounds of what may be names.
        whole, body: Samples of the neighbouring words of all and of the body alone.
    """

    at: int
    since: int
    until: int
    words: int
    flag: int
    told: int
    least: int
    most: int
    head: int
    marks: tuple[int, ...]
    places: tuple[int, ...]
    around: tuple[int, ...]
    terms: tuple[int, ...]
    names: tuple[int, ...]
    whole: tuple[int, ...]
    body: tuple[int, ...]

    @property
    def lists(self) -> tuple[tuple[int, ...], ...]:
        """The fields that hold many numbers, in order."""
        return tuple(self[_SINGLES:])  # type: ignore[arg-type]

    @property
    def singles(self) -> tuple[int, ...]:
        """The fields that hold one, in order."""
        return tuple(self[:_SINGLES])  # type: ignore[arg-type]

    @property
    def is_flash(self) -> bool:
        """Whether it has few words."""
        return self.words < SHORT_WORDS

    @property
    def says_again(self) -> bool:
        """Whether it says that this is another attack."""
        return bool(by_kind(self.marks)["again"])


def mark_number(mark: str) -> int:
    """The number of ``kind:value``: a place has one value however it is marked."""
    kind, _, value = mark.partition(":")
    return (number(value) & ~7) | KINDS.index(kind)


@lru_cache(maxsize=16_384)
def by_kind(marks: tuple[int, ...]) -> Mapping[str, frozenset[int]]:
    """The values of marks by kind, of every kind."""
    found: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for mark in marks:
        found[KINDS[mark & 7]].add(mark & ~7)
    return {kind: frozenset(values) for kind, values in found.items()}


@lru_cache(maxsize=65_536)
def number(text: str) -> int:
    """63 bits, so that SQLite's signed integers hold it; the same in every process."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def sample(numbers: Sequence[int]) -> tuple[int, ...]:
    """The smallest of the numbers of neighbours (of the numbers, when there are very few)."""
    pairs = {(one * _MIX + other) & _MASK for one, other in pairwise(numbers)}
    return tuple(sorted(pairs or set(numbers))[:KEPT])


# ── a sketch is traces in a row ──────────────────────────────────────────────────────────────


def packed(traces: Iterable[Trace]) -> tuple[int, ...]:
    """Traces as one row of numbers below 2**63."""
    row = [_VERSION]
    for trace in traces:
        row += trace.singles
        for numbers in trace.lists:
            row += (len(numbers), *numbers)
    return tuple(row)


def unpacked(row: Sequence[int]) -> tuple[Trace, ...]:
    """The traces of a row; none of one that an older version wrote."""
    return tuple(_traces(row)) if row and row[0] == _VERSION else ()


def _traces(row: Sequence[int]) -> Iterator[Trace]:
    at = 1
    while at < len(row):
        singles, fields = row[at : at + _SINGLES], []
        at += _SINGLES
        for _ in range(len(Trace._fields) - _SINGLES):
            end = at + 1 + row[at]
            fields.append(tuple(row[at + 1 : end]))
            at = end
        yield Trace(*singles, *fields)  # type: ignore[arg-type]
