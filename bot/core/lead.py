"""The lead of a report, the title and what follows until the background begins, as signs.

A sign is a hit of a category ``fact.<kind>`` or ``fact.<kind>:<value>``; the words are data
(``bot/data/facts``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from bot.core.model import Hit, How, Scan
from bot.core.model.reading import LEAD_TOKENS
from bot.core.text import SENTENCE_END

FACT = "fact."
_ASKED = 300  # characters of a body in which a question is one of the lead
_ARTICLE = re.compile("[وف]?(?:[بك]?ال|لل)")
PAUSE = re.compile(rf"{SENTENCE_END.pattern}|[,،:|]|\.\.|\s[-–—]\s")


class Sign(NamedTuple):
    """Tokens ``start`` to ``end`` (exclusive) and what they are a sign of.

    ``clitic``: a prefix such as و or ب stands before it.
    """

    start: int
    end: int
    value: str
    clitic: bool = False


class Lead:
    """The signs of one scan, up to where its background begins."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._found: dict[str, dict[str, tuple[Hit, ...]]] = {}
        for category, hits in scan.terms.items():
            if category.startswith(FACT):
                kind, _, value = category[len(FACT) :].partition(":")
                self._found.setdefault(kind, {})[value] = hits
        self._signs: dict[str, list[Sign]] = {}
        self.end = min(LEAD_TOKENS, len(scan.starts))
        self.end = self._before_background()

    def __bool__(self) -> bool:
        return bool(self._found)

    # Tokens are made when they are asked for, and of a lead few are.
    def word(self, at: int) -> str:
        """The folded word of token ``at``; ``""`` where the lead has none."""
        return self._scan.tokens[at].text if 0 <= at < self.end else ""

    def words(self, start: int, end: int) -> list[str]:
        """The folded words from token ``start`` to token ``end`` (exclusive)."""
        return [self.word(at) for at in range(start, end)]

    def figures(self) -> list[int]:
        """The tokens that begin with a digit."""
        scan, split = self._scan, min(self._scan.split, self.end)
        title = [at for at in range(split) if scan.title[scan.starts[at]].isdecimal()]
        rest = range(split, self.end)
        return title + [at for at in rest if scan.body[scan.starts[at]].isdecimal()]

    def of(self, kind: str) -> list[Sign]:
        """The signs of ``kind`` in order; one that lies in another of the kind is none."""
        if kind not in self._signs:
            self._signs[kind] = list(_outermost(self._all(kind))) if kind in self._found else []
        return self._signs[kind]

    def valued(self, kind: str, *values: str) -> list[Sign]:
        """The signs of ``kind`` that have one of ``values``."""
        return [sign for sign in self.of(kind) if sign.value in values]

    def _all(self, kind: str) -> Iterator[Sign]:
        for value, hits in self._found[kind].items():
            for start, end, how in takewhile(lambda hit: hit.start < self.end, hits):
                yield Sign(start, end, value, how is How.CLITIC)

    def terms(self, category: str) -> list[Hit]:
        """The hits of a category of the lexicon, in order."""
        return [hit for hit in self._scan.terms.get(category, ()) if hit.start < self.end]

    def places(self) -> set[int]:
        """The tokens of the names of places."""
        return {
            at
            for hits in self._scan.places.values()
            for hit in hits
            if hit.start < self.end
            for at in range(hit.start, hit.end)
        }

    def is_definite(self, sign: Sign) -> bool:
        """Whether the one word of ``sign`` carries the Arabic article."""
        alone = sign.end - sign.start == 1
        return alone and _ARTICLE.match(self.word(sign.start)) is not None

    # ── between words ────────────────────────────────────────────────────────────────────

    def between(self, end: int, start: int) -> str:
        """What is written from the end of token ``end - 1`` to token ``start``."""
        if end >= len(self._scan.starts) or end == 0:
            return "\n"
        if (end - 1 < self._scan.split) != (start < self._scan.split):
            return "\n"
        return self._source(start)[self._scan.ends[end - 1] : self._scan.starts[start]]

    def stops(self, end: int, start: int) -> bool:
        """Whether a sentence ends between two places."""
        return SENTENCE_END.search(self.between(end, start)) is not None

    def pauses(self, end: int, start: int) -> bool:
        """Whether a sentence or a clause ends between two places."""
        return PAUSE.search(self.between(end, start)) is not None

    def clause(self, at: int) -> int:
        """The first token of the clause of token ``at``; a colon ends none."""
        first = at
        while first > 0 and not self._ends_clause(first):
            first -= 1
        return first

    def asks(self) -> bool:
        """Whether anything in it is asked."""
        return any(mark in self._scan.title + self._scan.body[:_ASKED] for mark in "?؟")

    def sentence(self, at: int) -> int:
        """The first token of the sentence of token ``at``."""
        first = at
        while first > 0 and not self.stops(first, first):
            first -= 1
        return first

    def opening(self) -> int:
        """Where the title and the first sentence of the body end."""
        at = min(self._scan.split, self.end) + 1
        while at < self.end and not self.stops(at, at):
            at += 1
        return at

    def _ends_clause(self, at: int) -> bool:
        return self.pauses(at, at) and ":" not in self.between(at, at)

    def text(self, start: int, end: int) -> str:
        """What is written from token ``start`` to token ``end`` (exclusive) of one field."""
        if start >= end:
            return ""
        return self._source(start)[self._scan.starts[start] : self._scan.ends[end - 1]]

    def before(self, at: int) -> str:
        """The field of token ``at`` up to it."""
        return self._source(at)[: self._scan.starts[at]]

    def after(self, at: int) -> str:
        """The field of token ``at`` behind it."""
        return self._source(at)[self._scan.ends[at] :]

    def _source(self, at: int) -> str:
        return self._scan.title if at < self._scan.split else self._scan.body

    # ── where it ends ────────────────────────────────────────────────────────────────────

    def _before_background(self) -> int:
        """Where the lead ends: before the sentence that first tells of something earlier.

        The first sentence of the body is never background.
        """
        scan = self._scan
        for sign in self.of("background"):
            if sign.start < scan.split:
                continue
            before = scan.body[: scan.starts[sign.start]]
            start = max((found.end() for found in SENTENCE_END.finditer(before)), default=0)
            if start:
                return bisect_left(scan.starts, start, lo=scan.split)
        return self.end


def _outermost(signs: Iterable[Sign]) -> Iterator[Sign]:
    reach = -1
    last = (-1, -1)
    for sign in sorted(signs, key=lambda sign: (sign.start, -sign.end)):
        if sign.end > reach or sign[:2] == last:
            yield sign
            reach, last = max(reach, sign.end), sign[:2]
