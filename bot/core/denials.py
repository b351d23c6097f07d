"""What is denied and by whom, and who takes an attack upon himself.

Only one of the four kinds takes an attack back, so where the words leave a doubt it is another.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.lead import Lead, Sign
from bot.core.model import Denial
from bot.core.negation import is_negated
from bot.core.retraction import is_by_a_party, is_in_doubt, takes_back
from bot.core.voices import named, speaker, subject

_OBJECT_WITHIN = 12  # tokens between "denies" and what is denied
_SOIL_WITHIN = 10
_SAYS_WITHIN = 8
_FEW = 3
_ADJUNCT = 12  # words of an adjunct behind its denial
_WHAT = ("attack", "weapon", "outcome")
# What takes least back comes first.
_ORDER = (Denial.NOT_FROM_OUR_SOIL, Denial.NOT_BY_US, Denial.NO_CASUALTIES, Denial.NO_ATTACK)


def denial(lead: Lead) -> tuple[Denial | None, str]:
    """What is denied, and who says so in the words of the report."""
    found = [(kind, sign) for sign in lead.of("deny") if (kind := _kind(sign, lead))]
    if not found:
        return _without_a_verb(lead)
    kind, sign = min(found, key=lambda pair: (_ORDER.index(pair[0]), pair[1].start))
    return kind, speaker(sign, lead) or _told_again(sign, kind, lead)


def _told_again(sign: Sign, kind: Denial, lead: Lead) -> str:
    """Who denies it where the report opens, if the words of ``sign`` name nobody."""
    for other in lead.of("deny"):
        if other is sign or other.start >= lead.opening() or _kind(other, lead) not in (kind, None):
            continue
        if other.value == "noun" or _is_earlier(other, lead):
            continue
        who = speaker(other, lead)
        if who:
            return who
    return ""


def _kind(sign: Sign, lead: Lead) -> Denial | None:
    if sign.value == "noun" or _is_earlier(sign, lead):
        return None
    if sign.value == "soil":
        return Denial.NOT_FROM_OUR_SOIL if _has_soil(sign, lead) else None
    if sign.value == "us":
        return Denial.NOT_BY_US
    if sign.value in {"attack", "underwent"}:
        return Denial.NO_ATTACK if takes_back(sign, lead) else None
    if sign.value == "after" and _is_taken_back(sign, lead):
        return None  # "not a false alarm"
    return _object(sign, lead)


def _is_taken_back(sign: Sign, lead: Lead) -> bool:
    return any(0 <= sign.start - no.end <= _FEW for no in lead.valued("none", "before"))


def _is_earlier(sign: Sign, lead: Lead) -> bool:
    """Whether it only says when something else was: "hours after denying an attack, ..."

    A pause ends the adjunct where something follows; "hours after the blast the army denies"
    names what was before, and is a denial.
    """
    first = lead.clause(sign.start)
    if not any(
        first <= one.start < sign.start
        and sign.start - one.end <= _FEW
        and not _names_what(one.end, sign.start, lead)
        for one in lead.of("deny.later")
    ):
        return False
    last = min(sign.end + _ADJUNCT, lead.end)
    return any(lead.pauses(at, at) and not lead.stops(at, at) for at in range(sign.end, last))


def _names_what(first: int, end: int, lead: Lead) -> bool:
    return any(first <= one.start < end for kind in _WHAT for one in lead.of(kind))


def _has_soil(sign: Sign, lead: Lead) -> bool:
    soils = lead.valued("deny.of", "soil")
    return any(
        sign.start <= soil.start <= sign.end + _SOIL_WITHIN
        or soil.end <= sign.start <= soil.end + 2
        for soil in soils
    )


def _object(sign: Sign, lead: Lead) -> Denial | None:
    """What stands behind (or, where verbs come last, before) the verb of denial."""

    def has(kind: str, *values: str) -> bool:
        signs = lead.valued(kind, *values) if values else lead.of(kind)
        return any(_is_object(other, sign, lead) for other in signs)

    if has("deny.of", "soil"):
        return Denial.NOT_FROM_OUR_SOIL
    if has("deny.of", "us"):
        return Denial.NOT_BY_US
    if has("harm") or has("killed") or has("injured"):
        return Denial.NO_CASUALTIES
    if is_by_a_party(sign, lead):
        certain = has("attack") or has("weapon")
        return Denial.NOT_BY_US if certain and not is_in_doubt(sign, lead) else None
    return Denial.NO_ATTACK if takes_back(sign, lead) else None


def _is_object(other: Sign, sign: Sign, lead: Lead) -> bool:
    if sign.value == "before":
        near = sign.start <= other.start <= sign.end + _OBJECT_WITHIN
        return near and (other.start <= sign.end or not lead.stops(sign.end, other.start))
    near = sign.start - _OBJECT_WITHIN <= other.start <= sign.start
    return near and (other.end >= sign.start or not lead.stops(other.end, sign.start))


def _without_a_verb(lead: Lead) -> tuple[Denial | None, str]:
    """The Pentagon: no casualties. Whose report it is says it in so many words."""
    nobody = [sign for sign in lead.of("harm") if is_negated(sign, lead)]
    starts = [sign.start for sign in lead.of("none")] if nobody else []
    starts += [sign.start for sign in lead.of("unharmed")]
    starts += [sign.start for sign in lead.valued("none", "before") if _is_of_people(sign, lead)]
    for start in sorted(starts):
        who = _told_by(start, lead)
        if who:
            return Denial.NO_CASUALTIES, who
    return None, ""


def _is_of_people(none: Sign, lead: Lead) -> bool:
    """ "no Americans were hurt"."""
    return any(
        0 <= sign.start - none.end <= 3
        for kind in ("killed", "injured", "harm")
        for sign in lead.of(kind)
    )


def _told_by(start: int, lead: Lead) -> str:
    if start == 0:
        return ""
    if ":" in lead.between(start, start):
        return named(lead.clause(start), start, lead)
    for sign in lead.of("says"):
        if sign.end == start and sign.start > 0 and not lead.stops(start, start):
            return named(lead.clause(sign.start), sign.start, lead)
    return ""


# ── claims ───────────────────────────────────────────────────────────────────────────────────


def claimed_by(lead: Lead) -> str:
    """Who takes the attack upon himself, ``""`` if nobody does."""
    if lead.valued("claim", "none") or lead.of("deny"):
        return ""
    for sign in lead.valued("claim", "by"):
        return speaker(sign, lead)
    for sign in lead.valued("claim", "responsibility"):
        for says in _sayings(sign, lead):
            return subject(lead.clause(says.start), says, lead) or named(says.end, sign.start, lead)
    return ""


def _sayings(sign: Sign, lead: Lead) -> Iterator[Sign]:
    for says in lead.of("says"):
        if 0 <= sign.start - says.end <= _SAYS_WITHIN and not lead.stops(says.end, sign.start):
            yield says
