"""What the reader may have meant."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.core.letters import fold
from bot.core.model import Knowledge
from bot.flow.wording import EVERYTHING

# Below this a suggestion is noise (rapidfuzz ratio of folded names, 0-100).
LIKENESS = 68
MOST = 3


def nearest(knowledge: Knowledge, text: str, lang: str) -> tuple[str, ...]:
    """At most three subscriptions whose names look like ``text``, the likest first."""
    return likest(fold(text), _names(knowledge, lang), LIKENESS)


def likest(wanted: str, names: Sequence[tuple[str, str]], likeness: int) -> tuple[str, ...]:
    """At most three values of ``names`` (folded name, value) that look like ``wanted``."""
    found = process.extract(
        wanted, [name for name, _ in names], scorer=fuzz.ratio, score_cutoff=likeness, limit=12
    )
    return tuple(dict.fromkeys(names[at][1] for _, _, at in found))[:MOST]


def _names(knowledge: Knowledge, lang: str) -> list[tuple[str, str]]:
    """(folded name, subscription) of every topic and place; ``lang`` first among equals."""
    topics = [
        (name, f"topic:{topic.id}")
        for topic in knowledge.topics.values()
        for name in topic.names.values()
    ]
    places = [
        (name, f"{EVERYTHING} + place:{place.id}")
        for place in knowledge.places.values()
        for code in sorted(place.names, key=lambda code: code != lang)
        for name in place.names[code]
    ]
    return [(fold(name), query) for name, query in (*topics, *places)]
