"""Does the messenger still answer? What is sent into silence may arrive, and nobody can know.

One lost answer is the network's; several in a row with none between them are the messenger's. From
then on nothing is sent until it gives a sign of life, and then one message at a time until one of
them is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.retry import SEND_CAP_S
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain

_MUTE = 3
_SOON, _LATE = timedelta(seconds=10), timedelta(minutes=10)
_OFTEN_S, _TRIES = 8.0, 5  # seconds between two tries of a few, tries a second of many


def is_answer(error: DeliveryError) -> bool:
    """Whether a server said so; else nobody heard of us, or nobody knows."""
    match error:
        case DeliveryUncertain(answered=False) | DeliveryDelayed(answered=False):
            return False
    return True


def is_everybodys(error: DeliveryError) -> bool:
    """Whether it says nothing of its own message: the network, or the messenger, is in trouble."""
    match error:
        case DeliveryUncertain() | DeliveryDelayed(answered=False):
            return True
    return False


@dataclass(slots=True)
class Trouble:
    """Has one message got there after others did not? Then all of them may try.

    Where only some get there, and others never, it is said at longer and longer intervals: those
    who fail would take the pace of all.
    """

    _whose: set[int] = field(default_factory=set)
    _over_at: datetime | None = None
    _apart: timedelta = _SOON

    @property
    def patience_s(self) -> float:
        """How long what never left waits at most: a few try often, many take little of the pace."""
        return min(SEND_CAP_S, max(_OFTEN_S, len(self._whose) / _TRIES))

    def came(self, chat_id: int) -> None:
        """A message to this chat failed, and by no fault of its own."""
        self._whose.add(chat_id)

    def is_over(self, now: datetime) -> bool:
        """One got there: whether the others are to know it."""
        ago = now - self._over_at if self._over_at else _LATE
        if not self._whose or ago < self._apart:
            return False
        self._apart = min(2 * self._apart, _LATE) if ago < 4 * self._apart else _SOON
        self._over_at = now
        self._whose.clear()
        return True


@dataclass(slots=True)
class Silence:
    """Counts the answers that did not come.

    Attributes:
        signs: Signs of life since the last answer.
    """

    signs: int = 0
    _lost: int = 0
    _is_reached: bool = False

    @property
    def is_mute(self) -> bool:
        """Whether nothing may be sent until it gives a sign of life."""
        return self._lost >= _MUTE and not self._is_reached

    def places(self, most: int) -> int:
        """How many may be on their way at once."""
        if self._lost < _MUTE:
            return most
        return int(self._is_reached)

    def lost(self) -> None:
        """An answer did not come."""
        self._lost += 1
        self._is_reached = False

    def answered(self) -> None:
        """One came, whatever it said."""
        self.signs, self._lost, self._is_reached = 0, 0, False

    def reached(self) -> None:
        """It gave a sign of life, to a question that changes nothing."""
        self.signs += 1
        self._is_reached = True
