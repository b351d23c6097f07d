"""Whether a guard's word tells only what somebody made of an attack reported beside it."""

from __future__ import annotations

from bot.core.clauses import clause_limit, is_known, pauses_at, place_end
from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.model import Hit

_SITES = frozenset({"place.base", "base"})
_MEANWHILE = frozenset({"meanwhile"})
_WHILE = frozenset({"while"})
_OPENS_WITHIN = 1  # "as rockets hit", "as Iraqi rockets hit"
_TURN_WITHIN = 12  # "Oil prices jump to a record of 130 dollars as rockets hit"


def is_reaction(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``hit`` stands in another clause than the attack, which is told as news.

    "Rockets hit X, Y condemns" and "Y condemns as rockets hit X"; not "Y condemns the rockets on
    X", "the rockets on X, which Y condemns" before any place, or "after rockets hit X, Y condemns".
    """
    if hit.start < pair.start:
        return _opens_clause(hit, pair, found)
    return not is_known(pair, found) and _is_apart(hit, pair, found)


def _opens_clause(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether "while", or right behind ``hit`` "and", begins the clause of the attack."""
    first = max(hit.end, pair.start - _TURN_WITHIN)
    turns = [*found.between(_MEANWHILE, hit.end, hit.end)]
    turns += found.between(_WHILE, first, pair.start - 1)
    return any(turn.start < pair.start <= turn.end + _OPENS_WITHIN for turn in turns)


def _is_apart(hit: Hit, pair: Pair, found: Found) -> bool:
    place = place_end(pair, hit.start, found)
    whole = max(pair.end, place)
    last = clause_limit(whole, hit.start)
    return place > 0 and any(_begins_clause(at, found) for at in range(whole, last + 1))


def _begins_clause(at: int, found: Found) -> bool:
    return pauses_at(at, found) or (_joins(at, found) and not found.between(_SITES, at, at + 1))


def _joins(at: int, found: Found) -> bool:
    """Whether "and", "while" or a word with the Arabic و begins at token ``at``.

    The Turkish "while" is the end of the verb before it.
    """
    if found.scan.tokens[at].text.startswith("و") or found.between(_MEANWHILE | _WHILE, at, at):
        return True
    return bool(found.between(_WHILE, at - 1, at - 1))
