"""Topics of the operator's own: a folder of YAML files, each checked against its examples.

A file is a topic as ours are; under ``lexicon`` it may bring words along, of categories of its own
or more words for ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.core.conditions import pairs
from bot.core.found import Found
from bot.core.guarding import guard_of
from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Term, Topic, TopicRule
from bot.data.phrases import spelled
from bot.data.reading import Wrong, line_of, need, only_keys, read
from bot.data.topic_files import OWN_KEY, Guards, topic_of
from bot.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Own:
    """A topic of the operator's, with its words and its examples (sentence, must it match)."""

    path: Path
    topic: Topic
    rule: TopicRule
    terms: tuple[Term, ...]
    examples: tuple[tuple[str, bool], ...]


def own_topics(
    folder: Path | None, categories: frozenset[str], guards: Guards, taken: Sequence[str]
) -> list[Own]:
    """The topics in ``folder``, by file name; none without a folder.

    Raises:
        ConfigError: There is no such folder, or a file is wrong; file and line are named.
    """
    if folder is None:
        return []
    if not folder.is_dir():
        raise ConfigError(f"topics_folder: there is no folder {folder}", key="topics_folder")
    found: list[Own] = []
    for path in sorted(folder.glob("*.yaml")):
        ids = [*taken, *(one.topic.id for one in found)]
        found.append(read(path, lambda raw, p=path, i=ids: _own(raw, p, categories, guards, i)))  # type: ignore[misc]
    return found


def _own(
    raw: dict[str, Any],
    path: Path,
    categories: frozenset[str],
    guards: Guards,
    taken: Sequence[str],
) -> Own:
    terms = tuple(_words(raw.get(OWN_KEY) or {}))
    known = categories | {term.category for term in terms}
    topic, rule = topic_of(raw, known, guards)
    if topic.id in taken:
        raise Wrong(f"there is a topic {topic.id!r} already", "id:")
    return Own(path, topic, rule, terms, tuple(_examples(raw)))


def _words(raw: Mapping[str, Any]) -> Iterator[Term]:
    if not isinstance(raw, dict):
        raise Wrong(f"{OWN_KEY!r} needs categories with their words", f"{OWN_KEY}:")
    for category in raw:
        body = need(raw, category, dict)
        only_keys(body, {"terms", "only"})
        yield from spelled(body.get("terms") or {}, category, only=False)
        yield from spelled(body.get("only") or {}, category, only=True)


def _examples(raw: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for verdict in ("match", "reject"):
        for sentence in raw["examples"][verdict]:
            yield str(sentence), verdict == "match"


# ── do they hold? ────────────────────────────────────────────────────────────────────────────


def need_examples(owned: Sequence[Own], knowledge: Knowledge) -> None:
    """Raise ``ConfigError`` for the first example that is not read as its file says."""
    if not owned:
        return
    every = replace(knowledge, rules=tuple(one.rule for one in owned))
    matcher = Matcher(every, ())
    for one in owned:
        for sentence, matches in one.examples:
            problem = _problem(one, Found(matcher.scan(sentence, ""), every), matches)
            if problem:
                where = f"{one.path}:{line_of(one.path, sentence)}"
                raise ConfigError(f"{where}: {sentence!r} {problem}", key=one.topic.id)


def _problem(one: Own, found: Found, matches: bool) -> str:
    """Why the example does not hold; ``""`` when it does."""
    stopped_by = ""
    for pair in pairs(one.rule, found):
        guard = guard_of(pair, one.rule.guards, found)
        if guard is None:
            words = " + ".join(repr(found.scan.text(found.scan.span(hit))) for hit in pair.hits)
            return "" if matches else f"must not match and does, by {words}"
        stopped_by = stopped_by or guard.name
    if not matches:
        return ""
    if stopped_by:
        return f"must match, but the guard {stopped_by!r} stops it"
    return "must match, but no condition is fulfilled"
