"""What Rasid knows, as data: lexicon, topics, gazetteer, names. This loader is the only reader.

``lexicon/*.yaml`` (one category a file), ``topics/*.yaml`` (one topic a file), ``guards.yaml``,
``marks.yaml``, ``gazetteer.jsonl`` (one place a line), ``aliases/*.yaml`` (by theme) and
``inflections/*.yaml`` and ``common/*.txt`` (one language a file). Everything is checked while it is
read; what is wrong raises ``ConfigError`` with the file and the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.core.marks import MARK
from bot.core.model import Condition, Guard, Knowledge, Severity, Term, Topic, TopicRule
from bot.data.commonest import load_common
from bot.data.gazetteer import load_places
from bot.data.names import load_aliases, load_inflections
from bot.data.reading import Wrong, files, has_word, mapping, need, only_keys, read
from bot.errors import ConfigError

FOLDER = Path(__file__).parent
GAZETTEER_CATEGORIES = frozenset({"place.base", "place.town", "place.country"})
_CHOICE = re.compile(r"\(([^()]*)\)")
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_LEXICON_KEYS = {"category", "about", "terms", "only"}
_TOPIC_KEYS = {"id", "names", "aliases", "about", "severity", "conditions", "guards", "examples"}
_MARK_KINDS = {"again", "count", "day", "part"}
_GUARD_KEYS = {"terms", "within", "sentence", "title", "lead", "before", "unless", "spares"}
_CONDITION_KEYS = {"first", "second", "within", "near", "near_within", "limit"}


def load_knowledge(topics: Sequence[str] | None = None, folder: Path = FOLDER) -> Knowledge:
    """Read ``folder``; keep only ``topics`` (ids) when given.

    Raises:
        ConfigError: A file is missing or wrong (file and line are named), or a topic is unknown.
    """
    return _load(None if topics is None else tuple(topics), folder)


@lru_cache(maxsize=8)
def _load(topics: tuple[str, ...] | None, folder: Path) -> Knowledge:
    terms = tuple(term for path in files(folder, "lexicon") for term in read(path, _terms))
    categories = frozenset(term.category for term in terms)
    guards = read(folder / "guards.yaml", lambda raw: _guards(raw, categories))
    every = [read(path, lambda raw: _topic(raw, categories, guards)) for path in _topics(folder)]
    kept = [pair for pair in every if topics is None or pair[0].id in topics]
    _need_known(topics, [topic.id for topic, _ in every])
    places, strict = load_places(folder / "gazetteer.jsonl")
    aliases = load_aliases(folder)
    return Knowledge(
        places=places,
        topics={topic.id: topic for topic, _ in kept},
        terms=(*terms, *read(folder / "marks.yaml", _marks)),
        rules=tuple(rule for _, rule in kept),
        guards=tuple(guard for reaches in guards.values() for guard in reaches),
        strict=strict.union(*(alias.strict for alias in aliases)),
        aliases=aliases,
        inflections=load_inflections(folder),
        common=load_common(folder / "common"),
    )


def examples(folder: Path = FOLDER) -> Iterator[tuple[str, str, bool]]:
    """The sentences each topic file gives: (topic id, sentence, whether it must match)."""
    for path in _topics(folder):
        raw = mapping(path)
        for verdict in ("match", "reject"):
            for sentence in raw["examples"][verdict]:
                yield raw["id"], sentence, verdict == "match"


def _topics(folder: Path) -> list[Path]:
    return files(folder, "topics")


def _need_known(wanted: Sequence[str] | None, known: Sequence[str]) -> None:
    for topic in wanted or ():
        if topic not in known:
            raise ConfigError(f"unknown topic {topic!r}; there are {', '.join(known)}", "topics")


# ── lexicon ──────────────────────────────────────────────────────────────────────────────────


def _terms(raw: dict[str, Any]) -> list[Term]:
    only_keys(raw, _LEXICON_KEYS)
    category = need(raw, "category", str)
    found = list(_spelled(need(raw, "terms", dict), category, only=False))
    return found + list(_spelled(raw.get("only") or {}, category, only=True))


def _marks(raw: dict[str, Any]) -> list[Term]:
    return [term for mark, body in raw.items() for term in _marked(mark, body)]


def _marked(mark: str, body: Mapping[str, Any]) -> Iterator[Term]:
    only_keys(body, {"terms", "only"})
    kind, colon, _ = mark.partition(":")
    if kind not in _MARK_KINDS or not colon:
        raise Wrong(f"{mark!r} is no mark; there are {', '.join(sorted(_MARK_KINDS))}", mark)
    yield from _spelled(need(body, "terms", dict), MARK + mark, only=False)
    yield from _spelled(body.get("only") or {}, MARK + mark, only=True)


def _spelled(by_language: Mapping[str, Any], category: str, *, only: bool) -> Iterator[Term]:
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


# ── guards and topics ────────────────────────────────────────────────────────────────────────


_Guards = Mapping[str, tuple[Guard, ...]]  # one name may reach in several ways


def _guards(raw: dict[str, Any], categories: frozenset[str]) -> _Guards:
    return {name: tuple(_reaches(name, body, categories)) for name, body in raw.items()}


def _reaches(name: str, body: Any, categories: frozenset[str]) -> Iterator[Guard]:
    for raw in body if isinstance(body, list) else [body]:
        yield _guard(name, raw, categories)


def _guard(name: str, raw: Mapping[str, Any], categories: frozenset[str]) -> Guard:
    only_keys(raw, _GUARD_KEYS)
    return Guard(
        name=name,
        terms=_known(raw, "terms", categories),
        within=int(raw.get("within", 10)),
        sentence=bool(raw.get("sentence", False)),
        title=bool(raw.get("title", False)),
        lead=bool(raw.get("lead", False)),
        before=bool(raw.get("before", False)),
        unless=_known(raw, "unless", categories),
        spares=_known(raw, "spares", categories),
    )


def _known(raw: Mapping[str, Any], key: str, categories: frozenset[str]) -> frozenset[str]:
    named = raw.get(key) or []
    if not isinstance(named, list):
        raise Wrong(f"{key!r} needs a list of categories", key)
    for category in named:
        if category not in categories | GAZETTEER_CATEGORIES:
            raise Wrong(f"unknown category {category!r}", str(category))
    return frozenset(named)


def _topic(
    raw: dict[str, Any], categories: frozenset[str], guards: _Guards
) -> tuple[Topic, TopicRule]:
    only_keys(raw, _TOPIC_KEYS)
    key = need(raw, "id", str)
    topic = Topic(
        id=key,
        names=need(raw, "names", dict),
        about=need(raw, "about", dict),
        severity=Severity(int(raw.get("severity", 1))),
        aliases=tuple(_aliases(raw.get("aliases") or {})),
    )
    _examples(need(raw, "examples", dict))
    conditions = tuple(_condition(c, categories) for c in need(raw, "conditions", list))
    return topic, TopicRule(key, conditions, tuple(_named_guards(raw, guards)))


def _aliases(by_language: Mapping[str, Any]) -> Iterator[str]:
    for lang, names in by_language.items():
        if not isinstance(names, list):
            raise Wrong(f"{lang!r} needs a list of names", f"{lang}:")
        yield from map(str, names)


def _examples(raw: Mapping[str, Any]) -> None:
    for verdict in ("match", "reject"):
        if not need(raw, verdict, list):
            raise Wrong(f"give at least one example that must {verdict}", verdict)


def _condition(raw: Mapping[str, Any], categories: frozenset[str]) -> Condition:
    only_keys(raw, _CONDITION_KEYS)
    first = _known(raw, "first", categories)
    if not first:
        raise Wrong("a condition needs 'first'", "conditions")
    return Condition(
        first=first,
        second=_known(raw, "second", categories),
        within=int(raw.get("within", 12)),
        near=_known(raw, "near", categories),
        near_within=int(raw.get("near_within", 40)),
        limit=Severity(int(raw.get("limit", 3))),
    )


def _named_guards(raw: Mapping[str, Any], guards: _Guards) -> Iterator[Guard]:
    for name in raw.get("guards") or []:
        if name not in guards:
            raise Wrong(f"unknown guard {name!r}; there are {', '.join(guards)}", str(name))
        yield from guards[name]
