"""How alike a report and a story are: named features, and the score they add up to.

The weights are data (``bot/data/likeness.yaml``), learnt from our own corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import exp
from typing import NamedTuple

from bot.core.timing import gap
from bot.core.traces import ARMS, BLAST, COUNTRY, LATER, Trace, by_kind
from bot.core.vetoes import fits

_SAME_WORDS = 0.6  # likeness of what tells of no attack with a report of one
_DOUBT = 0.3  # likeness of words
_NEVER = 2.0  # no score is

Features = dict[str, float]
Weights = Mapping[str, float]


class Likeness(NamedTuple):
    """How sure it is that both tell the same, 0 to 1, and by which features."""

    score: float
    features: Features


def likeness(mine: Trace, theirs: Trace, text: float, weights: Weights) -> Likeness:
    """How surely ``mine`` tells of the event ``theirs`` tells of, vetoes aside."""
    features = compared(mine, theirs, text)
    total = weights.get("bias", 0.0)
    total += sum([weights.get(name, 0.0) * value for name, value in features.items()])
    return Likeness(1 / (1 + exp(-total)), features)


def is_hopeless(mine: Trace, theirs: Trace, text: float, weights: Weights) -> bool:
    """Whether the words are too unlike: of two reports only one of which tells of an attack, or
    neither, and which have no weapon and no explosion in common. Asked first, as it costs little.
    """
    if (mine.flag and theirs.flag) or mine.told & theirs.told & (ARMS | BLAST):
        return False
    if mine.flag != theirs.flag:
        return not mine.told and text < _SAME_WORDS
    return text < _least_text(mine, theirs, weights)


def is_enough(mine: Trace, theirs: Trace, found: Likeness, weights: Weights) -> bool:
    """Whether both tell the same, if it is not hopeless and nothing forbids it."""
    features, text = found.features, found.features["text"]
    if features["none_flagged"] and text >= _least_text(mine, theirs, weights):
        return True
    # Only a wider place in common, other names and other words: in doubt another attack.
    if features["place_inside"] and features["names_differ"] and text < _DOUBT:
        return False
    return found.score >= weights.get("enough", _NEVER)


def _least_text(mine: Trace, theirs: Trace, weights: Weights) -> float:
    """The likeness of words that is enough where neither tells of an attack."""
    short = mine.is_flash or theirs.is_flash
    return weights.get("text_short" if short else "text_long", _NEVER)


def compared(mine: Trace, theirs: Trace, text: float) -> Features:
    """The named features of a pair; ``text`` is the likeness of their words."""
    hours = min(gap(mine, theirs) / 60, 6.0)
    later = mine.told & LATER
    arms, others = mine.told & ARMS, theirs.told & ARMS
    flash = mine.is_flash or theirs.is_flash
    return {
        "text": text,
        "hours": 0.0 if later else hours,
        "hours_later": hours if later else 0.0,
        "aside": float(mine.flag != theirs.flag and not mine.told),
        "blast_hours": hours if not (arms | others or later) else 0.0,
        "names": _overlap(mine.names, theirs.names),
        "names_differ": float(bool(mine.names and theirs.names) and not _common(mine, theirs)),
        "names_new": float(bool(mine.names) and not _common(mine, theirs)),
        "stranger": float(bool(mine.names) and not mine.places and not _common(mine, theirs)),
        **_places(mine, theirs),
        "weapon_same": float(bool(arms & others)),
        "weapon_open": float(bool(arms) != bool(others)),
        "weapon_none": float(not arms and not others),
        "blast_same": float(bool(mine.told & theirs.told & BLAST)),
        "both_flagged": float(mine.flag and theirs.flag),
        "flag_differs": float(mine.flag != theirs.flag),
        "none_flagged": float(not mine.flag and not theirs.flag),
        "counts_differ": float(_counts_differ(mine, theirs)),
        "long": float(not flash),
    }


def _common(mine: Trace, theirs: Trace) -> bool:
    return not set(mine.names).isdisjoint(theirs.names)


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    least = min(len(one), len(other))
    return len(set(one).intersection(other)) / least if least else 0.0


def _counts_differ(mine: Trace, theirs: Trace) -> bool:
    ours, others = by_kind(mine.marks)["count"], by_kind(theirs.marks)["count"]
    return bool(ours and others) and not ours & others


def _places(mine: Trace, theirs: Trace) -> Features:
    same = [place for place in mine.places if place in theirs.places]
    inside = [p for p in mine.places if p in theirs.around]
    holding = [p for p in theirs.places if p in mine.around]
    wide = (*same, *inside, *holding)
    country = bool(wide) and all(place & 7 == COUNTRY for place in wide)
    most = max(len(mine.places), len(theirs.places), 1)
    return {
        "place_same": len(same) / most if not country else 0.0,
        "place_inside": float(bool(inside or holding) and not same and not country),
        "place_country": float(country),
        "place_country_same": float(country and bool(same)),
        "place_unclear": float(bool(mine.places and theirs.places) and not wide),
        "place_extra": _extra(mine, theirs),
        "place_missing": _extra(theirs, mine),
        "place_unknown": float(not mine.places or not theirs.places),
        "place_neither": float(not mine.places and not theirs.places),
    }


def _extra(mine: Trace, theirs: Trace) -> float:
    """The share of its places that the other knows nothing of."""
    if not mine.places or not theirs.places:
        return 0.0
    return sum(not fits(p, mine, theirs) for p in mine.places) / len(mine.places)
