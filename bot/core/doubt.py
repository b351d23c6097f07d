"""Whether a denial leaves a doubt: it is of a part only, or the report tells of the attack itself.

"Denies that rockets hit the barracks", "denies an attack; the Pentagon says rockets landed there".
What is denied is known word by word, for a wrong yes strikes out an alert.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.lead import Lead, Sign
from bot.core.morphology import is_stop_word

Clause = range

_OBJECT = ("attack", "weapon", "deny.link")
_KNOWN = ("attack", "weapon", "deny", "deny.link", "deny.whole", "outcome", "number", "none")
_TELLS = ("weapon", "attack")
_BLOWS = ("killed", "injured")
_VERB_LAST_WITHIN = 14


# ── of a part ────────────────────────────────────────────────────────────────────────────────


def is_of_a_part(sign: Sign, lead: Lead) -> bool:
    """Whether what ``sign`` denies may be less than the attack: a part of the place, a kind."""
    told = _object(sign, lead)
    known = {at for kind in _KNOWN for one in lead.of(kind) for at in range(one.start, one.end)}
    known |= lead.places()
    return any(not _is_whole(at, known, told, lead) for at in told)


def _object(sign: Sign, lead: Lead) -> Clause:
    """The tokens of what is denied."""
    if sign.value == "after":
        return _object_before(sign, lead)
    first = sign.end
    if sign.value not in {"attack", "underwent"}:
        starts = [one.start for kind in _OBJECT for one in lead.of(kind) if one.start >= sign.end]
        first = min(starts, default=first)
    if first == sign.end and lead.pauses(first, first):
        return range(first, first)  # "there was no launch, it was a false alarm"
    last = _clause_end(first, lead)
    told = [one.start for kind in ("says", "deny.told") for one in lead.of(kind)]
    return range(first, min((at for at in told if first < at < last), default=last))


def _object_before(sign: Sign, lead: Lead) -> Clause:
    """ "reports of an attack on ... are false": where the verb comes last a place may be first."""
    said = [says.end for says in lead.of("says") if says.end <= sign.start]
    begin = max(lead.clause(sign.start), sign.start - _VERB_LAST_WITHIN, *said)
    starts = {one.start for kind in _OBJECT for one in lead.of(kind)} | lead.places()
    starts |= {site.start for site in lead.valued("deny.whole", "site")}
    first = min((at for at in starts if begin <= at < sign.start), default=sign.start)
    return range(first, sign.start)


def _clause_end(first: int, lead: Lead) -> int:
    last = first + 1
    while last < lead.end and not lead.pauses(last, last):
        last += 1
    return min(last, lead.end)


def _is_whole(at: int, known: set[int], told: Clause, lead: Lead) -> bool:
    """Whether token ``at`` leaves it open that the whole was meant."""
    word = lead.word(at)
    if any(one.start <= at < one.end for one in lead.valued("deny.whole", "site")):
        return not _is_within(at, told, lead)
    return at in known or is_stop_word(word) or word[:1].isdecimal()


def _is_within(at: int, told: Clause, lead: Lead) -> bool:
    """Whether a site without a name of its own lies in a place that is named: an airport in …"""
    places = lead.places()
    sites = {n for s in lead.valued("deny.whole", "site") for n in range(s.start, s.end)}
    first, last = at, at
    while first - 1 in sites:
        first -= 1
    while last + 1 in sites:
        last += 1
    if first - 1 in places or last + 1 in places:
        return False
    return any(last < place for place in places if place in told)


# ── told all the same ────────────────────────────────────────────────────────────────────────


def is_contradicted(lead: Lead) -> bool:
    """Whether another voice in the report tells of the attack that is denied."""
    return any(_tells(clause, lead) for clause in _clauses(lead))


def _clauses(lead: Lead) -> Iterator[Clause]:
    first = 0
    while first < lead.end:
        last = _clause_end(first, lead)
        yield range(first, last)
        first = last


def _tells(clause: Clause, lead: Lead) -> bool:
    if any(_has(clause, kind, lead) for kind in ("deny", "none", "deny.told")):
        return False
    if _has(clause, "deny.link", lead, "report"):
        return False
    if not any(_has(clause, kind, lead) for kind in _TELLS):
        return False
    says = _has(clause, "says", lead) or _has(clause, "deny.turn", lead)
    if _is_beside_denial(clause, lead):
        return (says and _strikes(clause, lead)) or _has(clause, "deny.but", lead)
    return says or _strikes(clause, lead)


def _strikes(clause: Clause, lead: Lead) -> bool:
    """Whether weapons fall in it, or people come to harm."""
    return (
        _has(clause, "outcome", lead, "hit")
        or _has(clause, "deny.link", lead, "fall")
        or any(_has(clause, kind, lead) for kind in _BLOWS)
    )


def _is_beside_denial(clause: Clause, lead: Lead) -> bool:
    """Whether the sentence of ``clause`` denies something."""
    sentence = lead.sentence(clause.start)
    return any(lead.sentence(sign.start) == sentence for sign in lead.of("deny"))


def _has(clause: Clause, kind: str, lead: Lead, *values: str) -> bool:
    signs = lead.valued(kind, *values) if values else lead.of(kind)
    return any(sign.start in clause for sign in signs)
