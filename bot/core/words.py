"""A text as words: their codes, how else they may be read, and where they stand.

Offsets count from the start of the text. Tokens are made when they are asked for: most texts are
of no interest to anybody.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from operator import add
from sys import byteorder
from typing import NamedTuple, TypeVar, overload

from bot.core.codes import WIDTH
from bot.core.model import How, Token
from bot.core.text import tokenize


class Other(NamedTuple):
    """Another reading of ``width`` words from ``at`` on; ``first``: only as a phrase's first."""

    at: int
    width: int
    code: str
    first: bool


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
# Of each word a text keeps a row of codes: its own, one for each ear (``core.hearing``), and marks:
# ``SHED`` where its own is that of the word without its clitics, ``SPECIAL`` where there is more,
# ``PLAIN`` elsewhere.
ROWS = 5
OWN, EARS, MARKS = 0, (1, 2, 3), 4
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


class Tokens(Sequence[Token]):
    """The words of a text."""

    def __init__(
        self, text: str, chunks: Sequence[str], rows: Sequence[str], known: Mapping[str, Chunk]
    ) -> None:
        """``rows`` are those of each of ``chunks`` of ``text``; ``known`` holds all of them."""
        self._text = text
        self._chunks = chunks
        self._known = known
        self._rows = rows
        self._length = sum(map(len, rows)) // _ROW
        self._all: tuple[Token, ...] | None = None

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _ends(self) -> list[int]:
        """Where the words of each chunk end, in characters of rows: ``_ROW`` for each word."""
        return list(accumulate(map(len, self._rows)))

    @cached_property
    def _starts(self) -> Sequence[int]:
        return _starts(self._text, self._chunks)

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Token, ...]: ...
    def __getitem__(self, at: int | slice) -> Token | tuple[Token, ...]:
        if self._all is None and isinstance(at, int) and 0 <= at < self._length:
            token, start = self._token(at)
            return _moved(token, start)
        return self._whole()[at]

    def __iter__(self) -> Iterator[Token]:
        return iter(self._whole())

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where word ``first`` begins and word ``last`` ends."""
        token, start = self._token(first)
        if first == last:
            return token.start + start, token.end + start
        final, offset = self._token(last)
        return token.start + start, final.end + offset

    def extras(self, special: Iterable[int]) -> Extras:
        """What is special of any of the words; ``special`` numbers those of which anything is."""
        chunks = dict.fromkeys(bisect_right(self._ends, at * _ROW) for at in special)
        found = [(self._first(chunk), self._known[self._chunks[chunk]].extras) for chunk in chunks]
        return Extras(
            tuple(_shifted((extras.others, first) for first, extras in found)),
            tuple(_shifted((extras.heard, first) for first, extras in found)),
            tuple(_shifted((extras.loose, first) for first, extras in found)),
        )

    def _first(self, chunk: int) -> int:
        """The number of the first word of a chunk."""
        return self._ends[chunk - 1] // _ROW if chunk else 0

    def _token(self, at: int) -> tuple[Token, int]:
        """A word within its chunk, and where the chunk starts."""
        chunk = bisect_right(self._ends, at * _ROW)
        tokens = self._tokens_of(self._chunks[chunk])
        return tokens[at - self._first(chunk)], self._starts[chunk]

    def _whole(self) -> tuple[Token, ...]:
        if self._all is None:
            self._all = tuple(
                _moved(token, start)
                for chunk, start in zip(self._chunks, self._starts, strict=True)
                for token in self._tokens_of(chunk)
            )
        return self._all

    def _tokens_of(self, chunk: str) -> tuple[Token, ...]:
        # A text may be looked at long after it was read, when its chunks are forgotten.
        known = self._known.get(chunk)
        return tokenize(chunk) if known is None else known.tokens


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
            return tuple([self[place] for place in range(*at.indices(len(self)))])
        if at < 0:
            at += len(self)
        return self._title[at] if at < self.split else self._body[at - self.split]

    def __iter__(self) -> Iterator[Token]:
        yield from self._title
        yield from self._body

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where word ``first`` begins and word ``last``, of the same field, ends."""
        if first < self.split:
            return self._title.span(first, last)
        return self._body.span(first - self.split, last - self.split)


def _moved(token: Token, by: int) -> Token:
    word, start, end, glued, function = token
    return Token(word, start + by, end + by, glued, function)


def _starts(text: str, chunks: Sequence[str]) -> Sequence[int]:
    """Where each of ``chunks``, the pieces between white space, begins."""
    if len(" ".join(chunks)) == len(text):  # one white space between all, none around them
        ends = accumulate(map(len, chunks), initial=0)
        return [*map(add, ends, range(len(chunks)))]
    starts, at = [], 0
    for chunk in chunks:
        at = text.index(chunk, at)
        starts.append(at)
        at += len(chunk)
    return starts


class Words:
    """A text read: rows of codes, the words themselves, and what is special of some."""

    def __init__(self, rows: str, tokens: Tokens) -> None:
        """``rows`` hold ``ROWS`` codes for each word."""
        # All in C, and without a loop: this is done for every text.
        self._rows = memoryview(rows.encode(_UTF16)).cast("I")
        self.tokens = tokens
        self.codes = self.row(OWN)
        marks = self.row(MARKS)
        self.marks = marks[::WIDTH]
        special = marks[1::WIDTH]
        self.extras = NOTHING
        if SPECIAL in special:
            self.extras = tokens.extras(found.start() for found in re.finditer(SPECIAL, special))

    def row(self, number: int) -> str:
        """One row of codes, a code for each word."""
        return self._rows[number::ROWS].tobytes().decode(_UTF16)


_Placed = TypeVar("_Placed", Other, Heard, Loosely)


def _shifted(found: Iterator[tuple[tuple[_Placed, ...], int]]) -> Iterator[_Placed]:
    for items, by in found:
        for item in items:
            yield item._replace(at=item.at + by)
