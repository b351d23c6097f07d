"""What is made of a text. Spans are offsets into the original, unfolded field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from bot.core.model.event import Facts
from bot.core.model.knowledge import Severity

LEAD_TOKENS = 80  # title and first paragraph


class Field(StrEnum):
    """The part of an entry a span points into."""

    TITLE = "title"
    BODY = "body"


class How(StrEnum):
    """How a match was found."""

    EXACT = "exact"
    CLITIC = "clitic"
    STEM = "stem"
    SOUND = "sound"
    ALIAS = "alias"
    FUZZY = "fuzzy"


class Grade(StrEnum):
    """Whether the entry is about it (title, first paragraph) or only mentions it."""

    LEAD = "lead"
    MENTION = "mention"


class Span(NamedTuple):
    """Characters ``start`` to ``end`` of the original text of ``field``."""

    field: Field
    start: int
    end: int


class Match(NamedTuple):
    """Evidence that a watch hit: where, what stood there, how it was found, how sure (0-100)."""

    span: Span
    text: str
    how: How
    score: int = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """A topic found in an entry, with the places it happened at and the words that show it."""

    topic: str
    grade: Grade
    places: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What ``core.events`` makes of an entry.

    ``flag``: the built-in topics would push this as new. ``guard`` names the guard that stopped
    it, ``""`` if none did. ``places`` are all gazetteer ids named, those of the findings first.
    ``marks`` are what tells this report from one in the same words (``core.marks``).
    ``facts`` are what it says of its event (``core.facts``).
    """

    findings: tuple[Finding, ...] = ()
    places: tuple[str, ...] = ()
    severity: Severity = Severity.NONE
    flag: bool = False
    guard: str = ""
    marks: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)


class Token(NamedTuple):
    """One word, folded, and where it stands in the original: ``field[start:end]``.

    A named tuple: a text makes hundreds, and frozen dataclasses cost three times as much to make.

    ``glued``: only a zero-width non-joiner stands before the next token, so both may be one word.
    ``function``: a word such as على that never answers to a keyword by itself.
    """

    text: str
    start: int
    end: int
    glued: bool = False
    function: bool = False


class Hit(NamedTuple):
    """A phrase found in a scan: tokens ``start`` to ``end`` (exclusive), and how."""

    start: int
    end: int
    how: How = How.EXACT


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over an entry: its tokens and everything known that stands in them.

    ``tokens`` are those of the title, then from ``split`` on those of the body; ``sentences``
    numbers the sentence of each. ``terms`` maps a lexicon category, ``places`` a gazetteer id and
    ``phrases`` a phrase number of the matcher that scanned to the hits, in order. ``starts`` and
    ``ends`` tell where each token stands in its field, without making any; empty without a hit.
    """

    title: str
    body: str
    tokens: Sequence[Token] = ()
    split: int = 0
    sentences: Sequence[int] = ()
    terms: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    phrases: Mapping[int, Sequence[Hit]] = field(default_factory=dict)
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    def span(self, hit: Hit) -> Span:
        """The characters of ``hit`` in the original field."""
        first, last, _ = hit
        where = Field.TITLE if first < self.split else Field.BODY
        return Span(where, self.starts[first], self.ends[last - 1])

    def text(self, span: Span) -> str:
        """What stands at ``span`` in the original."""
        source = self.title if span.field is Field.TITLE else self.body
        return source[span.start : span.end]
