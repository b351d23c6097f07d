"""Sequences of words, found all at once; each stands for one or more numbers.

Most stand in one automaton that never changes. What was added since stands in a small second one,
built when the next text is searched, so that a new phrase counts at once and nobody waits.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bot.core.automaton import Automaton
from bot.core.codes import WIDTH
from bot.core.packed import Kept, Many

_SEVERAL = 1 << 31


class Table(NamedTuple):
    """An automaton with the numbers of its patterns.

    ``first`` holds the number of each pattern, or ``_SEVERAL`` plus its place in ``several``.
    """

    automaton: Automaton
    first: array[int]
    several: Many

    @classmethod
    def of(cls, phrases: Mapping[str, list[int]]) -> Table | None:
        """Build it; ``None`` of nothing."""
        if not phrases:
            return None
        first, several, places = array("I"), Many(), 0
        for numbers in phrases.values():
            first.append(numbers[0] if len(numbers) == 1 else _SEVERAL + places)
            if len(numbers) > 1:
                for number in numbers:
                    several.add(places, number)
                places += 1
        several.settle()
        return cls(Automaton(list(phrases)), first, several)

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of."""
        return self.automaton.to_bytes(), self.first.tobytes(), self.several.kept()

    @classmethod
    def of_kept(cls, kept: Kept) -> Table:
        """What was kept."""
        automaton, first, several = kept
        return cls(Automaton.from_bytes(automaton), array("I", first), Many.of_kept(several))

    def find(self, codes: str) -> list[tuple[int, int, int]]:
        """Every phrase in ``codes``: first word, word after the last, number."""
        # The hottest loop there is: at a million watches a text has dozens of hits.
        found: list[tuple[int, int, int]] = []
        first = self.first
        for start, end, pattern in self.automaton.find(codes):
            number = first[pattern]
            if number < _SEVERAL:
                found.append((start // WIDTH, end // WIDTH, number))
            else:
                for one in self.several.of(number - _SEVERAL):
                    found.append((start // WIDTH, end // WIDTH, one))
        return found


class Phrases:
    """All phrases over one set of codes. ``longest`` is the most words one of them has."""

    def __init__(self, main: Table | None = None, longest: int = 1) -> None:
        self.main = main
        self.longest = longest
        self._fresh: dict[str, list[int]] = {}
        self._delta: Table | None = None
        self._stale = False

    @property
    def fresh(self) -> int:
        """How many phrases stand outside the main automaton."""
        return len(self._fresh)

    def add(self, codes: str, number: int) -> None:
        """Let the words of ``codes`` stand for ``number`` too, from the next search on."""
        if not codes:  # no words would stand everywhere, behind the last word too
            return
        if self.main and number in self.numbers(codes):
            return
        numbers = self._fresh.get(codes)
        if numbers is None:
            self._fresh[codes] = [number]
            self.longest = max(self.longest, len(codes) // WIDTH)
        elif number not in numbers:
            numbers.append(number)
        self._stale = True

    def settle(self) -> None:
        """Put everything into the main automaton; only before it holds anything.

        Raises:
            ValueError: There is a main automaton already.
        """
        if self.main is not None:
            raise ValueError("the main automaton never changes")
        self.main = Table.of(self._fresh)
        self._fresh, self._delta, self._stale = {}, None, False

    def find(self, codes: str) -> list[tuple[int, int, int]]:
        """Every phrase in ``codes``: first word, word after the last, number."""
        if self._stale:
            self._delta, self._stale = Table.of(self._fresh), False
        found = self.main.find(codes) if self.main else []
        if self._delta:
            found += self._delta.find(codes)
        return found

    def numbers(self, codes: str) -> Sequence[int]:
        """What the phrase of exactly these ``codes`` stands for."""
        if self.main is None:
            return self._fresh.get(codes, ())
        words = len(codes) // WIDTH
        known = [at for start, end, at in self.main.find(codes) if end - start == words]
        return known + self._fresh.get(codes, [])

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of; only of what is settled."""
        return self.main.kept() if self.main else (), self.longest

    @classmethod
    def of_kept(cls, kept: Kept) -> Phrases:
        """What was kept."""
        main, longest = kept
        return cls(Table.of_kept(main) if main else None, longest)
