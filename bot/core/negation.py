"""Whether "no", "without" or their like reach a word: before it, a clause before it, behind it."""

from __future__ import annotations

from bot.core.lead import Lead, Sign

_BEFORE = 3  # "without any further casualties"
_CLAUSE = 14  # "did not, the ministry said, result in any deaths"
_AFTER = 2


def is_negated(word: Sign, lead: Lead) -> bool:
    """Whether ``word`` is said not to be."""
    return any(_reaches(sign, word, lead) for sign in lead.of("none"))


def _reaches(sign: Sign, word: Sign, lead: Lead) -> bool:
    if sign.value == "bound":
        return False  # "no fewer than seven" are seven
    if sign.value == "after":
        return 0 <= sign.start - word.end <= _AFTER
    apart = word.start - sign.end
    if sign.value == "before":
        return 0 <= apart <= _BEFORE and not lead.pauses(sign.end, word.start)
    return 0 <= apart <= _CLAUSE and not lead.stops(sign.end, word.start)
