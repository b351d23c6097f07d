"""Lists that stay small when they are long: numbers to numbers, and many short texts.

A million Python lists, dictionaries' entries or strings would cost a few hundred megabytes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping

_NONE = -1


class Many:
    """For each number from 0 on, some numbers, in the order they came; most have one or none."""

    def __init__(
        self, first: array[int] | None = None, more: Mapping[int, array[int]] | None = None
    ) -> None:
        self.first: array[int] = array("i") if first is None else first
        self.more: dict[int, array[int]] = dict(more or {})

    def add(self, key: int, value: int) -> None:
        """One more ``value`` (not negative) for ``key``."""
        if key >= len(self.first):
            self.first.extend([_NONE] * (key + 1 - len(self.first)))
        if self.first[key] == _NONE:
            self.first[key] = value
        else:
            self.more.setdefault(key, array("i")).append(value)

    def of(self, key: int) -> Iterator[int]:
        """The numbers of ``key``."""
        if 0 <= key < len(self.first) and self.first[key] != _NONE:
            yield self.first[key]
            yield from self.more.get(key, ())


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


