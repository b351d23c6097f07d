"""Does the messenger still answer? What is sent into silence may arrive, and nobody can know.

One lost answer is the network's; several in a row with none between them are the messenger's, and
so are messages that never got there. From then on nothing is sent until it gives a sign of life,
and then one message at a time until one of them is answered. So nobody waits out a back-off of his
own once it is there again.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain

_MUTE = 3


def is_answer(error: DeliveryError) -> bool:
    """Whether a server said so; else nobody heard of us, or nobody knows."""
    match error:
        case DeliveryUncertain(answered=False) | DeliveryDelayed(answered=False):
            return False
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
