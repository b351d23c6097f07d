"""Whose words a sign stands in: who denies, who claims.

Labels ("breaking:", "official denial:") head a report and are nobody.
"""

from __future__ import annotations

from bot.core.lead import Lead, Sign
from bot.core.morphology import is_stop_word

_NAME = 8  # words of the longest name that is told
_FEW = 3
_AND = "و"
_OBJECTS = ("deny.of", "attack", "weapon", "harm", "killed", "injured")
# "The base did not come under attack": it is not the base that says so.
_UNTOLD = ("attack", "underwent", "soil")
_RUBRIC = "heading"  # of the lexicon: "video:"


def speaker(sign: Sign, lead: Lead) -> str:
    """Who says what ``sign`` stands in, before a colon, a verb of saying, or ``sign`` itself.

    ``""`` where the words name nobody.
    """
    whole = lead.sentence(sign.start) if sign.value == "after" else lead.clause(sign.start)
    first = _behind_labels(whole, sign.start, lead)
    told = _behind_outlet(first, sign.start, lead)
    return _voice(told, sign, lead) or (_voice(first, sign, lead) if told > first else "")


def _voice(first: int, sign: Sign, lead: Lead) -> str:
    for at in range(sign.start, first, -1):
        if ":" in lead.between(at, at):
            return named(first, at, lead) or _doer(at, sign, lead)
    for says in lead.of("says"):
        if first == says.start < sign.start:
            return _opener(sign, lead)
        if first < says.start < sign.start:
            return named(first, says.start, lead)
    return _doer(first, sign, lead) or _opener(sign, lead)


def _doer(first: int, sign: Sign, lead: Lead) -> str:
    return "" if sign.value in _UNTOLD else subject(first, sign, lead)


def _opener(sign: Sign, lead: Lead) -> str:
    """ "And the command confirmed, in a statement, that ...": the verb opens the sentence."""
    first = _behind_labels(lead.sentence(sign.start), sign.start, lead)
    for says in lead.of("says"):
        if first == says.start < sign.start:
            return named(says.end, _before_object(says.end, sign.start, lead), lead)
    return ""


def beginning(at: int, lead: Lead) -> int:
    """The first token of the clause of token ``at``, behind the labels that head it."""
    return _behind_labels(lead.clause(at), at, lead)


def subject(first: int, sign: Sign, lead: Lead) -> str:
    """Who does what ``sign`` says: between ``first`` and it, or behind a verb that comes first."""
    if sign.start in _tokens(lead, "passive"):
        return ""
    begin, stop = _ahead(first, sign, lead) if first < sign.start else _following(sign, lead)
    if sign.start in _tokens(lead, "noun") and _tokens(lead, "kind").issuperset(range(begin, stop)):
        return ""  # نفي عراقي لسقوط ...: of which kind the denial is
    return _written(begin, stop, lead)


def _ahead(first: int, sign: Sign, lead: Lead) -> tuple[int, int]:
    if sign.value != "after" and (sign.start - first > _NAME or first in _things(lead)):
        # A text without stops: it is who stands right before the verb.
        first = _last_name(first, sign.start, lead)
    return _span(first, _before_object(first + 1, sign.start, lead), lead)


def _following(sign: Sign, lead: Lead) -> tuple[int, int]:
    """نفى الجيش سقوط ..."""
    if lead.pauses(sign.end, sign.end):
        return sign.end, sign.end
    return _span(sign.end, _before_object(sign.end, lead.end, lead), lead)


def _before_object(first: int, end: int, lead: Lead) -> int:
    """Where, from ``first`` on, the words for what is denied begin."""
    objects = [other.start for kind in _OBJECTS for other in lead.of(kind)]
    return min((at for at in objects if first <= at < end), default=end)


def _last_name(first: int, end: int, lead: Lead) -> int:
    """Where the last words before ``end`` begin that no preposition parts, and no "and"."""
    at, joined = end - 1, _joined(lead)
    while at - 1 >= max(first, end - _FEW) and not is_stop_word(lead.word(at - 1)):
        if at in joined:
            break
        at -= 1
    return at


