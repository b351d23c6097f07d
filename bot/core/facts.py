"""What a report says of its event: weapons, counts, harm, denials, sources, times.

All of it is read from the lead; the words are data (``bot/data/facts``).
"""

from __future__ import annotations

from datetime import datetime

from bot.core.attribution import echo_of
from bot.core.denials import claimed_by, denial
from bot.core.lead import Lead, Sign
from bot.core.model import Denial, Facts, Outcome, Scan, Sure
from bot.core.negation import is_negated
from bot.core.times import when
from bot.core.tolls import ZERO, Counts, count_of

WEAPONS = ("rocket", "missile", "mortar", "artillery", "drone")
_OBJECT_WITHIN = 2  # "destroyed the three drones"
_SAID_WITHIN = 8  # tokens between "confirms" and what
_NOTHING = Facts()


def read(scan: Scan, at: datetime | None) -> Facts:
    """The facts in ``scan``.

    Args:
        scan: The scan, by a matcher that knows the words of ``bot/data/facts``.
        at: The date of the entry, aware, for its words of time; without it they tell nothing.
    """
    lead = Lead(scan)
    if not lead:
        return _NOTHING
    counts = Counts(lead)
    denied, who = denial(lead)
    killed, injured = counts.toll()
    if denied is Denial.NO_CASUALTIES:
        killed, injured = ZERO, ZERO
    hurt = any(toll not in (None, ZERO) for toll in (killed, injured))
    return Facts(
        weapons=_weapons(counts),
        outcomes=_outcomes(lead, counts, hurt=hurt),
        count=count_of(counts.weapons),
        killed=killed,
        injured=injured,
        denial=denied,
        claimed_by=claimed_by(lead),
        denied_by=who,
        echo_of=echo_of(lead),
        when=when(lead, at) if at is not None else None,
        sure=_sure(lead, denied),
        exercise=_is_exercise(lead, hurt=hurt),
        again=bool(lead.of("again")),
    )


def _weapons(counts: Counts) -> tuple[str, ...]:
    named = {weapon.value for weapon in counts.weapons}
    return tuple(weapon for weapon in WEAPONS if weapon in named)


def _outcomes(lead: Lead, counts: Counts, *, hurt: bool) -> tuple[Outcome, ...]:
    told = {sign.value for sign in lead.of("outcome")}
    found = {outcome for outcome in Outcome if outcome in told}
    if any(_is_of_a_weapon(sign, counts) for sign in lead.valued("outcome", "destroyed")):
        found.add(Outcome.INTERCEPTED)
    if hurt and Outcome.INTERCEPTED not in found:
        found.add(Outcome.HIT)
    if Outcome.HIT in found or Outcome.INTERCEPTED in found:
        found.discard(Outcome.LAUNCHED)
    if counts.weapons or Outcome.INTERCEPTED in found:
        found.discard(Outcome.HEARD)
    return tuple(outcome for outcome in Outcome if outcome in found)


def _is_of_a_weapon(sign: Sign, counts: Counts) -> bool:
    """Whether it is the weapon that was destroyed."""
    return any(0 <= weapon.start - sign.end <= _OBJECT_WITHIN for weapon in counts.weapons)


def _sure(lead: Lead, denied: Denial | None) -> Sure | None:
    if lead.valued("sure", "unconfirmed"):
        return Sure.UNCONFIRMED
    if denied is not None:
        return None
    told = [sign for kind in ("attack", "weapon", "outcome", "killed") for sign in lead.of(kind)]
    confirmed = any(
        -_SAID_WITHIN <= other.start - sign.start <= _SAID_WITHIN
        for sign in lead.valued("sure", "confirmed")
        for other in told
    )
    return Sure.CONFIRMED if confirmed else None


def _is_exercise(lead: Lead, *, hurt: bool) -> bool:
    """An attack during an exercise is one, and so is what hurt somebody."""
    if hurt or not lead.of("exercise"):
        return False
    beside = lead.valued("exercise", "beside")
    return any(
        not _lies_in(sign, beside) and not is_negated(sign, lead)
        for sign in lead.valued("exercise", "yes")
    )


def _lies_in(sign: Sign, others: list[Sign]) -> bool:
    return any(other.start <= sign.start and sign.end <= other.end for other in others)
