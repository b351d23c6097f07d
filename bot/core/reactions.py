"""Whether a guard's word tells only what somebody made of an attack reported beside it."""

from __future__ import annotations

from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.lead import PAUSE
from bot.core.model import Hit

_PLACES = frozenset({"place.base", "place.town", "place.country", "base"})
_SITES = frozenset({"place.base", "base"})
_FOLLOWS = frozenset({"follows"})
_MEANWHILE = frozenset({"meanwhile"})
_TURNS = _FOLLOWS | _MEANWHILE
_PLACE_BEFORE = 4  # "Erbil hit by rockets"
_FOLLOWS_WITHIN = 3  # "after two more rocket attacks": told as known
_OPENS_WITHIN = 1  # "as rockets hit", "as Iraqi rockets hit"
_LIFTED_WITHIN = 3  # "drill at Harir called off"
_CLAUSE_WITHIN = 20  # a line without an end is not searched to it


def is_reaction(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``hit`` stands in another clause than the attack, which is told as news.

    "Rockets hit X, Y condemns" and "Y condemns as rockets hit X"; not "Y condemns the rockets on
    X", "the rockets on X, which Y condemns" before any place, or "after rockets hit X, Y condemns".
    """
    if hit.start < pair.start:
        return _opens_clause(hit, pair, found)
    return not _is_known(pair, found) and _is_apart(hit, pair, found)


def is_lifted(hit: Hit, pair: Pair, categories: frozenset[str], found: Found) -> bool:
    """Whether ``hit`` is called off by one of ``categories`` because of the attack behind it."""
    off = found.between(categories, hit.start - _LIFTED_WITHIN, hit.end + _LIFTED_WITHIN)
    return bool(off) and bool(found.between(_TURNS, hit.end, pair.start - 1))


def _opens_clause(hit: Hit, pair: Pair, found: Found) -> bool:
    return any(
        0 <= pair.start - turn.end <= _OPENS_WITHIN
        for turn in found.between(_MEANWHILE, hit.end, hit.end)
    )


def _is_known(pair: Pair, found: Found) -> bool:
    return bool(found.between(_FOLLOWS, pair.start - _FOLLOWS_WITHIN, pair.end - 1))


def _is_apart(hit: Hit, pair: Pair, found: Found) -> bool:
    places = found.between(_PLACES, pair.start - _PLACE_BEFORE, hit.start - 1)
    if not places:
        return False
    whole = max(pair.end, min(place.end for place in places))
    last = min(hit.start, whole + _CLAUSE_WITHIN)
    return any(_begins_clause(at, found) for at in range(whole, last + 1))


def _begins_clause(at: int, found: Found) -> bool:
    scan = found.scan
    if scan.sentences[at] != scan.sentences[at - 1] or at == scan.split:
        return True
    text = scan.title if at < scan.split else scan.body
    if PAUSE.search(text, scan.ends[at - 1], scan.starts[at]):
        return True
    return _joins(at, found) and not found.between(_SITES, at, at + 1)


def _joins(at: int, found: Found) -> bool:
    """Whether "and", "while" or a word with the Arabic و begins at token ``at``."""
    return found.scan.tokens[at].text.startswith("و") or bool(found.between(_MEANWHILE, at, at))
