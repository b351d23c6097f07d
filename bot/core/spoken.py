"""A word of a watch, understood once: what is asked of it by whoever listens for names.

A million watches hold a quarter of a million words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from bot.core.chunks import sound_of
from bot.core.model import Token
from bot.core.morphology import bare
from bot.core.signs import sign
from bot.core.skeleton import (
    consonants,
    has_foreign_letters,
    is_article,
    script,
    watch_keys,
    watch_keys_of,
)
from bot.core.text import tokenize, tokenize_all

ARABIC_EAR, LATIN_EAR, OTHER_EAR = range(3)
_LONGEST_ARTICLE = 5


class Spoken(NamedTuple):
    """A word as it was written, with all that is asked of it.

    ``text`` is folded; ``ear`` listens for words of its letters; it has as many ``consonants`` at
    least.
    """

    text: str
    written: str
    keys: tuple[str, ...]
    ear: int
    consonants: int
    sign: int
    is_common: bool
    is_article: bool


class Vocabulary:
    """The words of many watches; forgotten when they are built."""

    def __init__(self, common: Collection[str]) -> None:
        """``common`` are words that are no names."""
        self._common = common
        self._spoken: dict[str, Spoken] = {}

    def prepare(self, texts: Iterable[str]) -> None:
        """Understand the words of many ``texts`` at once, before they are asked for."""
        found = dict.fromkeys(word for text in texts for word in text.split())
        words = [word for word in found if word not in self._spoken]
        known = zip(words, tokenize_all(words), watch_keys_of(words), strict=True)
        for word, tokens, keys in known:
            if len(tokens) == 1 and tokens[0].end - tokens[0].start == len(word):
                self._spoken[word] = self._spoken_of(tokens[0], word, keys)

    def words(self, text: str) -> list[Spoken]:
        """The words of ``text``."""
        try:  # each that is known is a word whatever stands around it
            return [self._spoken[word] for word in text.split(" ")]
        except KeyError:
            return [self._word(token, text[token.start : token.end]) for token in tokenize(text)]

    def clear(self) -> None:
        """Forget them."""
        self._spoken.clear()

    def _word(self, token: Token, written: str) -> Spoken:
        known = self._spoken.get(written)
        if known is None:
            known = self._spoken[written] = self._spoken_of(token, written, watch_keys(written))
        return known

    def _spoken_of(self, token: Token, written: str, keys: Sequence[str]) -> Spoken:
        return Spoken(
            token.text,
            written,
            tuple(keys) or (sound_of(token),),
            _ear_for(written),
            consonants(keys[0]) if keys else 0,
            sign(written),
            bare(token.text) in self._common,
            is_silent(written),
        )


def is_silent(word: str) -> bool:
    """Whether a word is no part of a name's sound; asked of the short ones only."""
    return len(word) <= _LONGEST_ARTICLE and is_article(word)


def _ear_for(word: str) -> int:
    found = script(word)
    if found == "arab":
        return OTHER_EAR if has_foreign_letters(word) else ARABIC_EAR
    return LATIN_EAR if found == "latn" else OTHER_EAR
