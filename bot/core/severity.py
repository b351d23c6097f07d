"""How grave a finding is: 1 notice, 2 important, 3 critical."""

from __future__ import annotations

from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.model import Finding, Grade, Severity
from bot.core.scene import WITHIN

_DIRECT_WITHIN = 15  # a weapon this near to a base is a direct attack
_ALERT_WITHIN = 25
_PLACE_WITHIN = WITHIN
_WEAPON = frozenset({"rocket", "drone"})
_INTERCEPTION = frozenset({"interception"})
_HIGHEST = frozenset({"highest"})
_CASUALTY = frozenset({"casualty"})
_NO_HARM = frozenset({"no-harm"})


def severity_of(finding: Finding, pair: Pair, found: Found) -> Severity:
    """The severity of ``finding``, which ``pair`` shows."""
    if finding.grade is Grade.MENTION:
        return Severity.NOTICE
    full = _uncapped(pair, found)
    if _any_near(_INTERCEPTION, pair, 12, found) and not _harmed(pair, found):
        full = min(full, Severity.IMPORTANT)
    return min(full, pair.condition.limit)


def _uncapped(pair: Pair, found: Found) -> Severity:
    def place(category: str, within: int) -> bool:
        return found.scene.has(category, pair.start, pair.end, within)

    highest = _any_near(_HIGHEST, pair, 4, found)
    armed = _any_near(_WEAPON, pair, 2, found)
    at_base = place("place.base", _ALERT_WITHIN)
    direct = armed and place("place.base", _DIRECT_WITHIN)
    if direct or (highest and at_base) or _harmed(pair, found):
        return Severity.CRITICAL
    if at_base or place("place.town", _PLACE_WITHIN):
        return Severity.IMPORTANT
    return Severity.NOTICE


def _harmed(pair: Pair, found: Found) -> bool:
    hurt = _any_near(_CASUALTY, pair, _PLACE_WITHIN, found)
    return hurt and not _any_near(_NO_HARM, pair, _PLACE_WITHIN, found)


def _any_near(categories: frozenset[str], pair: Pair, within: int, found: Found) -> bool:
    title = found.is_in_title(pair.hits[0])
    near = found.between(categories, pair.start - within, pair.end + within)
    return any(found.is_in_title(hit) is title for hit in near)
