"""A text as words: their codes, how else they may be read, and where they stand.

Offsets count from the start of the text. Tokens are made when they are asked for: most texts are
of no interest to anybody.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, islice
from operator import add
from typing import NamedTuple, TypeVar, overload

from bot.core.codes import WIDTH
from bot.core.model import How, Token

_PATHS = 32  # readings of one stretch of words that are followed, at most


class Other(NamedTuple):
    """Another reading of ``width`` words from word ``at`` on; ``first``: only as a phrase's first."""

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
SHED, WHOLE = "-", "="


class Chunk(NamedTuple):
    """What is known of a piece of text without white space; all offsets count from its start.

    ``codes``, and ``sounds`` for each ear, hold one code for each of ``tokens``; ``shed`` holds one
    character: ``SHED`` where the code is that of the word without its clitics.
    """

    codes: str
    shed: str
    sounds: tuple[str, ...]
    tokens: tuple[Token, ...]
    extras: Extras = NOTHING


class Tokens(Sequence[Token]):
    """The words of a text."""

    def __init__(self, text: str, chunks: Sequence[str], records: Sequence[Chunk], length: int):
        self._text = text
        self._chunks = chunks
        self._records = records
        self._length = length
        self._all: tuple[Token, ...] | None = None

    def __len__(self) -> int:
        return self._length

    @cached_property
    def _starts(self) -> Sequence[int]:
        return _starts(self._text, self._chunks)

    @cached_property
    def _ends(self) -> list[int]:
        return list(accumulate(map(len, [record.tokens for record in self._records])))

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

    def firsts(self) -> list[int]:
        """The number of the first word of each chunk."""
        return [0, *self._ends[:-1]]

    def _token(self, at: int) -> tuple[Token, int]:
        """A word within its chunk, and where the chunk starts."""
        chunk = bisect_right(self._ends, at)
        return self._records[chunk].tokens[at - self._ends[chunk]], self._starts[chunk]

    def _whole(self) -> tuple[Token, ...]:
        if self._all is None:
            self._all = tuple(
                _moved(token, start)
                for record, start in zip(self._records, self._starts, strict=True)
                for token in record.tokens
            )
        return self._all


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


class Words(NamedTuple):
    """A text read: the codes and sounds of its words, the words, and what is special of some."""

    codes: str
    shed: str
    sounds: tuple[str, ...]
    tokens: Tokens
    extras: Extras


def words_of(text: str, chunks: Sequence[str], records: Sequence[Chunk]) -> Words:
    """Put a text together from what is known of its chunks."""
    if not records:
        return Words("", "", (), Tokens(text, (), (), 0), NOTHING)
    codes, shed, sounds, _, extras = zip(*records, strict=True)
    whole = "".join(codes)
    tokens = Tokens(text, chunks, records, len(whole) // WIDTH)
    special = [(at, found) for at, found in enumerate(extras) if found is not NOTHING]
    together = _together(special, tokens.firsts()) if special else NOTHING
    heard = tuple(map("".join, zip(*sounds, strict=True)))
    return Words(whole, "".join(shed), heard, tokens, together)


def _together(special: Sequence[tuple[int, Extras]], firsts: Sequence[int]) -> Extras:
    placed = [(firsts[chunk], extras) for chunk, extras in special]
    return Extras(
        tuple(_shifted((found.others, by) for by, found in placed)),
        tuple(_shifted((found.heard, by) for by, found in placed)),
        tuple(_shifted((found.loose, by) for by, found in placed)),
    )


_Placed = TypeVar("_Placed", Other, Heard, Loosely)


def _shifted(found: Iterator[tuple[tuple[_Placed, ...], int]]) -> Iterator[_Placed]:
    for items, by in found:
        for item in items:
            yield item._replace(at=item.at + by)


class Stretch(NamedTuple):
    """Codes in which one word is read otherwise, and the words they stand for.

    ``ends[n]`` is the word after the ``n``-th code; the other reading is code ``at``.
    """

    codes: str
    start: int
    ends: tuple[int, ...]
    at: int
    first: bool


def stretches(words: Words, longest: int) -> Iterator[Stretch]:
    """Around each other reading, as far as a phrase of ``longest`` words may reach.

    Where several words may be read otherwise, each choice is given with its first such word.
    """
    by_word: dict[int, list[Other]] = {}
    others = words.extras.others
    for other in others:
        if not other.first:
            by_word.setdefault(other.at, []).append(other)
    for other in others:
        start = other.at if other.first else max(0, other.at - longest + 1)
        before = words.codes[start * WIDTH : other.at * WIDTH] + other.code
        ends = (*range(start + 1, other.at + 1), other.at + other.width)
        ahead = _ahead(words.codes, by_word, ends[-1], longest - 1)
        for codes, more in islice(ahead, _PATHS):
            yield Stretch(before + codes, start, ends + more, other.at - start, other.first)


_Path = tuple[str, tuple[int, ...]]


def _ahead(
    codes: str, by_word: Mapping[int, Sequence[Other]], at: int, count: int
) -> Iterator[_Path]:
    """Every reading of the ``count`` words from ``at`` on, and where each code of it ends."""
    if not count or at * WIDTH >= len(codes):
        yield "", ()
        return
    for code, end in _steps(codes, by_word, at):
        for after, ends in _ahead(codes, by_word, end, count - 1):
            yield code + after, (end, *ends)


def _steps(
    codes: str, by_word: Mapping[int, Sequence[Other]], at: int
) -> Iterator[tuple[str, int]]:
    yield codes[at * WIDTH : (at + 1) * WIDTH], at + 1
    for other in by_word.get(at, ()):
        yield other.code, at + other.width
