"""A text as words: their codes, how else they may be read, and where they stand.

Offsets count from the start of the text. Tokens are made when they are asked for: most texts are
of no interest to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, chain, repeat
from operator import add, floordiv
from sys import byteorder
from typing import NamedTuple, Protocol, TypeVar, overload

from bot.core.codes import WIDTH
from bot.core.model import How, Token
from bot.core.signs import ANY
from bot.core.text import tokenize
from bot.core.wordlist import token_of, told


class Other(NamedTuple):
    """Another reading of ``width`` words from ``at`` on; ``first``: only as a phrase's first."""

    at: int
    width: int
    code: str
    first: bool


class Sound(NamedTuple):
    """What a word sounds like: its code for each ear, its sign, the phrases of one word it is."""

    codes: Sequence[str]
    sign: int = ANY
    names: tuple[int, ...] = ()


class Heard(NamedTuple):
    """The word ``at`` sounds like phrase ``number``, a name of one word."""

    at: int
    number: int


class Loosely(NamedTuple):
    """The word ``at`` stands for a loose word; ``clitic``: what is left of it without clitics."""

    at: int
    number: int
    how: How
    clitic: bool


class Extras(NamedTuple):
    """What most pieces of text have nothing of."""

    others: tuple[Other, ...] = ()
    heard: tuple[Heard, ...] = ()
    loose: tuple[Loosely, ...] = ()


NOTHING = Extras()
PLAIN, SHED, SPECIAL = "\0", "\1", "\2"
# Of each word a text keeps a row of codes: its own, one for each ear (``core.hearing``), its sign
# (``core.signs``) in two, where the word begins and ends in its chunk, and marks: ``SHED`` where
# its own is that of the word without its clitics, ``SPECIAL`` where there is more, ``PLAIN``
# elsewhere.
ROWS = 8
OWN, EARS, SIGN, BOUNDS, MARKS = 0, (1, 2, 3), 4, 6, 7
LONGEST_CHUNK = 1 << 15  # characters; more would not fit into a code
_ROW = ROWS * WIDTH
_UTF16 = "utf-16-le" if byteorder == "little" else "utf-16-be"


class Chunk(NamedTuple):
    """The words of a piece of text without white space, and what is special of them.

    All offsets count from its start. ``missed`` are the words (and sound keys, behind a ``=``) it
    could be read as, if only somebody looked for them.
    """

    tokens: tuple[Token, ...]
    extras: Extras = NOTHING
    missed: tuple[str, ...] = ()


class Known(Protocol):
    """What is remembered of chunks."""

    @property
    def words(self) -> Mapping[str, str]:
        """The words of each chunk (``core.wordlist``)."""

    @property
    def extras(self) -> Mapping[str, Extras]:
        """What is special of the few that are."""


class Tokens(Sequence[Token]):
    """The words of a text."""

    def __init__(self, text: str, chunks: Sequence[str], rows: Sequence[str], known: Known) -> None:
        """``rows`` are those of each of ``chunks`` of ``text``; ``known`` holds all of them."""
        self._text = text
        self._chunks = chunks
        self._known = known
        self._rows = rows
        self._length = sum(map(len, rows)) // _ROW

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, at: int | slice) -> Token | tuple[Token, ...]:
        if isinstance(at, int):
            return token_of(self._words[at], self.starts[at], self.ends[at])
        return tuple(map(token_of, self._words[at], self.starts[at], self.ends[at]))

    def __iter__(self) -> Iterator[Token]:
        return map(token_of, self._words, self.starts, self.ends)

    def written(self, at: int) -> str:
        """Word ``at`` as it stands in the text."""
        return self._text[self.starts[at] : self.ends[at]]

    # What follows is worked out in C, for all words at once: where anybody's words stand in a
    # text, dozens are asked for.

    @cached_property
    def starts(self) -> list[int]:
        """Where each word begins."""
        return [*map(add, self._bases, map(ord, self._bounds[::WIDTH]))]

    @cached_property
    def ends(self) -> list[int]:
        """Where each word ends."""
        return [*map(add, self._bases, map(ord, self._bounds[1::WIDTH]))]

    @cached_property
    def _bounds(self) -> str:
        """Where each word begins and ends in its chunk: two characters a word."""
        return _column(_columns("".join(self._rows)), BOUNDS)

    @cached_property
    def _words(self) -> Sequence[str]:
        """Each word as it is remembered."""
        try:
            words = [*map(self._known.words.__getitem__, self._chunks)]
        except KeyError:  # a text may be looked at when its chunks are long forgotten
            words = [told(tokenize(chunk)) for chunk in self._chunks]
        return "\n".join(filter(None, words)).splitlines()

    @cached_property
    def _bases(self) -> Sequence[int]:
        """Where the chunk of each word starts."""
        starts = _starts(self._text, self._chunks)
        return [*chain.from_iterable(map(repeat, starts, self._counts()))]

    def _counts(self) -> Iterator[int]:
        """How many words each chunk has."""
        return map(floordiv, map(len, self._rows), repeat(_ROW))

    def extras(self) -> Extras:
        """What is special of any of the words."""
        firsts = accumulate(self._counts(), initial=0)
        found = [
            (first, self._known.extras[chunk])
            for row, chunk, first in zip(self._rows, self._chunks, firsts, strict=False)
            if row[-1:] == SPECIAL
        ]
        return Extras(
            tuple([_moved_to(other, first) for first, more in found for other in more.others]),
            tuple(
                [Heard(first + at, number) for first, more in found for at, number in more.heard]
            ),
            tuple([_moved_to(loose, first) for first, more in found for loose in more.loose]),
        )