def _joined(lead: Lead) -> set[int]:
    """Where an "and" is written together with somebody's name: وطهران."""
    parties = (party for party in lead.of("deny.party") if party.clitic)
    return {party.start for party in parties if lead.word(party.start).startswith(_AND)}


def named(first: int, end: int, lead: Lead) -> str:
    """The name that begins at token ``first``, ``""`` where nobody is named before ``end``."""
    return _written(*_span(first, end, lead), lead)


def _span(first: int, end: int, lead: Lead) -> tuple[int, int]:
    first = _behind_stops(_behind_labels(first, end, lead), end, lead)
    days = _spans(lead, "day", "weekday")
    while first < end and first in days:
        first += 1
    if first >= end or first in _things(lead):
        return first, first  # "reports of an attack are false"
    stop = first + 1
    while stop < min(end, first + _NAME) and not _ends_name(stop, lead):
        stop += 1
    return first, _without_tail(first, stop, lead)


def _written(first: int, stop: int, lead: Lead) -> str:
    name = lead.text(first, stop)
    if first in _joined(lead) or name.startswith(_AND * 2):
        name = name.removeprefix(_AND)
    return name.strip("\"'«»“” ")


def _ends_name(at: int, lead: Lead) -> bool:
    that = at in _tokens(lead, "that")
    return that or is_stop_word(lead.word(at)) or lead.pauses(at, at)


def _without_tail(first: int, stop: int, lead: Lead) -> int:
    """ "the ministry clarifies: ...", "army statement: ..." """
    tail = _tokens(lead, "noun", "tells") | _spans(lead, "deny", "says")
    while stop - 1 > first and stop - 1 in tail:
        stop -= 1
    return stop


# ── labels ───────────────────────────────────────────────────────────────────────────────────


def _behind_labels(first: int, end: int, lead: Lead) -> int:
    """The first token from ``first`` on, up to ``end``, that is of no label.

    Words as "in" and "by" between labels, and behind them, belong to them.
    """
    start, behind = first, _behind_label(_behind_stops(first, end, lead), end, lead)
    while behind > _behind_stops(start, end, lead):
        start = _behind_stops(behind, end, lead)
        behind = _behind_label(start, end, lead)
    return start


def _behind_stops(at: int, end: int, lead: Lead) -> int:
    while at < end and is_stop_word(lead.word(at)):
        at += 1  # "as Hamas claims"
    return at


def _behind_label(at: int, end: int, lead: Lead) -> int:
    if at < end and at in _flashes(lead):
        return _behind_figure(at + 1, end, lead)
    nouns = _tokens(lead, "noun")
    words = nouns | _tokens(lead, "kind")
    stop = at
    while stop < end and stop in words and (stop == at or not lead.pauses(stop, stop)):
        stop += 1
    # "official denial" is a label, "official" is somebody.
    return at if nouns.isdisjoint(range(at, stop)) else _behind_figure(stop, end, lead)


def _behind_figure(at: int, end: int, lead: Lead) -> int:
    """ "update 1: ..." """
    return at + 1 if at < end and lead.word(at).isdecimal() else at


def _behind_outlet(first: int, end: int, lead: Lead) -> int:
    """ "Reuters: the army denies ...": it only brings the word."""
    for outlet in lead.valued("outlet", "name"):
        if outlet.start == first < outlet.end < end and ":" in lead.between(outlet.end, outlet.end):
            return _behind_labels(outlet.end, end, lead)
    return first


def _flashes(lead: Lead) -> set[int]:
    told = {at for hit in lead.terms(_RUBRIC) for at in range(hit.start, hit.end)}
    return told | _tokens(lead, "flash")


def _things(lead: Lead) -> set[int]:
    """What may be denied denies nothing."""
    return _spans(lead, "deny.link", "attack", "weapon") | _tokens(lead, "what")


def _tokens(lead: Lead, *values: str) -> set[int]:
    signs = lead.valued("label", *values)
    return {at for sign in signs for at in range(sign.start, sign.end)}


def _spans(lead: Lead, *kinds: str) -> set[int]:
    return {at for kind in kinds for sign in lead.of(kind) for at in range(sign.start, sign.end)}
