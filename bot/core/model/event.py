"""What a report says of its event, as far as it says anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Range(NamedTuple):
    """A count as one source gives it: "three" is 3 to 3, "dozens" 20 to 99, "no" 0 to 0."""

    least: int
    most: int


class Outcome(StrEnum):
    """What became of a weapon."""

    HIT = "hit"
    INTERCEPTED = "intercepted"
    LAUNCHED = "launched"
    HEARD = "heard"  # an explosion, and nobody says of what


class Denial(StrEnum):
    """What a denial denies; only the first takes an attack back."""

    NO_ATTACK = "no-attack"
    NOT_BY_US = "not-by-us"
    NOT_FROM_OUR_SOIL = "not-from-our-soil"
    NO_CASUALTIES = "no-casualties"


class Sure(StrEnum):
    """How sure a report is of itself."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


class When(NamedTuple):
    """When it happened, by the words of the report and its date: not before, not after."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one report. What it does not say is empty or ``None``.

    Attributes:
        weapons: ``rocket``, ``missile``, ``mortar``, ``artillery``, ``drone``, in their order.
        outcomes: What became of them; both hit and intercepted where a part got through.
        count: Of the weapons.
        killed, injured: People; ``Range(0, 0)`` where the report says that there were none.
        denial: What is denied.
        claimed_by, denied_by: Who, in the words of the report.
        echo_of: The outlet whose report this one repeats; empty where it speaks for itself.
        when: Where words of time say more than the date of the entry.
        sure: Whether it calls itself confirmed or unconfirmed.
        exercise: It was no real attack.
        again: It says that this is another attack, a new wave.
    """

    weapons: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    count: Range | None = None
    killed: Range | None = None
    injured: Range | None = None
    denial: Denial | None = None
    claimed_by: str = ""
    denied_by: str = ""
    echo_of: str = ""
    when: When | None = None
    sure: Sure | None = None
    exercise: bool = False
    again: bool = False
