"""Whether a guard's word stands in another clause than an attack that is told as news.

It tells what somebody made of the attack, what followed it, or heads the report: "Video: rockets".
"""

from __future__ import annotations

import re

from bot.core.clauses import clause_limit, is_asked, is_known, is_placed, pauses_at, place_end
from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.model import Guard, Hit

_SITES = frozenset({"place.base", "base"})
_MEANWHILE = frozenset({"meanwhile"})
_WHILE = frozenset({"while"})
_PARTS = frozenset({"casualty", "killed", "picture"})
_HEADS = re.compile(r"[:：|/\])]|\.\.|\s[-–—]")
_WEAPONS = frozenset({"rocket", "drone"})
_OPENS_WITHIN = 1  # "as rockets hit", "as Iraqi rockets hit"
_PART_WITHIN = 4  # "no truth to the circulating pictures"
_CLAUSE = 2  # words of a clause at least: not "rockets hit X, opinion"
_PLACE_WITHIN = 5  # "Video: rockets land by the hall of Harir base"
_LABEL_AT = 1  # "[Video]", "In video:"
_TURN_WITHIN = 12  # "Oil prices jump to a record of 130 dollars as rockets hit"


def is_reaction(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``hit`` stands in another clause than the attack, which is told as news.

    "Rockets hit X, Y condemns" and "Y condemns as rockets hit X"; not "Y condemns the rockets on
    X", "the rockets on X, which Y condemns" before any place, or "after rockets hit X, Y condemns".
    """
    if hit.start < pair.start:
        return _opens_clause(hit, pair, found)
    return not is_known(pair, found) and _is_apart(hit, pair, found)


def is_apart(hit: Hit, pair: Pair, guard: Guard, found: Found) -> bool:
    """Whether ``hit`` stands behind an attack told as news and apart from it, as ``guard`` asks.

    A colon parts nothing: "Rockets hit X: the video is a fake". What is said of the harm alone, or
    of pictures, leaves the attack where it was: "rockets hit X, news of deaths is fake".
    """
    if hit.start < pair.end or not _is_new(pair, found):
        return False
    if found.sentence(hit) != found.sentence(pair.hits[0]):
        told = is_placed(pair, hit.start, found)
        return told and (guard.apart != "part" or _is_of_part(pair.end, hit, found))
    begun = _clause_begun(hit, pair, found)
    if begun < 0 or (hit.end - begun < _CLAUSE and _is_closed(hit.end, found)):
        return False
    return guard.apart == "clause" or _is_of_part(begun, hit, found)


def _is_new(pair: Pair, found: Found) -> bool:
    """Whether the attack is told as news: not "the attack", not after it, and nobody asks."""
    if is_known(pair, found) or is_asked(pair.start, found):
        return False
    tokens = found.scan.tokens
    # "the rocket attack": its weapon stands between, where the place makes the pair.
    first = pair.start - len(found.between(_WEAPONS, pair.start - 1, pair.start - 1)[:1])
    return not (tokens[first].text.startswith("ال") or tokens[max(first - 1, 0)].text == "the")


def _is_of_part(first: int, hit: Hit, found: Found) -> bool:
    """Whether ``hit`` is said of harm or pictures, named from token ``first`` or right behind."""
    named = found.between(_PARTS, max(first, hit.start - _PART_WITHIN), hit.end + _PART_WITHIN)
    return any(
        found.sentence(part) == found.sentence(hit) and not hit.start <= part.start < hit.end
        for part in named
    )


def _is_closed(at: int, found: Found) -> bool:
    return at >= len(found.scan.starts) or pauses_at(at, found)


def is_label(hit: Hit, pair: Pair, categories: frozenset[str], found: Found) -> bool:
    """Whether ``hit``, of ``categories``, only heads a title that tells where: "Video: ..."."""
    scan = found.scan
    if hit.start > _LABEL_AT or not hit.end < scan.split:
        return False
    headed = found.between(categories, hit.start, hit.start)
    if not headed or not is_placed(pair, pair.end + _PLACE_WITHIN, found):
        return False
    return _HEADS.search(scan.title, scan.ends[hit.end - 1], scan.starts[hit.end]) is not None


def _clause_begun(hit: Hit, pair: Pair, found: Found) -> int:
    """The token where the first clause behind the pair and its place begins; -1 without one."""
    place = place_end(pair, hit.start, found)
    whole = max(pair.end, place)
    behind = range(whole, clause_limit(whole, hit.start) + 1)
    turns = (at for at in behind if _begins_clause(at, found) and not _is_explained(at, found))
    return next(turns, -1) if place else -1


def _is_explained(at: int, found: Found) -> bool:
    """Whether a colon stands right before token ``at``."""
    scan = found.scan
    text = scan.title if at < scan.split else scan.body
    return at != scan.split and ":" in text[scan.ends[at - 1] : scan.starts[at]]


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
