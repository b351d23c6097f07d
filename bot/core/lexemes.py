"""One word of a report as it is compared: its number, that of its stem, that of its sound.

A word is understood once and remembered: news are written with few words.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from bot.core.morphology import bare, is_stop_word
from bot.core.skeleton import consonants, keys, script
from bot.core.stems import Stems, stem, without_clitics
from bot.core.traces import number

_NAME_CONSONANTS = 2


class Lexeme(NamedTuple):
    """A word of a text.

    Attributes:
        word: Folded, without article, drawn-out letters said once.
        number: Its own, 0 for a function word.
        term: Its stem's, the last bit tells a common word; 0 for what is no term.
        name: Its sound's, 0 for what can be no name.
    """

    word: str
    number: int
    term: int
    name: int


@lru_cache(maxsize=65_536)
def lexeme(text: str, stems: Stems) -> Lexeme:
    """The folded word ``text``."""
    word = _plain(text)
    if is_stop_word(word):
        return Lexeme(word, 0, 0, 0)
    if len(word) < 2:
        return Lexeme(word, number(word), 0, 0)
    root = stem(word, stems)
    common = word.isdecimal() or not {root, word, bare(word)}.isdisjoint(stems.common)
    name = 0 if common else _sound(without_clitics(word)[-1])
    return Lexeme(word, number(word), number(root) & ~1 | common, name)


def _plain(word: str) -> str:
    """A folded word without article, its drawn-out letters said once: يزددددد."""
    if len(word) > 3 and word[-1] == word[-2] == word[-3]:
        word = word.rstrip(word[-1]) + word[-1]
    return bare(word)


def _sound(word: str) -> int:
    (key,) = keys((word,))
    return number(key) if script(word) and consonants(key) >= _NAME_CONSONANTS else 0
