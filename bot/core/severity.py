"""How grave a finding is: 1 notice, 2 important, 3 critical."""

from __future__ import annotations

from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.model import Finding, Grade, Hit, Severity
from bot.core.scene import WITHIN

_DIRECT_WITHIN = 15  # a weapon this near to a base is a direct attack
_ALERT_WITHIN = 25
_PLACE_WITHIN = WITHIN
_HIGHEST_WITHIN = 6
_CAP_WITHIN = 12  # an interception, or a doubt, said of the event
_WEAPON = frozenset({"rocket", "drone"})
_INTERCEPTION = frozenset({"interception"})
_HIGHEST = frozenset({"highest"})
_CASUALTY = frozenset({"casualty"})
_UNCONFIRMED = frozenset({"unconfirmed"})
_BASE = frozenset({"base"})
_ALARM = frozenset({"rocket", "drone", "siren", "air-defence"})
_NO_HARM = frozenset({"no-harm"})
_ON_THE_DAY = frozenset({"on-the-day"})
_RECALLS_WITHIN = 6  # "on the anniversary of Soleimani's killing"


def severity_of(finding: Finding, pair: Pair, found: Found) -> Severity:
    """The severity of ``finding``, which ``pair`` shows."""
    if finding.grade is Grade.MENTION or _any_near(_UNCONFIRMED, pair, _CAP_WITHIN, found):
        return Severity.NOTICE
    harmed = _is_harmed(pair, found)
    full = Severity.CRITICAL if harmed or _is_critical(pair, found) else _by_place(pair, found)
    if not harmed and _any_near(_INTERCEPTION, pair, _CAP_WITHIN, found):
        full = min(full, Severity.IMPORTANT)
    return min(full, pair.condition.limit)


def _is_critical(pair: Pair, found: Found) -> bool:
    """A weapon on a base, or a base on its highest alert."""
    if _any_near(_HIGHEST, pair, _HIGHEST_WITHIN, found):
        return _stands("place.base", pair, _ALERT_WITHIN, found) or _any_near(
            _BASE, pair, _HIGHEST_WITHIN, found
        )
    armed = _any_near(_WEAPON, pair, 2, found)
    return armed and found.scene.is_base_hit(pair.start, pair.end, _DIRECT_WITHIN)


def _by_place(pair: Pair, found: Found) -> Severity:
    named = _stands("place.base", pair, _ALERT_WITHIN, found) or _stands(
        "place.town", pair, _PLACE_WITHIN, found
    )
    # A country alone says little of a blow, much of missiles and sirens.
    wide = _any_near(_ALARM, pair, 2, found) and _stands(
        "place.country", pair, _PLACE_WITHIN, found
    )
    return Severity.IMPORTANT if named or wide else Severity.NOTICE


def _stands(category: str, pair: Pair, within: int, found: Found) -> bool:
    return found.scene.has(category, pair.start, pair.end, within)


def _is_harmed(pair: Pair, found: Found) -> bool:
    """Whether people came to harm, and nothing says that nobody did."""
    near = found.between(_CASUALTY, pair.start - _PLACE_WITHIN, pair.end + _PLACE_WITHIN)
    title = found.is_in_title(pair.hits[0])
    hurt = any(
        found.is_in_title(hit) is title and not _is_of(hit, pair) and not _is_recalled(hit, found)
        for hit in near
    )
    return hurt and not _any_near(_NO_HARM, pair, _PLACE_WITHIN, found)


def _is_of(hit: Hit, pair: Pair) -> bool:
    """Whether ``hit`` is a part of what fired: in "إصابة سفينة" nobody is hurt yet."""
    return any(
        whole.start <= hit.start and hit.end <= whole.end and whole[:2] != hit[:2]
        for whole in pair.hits
    )


def _is_recalled(hit: Hit, found: Found) -> bool:
    """Whether ``hit`` tells of the deaths of another day, of which this one is the anniversary."""
    return bool(found.between(_ON_THE_DAY, hit.start - _RECALLS_WITHIN, hit.start))


def _any_near(categories: frozenset[str], pair: Pair, within: int, found: Found) -> bool:
    title = found.is_in_title(pair.hits[0])
    near = found.between(categories, pair.start - within, pair.end + within)
    return any(found.is_in_title(hit) is title for hit in near)
