"""Whose turn is it among all that waits? The order of the outbox, and its exception.

Three lanes: answers to commands, alerts and what answers them, edits and digests. Inside a lane
the gravest come first, of these posts to channels (one message, any number of readers), of these
the oldest. So an urgent alert overtakes a broadcast of any length; and one that never ends would
keep the last lane waiting for ever. Therefore each tenth turn is the oldest's, whatever it is, if
it has waited for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

# So many turns: one of them is the oldest's. It costs an urgent alert a tenth of the pace at most.
SHARE = 10
LONG = timedelta(minutes=1)


@dataclass(slots=True)
class Turns:
    """Counts the turns."""

    _since: int = 0

    def is_the_oldests(self) -> bool:
        """Whether the next turn is for what has waited longest."""
        return self._since + 1 >= SHARE

    def took(self, count: int, *, oldest: bool) -> None:
        """``count`` turns were taken; ``oldest``: the oldest had its own, or none waits so long."""
        self._since = 0 if oldest else self._since + count
