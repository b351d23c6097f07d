"""What stands for what: ``aliases/*.yaml`` and ``inflections/*.yaml``, checked while read.

An alias group holds the spellings of one name or word that no rule brings together; an
inflection the other forms of a word. A spelling stands in one group only, or a watch for one
thing would find another.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.core.letters import ZWNJ, fold
from bot.core.model import Alias, Inflection
from bot.core.morphology import bare, is_stop_word
from bot.data.reading import Wrong, files, need, only_keys, read

LANGUAGES = frozenset({"ar", "en", "fa", "tr", "ckb", "kmr", "he", "ru"})
_ALIAS_KEYS = {"about", "groups"}
_GROUP_KEYS = LANGUAGES | {"strict"}
_GROUP = re.compile(r"^\s*- ", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")


def load_aliases(folder: Path) -> tuple[Alias, ...]:
    """The alias groups of ``folder/aliases``.

    Raises:
        ConfigError: A file is missing or wrong, or a spelling stands in two groups; file and
            line are named.
    """
    seen: dict[str, str] = {}
    return tuple(alias for path in files(folder, "aliases") for alias in _aliases_of(path, seen))


def load_inflections(folder: Path) -> tuple[Inflection, ...]:
    """The words of ``folder/inflections`` with their forms; the file's name is the language.

    Raises:
        ConfigError: A file is missing or wrong, or a form stands under two words; file and
            line are named.
    """
    return tuple(word for path in files(folder, "inflections") for word in _inflections_of(path))


# ── aliases ──────────────────────────────────────────────────────────────────────────────────


def _aliases_of(path: Path, seen: dict[str, str]) -> list[Alias]:
    return read(path, lambda raw: list(_groups(raw, path, seen)))


def _groups(raw: dict[str, Any], path: Path, seen: dict[str, str]) -> Iterator[Alias]:
    only_keys(raw, _ALIAS_KEYS)
    for number, group in enumerate(need(raw, "groups", list)):
        try:
            yield _group(group, seen)
        except Wrong as error:
            raise Wrong(str(error), line=_line_of_group(path, number)) from error


def _line_of_group(path: Path, number: int) -> int:
    text = path.read_text(encoding="utf-8")
    starts = [found.start() for found in _GROUP.finditer(text)]
    # A block list inside a group would shift the count; then the file alone has to do.
    return text.count("\n", 0, starts[number]) + 1 if number < len(starts) else 1


def _group(raw: dict[str, Any], seen: dict[str, str]) -> Alias:
    only_keys(raw, _GROUP_KEYS)
    names = {lang: _spellings(lang, raw[lang]) for lang in raw if lang != "strict"}
    strict = _spellings("strict", raw["strict"]) if "strict" in raw else ()
    unknown = set(strict).difference(*names.values())
    if unknown:
        raise Wrong(f"strict {min(unknown)!r} is none of the group's spellings")
    every = {key for lang, spellings in names.items() for key in _keys(spellings)}
    if len(every) < 2:
        raise Wrong("a group needs two spellings that differ after folding")
    _need_new(every, next(iter(names.values()))[0], seen)
    return Alias(names, strict)


def _spellings(lang: str, listed: Any) -> tuple[str, ...]:
    if not isinstance(listed, list) or not listed:
        raise Wrong(f"{lang!r} needs a list of spellings")
    return tuple(map(str, listed))


# ── keys ─────────────────────────────────────────────────────────────────────────────────────


def _keys(spellings: Sequence[str]) -> list[str]:
    """Each spelling folded, without articles, its words joined by a space; all different."""
    # One fold for all of them: folding each by itself took twice as long (measured).
    lines = fold("\n".join(" ".join(spelling.split()) for spelling in spellings)).split("\n")
    keys = [" ".join(map(bare, _WORD.findall(line))) for line in lines]
    for at, key in enumerate(keys):
        if not key:
            raise Wrong(f"{spellings[at]!r} holds no word")
        if all(map(is_stop_word, key.split())):
            raise Wrong(f"{spellings[at]!r} stands in every text")
    if len(set(keys)) < len(keys):
        _need_different(spellings, keys)
    return keys


def _need_different(spellings: Sequence[str], keys: Sequence[str]) -> None:
    first: dict[str, str] = {}
    for spelling, key in zip(spellings, keys, strict=True):
        if key in first:
            raise Wrong(f"{spelling!r} folds onto {first[key]!r}: one of them is enough")
        first[key] = spelling


def _need_new(keys: Collection[str], owner: str, seen: dict[str, str]) -> None:
    for key in keys:
        if key in seen:
            raise Wrong(f"{key!r} stands with {seen[key]!r} already, and now with {owner!r}")
    seen.update(dict.fromkeys(keys, owner))


# ── inflections ──────────────────────────────────────────────────────────────────────────────


def _inflections_of(path: Path) -> list[Inflection]:
    return read(path, lambda raw: list(_words(raw, path.stem)))


def _words(raw: dict[str, Any], lang: str) -> Iterator[Inflection]:
    if lang not in LANGUAGES:
        raise Wrong(f"no language {lang!r}; there are {', '.join(sorted(LANGUAGES))}")
    seen: dict[str, str] = {}
    for word, forms in raw.items():
        try:
            yield _word(lang, word, forms, seen)
        except Wrong as error:
            raise Wrong(str(error), near=f"{word}:") from error


def _word(lang: str, word: Any, forms: Any, seen: dict[str, str]) -> Inflection:
    if not isinstance(word, str) or not isinstance(forms, list) or not forms:
        raise Wrong(f"{word!r} needs a list of its other forms")
    every = (word, *map(str, forms))
    keys = _keys(every)
    for form, key in zip(every, keys, strict=True):
        if " " in key:
            raise Wrong(f"{form!r} is not one word{_hint(form)}")
    _need_new(keys, word, seen)
    return Inflection(lang, every)


def _hint(form: str) -> str:
    # A word that ends after its joiner is found by its first part (موشک‌ها has موشک in it).
    return "; leave it out, the matcher reads both its parts" if ZWNJ in form else ""
