"""Lists that stay small when they are long: numbers to numbers, and many short texts.

A million Python lists, dictionaries' entries or strings would cost a few hundred megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, TypeAlias

# Plain values, which marshal writes: whatever a matcher is made of can say itself in these.
Kept: TypeAlias = "tuple[Any, ...]"


class Many:
    """For each number from 0 on some numbers, in the order they came.

    Until it is settled it is only filled; afterwards it is asked, and a few more may be added.
    """

    def __init__(self, starts: array[int] | None = None, values: array[int] | None = None) -> None:
        self.starts: array[int] = array("I", [0]) if starts is None else starts
        self.values: array[int] = array("I") if values is None else values
        self._fresh: dict[int, list[int]] = {}
        self._keys: array[int] = array("I")
        self._filling: array[int] | None = array("I") if starts is None else None
        self._counts: array[int] = array("I")

    def add(self, key: int, value: int) -> None:
        """One more ``value`` (not negative) for ``key``."""
        if self._filling is None:
            self._fresh.setdefault(key, []).append(value)
        else:
            self._keys.append(key)
            self._filling.append(value)
            if key >= len(self._counts):
                self._counts.extend([0] * (key + 1 - len(self._counts)))
            self._counts[key] += 1

    def count(self, key: int) -> int:
        """How many numbers ``key`` has."""
        if self._filling is None:
            return len(self.of(key))
        return self._counts[key] if key < len(self._counts) else 0

    def settle(self) -> None:
        """Pack what was filled in: four bytes a number, and four a key."""
        filled = self._filling or array("I")
        self.starts = array("I", accumulate(self._counts, initial=0))
        self.values = array("I", bytes(4 * len(filled)))
        at = self.starts[:]
        for key, value in zip(self._keys, filled, strict=True):
            self.values[at[key]] = value
            at[key] += 1
        self._keys, self._counts, self._filling = array("I"), array("I"), None

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of; only of what is settled."""
        return self.starts.tobytes(), self.values.tobytes()

    @classmethod
    def of_kept(cls, kept: Kept) -> Many:
        """What was kept."""
        starts, values = kept
        return cls(array("I", starts), array("I", values))

    def of(self, key: int) -> Sequence[int]:
        """The numbers of ``key``."""
        packed: Sequence[int] = ()
        if key + 1 < len(self.starts):
            packed = self.values[self.starts[key] : self.starts[key + 1]]
        return [*packed, *self._fresh[key]] if key in self._fresh else packed


class Texts:
    """Short texts by number; those there are when it is settled lie in one string."""

    def __init__(self, whole: str = "", ends: array[int] | None = None) -> None:
        self.whole = whole
        self.ends: array[int] = array("I") if ends is None else ends
        self._fresh: list[str] = []

    def __len__(self) -> int:
        return len(self.ends) + len(self._fresh)

    def __getitem__(self, number: int) -> str:
        if number >= len(self.ends):
            return self._fresh[number - len(self.ends)]
        start = self.ends[number - 1] if number else 0
        return self.whole[start : self.ends[number]]

    def add(self, text: str) -> int:
        """Keep ``text``; its number."""
        self._fresh.append(text)
        return len(self) - 1

    def settle(self) -> None:
        """Pack what was added."""
        end = self.ends[-1] if self.ends else 0
        for text in self._fresh:
            end += len(text)
            self.ends.append(end)
        self.whole += "".join(self._fresh)
        self._fresh.clear()

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of; only of what is settled."""
        return self.whole, self.ends.tobytes()

    @classmethod
    def of_kept(cls, kept: Kept) -> Texts:
        """What was kept."""
        whole, ends = kept
        return cls(whole, array("I", ends))
