"""Whether a guard's word tells of a circumstance of the attack, not of the attack.

"Rockets hit Balad hours after an earlier attack was denied", "on the anniversary of", "during a
drill"; not "On the anniversary of the attack on Balad", where the attack stands inside.
"""

from __future__ import annotations

from bot.core.clauses import ends_before, is_known, is_placed, is_unbroken
from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.model import Guard, Hit

Categories = frozenset[str]
_CLOSES = frozenset({"circumstance-end"})
_SITES = frozenset({"civil-site"})
_ORDINAL = frozenset({"ordinal"})
_ATTACK = frozenset({"event"})
_TURNS = frozenset({"follows", "meanwhile", "while"})
_OPENS_WITHIN = 6  # words from "hours after" to what is denied
_CLOSES_WITHIN = 1  # "yalanlanmasından saatler sonra"
_STRUCK_WITHIN = 3  # "hits the building of a court"
_COUNTS_WITHIN = 8  # words from "the 60th attack" to "since October"
_ATTACK_WITHIN = 1  # "60th such attack"
_LIFTED_WITHIN = 3  # "drill at Harir called off"
_SITE_WITHIN = 4  # "rockets hit their targets": what was struck


def is_aside(hit: Hit, pair: Pair, guard: Guard, found: Found) -> bool:
    """Whether ``hit`` stands in an adjunct which ``guard.aside`` begins, and ``pair`` does not.

    The adjunct stands before the attack, and a pause ends it, or behind the attack and its place.
    What a drill itself fires came upon nobody: "Missiles hit targets during a drill".
    """
    if found.between(guard.staged, pair.start - 1, max(pair.end, hit.start) + _SITE_WITHIN):
        return False
    if hit.end <= pair.start and _is_closed(hit, pair, found):
        return True
    for opener in found.between(guard.aside, hit.start - _OPENS_WITHIN, hit.start):
        if is_unbroken(opener.start, hit.start, found):
            if hit.end <= pair.start and ends_before(hit.end, pair.start, found):
                return True
            if pair.end <= opener.start and _is_news(pair, opener.start, found):
                return True
    return False


def is_struck(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``hit`` is what was struck: the museum of "rocket lands near a museum"."""
    if not 0 <= hit.start - pair.end <= _STRUCK_WITHIN:
        return False
    return bool(found.between(_SITES, hit.start, hit.end - 1)) and is_unbroken(
        pair.end - 1, hit.start, found
    )


def is_counted(hit: Hit, categories: Categories, found: Found) -> bool:
    """Whether ``hit`` only counts an attack that is told: "the 60th attack since October"."""
    first, last = hit.start - _COUNTS_WITHIN, hit.end + _CLOSES_WITHIN
    counts = [*found.between(categories, first, last)]
    counts += (n for n in found.between(_ORDINAL, first, last) if _counts_attack(n, found))
    return any(found.sentence(count) == found.sentence(hit) for count in counts)


def _counts_attack(ordinal: Hit, found: Found) -> bool:
    """Whether an attack is what is counted: "60th drone attack", not "60th anniversary"."""
    return bool(found.between(_ATTACK, ordinal.end, ordinal.end + _ATTACK_WITHIN))


def is_lifted(hit: Hit, pair: Pair, categories: Categories, found: Found) -> bool:
    """Whether ``hit`` is called off by one of ``categories`` because of the attack."""
    off = found.between(categories, hit.start - _LIFTED_WITHIN, hit.end + _LIFTED_WITHIN)
    if hit.start < pair.start:
        return bool(off) and bool(found.between(_TURNS, hit.end, pair.start - 1))
    return any(pair.end <= word.start < hit.start for word in off)


def _is_closed(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether a word that ends an adjunct stands on ``hit``, or right behind it."""
    closing = found.between(_CLOSES, hit.start, hit.end + _CLOSES_WITHIN)
    return any(hit.end <= word.end <= pair.start for word in closing)


def _is_news(pair: Pair, end: int, found: Found) -> bool:
    return is_placed(pair, end, found) and not is_known(pair, found)
