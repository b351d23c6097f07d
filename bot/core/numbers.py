"""Counts as a report gives them, in figures and in words: "14", "خمسة وعشرين", "at least six"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.core.lead import Lead, Sign
from bot.core.model import Range
from bot.core.morphology import is_stop_word

_MOST_DIGITS = 5
_YEARS = range(1900, 2101)
_DESIGNATION = re.compile(r"[A-Za-z][-–/]?$")  # Shahed-136, F16
_AGE = re.compile(r"[,،(]\s*$")
_AGE_ENDS = re.compile(r"\s*[,،)]")
_TO = re.compile(r"\s?[-–]\s?")
_BEHIND = 3  # "six drones at least"
_AND = 3  # letters of the longest "and"
_ABOUT = 0.12  # how far "about" reaches to either side
_UNSURE = 7  # a range this wide is a word such as "dozens"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A count and the tokens it stands on, bounds and all.

    ``figure``: it stands in digits. ``clitic``: a prefix such as و stands before it.
    """

    start: int
    end: int
    range: Range
    figure: bool = False
    clitic: bool = False

    @property
    def is_vague(self) -> bool:
        """Whether it is a word such as "dozens"."""
        return self.range.most - self.range.least >= _UNSURE


def quantities(lead: Lead) -> list[Quantity]:
    """The counts of ``lead`` in order."""
    told = _merged(_alone(lead), lead)
    return _spanned([_bounded(quantity, told, lead) for quantity in told], lead)


# ── one number ───────────────────────────────────────────────────────────────────────────────


def _alone(lead: Lead) -> list[Quantity]:
    barred = {at for sign in lead.of("uncounted") for at in range(sign.start, sign.end)}
    found = [*map(_worded, lead.of("number")), *_figures(lead)]
    found = [quantity for quantity in found if quantity.start not in barred]
    return sorted(found, key=lambda quantity: quantity.start)


def _worded(sign: Sign) -> Quantity:
    least, _, most = sign.value.partition("-")
    known = Range(int(least), int(most or least))
    return Quantity(sign.start, sign.end, known, clitic=sign.clitic)


def _figures(lead: Lead) -> Iterator[Quantity]:
    done = 0
    for at in lead.figures():
        digits, end = lead.word(at), at + 1
        if at < done or not digits.isdecimal():
            continue
        if _is_thousands(at, lead):
            digits, end = digits + lead.word(end), end + 1
        if _is_count(digits, at, lead):
            yield Quantity(at, end, Range(int(digits), int(digits)), figure=True)
        done = end


def _is_thousands(at: int, lead: Lead) -> bool:
    """Whether 1,200 begins at token ``at``."""
    following = lead.word(at + 1)
    if not following or lead.between(at + 1, at + 1) not in {",", "٬"}:
        return False
    return following.isdecimal() and len(following) == 3


def _is_count(digits: str, at: int, lead: Lead) -> bool:
    if len(digits) > _MOST_DIGITS or int(digits) in _YEARS:
        return False
    before, after = lead.before(at), lead.after(at)
    # "a man, 65, was hurt" is an age, 3:15 a time.
    aged = _AGE.search(before) and _AGE_ENDS.match(after)
    timed = re.match(r"[:.]\d", after) or re.search(r"\d[:.]$", before)
    return not (aged or timed or _DESIGNATION.search(before))


# ── several words, one number ────────────────────────────────────────────────────────────────


def _merged(found: Sequence[Quantity], lead: Lead) -> list[Quantity]:
    told: list[Quantity] = []
    for quantity in found:
        joined = _joined(told[-1], quantity, lead) if told else None
        if joined is not None:
            told[-1] = joined
        elif not told or quantity.start >= told[-1].end:
            told.append(quantity)
    return told


def _joined(one: Quantity, other: Quantity, lead: Lead) -> Quantity | None:
    """ "twenty five", "سی و پنج", "خمسة وعشرين", "ثلاث عشرة" as one number, ``None`` if it is none.

    Figures are joined by thousands alone.
    """
    if one.figure or other.figure or one.is_vague or other.is_vague:
        return None
    together = _sum(one.range.least, other.range.least, clitic=other.clitic)
    if together is None or not _is_beside(one, other, lead):
        return None
    return Quantity(one.start, other.end, Range(together, together), clitic=one.clitic)


def _is_beside(one: Quantity, other: Quantity, lead: Lead) -> bool:
    if other.start < one.end:
        return False
    gap = lead.words(one.end, other.start)
    joins = len(gap) < 2 and all(len(word) < _AND and is_stop_word(word) for word in gap)
    return joins and not lead.pauses(one.end, other.start)


def _sum(first: int, then: int, *, clitic: bool) -> int | None:
    """What two numbers make; in Arabic "six and ten" are two numbers, "six and twenty" is one."""
    tens = then in range(20, 100, 10)
    if then in (100, 1000) and first < then:
        return first * then
    if (2 < first < 10 and then == 10 and not clitic) or (0 < first < 10 and tens and clitic):
        return first + then
    if (first in range(10, 100, 10) and then < 10) or (first >= 100 and then < 100):
        return first + then
    return None


# ── at least, about, between ─────────────────────────────────────────────────────────────────


def _bounded(quantity: Quantity, told: Sequence[Quantity], lead: Lead) -> Quantity:
    for sign in lead.of("bound"):
        if _governs(sign, quantity, lead):
            return replace(quantity, start=sign.start, range=_RANGES[sign.value](quantity.range))
        if _follows(sign, quantity, told, lead):
            return replace(quantity, range=_RANGES[sign.value](quantity.range))
    return quantity


def _governs(sign: Sign, quantity: Quantity, lead: Lead) -> bool:
    gap = lead.words(sign.end, quantity.start)
    beside = len(gap) < 2 and all(is_stop_word(word) for word in gap)
    return sign.end <= quantity.start and beside and sign.value in _RANGES


def _follows(sign: Sign, quantity: Quantity, told: Sequence[Quantity], lead: Lead) -> bool:
    if sign.value not in {"least", "more"} or not 0 <= sign.start - quantity.end <= _BEHIND:
        return False
    others = any(quantity.end <= other.start <= sign.end + 1 for other in told)
    return not others and not lead.pauses(quantity.end, sign.start)


_RANGES = {
    # A count that is still open is hardly ever more than twice what is known by then.
    "least": lambda known: Range(known.least, max(known.most * 2, known.most + 3)),
    "more": lambda known: Range(known.least + 1, max(known.most * 2, known.most + 3)),
    "about": lambda known: Range(known.least - _reach(known), known.most + _reach(known)),
    "most": lambda known: Range(1, known.most),
}


def _reach(known: Range) -> int:
    return max(1, round(known.least * _ABOUT)) if known.least > 1 else 0


def _spanned(told: Sequence[Quantity], lead: Lead) -> list[Quantity]:
    """Between six and ten, 5-6: two numbers that are one count."""
    spanned: list[Quantity] = []
    for quantity in told:
        last = spanned[-1] if spanned else None
        if last is not None and _is_span(last, quantity, lead):
            both = Range(last.range.least, quantity.range.most)
            spanned[-1] = Quantity(last.start, quantity.end, both)
        else:
            spanned.append(quantity)
    return spanned


def _is_span(one: Quantity, other: Quantity, lead: Lead) -> bool:
    if one.range.least >= other.range.most:
        return False
    if one.end == other.start and _TO.fullmatch(lead.between(one.end, other.start)):
        return one.figure and other.figure
    opened = any(sign.end == one.start for sign in lead.valued("bound", "between"))
    return opened and other.start - one.end < 2
