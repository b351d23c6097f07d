"""Which stories hold a word: lists by key, small where there is one, which is nearly always."""

from __future__ import annotations

from collections.abc import Iterable


class Postings:
    """Numbers by key."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        # A set for each key would take ten times the room: most hold one number.
        self._held: dict[int, int | set[int]] = {}

    def add(self, key: int, number: int) -> None:
        """``number`` holds ``key``."""
        held = self._held.setdefault(key, number)
        if isinstance(held, set):
            held.add(number)
        elif held != number:
            self._held[key] = {held, number}

    def discard(self, key: int, number: int) -> None:
        """``number`` holds ``key`` no more."""
        held = self._held.get(key)
        if isinstance(held, set):
            held.discard(number)
            if len(held) == 1:
                self._held[key] = held.pop()
        elif held == number:
            del self._held[key]

    def of(self, key: int) -> Iterable[int]:
        """Who holds ``key``."""
        held = self._held.get(key)
        if held is None:
            return ()
        return held if isinstance(held, set) else (held,)

    def count(self, key: int) -> int:
        """How many hold ``key``."""
        held = self._held.get(key)
        return len(held) if isinstance(held, set) else int(held is not None)
