"""How a send that failed is recorded: the answer table.

=====================  ==========  =====================================================
answer                 delivered?  the row becomes
=====================  ==========  =====================================================
``DeliveryDelayed``    no          pending again, not before what was asked or backed off
``MessengerDown``      no          the same; rows are kept however long it lasts
``ThreadGone``         no          pending at once, now for General; dead where it was General
``ChatMoved``          no          pending at once, for the new chat
``DeliveryRefused``    no          pending at once as plain text; the second time dead
``ChatGone``           no          cancelled; where it is not certain, the third time
``DeliveryUncertain``  unknown     no answer: pending, marked as a possible repeat, once at
                                   severity 2 and twice at 3; then, and at severity 1 at
                                   once, unconfirmed, visible. 5xx: pending until it ends
                                   (severity 1: unconfirmed)
=====================  ==========  =====================================================
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.model import Delivery, DeliveryKind, DeliveryState, Settlement, Severity
from bot.core.retry import send_wait
from bot.errors import (
    ChatGone,
    ChatMoved,
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    ThreadGone,
)

_UNCERTAIN_TRIES = 3


def settlement(
    delivery: Delivery, error: DeliveryError, now: datetime, chance: float
) -> Settlement:
    """What the outbox records for ``error``; ``chance`` (0 to 1) spreads the retries."""
    told = str(error)
    if _is_hopeless(delivery, error):
        return Settlement(DeliveryState.DEAD, error=told)
    match error:
        case ChatGone(certain=certain) if certain or delivery.attempts + 1 >= _UNCERTAIN_TRIES:
            return Settlement(DeliveryState.CANCELLED, error=told)
        case DeliveryUncertain(answered=answered) if _is_told_enough(delivery, answered=answered):
            return Settlement(DeliveryState.UNCONFIRMED, error=told, uncertain=True)
        case DeliveryRefused() | ThreadGone() | ChatMoved():
            refused = isinstance(error, DeliveryRefused)
            return Settlement(DeliveryState.PENDING, None, now, told, refused=refused)
    return _later(delivery, error, now, chance)


def _is_told_enough(delivery: Delivery, *, answered: bool) -> bool:
    """Whether another copy would do more harm than the doubt; severity decides."""
    if delivery.kind is DeliveryKind.EDIT:  # done twice it is done once
        return False
    if delivery.severity < Severity.IMPORTANT:
        return True
    # What a lost database may have told was marked before our first try, and is no copy of ours.
    copies = min(delivery.uncertain, delivery.attempts)
    return not answered and copies >= delivery.severity - 1


def _is_hopeless(delivery: Delivery, error: DeliveryError) -> bool:
    if isinstance(error, DeliveryRefused):
        return delivery.refused > 0
    return isinstance(error, ThreadGone) and delivery.thread_id is None


def _later(delivery: Delivery, error: DeliveryError, now: datetime, chance: float) -> Settlement:
    asked = error.retry_after_s if isinstance(error, DeliveryDelayed) else None
    return Settlement(
        DeliveryState.PENDING,
        not_before_at=now + send_wait(delivery.attempts + 1, chance, asked),
        error=str(error),
        uncertain=isinstance(error, DeliveryUncertain),
    )


@dataclass(slots=True)
class Brake:
    """Chats that go one by one have left; many within a minute look like an outage of ours.

    Attributes:
        most: Pauses allowed within ``span``.
        wait: How long a delivery waits that the brake held.
    """

    most: int = 5
    span: timedelta = timedelta(minutes=1)
    wait: timedelta = timedelta(minutes=5)
    _at: deque[datetime] = field(default_factory=deque)

    def allows(self, now: datetime) -> bool:
        """Whether one more chat may be paused now; counts it when it may."""
        # Later than now: the clock was set back since.
        while self._at and not timedelta() <= now - self._at[0] <= self.span:
            self._at.popleft()
        if len(self._at) >= self.most:
            return False
        self._at.append(now)
        return True
