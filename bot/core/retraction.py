"""Whether a denial is of the attack itself: by an allow-list, for a wrong yes strikes out an alert.

Between the denial and the attack stand only words for "reports of", "that there was", "the fall
of"; and nothing in the sentence speaks of an attack that was.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.core.doubt import is_contradicted, is_of_a_part
from bot.core.lead import Lead, Sign
from bot.core.voices import beginning

_SUBJECT = 5  # نفى المتحدث باسم القوات المسلحة وقوع ...
_OPEN = 10  # "... that the base <name> came under any attack"
_BEHIND = 12  # how far a verb at the end stands from its object
_FELL = 3  # "rockets, two of them, hit"
_PAST = re.compile("[a-z]{2,}ed")  # "denies the attack on the base crippled it"
_SPENT = ("intercepted", "fell-short")


def is_by_a_party(sign: Sign, lead: Lead) -> bool:
    """Whether who may have fired himself is named in the sentence of ``sign`` up to it.

    Where the verb comes first, he stands behind it.
    """
    first = beginning(sign.start, lead)
    if first == sign.start:
        return _has_party(sign.end, sign.end + 2, lead)
    return _has_party(first, sign.start, lead)


def _has_party(first: int, last: int, lead: Lead) -> bool:
    return any(first <= party.start < last for party in lead.of("deny.party"))


def takes_back(sign: Sign, lead: Lead) -> bool:
    """Whether ``sign`` denies that there was an attack."""
    if _has_party(lead.sentence(sign.start), sign.start, lead) or is_by_a_party(sign, lead):
        return False
    if is_in_doubt(sign, lead) or _is_confirmed(lead) or lead.asks():
        return False
    if is_of_a_part(sign, lead) or is_contradicted(lead):
        return False
    if sign.value == "attack":
        return True
    if sign.value == "underwent":
        return _comes_to_attack(sign.end, lead)
    return _is_of_attack_before(sign, lead) if sign.value == "after" else _is_of_attack(sign, lead)


def is_in_doubt(sign: Sign, lead: Lead) -> bool:
    """Whether something beside ``sign`` speaks of an attack that was."""
    first, last = _bounds(sign, lead)
    if any(first <= one.start < last for one in lead.valued("outcome", *_SPENT)):
        return True
    elsewhere = (*lead.valued("deny.but", "else"), *lead.of("again"))
    if any(first <= one.start < last for one in elsewhere):
        return True  # "on the embassy none, only on the airport"
    behind = range(sign.end, last)
    if any(_PAST.fullmatch(lead.word(at)) and _is_beside(at, sign, lead) for at in behind):
        return True
    begin = sign.start if sign.value != "after" else first
    return any(
        begin <= one.start < last and not _lies_in(one, sign) and _is_beside(one.start, sign, lead)
        for one in lead.of("deny.but")
    )


def _is_beside(at: int, sign: Sign, lead: Lead) -> bool:
    """A pause parts what is denied from what is said beside it."""
    start, end = sorted((at, sign.start))
    return not any(lead.pauses(token, token) for token in range(start + 1, end + 1))


def _lies_in(one: Sign, other: Sign) -> bool:
    return other.start <= one.start and one.end <= other.end


def _bounds(sign: Sign, lead: Lead) -> tuple[int, int]:
    """The sentence of ``sign``."""
    last = sign.end
    while last < lead.end and not lead.stops(last, last):
        last += 1
    return lead.sentence(sign.start), last


def _is_confirmed(lead: Lead) -> bool:
    """ "confirms rockets hit the base" """
    denied = lead.of("deny")
    objects = [one for kind in ("attack", "weapon") for one in lead.of(kind)]
    return any(
        0 <= one.start - yes.end < 2 and not any(_lies_in(one, other) for other in denied)
        for yes in lead.valued("sure", "confirmed")
        for one in objects
    )


# ── the verb comes first ─────────────────────────────────────────────────────────────────────


def _is_of_attack(sign: Sign, lead: Lead) -> bool:
    if _begins(sign.end, lead):
        return True
    if beginning(sign.start, lead) != sign.start:
        return False
    links = _tokens(lead, "deny.link")
    for at in range(sign.end + 1, sign.end + 1 + _SUBJECT):
        if lead.pauses(at - 1, at - 1) and at - 1 > sign.end:
            return False
        if at in links:
            return _begins(at, lead)
    return False


def _begins(at: int, lead: Lead) -> bool:
    """Whether links alone lead from token ``at`` to an attack."""
    links, weapons = _tokens(lead, "deny.link"), _tokens(lead, "weapon")
    opened = _tokens(lead, "deny.link", "open")
    first, linked = at, False
    while not lead.pauses(at, at) or at == first:
        if _is_attack(at, lead, linked=linked):
            return True
        if at in opened:
            return _comes_to_attack(at + 1, lead)
        if at not in links and at not in weapons:
            return _is_fallen(first, at, lead)
        linked = linked or at in links
        at += 1
    return _is_fallen(first, at, lead)


def _is_attack(at: int, lead: Lead, *, linked: bool) -> bool:
    if lead.word(at).startswith("ال"):
        return False  # "the attack" was one
    if at in _tokens(lead, "attack", ""):
        return True
    return linked and at in _tokens(lead, "attack", "act")


def _is_fallen(first: int, end: int, lead: Lead) -> bool:
    """Whether a weapon that falls stands from ``first`` to ``end``."""
    weapons = [at for at in _tokens(lead, "weapon") if first <= at < end]
    falls = [at for at in _tokens(lead, "deny.link", "fall") if first <= at < end + _FELL]
    return bool(weapons) and bool(falls)


def _comes_to_attack(at: int, lead: Lead) -> bool:
    """Whether an attack follows what it would have happened to."""
    attacks = _tokens(lead, "attack", "") | _tokens(lead, "attack", "act")
    for token in range(at, min(at + _OPEN, lead.end)):
        if token > at and lead.pauses(token, token):
            return False
        if token in attacks:
            return True
    return False


# ── the verb comes last ──────────────────────────────────────────────────────────────────────


def _is_of_attack_before(sign: Sign, lead: Lead) -> bool:
    """ "reports of an attack ... are false": word of it stands right beside it."""
    first = max(lead.clause(sign.start), sign.start - _BEHIND)
    reports = _tokens(lead, "deny.link", "report")
    falls = _tokens(lead, "deny.link", "fall")
    weapons = _tokens(lead, "weapon")
    acts = _tokens(lead, "attack", "") | _tokens(lead, "attack", "act")
    linked = reports | falls | weapons | acts
    for start, end in _runs(first, sign.start, linked):
        run = set(range(start, end))
        if run & reports and (run & acts or (run & falls and run & weapons)):
            return True
    return False


def _runs(first: int, end: int, tokens: Collection[int]) -> list[tuple[int, int]]:
    """The stretches of ``tokens`` that stand together."""
    runs: list[tuple[int, int]] = []
    for at in range(first, end):
        if at not in tokens:
            continue
        if runs and runs[-1][1] == at:
            runs[-1] = (runs[-1][0], at + 1)
        else:
            runs.append((at, at + 1))
    return runs


def _tokens(lead: Lead, kind: str, *values: str) -> set[int]:
    signs = lead.valued(kind, *values) if values else lead.of(kind)
    return {at for sign in signs for at in range(sign.start, sign.end)}
