"""Who waits for whom: in each place one at a time, the others behind it in the order they came.

Ten feeds of one slow host must not hold ten places under way while they wait for one another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Seat(NamedTuple):
    """Where somebody goes, and who that is."""

    place: Hashable
    who: Hashable


class Queues(Generic[T]):
    """A queue before each place that is taken."""

    def __init__(self, seat: Callable[[T], Seat]) -> None:
        """``seat`` says where each one goes."""
        self._seat = seat
        self._here: set[Hashable] = set()
        self._behind: dict[Hashable, deque[T]] = {}

    def enter(self, one: T) -> bool:
        """Whether it may go now; else it waits, unless it is here or waits already."""
        place, who = self._seat(one)
        if who in self._here:
            return False
        self._here.add(who)
        if place in self._behind:
            self._behind[place].append(one)
            return False
        self._behind[place] = deque()
        return True

    def leave(self, one: T) -> T | None:
        """Its place is free: the next who may go there."""
        place, who = self._seat(one)
        self._here.discard(who)
        behind = self._behind[place]
        if behind:
            return behind.popleft()
        del self._behind[place]
        return None

    def send_away(self) -> None:
        """Nobody waits any more; who is in a place stays there."""
        for behind in self._behind.values():
            self._here -= {self._seat(one).who for one in behind}
            behind.clear()