class Fields(Sequence[Token]):
    """The words of a title, then those of a body."""

    def __init__(self, title: Tokens, body: Tokens) -> None:
        self._title = title
        self._body = body
        self.split = len(title)

    def __len__(self) -> int:
        return self.split + len(self._body)

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, at: int | slice) -> Token | tuple[Token, ...]:
        if isinstance(at, slice):
            return self._sliced(*at.indices(len(self)))
        if at < 0:
            at += len(self)
        return self._title[at] if at < self.split else self._body[at - self.split]

    def __iter__(self) -> Iterator[Token]:
        yield from self._title
        yield from self._body

    def _sliced(self, start: int, stop: int, step: int) -> tuple[Token, ...]:
        if step != 1:
            return tuple([self[at] for at in range(start, stop, step)])
        first, last = max(start - self.split, 0), max(stop - self.split, 0)
        return self._title[start : min(stop, self.split)] + self._body[first:last]

    def edges(self) -> tuple[list[int], list[int]]:
        """Where each word begins and where it ends in its field."""
        title, body = self._title, self._body
        return title.starts + body.starts, title.ends + body.ends


_Placed = TypeVar("_Placed", Other, Loosely)


def _moved_to(placed: _Placed, by: int) -> _Placed:
    return placed._replace(at=placed.at + by)


def _starts(text: str, chunks: Sequence[str]) -> Sequence[int]:
    """Where each of ``chunks``, the pieces between white space, begins."""
    starts = [*map(add, accumulate(map(len, chunks), initial=0), range(len(chunks)))]
    # Mostly there is one white space between all, and none around them; blobs are cut without.
    if starts and starts[-1] + len(chunks[-1]) == len(text) <= LONGEST_CHUNK:
        return starts
    return [*_sought(text, chunks)]


def _sought(text: str, chunks: Sequence[str]) -> Iterator[int]:
    at = 0
    for chunk in chunks:
        at = text.index(chunk, at)
        yield at
        at += len(chunk)


def _columns(rows: str) -> memoryview[int]:
    """The codes of ``rows`` as numbers."""
    return memoryview(rows.encode(_UTF16)).cast("I")


def _column(columns: memoryview[int], number: int) -> str:
    """One of the rows of codes, a code for each word."""
    return columns[number::ROWS].tobytes().decode(_UTF16)


class Words:
    """A text read: rows of codes, the words themselves, and what is special of some."""

    def __init__(self, rows: str, tokens: Tokens) -> None:
        """``rows`` hold ``ROWS`` codes for each word."""
        # All in C, and without a loop: this is done for every text.
        self._columns = _columns(rows)
        self.tokens = tokens
        self.codes = self.row(OWN)
        marks = self.row(MARKS)
        self.marks = marks[::WIDTH]
        special = marks[1::WIDTH]
        self.extras = NOTHING
        if SPECIAL in special:
            self.extras = tokens.extras()

    def row(self, number: int) -> str:
        """One row of codes, a code for each word."""
        return _column(self._columns, number)

    @cached_property
    def signs(self) -> list[int]:
        """The sign of each word."""
        return self._columns.cast("B").cast("Q")[SIGN // 2 :: ROWS // 2].tolist()


def spelt(sign: int) -> str:
    """A sign as two codes."""
    return sign.to_bytes(8, byteorder).decode(_UTF16)
