"""Other spellings of a watch: inflected forms, other names for the same, gaps that were lost.

Only what is known as data is added here; clitics and sounds are heard in the text itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import islice

from bot.core.letters import ZWNJ
from bot.core.model import How, Knowledge
from bot.core.morphology import bare
from bot.core.text import name_key, tokenize

Key = tuple[str, ...]  # folded words without articles
_MOST = 64  # spellings of one phrase


class Way(IntEnum):
    """How a spelling differs from what was written; the gravest counts."""

    OWN = 0
    STEM = 1
    ALIAS = 2

    @property
    def how(self) -> How:
        """What a match through it is called."""
        return (How.EXACT, How.STEM, How.ALIAS)[self]


class Spellings:
    """Everything known about how words and names are also written."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._forms: dict[str, set[str]] = {}
        for inflection in knowledge.inflections:
            self._add_forms([bare(word) for form in inflection.forms for word in name_key(form)])
        self._names: dict[Key, list[Mapping[str, tuple[str, ...]]]] = {}
        self._longest = 1
        for alias in knowledge.aliases:
            self._add_names(alias.names)
        self._known = {*self._forms, *(word for key in self._names for word in key)}

    def _add_forms(self, forms: Sequence[str]) -> None:
        for form in forms:
            self._forms.setdefault(form, set()).update(other for other in forms if other != form)

    def _add_names(self, names: Mapping[str, tuple[str, ...]]) -> None:
        for spelling in _every(names):
            key = name_key(spelling)
            self._longest = max(self._longest, len(key))
            groups = self._names.setdefault(key, [])
            if names not in groups:
                groups.append(names)

    def of(self, words: Key) -> dict[Key, Way]:
        """Every other spelling of the phrase ``words``, at most 64."""
        found: dict[Key, Way] = {}
        if self._known.isdisjoint(words):  # of most phrases nothing is known
            return found
        for names in self._names.get(words, ()):
            for spelling in _every(names):
                found.setdefault(name_key(spelling), Way.ALIAS)
        for key, way in islice(self._rewritten(words), _MOST):
            found.setdefault(key, way)
        found.pop(words, None)
        return found

    def groups(self, words: Key) -> Sequence[Mapping[str, tuple[str, ...]]]:
        """The known names of what ``words`` names, as they are written, by language code."""
        return self._names.get(words, ())

    def _rewritten(self, words: Key) -> Iterator[tuple[Key, Way]]:
        """The phrase with any of its parts put otherwise, in the same language."""
        if not words:
            yield (), Way.OWN
            return
        for part, length, way in self._parts(words):
            for rest, other in self._rewritten(words[length:]):
                yield part + rest, max(way, other)

    def _parts(self, words: Key) -> Iterator[tuple[Key, int, Way]]:
        yield words[:1], 1, Way.OWN
        for form in sorted(self._forms.get(words[0], ())):
            yield (form,), 1, Way.STEM
        for length in range(1, min(self._longest, len(words)) + 1):
            for names in self._names.get(words[:length], ()):
                for key in _same_language(names, words[:length]):
                    yield key, length, Way.ALIAS


def _every(names: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    for spellings in names.values():
        yield from spellings


def _same_language(names: Mapping[str, tuple[str, ...]], key: Key) -> Iterator[Key]:
    for spellings in names.values():
        keys = [name_key(spelling) for spelling in spellings]
        if key in keys:
            yield from (other for other in keys if other != key)


def fused(text: str) -> Key | None:
    """Feeds also print عینالاسد and ديرالزور: two words whose gap was lost."""
    words = [token.text for token in tokenize(text)]
    if (len(words) > 1 and words[-1].startswith("ال")) or ZWNJ in text:
        return (bare("".join(words)),)
    return None
