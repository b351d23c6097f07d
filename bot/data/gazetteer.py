"""The gazetteer: one place a line, as JSON, checked while it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.core.model import Place
from bot.data.reading import Wrong, has_word, need, only_keys
from bot.errors import ConfigError

_KEYS = {"id", "kind", "country", "names", "parents", "needs_context", "strict", "bare", "note"}


def load_places(path: Path) -> tuple[dict[str, Place], frozenset[str]]:
    """The places by id, and the spellings that match letter by letter.

    Raises:
        ConfigError: The file is missing or a line is wrong; file and line are named.
    """
    places: dict[str, Place] = {}
    strict: set[str] = set()
    for number, line in enumerate(_lines(path), 1):
        try:
            place, letters = _place(json.loads(line))
            if place.id in places:
                raise Wrong(f"{place.id!r} stands there twice")
        except ValueError as error:
            raise ConfigError(f"{path}:{number}: {error}", key="gazetteer") from error
        places[place.id] = place
        strict |= letters
    _need_parents(places, path)
    return places, frozenset(strict)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", key="gazetteer") from error


def _place(raw: dict[str, Any]) -> tuple[Place, set[str]]:
    only_keys(raw, _KEYS)
    names = need(raw, "names", dict)
    if not names or not all(isinstance(n, list) and all(map(has_word, n)) for n in names.values()):
        raise Wrong("each language needs a list of names with a word in each")
    place = Place(
        id=need(raw, "id", str),
        kind=need(raw, "kind", str),
        country=need(raw, "country", str),
        names={lang: tuple(spellings) for lang, spellings in names.items()},
        parents=tuple(raw.get("parents") or ()),
        needs_context=bool(raw.get("needs_context", False)),
        bare=tuple(raw.get("bare") or ()),
    )
    return place, set(raw.get("strict") or ())


def _need_parents(places: Mapping[str, Place], path: Path) -> None:
    for number, place in enumerate(places.values(), 1):
        for parent in place.parents:
            if parent not in places:
                raise ConfigError(f"{path}:{number}: unknown parent {parent!r}", key="gazetteer")
