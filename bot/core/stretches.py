"""What a text says if some of its words are read otherwise: clitics, open stems, joined parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from bot.core.codes import WIDTH
from bot.core.words import Other, Words

_PATHS = 32  # readings of one stretch of words that are followed, at most


class Stretch(NamedTuple):
    """Codes in which one word is read otherwise, and the words they stand for.

    ``ends[n]`` is the word after the ``n``-th code; the other reading is code ``at``.
    """

    codes: str
    start: int
    ends: tuple[int, ...]
    at: int
    first: bool


def stretches(words: Words, longest: int) -> Iterator[Stretch]:
    """Around each other reading, as far as a phrase of ``longest`` words may reach.

    Where several words may be read otherwise, each choice is given with its first such word.
    """
    by_word: dict[int, list[Other]] = {}
    others = words.extras.others
    for other in others:
        if not other.first:
            by_word.setdefault(other.at, []).append(other)
    for other in others:
        start = other.at if other.first else max(0, other.at - longest + 1)
        before = words.codes[start * WIDTH : other.at * WIDTH] + other.code
        ends = (*range(start + 1, other.at + 1), other.at + other.width)
        ahead = _ahead(words.codes, by_word, ends[-1], longest - 1)
        for codes, more in islice(ahead, _PATHS):
            yield Stretch(before + codes, start, ends + more, other.at - start, other.first)


_Path = tuple[str, tuple[int, ...]]


def _ahead(
    codes: str, by_word: Mapping[int, Sequence[Other]], at: int, count: int
) -> Iterator[_Path]:
    """Every reading of the ``count`` words from ``at`` on, and where each code of it ends."""
    if not count or at * WIDTH >= len(codes):
        yield "", ()
        return
    for code, end in _steps(codes, by_word, at):
        for after, ends in _ahead(codes, by_word, end, count - 1):
            yield code + after, (end, *ends)


def _steps(
    codes: str, by_word: Mapping[int, Sequence[Other]], at: int
) -> Iterator[tuple[str, int]]:
    yield codes[at * WIDTH : (at + 1) * WIDTH], at + 1
    for other in by_word.get(at, ()):
        yield other.code, at + other.width
