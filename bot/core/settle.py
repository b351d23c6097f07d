"""How a send that failed is recorded: the answer table.

=====================  ==========  =====================================================
answer                 delivered?  the row becomes
=====================  ==========  =====================================================
``DeliveryDelayed``    no          pending again, not before what was asked or backed off
``MessengerDown``      no          the same; rows are kept however long it lasts
``ThreadGone``         no          pending at once, now for General
``ChatMoved``          no          pending at once, for the new chat
``DeliveryRefused``    no          pending at once as plain text; the second time dead
``ChatGone``           no          cancelled
``DeliveryUncertain``  unknown     severity 2 and 3: pending, marked as a possible repeat;
                                   severity 1: unconfirmed, visible
=====================  ==========  =====================================================
"""

from __future__ import annotations

from datetime import datetime

from bot.core.model import Delivery, DeliveryState, Settlement, Severity
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


def settlement(
    delivery: Delivery, error: DeliveryError, now: datetime, chance: float
) -> Settlement:
    """What the outbox records for ``error``; ``chance`` (0 to 1) spreads the retries."""
    told = str(error)
    match error:
        case ChatGone():
            return Settlement(DeliveryState.CANCELLED, error=told)
        case DeliveryRefused() if delivery.refused:
            return Settlement(DeliveryState.DEAD, error=told)
        case DeliveryUncertain() if delivery.severity < Severity.IMPORTANT:
            return Settlement(DeliveryState.UNCONFIRMED, error=told, uncertain=True)
        case DeliveryRefused() | ThreadGone() | ChatMoved():
            refused = isinstance(error, DeliveryRefused)
            return Settlement(DeliveryState.PENDING, None, now, told, refused=refused)
    return _later(delivery, error, now, chance)


def _later(delivery: Delivery, error: DeliveryError, now: datetime, chance: float) -> Settlement:
    asked = error.retry_after_s if isinstance(error, DeliveryDelayed) else None
    return Settlement(
        DeliveryState.PENDING,
        not_before_at=now + send_wait(delivery.attempts + 1, chance, asked),
        error=str(error),
        uncertain=isinstance(error, DeliveryUncertain),
    )
