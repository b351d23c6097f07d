"""What Rasid knows, as data: lexicon, topics, gazetteer, names. This loader is the only reader.

``lexicon/*.yaml`` (one category a file), ``topics/*.yaml`` (one topic a file), ``guards.yaml``,
``marks.yaml``, ``facts/*.yaml`` (by theme), ``gazetteer.jsonl`` (one place a line),
``aliases/*.yaml`` (by theme), ``inflections/*.yaml``, ``common/*.txt`` and ``near-names/*.txt``
(one language a file), ``likeness.yaml``. Everything is checked while it is read; what is wrong
raises ``ConfigError`` with the file and the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.core.model import Knowledge
from bot.data.commonest import load_common
from bot.data.gazetteer import load_places
from bot.data.names import load_aliases, load_inflections
from bot.data.own import Own, need_examples, own_topics
from bot.data.phrases import expand, facts, marks, terms
from bot.data.reading import Wrong, files, mapping, read
from bot.data.topic_files import guards_of, topic_of
from bot.errors import ConfigError

__all__ = ["FOLDER", "examples", "expand", "load_knowledge"]

FOLDER = Path(__file__).parent


def load_knowledge(
    topics: Sequence[str] | None = None, folder: Path = FOLDER, own: Path | None = None
) -> Knowledge:
    """Read ``folder``, and the topics of the operator's in ``own``; keep ``topics`` (ids) if given.

    Raises:
        ConfigError: A file is missing or wrong (file and line are named), a topic is unknown, or
            an example of a topic of the operator's does not hold.
    """
    return _load(None if topics is None else tuple(topics), folder, own)


@lru_cache(maxsize=8)
def _load(topics: tuple[str, ...] | None, folder: Path, own: Path | None) -> Knowledge:
    words = [term for path in files(folder, "lexicon") for term in read(path, terms)]
    shipped = frozenset(term.category for term in words)
    guards = read(folder / "guards.yaml", lambda raw: guards_of(raw, shipped))
    every = [read(path, lambda raw: topic_of(raw, shipped, guards)) for path in _topics(folder)]
    theirs: list[Own] = own_topics(own, shipped, guards, [topic.id for topic, _ in every])
    every += [(one.topic, one.rule) for one in theirs]
    kept = [pair for pair in every if topics is None or pair[0].id in topics]
    _need_known(topics, [topic.id for topic, _ in every])
    places, strict = load_places(folder / "gazetteer.jsonl")
    aliases = load_aliases(folder)
    knowledge = Knowledge(
        places=places,
        topics={topic.id: topic for topic, _ in kept},
        terms=(
            *words,
            *(t for one in theirs for t in one.terms),
            *read(folder / "marks.yaml", marks),
            *(term for path in files(folder, "facts") for term in read(path, facts)),
        ),
        rules=tuple(rule for _, rule in kept),
        guards=tuple(guard for reaches in guards.values() for guard in reaches),
        strict=strict.union(*(alias.strict for alias in aliases)),
        aliases=aliases,
        inflections=load_inflections(folder),
        common=load_common(folder / "common"),
        near_names=load_common(folder / "near-names"),
        likeness=read(folder / "likeness.yaml", _weights),
    )
    need_examples(theirs, knowledge)
    return knowledge


def _weights(raw: dict[str, Any]) -> dict[str, float]:
    for name, value in raw.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Wrong(f"{name!r} needs a number", str(name))
    return {str(name): float(value) for name, value in raw.items()}


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
    for number, topic in enumerate(wanted or ()):
        if topic not in known:
            told = f"unknown topic {topic!r}; there are {', '.join(known)}"
            raise ConfigError(told, f"topics.{number}")
