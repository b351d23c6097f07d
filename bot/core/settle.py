"""How a send that failed is recorded: the answer table.

=====================  ==========  =====================================================
answer                 delivered?  the row becomes
=====================  ==========  =====================================================
``DeliveryDelayed``    no          pending again, not before what was asked or backed off
``MessengerDown``      no          the same; rows are kept however long it lasts
``ThreadGone``         no          pending at once, now for General; dead where it was General
``ChatMoved``          no          pending at once, for the new chat
``DeliveryRefused``    no          pending at once as plain text; the second time dead
``ChatGone``           no          pending; cancelled once it has left (``core.leaving``)
``DeliveryUncertain``  unknown     no answer: pending, marked as a possible repeat, once at
                                   severity 2 and twice at 3; then, and at severity 1 at
                                   once, unconfirmed, visible. 5xx: pending until it ends
                                   (severity 1: unconfirmed). An edit is repeated, ten times
                                   without an answer
=====================  ==========  =====================================================
"""

from __future__ import annotations

from datetime import timedelta

from bot.core.model import Delivery, DeliveryKind, DeliveryState, Settlement, Severity
from bot.core.retry import SEND_CAP_S, send_wait
from bot.errors import (
    ChatMoved,
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    ThreadGone,
)

# An edit that Telegram hangs over each time must not hold a place in flight for ever.
_EDITS = 10


def settlement(
    delivery: Delivery, error: DeliveryError, chance: float, unreached_s: float = SEND_CAP_S
) -> Settlement:
    """What the outbox records for ``error``.

    Args:
        delivery, error: What was sent, and how that failed.
        chance: Between 0 and 1; spreads the retries.
        unreached_s: How long what never left waits at most (``core.silence.Trouble``).
    """
    told = str(error)
    if _is_hopeless(delivery, error):
        return Settlement(DeliveryState.DEAD, error=told)
    match error:
        case DeliveryUncertain(answered=answered) if _is_told_enough(delivery, answered=answered):
            return Settlement(DeliveryState.UNCONFIRMED, error=told, uncertain=True)
        case DeliveryRefused() | ThreadGone() | ChatMoved():
            refused = isinstance(error, DeliveryRefused)
            return Settlement(DeliveryState.PENDING, None, timedelta(), told, refused=refused)
    return _later(delivery, error, chance, unreached_s)


def _is_told_enough(delivery: Delivery, *, answered: bool) -> bool:
    """Whether another copy would do more harm than the doubt; severity decides."""
    # What a lost database may have told was marked before our first try, and is no copy of ours.
    copies = min(delivery.uncertain, delivery.attempts)
    if delivery.kind is DeliveryKind.EDIT:  # done twice it is done once
        return not answered and copies >= _EDITS
    if delivery.severity < Severity.IMPORTANT:
        return True
    return not answered and copies >= delivery.severity - 1


def _is_hopeless(delivery: Delivery, error: DeliveryError) -> bool:
    if isinstance(error, DeliveryRefused):
        return delivery.refused > 0
    return isinstance(error, ThreadGone) and delivery.thread_id is None


def _later(
    delivery: Delivery, error: DeliveryError, chance: float, unreached_s: float
) -> Settlement:
    return Settlement(
        DeliveryState.PENDING,
        wait=_wait(delivery.attempts + 1, error, chance, unreached_s),
        error=str(error),
        uncertain=isinstance(error, DeliveryUncertain),
    )


def _wait(attempts: int, error: DeliveryError, chance: float, unreached_s: float) -> timedelta:
    match error:
        case DeliveryDelayed(answered=False):
            return send_wait(attempts, chance, cap_s=unreached_s)
        case DeliveryDelayed(retry_after_s=asked_s):
            return send_wait(attempts, chance, asked_s)
    return send_wait(attempts, chance)
