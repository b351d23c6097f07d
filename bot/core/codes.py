"""Words as codes of two characters, so that a search steps from word to word, not from letter to
letter, and can only hit whole words.

Measured at a million watches: the search takes a third of the time it needs over letters, the
automaton is built three times as fast and is a fifth as large.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bot.core.packed import Kept

WIDTH = 2
_BASE = 1024
_FIRST = 1
_SECOND = 0x8000  # second characters are never first ones: no match can begin inside a code
NO_WORD = "\0" * WIDTH  # stands for every word nobody looks for


_SECONDS = tuple(map(chr, range(_SECOND, _SECOND + _BASE)))


def _code(number: int) -> str:
    return chr(_FIRST + number // _BASE) + _SECONDS[number % _BASE]


class Codes:
    """A code for each word that anybody looks for. Words are never forgotten."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._numbers = {word: number for number, word in enumerate(words)}

    def get(self, word: str, default: str = NO_WORD) -> str:
        """The code of ``word``, ``default`` where nobody looks for it."""
        number = self._numbers.get(word)
        return default if number is None else _code(number)

    def learn(self, word: str) -> tuple[str, bool]:
        """The code of ``word``, and whether it is new."""
        count = len(self._numbers)
        number = self._numbers.setdefault(word, count)
        return _code(number), number == count

    def encoded(self, words: Sequence[str]) -> str:
        """The codes of ``words`` side by side; ``NO_WORD`` for unknown ones."""
        return "".join(map(self.get, words))

    def __len__(self) -> int:
        return len(self._numbers)

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of."""
        return ("\n".join(self._numbers),)

    @classmethod
    def of_kept(cls, kept: Kept) -> Codes:
        """What was kept."""
        (words,) = kept
        return cls(words.split("\n") if words else ())


def each(codes: str) -> Iterator[str]:
    """The single codes of a row of them."""
    return map("".join, zip(codes[::WIDTH], codes[1::WIDTH], strict=True))
