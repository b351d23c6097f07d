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
_LATER = frozenset({"later"})
_ORDINAL = frozenset({"ordinal"})
_EVENT = frozenset({"event"})
_DEED = frozenset({"deed"})
_SITED = frozenset({"place.base", "place.town", "base"})
_ON_THE_DAY = frozenset({"on-the-day"})
_AND = frozenset({"meanwhile"})
_COUNTED = frozenset({"event", "occasion"})
_TURNS = frozenset({"follows", "meanwhile", "while"})
_OPENS_WITHIN = 6  # words from "hours after" to what is denied
_DEED_WITHIN = 4  # "the base which in 2020 Iran struck"
_CLOSES_WITHIN = 1  # "yalanlanmasından saatler sonra"
_STRUCK_WITHIN = 3  # "hits the building of a court"
_COUNTS_WITHIN = 8  # words from "the 60th attack" to "since October"
_ATTACK_WITHIN = 1  # "60th such attack"
_LIFTED_WITHIN = 3  # "drill at Harir called off"
_SITE_WITHIN = 4  # "rockets hit their targets": what was struck


def is_aside(hit: Hit, pair: Pair, guard: Guard, found: Found) -> bool:
    """Whether ``hit`` stands in an adjunct which ``guard.aside`` begins, and ``pair`` does not.

    The adjunct stands before the attack, and a pause ends it, or behind the attack and its place.
    What a drill itself fires came upon nobody, "Missiles hit targets during a drill"; what came
    days later is not its own.
    """
    aside = guard.aside
    if found.between(guard.staged, pair.start - 1, max(pair.end, hit.start) + _SITE_WITHIN):
        aside = aside & _LATER
    elif hit.end <= pair.start and _is_closed(hit, pair, found):
        return True
    openers = found.between(aside, hit.start - _OPENS_WITHIN, hit.end - 1)
    return any(_opens(opener, hit, pair, found) for opener in openers) or any(
        _tells_another(which, hit, pair, found)
        for which in found.between(guard.which, hit.start - _OPENS_WITHIN, hit.start - 1)
    )


def _opens(opener: Hit, hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``opener`` begins the adjunct of ``hit``, and ``pair`` stands outside of it."""
    if not is_unbroken(opener.start, hit.start, found):
        return False
    if pair.end <= opener.start:
        return _is_news(pair, opener.start, found)
    if hit.end > pair.start:
        return False
    return ends_before(hit.end, pair.start, found) or _is_full(opener, hit, pair, found)


def _is_full(opener: Hit, hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether an anniversary has its deed before the attack, and no pause has to end it.

    "On the anniversary of his killing rockets hit X", but not "of his killing and the rockets on X"
    nor "of the hail of rockets on X".
    """
    if not found.between(_ON_THE_DAY, opener.start, opener.start):
        return False
    joined = found.scan.tokens[pair.start].text.startswith("و") or found.between(
        _AND, pair.start - 2, pair.start - 1
    )
    last = pair.start - 1
    attacks = found.between(_EVENT, hit.end, last)
    deeds = found.between(_DEED, hit.end, last - 1)
    struck = any(found.between(_SITED, attack.end, last) for attack in attacks)
    return not joined and (struck or bool(deeds))


def _tells_another(which: Hit, hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``which`` begins a clause with a deed of its own: "X, the base Iran struck in 2020".

    Without a deed the date may be that of the attack: "X, the base in Iraq, in 2020".
    """
    behind = hit.end <= pair.start
    if not (behind or pair.end <= which.start) or not is_unbroken(which.start, hit.start, found):
        return False
    last = min(hit.end + _DEED_WITHIN, pair.start - 1) if behind else hit.end + _DEED_WITHIN
    if not found.between(_DEED | _EVENT, which.end, last):
        return False
    return behind or _is_news(pair, which.start, found)


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
    counts += (n for n in found.between(_ORDINAL, first, last) if _counts_attack(n, hit, found))
    return any(found.sentence(count) == found.sentence(hit) for count in counts)


def _counts_attack(ordinal: Hit, hit: Hit, found: Found) -> bool:
    """Whether an attack is what is counted: "60th drone attack", not "60th anniversary".

    Where nothing stands between it and ``hit``, it is the attack told before: "the 60th since".
    """
    if ordinal.end == hit.start:
        return True
    return bool(found.between(_COUNTED, ordinal.end, ordinal.end + _ATTACK_WITHIN))


def is_lifted(hit: Hit, pair: Pair, categories: Categories, found: Found) -> bool:
    """Whether ``hit`` is called off by one of ``categories`` because of the attack."""
    off = found.between(categories, hit.start - _LIFTED_WITHIN, hit.end + _LIFTED_WITHIN)
    if hit.start < pair.start:
        return bool(off) and bool(found.between(_TURNS, hit.end, pair.start - 1))
    return any(pair.end <= word.start for word in off)


def _is_closed(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether a word that ends an adjunct stands on ``hit``, or right behind it."""
    closing = found.between(_CLOSES, hit.start, hit.end + _CLOSES_WITHIN)
    return any(hit.end <= word.end <= pair.start for word in closing)


def _is_news(pair: Pair, end: int, found: Found) -> bool:
    return is_placed(pair, end, found) and not is_known(pair, found)
