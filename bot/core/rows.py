"""Watches that are rows of plain words: each word is understood once, the rows are put together.

Most watches are such rows. A million of them hold a quarter of a million words, and to parse, fold
and spell a row takes ten times what it takes to look its words up.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bot.core.codes import Codes
from bot.core.morphology import bare
from bot.core.query import MAX_TERMS, STAYS_SHORT, stands_alone
from bot.core.spellings import Key, Spellings
from bot.core.text import tokenize_all

_ATTACHED = "ال"


class Row(NamedTuple):
    """A row of words: as a phrase is looked for, the same in codes, and whether it may be fused."""

    key: Key
    code: str
    may_fuse: bool


class Rows:
    """The plain words that are known."""

    def __init__(self, spellings: Spellings, codes: Codes) -> None:
        self._spellings = spellings
        self._codes = codes
        self._words: dict[str, tuple[str, str, bool]] = {}

    def prepare(self, queries: Iterable[str]) -> list[str]:
        """Understand the words of many queries at once; the words that have a code since then."""
        found = dict.fromkeys(word for query in queries for word in query.split())
        words = [word for word in found if word not in self._words]
        learnt = []
        for word, tokens in zip(words, tokenize_all(words), strict=True):
            # Of a word that is several, or a figure, or an operator, the long way knows more.
            text = tokens[0].text if len(tokens) == 1 and not tokens[0].function else ""
            key = bare(text)
            if text and stands_alone(word, text) and self._spellings.has_none(key):
                code, is_new = self._codes.learn(key)
                self._words[word] = key, code, text.startswith(_ATTACHED)
                if is_new:
                    learnt.append(key)
        return learnt

    def row(self, query: str) -> Row | None:
        """What ``query`` is as a row of known words; ``None`` where it is anything else."""
        try:
            words = [self._words[word] for word in query.split(" ")]
        except KeyError:
            return None
        if len(query) > STAYS_SHORT or len(words) > MAX_TERMS:
            return None
        keys, codes, attached = zip(*words, strict=True)
        return Row(keys, "".join(codes), attached[-1])

    def clear(self) -> None:
        """Forget the words: what comes one by one goes the long way."""
        self._words.clear()
