"""Guards and topics as they stand in YAML: what shows an event, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.core.model import Condition, Guard, Severity, Topic, TopicRule
from bot.data.reading import Wrong, need, only_keys

GAZETTEER_CATEGORIES = frozenset({"place.base", "place.town", "place.country"})
_TOPIC_KEYS = {"id", "names", "aliases", "about", "severity", "conditions", "guards", "examples"}
OWN_KEY = "lexicon"  # an operator's topic may bring words along
_GUARD_REACH = {"within", "sentence", "title", "lead", "before", "reaction", "apart"}
_GUARD_WORDS = set("terms unless spares yields label lifted aside staged which counted".split())
_APART = ("", "clause", "sentence", "part")
_GUARD_KEYS = _GUARD_REACH | _GUARD_WORDS
_CONDITION_KEYS = {"first", "second", "within", "near", "near_within", "limit"}

Guards = Mapping[str, tuple[Guard, ...]]  # one name may reach in several ways


def guards_of(raw: dict[str, Any], categories: frozenset[str]) -> Guards:
    """The guards by name."""
    return {name: tuple(_reaches(name, body, categories)) for name, body in raw.items()}


def _reaches(name: str, body: Any, categories: frozenset[str]) -> Iterator[Guard]:
    for raw in body if isinstance(body, list) else [body]:
        yield _guard(name, raw, categories)


def _guard(name: str, raw: Mapping[str, Any], categories: frozenset[str]) -> Guard:
    only_keys(raw, _GUARD_KEYS)
    return Guard(
        name=name,
        within=int(raw.get("within", 10)),
        sentence=bool(raw.get("sentence", False)),
        title=bool(raw.get("title", False)),
        lead=bool(raw.get("lead", False)),
        before=bool(raw.get("before", False)),
        reaction=bool(raw.get("reaction", False)),
        apart=_apart(raw.get("apart", "")),
        **{key: _known(raw, key, categories) for key in _GUARD_WORDS},
    )


def _apart(said: Any) -> str:
    if said not in _APART:
        raise Wrong(f"'apart' is one of {', '.join(_APART[1:])}, not {said!r}", str(said))
    return str(said)


def _known(raw: Mapping[str, Any], key: str, categories: frozenset[str]) -> frozenset[str]:
    named = raw.get(key) or []
    if not isinstance(named, list):
        raise Wrong(f"{key!r} needs a list of categories", key)
    for category in named:
        if category not in categories | GAZETTEER_CATEGORIES:
            near = ", ".join(sorted(categories | GAZETTEER_CATEGORIES))
            raise Wrong(f"unknown category {category!r}; there are {near}", str(category))
    return frozenset(named)


def topic_of(
    raw: Mapping[str, Any], categories: frozenset[str], guards: Guards
) -> tuple[Topic, TopicRule]:
    """One topic, as people see it and as the reading does."""
    only_keys(raw, _TOPIC_KEYS | {OWN_KEY})
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


def _named_guards(raw: Mapping[str, Any], guards: Guards) -> Iterator[Guard]:
    for name in raw.get("guards") or []:
        if name not in guards:
            raise Wrong(f"unknown guard {name!r}; there are {', '.join(guards)}", str(name))
        yield from guards[name]
