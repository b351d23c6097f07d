"""Words of the lexicon and of the marks, as they stand in YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.core.lead import FACT
from bot.core.marks import MARK
from bot.core.model import Term
from bot.data.reading import Wrong, has_word, need, only_keys

_CHOICE = re.compile(r"\(([^()]*)\)")
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_LEXICON_KEYS = {"category", "about", "terms", "only"}
_MARK_KINDS = {"again", "count", "day", "part", "target"}
_FACT_KINDS = frozenset(
    "number bound uncounted weapon person killed injured accident harm unharmed none outcome deny "
    "deny.of deny.link deny.but deny.later deny.party deny.whole deny.turn deny.told says attack "
    "claim outlet label lean own sure exercise again background earlier day ago weekday part hour "
    "month".split()
)


def terms(raw: dict[str, Any]) -> list[Term]:
    """The terms of one category."""
    only_keys(raw, _LEXICON_KEYS)
    category = need(raw, "category", str)
    found = list(spelled(need(raw, "terms", dict), category, only=False))
    return found + list(spelled(raw.get("only") or {}, category, only=True))


def marks(raw: dict[str, Any]) -> list[Term]:
    """The terms of every mark."""
    return [term for mark, body in raw.items() for term in _marked(mark, body)]


def _marked(mark: str, body: Mapping[str, Any]) -> Iterator[Term]:
    kind, colon, _ = mark.partition(":")
    if kind not in _MARK_KINDS or not colon:
        raise Wrong(f"{mark!r} is no mark; there are {', '.join(sorted(_MARK_KINDS))}", mark)
    yield from _worded(MARK + mark, body)


def facts(raw: dict[str, Any]) -> list[Term]:
    """The terms of every fact in a file."""
    return [term for fact, body in raw.items() for term in _stated(fact, body)]


def _stated(fact: str, body: Mapping[str, Any]) -> Iterator[Term]:
    kind = fact.partition(":")[0]
    if kind not in _FACT_KINDS:
        raise Wrong(f"{fact!r} is no fact; there are {', '.join(sorted(_FACT_KINDS))}", fact)
    yield from _worded(FACT + fact, body)


def _worded(category: str, body: Mapping[str, Any]) -> Iterator[Term]:
    only_keys(body, {"terms", "only"})
    yield from spelled(need(body, "terms", dict), category, only=False)
    yield from spelled(body.get("only") or {}, category, only=True)


def spelled(by_language: Mapping[str, Any], category: str, *, only: bool) -> Iterator[Term]:
    """The terms of ``category`` in each language, every spelling written out."""
    for lang, phrases in by_language.items():
        if not isinstance(phrases, list):
            raise Wrong(f"{lang!r} needs a list of phrases", f"{lang}:")
        for phrase in phrases:
            for spelling in expand(str(phrase)):
                if not has_word(spelling):
                    raise Wrong(f"{phrase!r} holds no word", str(phrase))
                yield Term(spelling, category, str(lang), only)


def expand(phrase: str) -> Iterator[str]:
    """Write out ``rocket(|s)`` and ``in {1990..2025}``: every reading, no group left."""
    choice = _CHOICE.search(phrase)
    if choice is not None:
        for option in choice[1].split("|"):
            yield from expand(phrase[: choice.start()] + option + phrase[choice.end() :])
        return
    numbers = _RANGE.search(phrase)
    if numbers is None:
        yield phrase
        return
    for number in range(int(numbers[1]), int(numbers[2]) + 1):
        yield from expand(f"{phrase[: numbers.start()]}{number}{phrase[numbers.end() :]}")
