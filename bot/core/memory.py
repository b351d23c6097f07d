"""What is remembered of pieces of text: two generations, so that forgetting takes no time.

When the younger one is full it becomes the older; what is met again moves back, and the rest goes
a few at a time. Each piece also says what nobody looked for in it: when somebody does, it is read
anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import filterfalse
from typing import Any

from bot.core.wordlist import told
from bot.core.words import NOTHING, Chunk, Extras

_LIMIT = 32_768  # pieces of one generation; both together take about 45 MB
_FREED = 256  # pieces let go with each text


class Generation:
    """Pieces of text with their rows of codes, which every text needs, and all else.

    Nearly all of it is strings: what holds no other objects is never looked through for garbage.
    """

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.extras: dict[str, Extras] = {}
        self.missing: dict[str, str] = {}  # the words each piece missed
        self.missed: dict[str, str | list[str]] = {}  # by such a word: one piece, or several

    def keep(self, piece: str, rows: str, chunk: Chunk) -> None:
        """Remember ``piece``."""
        self._put(piece, rows, told(chunk.tokens), chunk.extras, "\n".join(chunk.missed))

    def take(self, piece: str, rows: str, older: Generation) -> None:
        """Remember what ``older`` does of ``piece``, whose ``rows`` it has no more."""
        extras = older.extras.get(piece, NOTHING)
        self._put(piece, rows, older.words[piece], extras, older.missing[piece])

    def _put(self, piece: str, rows: str, words: str, extras: Extras, missing: str) -> None:
        self.rows[piece] = rows
        self.words[piece] = words
        self.missing[piece] = missing
        if extras is not NOTHING:
            self.extras[piece] = extras
        for word in missing.splitlines():
            held = self.missed.setdefault(word, piece)
            if isinstance(held, list):
                held.append(piece)
            elif held is not piece:
                self.missed[word] = [held, piece]

    def forget(self, word: str) -> Sequence[str]:
        """The pieces that missed ``word``, told once."""
        held = self.missed.pop(word, ())
        return (held,) if isinstance(held, str) else held

    def parts(self) -> Iterable[dict[str, Any]]:
        """All it holds, to be let go bit by bit."""
        return self.rows, self.words, self.extras, self.missing, self.missed


class Memory:
    """Pieces of text by what they read."""

    def __init__(self, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._young = Generation()
        self._old = Generation()
        self._dying: list[dict[str, Any]] = []

    @property
    def rows(self) -> Mapping[str, str]:
        """The rows of codes of what was met lately; of others only after :meth:`recall`."""
        return self._young.rows

    @property
    def known(self) -> Generation:
        """All else about the same pieces."""
        return self._young

    def keep(self, piece: str, rows: str, chunk: Chunk) -> None:
        """Remember ``piece``."""
        self._young.keep(piece, rows, chunk)

    def recall(self, pieces: Iterable[str]) -> list[str]:
        """Bring back what is remembered of ``pieces``; those of which nothing is, in order."""
        self._turn()
        absent = filterfalse(self._young.rows.__contains__, pieces)
        return [*filterfalse(self._met, absent)]

    def _met(self, piece: str) -> bool:
        rows = self._old.rows.pop(piece, None)
        if rows is not None:
            self._young.take(piece, rows, self._old)
        return rows is not None

    def _turn(self) -> None:
        if len(self._young.rows) > self._limit:
            self._dying += self._old.parts()
            self._old, self._young = self._young, Generation()
        for _ in range(_FREED if self._dying else 0):
            if not self._dying[-1]:
                self._dying.pop()
                break
            self._dying[-1].popitem()

    def forget(self, word: str) -> None:
        """Somebody looks for ``word`` now: pieces that missed it are read anew."""
        for generation in (self._young, self._old):
            for piece in generation.forget(word):
                self._young.rows.pop(piece, None)
                self._old.rows.pop(piece, None)

    def forget_all(self) -> None:
        """Read everything anew."""
        self._young, self._old = Generation(), Generation()

    def forget_sounding(self, codes: Iterable[str]) -> None:
        """Read anew every piece whose rows hold one of ``codes``."""
        for generation in (self._young, self._old):
            for piece in [p for p, rows in generation.rows.items() if _holds(rows, codes)]:
                del generation.rows[piece]


def _holds(rows: str, codes: Iterable[str]) -> bool:
    return any(code in rows for code in codes)
