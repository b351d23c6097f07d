"""Other spellings of a watch: inflected forms, other names for the same, gaps that were lost.

Only what is known as data is added here; clitics and sounds are heard in the text itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import TypeAlias

from bot.core.letters import ZWNJ, fold
from bot.core.model import How, Knowledge, Place, Token
from bot.core.morphology import bare, case_forms, prefixes, without_hamza
from bot.core.text import name_key, tokenize

Key: TypeAlias = tuple[str, ...]  # folded words without articles
Names: TypeAlias = Mapping[str, tuple[str, ...]]  # spellings by language
_MOST = 64  # spellings of one phrase
_SHORT = 2  # a word of so many letters is not looked for behind clitics
_ATTACHED = 4  # و, ب and the article
_LAST_LATIN = "\u024f"


class Way(IntEnum):
    """How a spelling differs from what was written; the gravest counts."""

    OWN = 0
    STEM = 1
    ALIAS = 2
    STRICT = 3  # only where the text has these very letters: Şam, but not Sam

    @property
    def how(self) -> How:
        """What a match through it is called."""
        return (How.EXACT, How.STEM, How.ALIAS, How.ALIAS)[self]


class Spellings:
    """Everything known about how words and names are also written."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._strict = knowledge.strict
        self._in_texts = {*knowledge.strict, *map(str.upper, knowledge.strict)}
        lower = (name.casefold() for name in knowledge.strict if not name.isupper())
        self._in_watches = {*knowledge.strict, *lower}
        self._forms: dict[str, set[str]] = {}
        for inflection in knowledge.inflections:
            forms = [bare(word) for form in inflection.forms for word in name_key(form)]
            self._add_forms([*forms, *_duals(forms[0], inflection.lang)])
        self._names: dict[Key, list[Names]] = {}
        self._longest = 1
        self._groups: dict[Key, list[Names]] = {}
        for alias in knowledge.aliases:
            self._add_names(inflected(alias.names))
            for key in {name_key(s) for s in _every(alias.names) if s not in alias.strict}:
                self._groups.setdefault(key, []).append(alias.names)
        for place in knowledge.places.values():
            self._add_names(inflected(unambiguous(place)))
        self._known = {*self._forms, *(word for key in self._names for word in key)}
        words = self._known.union(knowledge.common)
        self._hamzas = {word for word in words if word.startswith("أ")}

    def _add_forms(self, forms: Sequence[str]) -> None:
        for form in forms:
            self._forms.setdefault(form, set()).update(other for other in forms if other != form)

    def _add_names(self, names: Names) -> None:
        for spelling in _every(names):
            key = name_key(spelling)
            self._longest = max(self._longest, len(key))
            groups = self._names.setdefault(key, [])
            if names not in groups:
                groups.append(names)

    def of(self, words: Key, written: str = "") -> dict[Key, Way]:
        """Every other spelling of the phrase ``words``, at most some hundred.

        Args:
            words: The phrase as :func:`bot.core.text.key_of` has it.
            written: The same as it was written, for names that its letters alone decide.
        """
        found: dict[Key, Way] = {}
        for key, way in self._spelled(words, written):
            found.setdefault(key, way)
        own = [(words, Way.OWN), *self._with_hamzas(words, written)]
        for key, way in [*own, *found.items()]:
            for other, letters in ((key, way), *_lettered(key)):
                found.setdefault(other, max(way, letters))
        found.pop(words, None)
        return found

    def has_none(self, word: str) -> bool:
        """Whether a phrase has no other spelling, as far as ``word`` of it goes."""
        if word in self._known or len(word) == _SHORT:
            return False
        return without_hamza(word) == word and f"أل{word}" not in self._hamzas

    def _spelled(self, words: Key, written: str) -> Iterator[tuple[Key, Way]]:
        if not self._holds_known(words):  # of most phrases nothing is known
            return
        rewritten = list(islice(self._rewritten(words), _MOST))
        yield from (pair for pair in rewritten if pair[1] is Way.STEM)
        for names in self._named(words, written):
            for spelling in islice(_every(names), _MOST):
                yield from self._of_name(spelling)
        yield from rewritten

    def _holds_known(self, words: Key) -> bool:
        if self._known.isdisjoint(words):
            return False
        if any(word in self._forms for word in words):
            return True
        size = len(words)
        parts = ((at, end) for at in range(size) for end in range(at + 1, size + 1))
        return any(words[at:end] in self._names for at, end in parts)

    def _of_name(self, spelling: str) -> Iterator[tuple[Key, Way]]:
        """A name of the same, and where it is one word its forms (پێشمەرگەکان)."""
        key = name_key(spelling)
        if spelling in self._strict:
            yield key, Way.STRICT
            return
        yield key, Way.ALIAS
        if len(key) == 1:
            yield from (((form,), Way.ALIAS) for form in sorted(self._forms.get(key[0], ())))

    def _named(self, words: Key, written: str) -> Iterator[Names]:
        """The groups that hold ``words``; a strict name only where it was written so."""
        is_strict = not self._in_watches.isdisjoint((written, written.casefold()))
        for names in self._names.get(words, ()):
            loose = (name for name in _every(names) if name not in self._strict)
            if is_strict or any(name_key(name) == words for name in loose):
                yield names

    def _with_hamzas(self, words: Key, written: str) -> Iterator[tuple[Key, Way]]:
        """الغام is what hurried people write for ألغام."""
        tokens = tokenize(written)
        if len(tokens) == len(words) and any(f"أل{word}" in self._hamzas for word in words):
            pairs = zip(tokens, words, strict=True)
            hamzas = tuple(self._with_hamza(token, word) for token, word in pairs)
            if hamzas != words:
                yield hamzas, Way.OWN

    def _with_hamza(self, token: Token, word: str) -> str:
        whole = f"أ{token.text[1:]}"
        return whole if token.text.startswith("ال") and whole in self._hamzas else word

    def stands(self, written: str) -> bool:
        """Whether a text that has a ``STRICT`` spelling has it letter by letter."""
        return written in self._in_texts or "ال" in fold(written)[:_ATTACHED]

    def groups(self, words: Key) -> Sequence[Names]:
        """The alias groups that hold ``words``, as they are written, without their cases."""
        return self._groups.get(words, ())

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
                for key in self._same_language(names, words[:length]):
                    yield key, length, Way.ALIAS

    def _same_language(self, names: Names, key: Key) -> Iterator[Key]:
        for spellings in names.values():
            keys = [name_key(spelling) for spelling in spellings if spelling not in self._strict]
            if key in keys:
                yield from (other for other in keys if other != key)


