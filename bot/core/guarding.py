"""Which guard stops a pair, and which one explains that there was no pair to stop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.core.asides import is_aside, is_counted, is_lifted, is_struck
from bot.core.clauses import is_known
from bot.core.conditions import Pair
from bot.core.found import Found
from bot.core.model import Condition, Guard, Hit, Knowledge
from bot.core.reactions import is_apart, is_label, is_reaction

_OBJECT_WITHIN = 4  # what a guard's word is about stands this near behind it
_PHRASE = 5  # words of a phrase at most: "this is not a drill"
_ASKED = 8  # words of a text that are asked why they are no event


def guard_of(pair: Pair, guards: Iterable[Guard], found: Found) -> Guard | None:
    """The first of ``guards`` that stops ``pair``."""
    return next((guard for guard in guards if _stops(guard, pair, found)), None)


def unsaid(found: Found, knowledge: Knowledge) -> str:
    """The guard whose words stand by the words of a topic where no condition was fulfilled.

    ``""`` where there are none: the text speaks of nothing that concerns us.
    """
    about = frozenset().union(*(_about(c) for rule in knowledge.rules for c in rule.conditions))
    condition = Condition(first=about)
    for hit in found.between(about, 0, found.lead)[:_ASKED]:
        guard = guard_of(Pair(condition, (hit,)), knowledge.guards, found)
        if guard is not None:
            return guard.name
    return ""


def _about(condition: Condition) -> frozenset[str]:
    return condition.first | condition.second


def _stops(guard: Guard, pair: Pair, found: Found) -> bool:
    if not found.hits(guard.terms) or not any(
        _reaches(guard, hit, pair, found) for hit in _candidates(guard, pair, found)
    ):
        return False
    return found.sentence(pair.hits[0]) not in found.sentences(guard.unless)


def _candidates(guard: Guard, pair: Pair, found: Found) -> Iterator[Hit]:
    """The words of ``guard`` that may reach ``pair``: those in title or lead, those near."""
    first = found.lead if guard.lead else found.scan.split if guard.title else 0
    yield from found.between(guard.terms, 0, first - 1)
    near = max(first, pair.start - guard.within)
    yield from found.between(guard.terms, near, pair.end + guard.within)


def _reaches(guard: Guard, hit: Hit, pair: Pair, found: Found) -> bool:
    if guard.before and not _stands_before(hit, pair, found):
        return False
    return _is_near(guard, hit, pair, found) and not _is_excused(guard, hit, pair, found)


def _stands_before(hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``hit`` stands before the end of ``pair``; on it, where a known attack begins it.

    "After the attack on Balad, rockets that hit it": the two are no new attack together.
    """
    last = pair.hits[-1].start
    return hit.start < last or (hit.start == last and is_known(pair, found))


def _is_excused(guard: Guard, hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether ``hit`` says nothing against ``pair``, near as it stands."""
    return (
        bool(guard.spares and _is_about(guard.spares, hit, pair, found))
        or _lies_in(guard.unless, hit, found)
        or _lies_in(guard.yields, hit, found)
        or is_struck(hit, pair, found)
        or (guard.reaction and is_reaction(hit, pair, found))
        or bool(guard.apart and is_apart(hit, pair, guard, found))
        or bool(guard.label and is_label(hit, pair, guard.label, found))
        or bool(guard.lifted and is_lifted(hit, pair, guard.lifted, found))
        or bool((guard.aside or guard.which) and is_aside(hit, pair, guard, found))
        or bool(guard.counted and is_counted(hit, guard.counted, found))
    )


def _lies_in(phrases: frozenset[str], hit: Hit, found: Found) -> bool:
    """Whether ``hit`` stands inside one of ``phrases``: the drill of "not a drill"."""
    around = found.between(phrases, hit.start - _PHRASE, hit.start)
    return any(hit.end <= whole.end and whole[:2] != hit[:2] for whole in around)


def _is_about(categories: frozenset[str], hit: Hit, pair: Pair, found: Found) -> bool:
    """Whether the guard's word is about something of ``categories``, named before the pair."""
    last = min(hit.end + _OBJECT_WITHIN, pair.start if hit.start < pair.start else hit.end + 9)
    return bool(found.between(categories, hit.end, last - 1))


def _is_near(guard: Guard, hit: Hit, pair: Pair, found: Found) -> bool:
    first = pair.hits[0]
    if guard.lead and max(hit.start, pair.start) < found.lead:
        return True
    same_sentence = found.sentence(hit) == found.sentence(first)
    if (
        guard.title
        and found.is_in_title(hit)
        and (same_sentence or found.sentence(hit) == 0 or not found.is_in_title(first))
    ):
        return True
    if guard.sentence and not same_sentence:
        return False
    same_field = found.is_in_title(hit) == found.is_in_title(first)
    return same_field and pair.distance(hit) <= guard.within
