"""Whose turn is it among all that waits? The order of the outbox, and its exceptions.

Three lanes: answers to commands, alerts and what answers them, edits and digests. Inside a lane
the gravest come first, of these posts to channels (one message, any number of readers), of these
the oldest. So an urgent alert overtakes a broadcast of any length. Two things that order would
never allow:

- Everybody asks when it matters most. While answers wait, every second turn is a critical alert's.
- A lane that never empties would keep the last one waiting for ever: each tenth turn is the
  oldest's, whatever it is, if it has waited for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, IntEnum

# So many turns: one of them is the oldest's. It costs an urgent alert a tenth of the pace at most.
SHARE = 10
LONG = timedelta(minutes=1)
GATHERS = timedelta(seconds=5)  # an edit: what comes meanwhile it shows, too


class Lane(IntEnum):
    """Which of the three a delivery waits in, the first served first."""

    ANSWERS = 0
    ALERTS = 1
    REST = 2


class Turn(Enum):
    """Who comes first at a turn, if there is such a one; all others in their order."""

    NEXT = "next"
    GRAVEST = "gravest"
    OLDEST = "oldest"


@dataclass(slots=True)
class Turns:
    """Counts what was claimed: many at a turn count as many."""

    _since: int = 0
    _is_gravest: bool = False

    def whose(self) -> Turn:
        """Whose turn is next."""
        if self._since + 1 >= SHARE:
            return Turn.OLDEST
        return Turn.GRAVEST if self._is_gravest else Turn.NEXT

    def took(self, count: int, turn: Turn) -> None:
        """``count`` were claimed, the first of them as ``turn``."""
        if turn is Turn.OLDEST:
            self._since = 0
        elif count:
            self._since += count
            self._is_gravest = turn is Turn.NEXT
