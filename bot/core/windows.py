"""Phrases with loose words: where one of these stands, the words around it are compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from bot.core.loose import SHORTEST, Loose
from bot.core.model import Hit, How, Token
from bot.core.morphology import clitic_forms
from bot.core.packed import Kept
from bot.core.query import Word
from bot.core.text import function_word, tokenize, word_of
from bot.core.words import Words

_Anchor: TypeAlias = tuple[int, int, str]
_GRAVITY = (How.EXACT, How.CLITIC, How.STEM, How.FUZZY)


class _Window(NamedTuple):
    """A phrase: its number, its words (folded, no article), the loose number of each or -1."""

    number: int
    words: tuple[str, ...]
    loose: tuple[int, ...]


class Windows:
    """The phrases of all watches that hold a loose word."""

    def __init__(self, loose: Loose, kept: Kept = ()) -> None:
        self.loose = loose
        self._anchored: dict[_Anchor, list[tuple[_Window, int]]] = {}
        for window in kept:
            self._anchor(_Window(*window))

    def kept(self) -> Kept:
        """What makes the same again."""
        return tuple(tuple(window) for found in self._anchored.values() for window, _ in found)

    def add(self, number: int, words: Sequence[Word], written: str = "") -> None:
        """Find ``words`` as phrase ``number``; at least one of them is loose."""
        loose = tuple(
            self.loose.add(_looked_for(word), word.edits, word.suffixes) if word.is_loose else -1
            for word in words
        )
        self._anchor(_Window(number, _keys(words, written), loose))

    def _anchor(self, window: _Window) -> None:
        place = next(at for at, known in enumerate(window.loose) if known >= 0)
        self._anchored.setdefault(_anchor(window, place), []).append((window, place))

    def find(self, words: Words) -> Iterator[tuple[int, Hit]]:
        """Each phrase that stands in ``words``, with where and how."""
        for known in words.extras.loose:
            for anchor in _anchors(known.number, words.tokens, known.at):
                for window, offset in self._anchored.get(anchor, ()):
                    start = known.at - offset
                    how = self._how(window, words.tokens, start)
                    if how is not None:
                        yield window.number, Hit(start, start + len(window.words), how)

    def _how(self, window: _Window, tokens: Sequence[Token], start: int) -> How | None:
        end = start + len(window.words)
        if start < 0 or end > len(tokens):
            return None
        ways = [
            self._word(word, loose, tokens[at], first=at == start)
            for word, loose, at in zip(window.words, window.loose, range(start, end), strict=True)
        ]
        known = [way for way in ways if way is not None]
        return max(known, key=_GRAVITY.index) if len(known) == len(ways) else None

    def _word(self, word: str, loose: int, token: Token, *, first: bool) -> How | None:
        """How ``token`` is this word of a phrase, if it is."""
        if loose >= 0:
            fitting = (hit for hit in self.loose.hits(token.text) if hit.number == loose)
            return next((hit.how for hit in fitting if first or not hit.clitic), None)
        if word_of(token) == word:
            return How.EXACT
        return How.CLITIC if first and word in _clitic_keys(token) else None


def _clitic_keys(token: Token) -> Iterator[str]:
    return (
        map(function_word, clitic_forms(token.text)) if token.function else clitic_forms(token.text)
    )


def _keys(words: Sequence[Word], written: str) -> tuple[str, ...]:
    """The words as they are looked up; على is told from علي by the letters as written."""
    keys = [word_of(token) for token in tokenize(written) if not token.text.isdecimal()]
    plain = tuple(word.bare for word in words)
    return tuple(keys) if len(keys) == len(plain) else plain


def _looked_for(word: Word) -> str:
    # Of الأسد three letters are left, too few for an error: it is looked for with its article.
    return word.text if word.edits and len(word.bare) < SHORTEST[1] else word.bare


def _anchor(window: _Window, place: int) -> _Anchor:
    """The loose word at ``place`` and a plain word beside it, or the loose word alone."""
    for side in (-1, 1):
        at = place + side
        if 0 <= at < len(window.words) and window.loose[at] < 0:
            return window.loose[place], side, window.words[at]
    return window.loose[place], 0, ""


def _anchors(loose: int, tokens: Sequence[Token], at: int) -> Iterator[_Anchor]:
    """Every anchor that word ``at`` of a text may be, as loose word ``loose``."""
    yield loose, 0, ""
    for side in (-1, 1):
        if 0 <= at + side < len(tokens):
            beside = tokens[at + side]
            for word in dict.fromkeys((word_of(beside), *_clitic_keys(beside))):
                yield loose, side, word