@lru_cache(maxsize=4)
def spellings_of(knowledge: Knowledge) -> Spellings:
    """The spellings of ``knowledge``, made once: they never change."""
    return Spellings(knowledge)


def unambiguous(place: Place) -> Names:
    """The names of ``place`` without the bare ones that also mean something else."""
    if not place.needs_context:
        return place.names
    kept = {
        lang: tuple(name for name in names if len(name.split()) > 1 or name[0] <= _LAST_LATIN)
        for lang, names in place.names.items()
    }
    return {lang: names for lang, names in kept.items() if names}


def inflected(names: Names) -> Names:
    """``names`` with the cases of those languages that put them into cases."""
    return {
        lang: tuple(dict.fromkeys(form for name in listed for form in case_forms(name, lang)))
        for lang, listed in names.items()
    }


def _duals(word: str, lang: str) -> Iterator[str]:
    """The duals of an Arabic feminine noun, before another noun too: قاعدتا، قاعدتي عين الأسد.

    Of others the dual before a noun looks like an adjective: صاروخي is no form of صاروخ.
    """
    if lang == "ar" and word.endswith("ه") and len(word) > 3:
        yield from (f"{word[:-1]}{ending}" for ending in ("تا", "تي", "تان", "تين"))


def _every(names: Names) -> Iterator[str]:
    for spellings in names.values():
        yield from spellings


def _lettered(words: Key) -> Iterator[tuple[Key, Way]]:
    """The same words in other letters: without a hamza, with a particle before تل or תל."""
    plain = tuple(map(without_hamza, words))
    if plain != words:
        yield plain, Way.STRICT
    if len(words) > 1 and len(words[0]) == _SHORT:
        for prefix in prefixes(words[0]):
            yield (prefix + words[0], *words[1:]), Way.OWN


def fused(text: str) -> Key | None:
    """Feeds also print عینالاسد and ديرالزور: two words whose gap was lost."""
    words = [token.text for token in tokenize(text)]
    if (len(words) > 1 and words[-1].startswith("ال")) or ZWNJ in text:
        return (bare("".join(words)),)
    return None
