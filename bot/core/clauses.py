"""The clauses around a pair: where one ends, and whether the pair's tells its attack as news."""

from __future__ import annotations

from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.lead import PAUSE

_PLACES = frozenset({"place.base", "place.town", "place.country", "base"})
_FOLLOWS = frozenset({"follows"})
_PLACE_BEFORE = 4  # "Erbil hit by rockets"
_FOLLOWS_WITHIN = 3  # "after two more rocket attacks": told as known
_CLAUSE_WITHIN = 20  # a line without an end is not searched to it


def pauses_at(at: int, found: Found) -> bool:
    """Whether a sentence, a clause or a field ends before token ``at``."""
    scan = found.scan
    if at == scan.split or scan.sentences[at] != scan.sentences[at - 1]:
        return True
    text = scan.title if at < scan.split else scan.body
    return PAUSE.search(text, scan.ends[at - 1], scan.starts[at]) is not None


def is_asked(at: int, found: Found) -> bool:
    """Whether a question mark ends the clause of token ``at``."""
    scan = found.scan
    field, text = (scan.split, scan.title) if at < scan.split else (len(scan.starts), scan.body)
    behind = range(at + 1, clause_limit(at, field))
    end = next((token for token in behind if pauses_at(token, found)), 0)
    if end == 0 and clause_limit(at, field) == field:
        end = field
    if end == 0:
        return False
    said = text[scan.ends[end - 1] : scan.starts[end] if end < field else None]
    return any(mark in said for mark in "?؟")


def ends_before(start: int, end: int, found: Found) -> bool:
    """Whether a clause ends between tokens ``start`` and ``end``."""
    first = max(start, end - _CLAUSE_WITHIN)
    return any(pauses_at(at, found) for at in range(first, end + 1))


def is_unbroken(start: int, end: int, found: Found) -> bool:
    """Whether tokens ``start`` and ``end`` stand in one clause."""
    return not any(pauses_at(at, found) for at in range(start + 1, end + 1))


def is_known(pair: Pair, found: Found) -> bool:
    """Whether the attack is told as known: "after two more rocket attacks"."""
    return bool(found.between(_FOLLOWS, pair.start - _FOLLOWS_WITHIN, pair.end - 1))


def is_placed(pair: Pair, end: int, found: Found) -> bool:
    """Whether the place of the attack stands by it, before token ``end``."""
    return place_end(pair, end, found) > 0


def place_end(pair: Pair, end: int, found: Found) -> int:
    """The token after the first place by the pair and before token ``end``; 0 without one."""
    places = found.between(_PLACES, pair.start - _PLACE_BEFORE, end - 1)
    return min((place.end for place in places), default=0)


def clause_limit(start: int, end: int) -> int:
    """The last token before ``end`` that is searched for the end of a clause from ``start``."""
    return min(end, start + _CLAUSE_WITHIN)
