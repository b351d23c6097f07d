"""What Rasid knows, as data: lexicon, topics, gazetteer. This loader is the only reader.

``lexicon/*.yaml`` (one category a file), ``topics/*.yaml`` (one topic a file), ``guards.yaml``,
``marks.yaml``, ``gazetteer.jsonl`` (one place a line). Everything is checked while it is read;
what is wrong raises ``ConfigError`` with the file and the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.core.marks import MARK
from bot.core.model import Condition, Guard, Knowledge, Place, Severity, Term, Topic, TopicRule
from bot.core.text import tokenize
from bot.errors import ConfigError

FOLDER = Path(__file__).parent
GAZETTEER_CATEGORIES = frozenset({"place.base", "place.town", "place.country"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where built
_CHOICE = re.compile(r"\(([^()]*)\)")
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_LEXICON_KEYS = {"category", "about", "terms", "only"}
_TOPIC_KEYS = {"id", "names", "aliases", "about", "severity", "conditions", "guards", "examples"}
_MARK_KINDS = {"again", "count", "day", "part"}
_GUARD_KEYS = {"terms", "within", "sentence", "title", "unless"}
_CONDITION_KEYS = {"first", "second", "within", "near", "near_within", "limit"}
_PLACE_KEYS = {"id", "kind", "country", "names", "parents", "needs_context", "strict", "note"}
_Parsed = TypeVar("_Parsed")


def load_knowledge(topics: Sequence[str] | None = None, folder: Path = FOLDER) -> Knowledge:
    """Read ``folder``; keep only ``topics`` (ids) when given.

    Raises:
        ConfigError: A file is missing or wrong (file and line are named), or a topic is unknown.
    """
    return _load(None if topics is None else tuple(topics), folder)


@lru_cache(maxsize=8)
def _load(topics: tuple[str, ...] | None, folder: Path) -> Knowledge:
    terms = tuple(term for path in _files(folder, "lexicon") for term in _read(path, _terms))
    categories = frozenset(term.category for term in terms)
    guards = _read(folder / "guards.yaml", lambda raw: _guards(raw, categories))
    read = [_read(path, lambda raw: _topic(raw, categories, guards)) for path in _topics(folder)]
    kept = [pair for pair in read if topics is None or pair[0].id in topics]
    _need_known(topics, [topic.id for topic, _ in read])
    places, strict = _places(folder / "gazetteer.jsonl")
    return Knowledge(
        places=places,
        topics={topic.id: topic for topic, _ in kept},
        terms=(*terms, *_read(folder / "marks.yaml", _marks)),
        rules=tuple(rule for _, rule in kept),
        strict=strict,
    )


def examples(folder: Path = FOLDER) -> Iterator[tuple[str, str, bool]]:
    """The sentences each topic file gives: (topic id, sentence, whether it must match)."""
    for path in _topics(folder):
        raw = _yaml(path)
        for verdict in ("match", "reject"):
            for sentence in raw["examples"][verdict]:
                yield raw["id"], sentence, verdict == "match"


def _files(folder: Path, room: str) -> list[Path]:
    found = sorted((folder / room).glob("*.yaml"))
    if not found:
        raise ConfigError(f"{folder / room}: no *.yaml file there", key=room)
    return found


def _topics(folder: Path) -> list[Path]:
    return _files(folder, "topics")


def _need_known(wanted: Sequence[str] | None, known: Sequence[str]) -> None:
    for topic in wanted or ():
        if topic not in known:
            raise ConfigError(f"unknown topic {topic!r}; there are {', '.join(known)}", "topics")


# ── yaml ─────────────────────────────────────────────────────────────────────────────────────


class _Wrong(ValueError):
    """Something in a file is not as it must be; ``_read`` adds file and line."""

    def __init__(self, problem: str, near: str = "") -> None:
        super().__init__(problem)
        self.near = near


def _read(path: Path, understand: Callable[[dict[str, Any]], _Parsed]) -> _Parsed:
    raw = _yaml(path)
    try:
        return understand(raw)
    except _Wrong as error:
        where = f"{path}:{_line_of(path, error.near)}"
        raise ConfigError(f"{where}: {error}", key=path.stem) from error


def _yaml(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a safe one)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", key=path.stem) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise ConfigError(f"{path}:{line}: {_problem(error)}", key=path.stem) from error
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}:1: keys and values are expected here", key=path.stem)
    return raw


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error)


def _line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if text and text in line), 1)


def _only_keys(raw: Mapping[str, Any], allowed: set[str]) -> None:
    if not isinstance(raw, dict):
        raise _Wrong("keys and values are expected here", str(raw))
    for key in raw:
        if key not in allowed:
            raise _Wrong(f"unknown key {key!r}; there are {', '.join(sorted(allowed))}", str(key))


def _need(raw: Mapping[str, Any], key: str, kind: type[_Parsed]) -> _Parsed:
    value = raw.get(key)
    if not isinstance(value, kind):
        raise _Wrong(f"{key!r} is missing or is not a {kind.__name__}", key)
    return value


# ── lexicon ──────────────────────────────────────────────────────────────────────────────────


def _terms(raw: dict[str, Any]) -> list[Term]:
    _only_keys(raw, _LEXICON_KEYS)
    category = _need(raw, "category", str)
    found = list(_spelled(_need(raw, "terms", dict), category, only=False))
    return found + list(_spelled(raw.get("only") or {}, category, only=True))


def _marks(raw: dict[str, Any]) -> list[Term]:
    return [term for mark, body in raw.items() for term in _marked(mark, body)]


def _marked(mark: str, body: Mapping[str, Any]) -> Iterator[Term]:
    _only_keys(body, {"terms", "only"})
    kind, colon, _ = mark.partition(":")
    if kind not in _MARK_KINDS or not colon:
        raise _Wrong(f"{mark!r} is no mark; there are {', '.join(sorted(_MARK_KINDS))}", mark)
    yield from _spelled(_need(body, "terms", dict), MARK + mark, only=False)
    yield from _spelled(body.get("only") or {}, MARK + mark, only=True)


def _spelled(by_language: Mapping[str, Any], category: str, *, only: bool) -> Iterator[Term]:
    for lang, phrases in by_language.items():
        if not isinstance(phrases, list):
            raise _Wrong(f"{lang!r} needs a list of phrases", f"{lang}:")
        for phrase in phrases:
            for spelling in expand(str(phrase)):
                if not tokenize(spelling):
                    raise _Wrong(f"{phrase!r} holds no word", str(phrase))
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


def _guards(raw: dict[str, Any], categories: frozenset[str]) -> dict[str, Guard]:
    return {name: _guard(name, body, categories) for name, body in raw.items()}


def _guard(name: str, raw: Mapping[str, Any], categories: frozenset[str]) -> Guard:
    _only_keys(raw, _GUARD_KEYS)
    return Guard(
        name=name,
        terms=_known(raw, "terms", categories),
        within=int(raw.get("within", 10)),
        sentence=bool(raw.get("sentence", False)),
        title=bool(raw.get("title", False)),
        unless=_known(raw, "unless", categories),
    )


def _known(raw: Mapping[str, Any], key: str, categories: frozenset[str]) -> frozenset[str]:
    named = raw.get(key) or []
    if not isinstance(named, list):
        raise _Wrong(f"{key!r} needs a list of categories", key)
    for category in named:
        if category not in categories | GAZETTEER_CATEGORIES:
            raise _Wrong(f"unknown category {category!r}", str(category))
    return frozenset(named)


def _topic(
    raw: dict[str, Any], categories: frozenset[str], guards: Mapping[str, Guard]
) -> tuple[Topic, TopicRule]:
    _only_keys(raw, _TOPIC_KEYS)
    key = _need(raw, "id", str)
    topic = Topic(
        id=key,
        names=_need(raw, "names", dict),
        about=_need(raw, "about", dict),
        severity=Severity(int(raw.get("severity", 1))),
        aliases=tuple(_aliases(raw.get("aliases") or {})),
    )
    _examples(_need(raw, "examples", dict))
    conditions = tuple(_condition(c, categories) for c in _need(raw, "conditions", list))
    return topic, TopicRule(key, conditions, tuple(_named_guards(raw, guards)))


def _aliases(by_language: Mapping[str, Any]) -> Iterator[str]:
    for lang, names in by_language.items():
        if not isinstance(names, list):
            raise _Wrong(f"{lang!r} needs a list of names", f"{lang}:")
        yield from map(str, names)


def _examples(raw: Mapping[str, Any]) -> None:
    for verdict in ("match", "reject"):
        if not _need(raw, verdict, list):
            raise _Wrong(f"give at least one example that must {verdict}", verdict)


def _condition(raw: Mapping[str, Any], categories: frozenset[str]) -> Condition:
    _only_keys(raw, _CONDITION_KEYS)
    first = _known(raw, "first", categories)
    if not first:
        raise _Wrong("a condition needs 'first'", "conditions")
    return Condition(
        first=first,
        second=_known(raw, "second", categories),
        within=int(raw.get("within", 12)),
        near=_known(raw, "near", categories),
        near_within=int(raw.get("near_within", 40)),
        limit=Severity(int(raw.get("limit", 3))),
    )


def _named_guards(raw: Mapping[str, Any], guards: Mapping[str, Guard]) -> Iterator[Guard]:
    for name in raw.get("guards") or []:
        if name not in guards:
            raise _Wrong(f"unknown guard {name!r}", str(name))
        yield guards[name]


# ── gazetteer ────────────────────────────────────────────────────────────────────────────────


def _places(path: Path) -> tuple[dict[str, Place], frozenset[str]]:
    places: dict[str, Place] = {}
    strict: set[str] = set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            place, letters = _place(json.loads(line))
            if place.id in places:
                raise _Wrong(f"{place.id!r} stands there twice")
        except ValueError as error:
            raise ConfigError(f"{path}:{number}: {error}", key="gazetteer") from error
        places[place.id] = place
        strict |= letters
    _need_parents(places, path)
    return places, frozenset(strict)


def _place(raw: dict[str, Any]) -> tuple[Place, set[str]]:
    _only_keys(raw, _PLACE_KEYS)
    names = _need(raw, "names", dict)
    if not names or not all(isinstance(n, list) and all(map(tokenize, n)) for n in names.values()):
        raise _Wrong("each language needs a list of names with a word in each")
    place = Place(
        id=_need(raw, "id", str),
        kind=_need(raw, "kind", str),
        country=_need(raw, "country", str),
        names={lang: tuple(spellings) for lang, spellings in names.items()},
        parents=tuple(raw.get("parents") or ()),
        needs_context=bool(raw.get("needs_context", False)),
    )
    return place, set(raw.get("strict") or ())


def _need_parents(places: Mapping[str, Place], path: Path) -> None:
    for number, place in enumerate(places.values(), 1):
        for parent in place.parents:
            if parent not in places:
                raise ConfigError(f"{path}:{number}: unknown parent {parent!r}", key="gazetteer")
