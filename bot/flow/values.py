"""Names behind a colon that nothing has: a watch for them would be taken and never fire."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.core.letters import fold
from bot.core.model import Knowledge, Place
from bot.core.query import Facet
from bot.core.query.lexer import lex
from bot.core.trees import source_key
from bot.errors import QueryError
from bot.flow.suggesting import likest

# Below this a suggestion is noise (rapidfuzz ratio of folded names, 0-100).
_LIKENESS = 60
_LISTED = 6  # where nothing is near and there are no more, all are named


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value there is none of, where it stands in the watch, and the nearest there are.

    ``mended`` is the watch with the first of ``near``, ``""`` without any.
    """

    kind: str
    value: str
    column: int
    near: tuple[str, ...]
    mended: str


def names_source(text: str) -> bool:
    """Whether a watch asks for a source, as far as it can be read."""
    try:
        return any(piece.facet is not None and piece.facet.kind == "source" for piece in lex(text))
    except QueryError:
        return False


def unknown(text: str, knowledge: Knowledge, sources: Collection[str] = ()) -> Unknown | None:
    """The first topic, place, country or source in the watch ``text`` that does not exist.

    Args:
        text: The watch.
        knowledge: Topics and places there are.
        sources: What the sources are called; with none, every source is taken as there.
    """
    for piece in lex(text):
        facet = piece.facet
        if facet is not None and not (_exists(facet, knowledge) and _is_source(facet, sources)):
            near = _near(facet, knowledge, sources)
            written = f"{facet.kind}:{quoted(near[0])}" if near else ""
            mended = f"{text[: piece.column]}{written}{text[piece.end :]}" if near else ""
            return Unknown(facet.kind, facet.value, piece.column, near, mended)
    return None


def _exists(facet: Facet, knowledge: Knowledge) -> bool:
    match facet.kind:
        case "topic":
            return facet.value == "all" or facet.value in knowledge.topics
        case "place":
            return facet.value in knowledge.places or facet.value in _regions(knowledge)
        case "country":
            return facet.value in {country for _, country in _countries(knowledge)}
    return True


def _is_source(facet: Facet, sources: Collection[str]) -> bool:
    if facet.kind != "source" or not sources:
        return True
    return source_key(facet.value) in set(map(source_key, sources))


def quoted(value: str) -> str:
    """A value as it is written behind its colon."""
    return f'"{value}"' if " " in value else value


def _regions(knowledge: Knowledge) -> frozenset[str]:
    return frozenset(name for place in knowledge.places.values() for name in place.parents)


def _near(facet: Facet, knowledge: Knowledge, sources: Collection[str]) -> tuple[str, ...]:
    is_source = facet.kind == "source"
    called = ((source_key(name), name) for name in sources)
    names = list(called if is_source else _names(facet.kind, knowledge))
    near = likest(_spoken(facet.value), names, _LIKENESS)
    every = tuple(dict.fromkeys(value for _, value in names))
    return near or (every if len(every) <= _LISTED else ())


def _names(kind: str, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """(what people call it, the value) of everything of this kind."""
    if kind == "topic":
        yield ("all", "all")
        for topic in knowledge.topics.values():
            for name in (topic.id, *topic.names.values(), *topic.aliases):
                yield _spoken(name), topic.id
    elif kind == "place":
        for place in knowledge.places.values():
            yield from _called(place, place.id)
    else:
        yield from _countries(knowledge)


def _countries(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    for place in knowledge.places.values():
        if place.country:
            yield place.country.lower(), place.country.lower()
        if place.kind == "country":
            yield from _called(place, place.country.lower())


def _called(place: Place, value: str) -> Iterator[tuple[str, str]]:
    yield _spoken(place.id), value
    for spellings in place.names.values():
        for name in spellings:
            yield _spoken(name), value


def _spoken(name: str) -> str:
    return fold(name.replace("-", " ").replace("_", " "))
