"""What a watch means: a tree of phrases and facets, and its one canonical spelling.

``str()`` of a node is that spelling: folded, without articles, its parts sorted. Build groups
with :func:`all_of`, :func:`any_of` and :func:`without`, which leave nothing double or nested in
vain; the spelling is one for all watches that mean the same only for such trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from bot.core.morphology import bare
from bot.core.query.signs import ARABIC_OPERATORS

_PLAIN_VALUE = re.compile(r"[^\W_][\w.'’-]*")


LETTERS_FOR_EDITS = (0, 5, 9)  # so many a word needs for none, one or two typing errors


@dataclass(frozen=True, slots=True)
class Word:
    """One word, folded as it was written, with its article.

    ``edits``: typing errors allowed, 0 to 2. ``suffixes``: endings and pronouns may follow.
    """

    text: str
    edits: int = 0
    suffixes: bool = False

    @property
    def bare(self) -> str:
        """The word without its article."""
        return bare(self.text)

    @property
    def is_loose(self) -> bool:
        """Whether typing errors or endings are allowed."""
        return bool(self.edits) or self.suffixes

    @property
    def is_operator(self) -> bool:
        """Whether it would be read as an operator if it stood by itself."""
        return not self.is_loose and self.text in ARABIC_OPERATORS

    def __str__(self) -> str:
        # البدون are a people, بدون is an operator: there the article makes the meaning.
        # With it الأسد~ is long enough to be misspelt.
        needed = self.bare in ARABIC_OPERATORS or len(self.bare) < LETTERS_FOR_EDITS[self.edits]
        article = "ال" if self.bare != self.text and needed else ""
        edits = f"~{self.edits}" if self.edits else ""
        return f"{article}{self.bare}{edits}{'+' if self.suffixes else ''}"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand side by side.

    ``exact`` phrases are compared letter for letter, others without article and in other forms.
    ``column`` and ``written`` tell where and how the phrase stood in the watch.
    """

    words: tuple[Word, ...]
    exact: bool = False
    column: int = field(default=0, compare=False)
    written: str = field(default="", compare=False)

    @property
    def bare(self) -> tuple[str, ...]:
        """The words without articles."""
        return tuple(word.bare for word in self.words)

    @property
    def is_loose(self) -> bool:
        """Whether any of the words is."""
        return any(word.is_loose for word in self.words)

    def __str__(self) -> str:
        if self.exact:
            return '"' + " ".join(word.text for word in self.words) + '"'
        return "".join(self._spelled())

    def _spelled(self) -> Iterator[str]:
        """The words with what stands between: a hyphen makes an operator a mere word."""
        last = len(self.words) - 1
        for at, word in enumerate(self.words):
            if at:
                glued = self.words[at - 1].is_operator or (at == last and word.is_operator)
                yield "-" if glued else " "
            yield str(word)


@dataclass(frozen=True, slots=True)
class Facet:
    """What an entry was understood to be: ``kind`` is one of ``FACETS``, ``value`` lower-case.

    ``sev`` means at least this severity; a ``source`` may be a name of several words.
    """

    kind: str
    value: str

    def __str__(self) -> str:
        quote = "" if _PLAIN_VALUE.fullmatch(self.value) else '"'
        return f"{self.kind}:{quote}{self.value}{quote}"


@dataclass(frozen=True, slots=True)
class Near:
    """Both, in either order, with at most ``within`` (0-100) words in between.

    ``left`` and ``right`` are phrases, or ``AnyOf`` of nothing but phrases.
    """

    left: Node
    right: Node
    within: int

    def __str__(self) -> str:
        first, second = sorted(map(_operand, (self.left, self.right)))
        return f"{first} NEAR/{self.within} {second}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " + ".join(sorted({_operand(part) for part in self.parts}))


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Node, ...]

    def __str__(self) -> str:
        return " | ".join(sorted({str(part) for part in self.parts}))


@dataclass(frozen=True, slots=True)
class Without:
    """The part does not hold."""

    part: Node

    def __str__(self) -> str:
        match self.part:
            case AllOf() | AnyOf():
                return f"-({self.part})"
            # No bracket that was not written: nesting has a limit.
            case Near():
                return f"NOT {self.part}"
            case Phrase(exact=False, words=words) if len(words) > 1:
                return f"NOT {self.part}"
        return f"-{self.part}"


Node: TypeAlias = Phrase | Facet | Near | AllOf | AnyOf | Without


def _operand(node: Node) -> str:
    return f"({node})" if isinstance(node, AnyOf) else str(node)


def all_of(parts: Iterable[Node]) -> Node:
    """``AllOf`` the parts (at least one), or the only one there is."""
    flat = _single(p for part in parts for p in (part.parts if isinstance(part, AllOf) else [part]))
    return flat[0] if len(flat) == 1 else AllOf(flat)


def any_of(parts: Iterable[Node]) -> Node:
    """``AnyOf`` the parts (at least one), or the only one there is."""
    flat = _single(p for part in parts for p in (part.parts if isinstance(part, AnyOf) else [part]))
    return flat[0] if len(flat) == 1 else AnyOf(flat)


def without(part: Node) -> Node:
    """``Without`` the part; two of them are none."""
    return part.part if isinstance(part, Without) else Without(part)


def _single(parts: Iterable[Node]) -> tuple[Node, ...]:
    """The first of those that mean the same."""
    every = tuple(parts)
    if len(every) == 1:
        return every
    found: dict[str, Node] = {}
    for part in every:
        found.setdefault(str(part), part)
    return tuple(found.values())


def wanted(node: Node) -> Iterator[Phrase | Facet]:
    """The phrases and facets of ``node`` in order, without the excluded ones."""
    match node:
        case Phrase() | Facet():
            yield node
        case Near(left=left, right=right):
            yield from wanted(left)
            yield from wanted(right)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from wanted(part)


class Warned(StrEnum):
    """What may be said of a watch that is accepted."""

    BROAD = "broad"  # it will fire very often
    CONTRADICTION = "contradiction"  # a part can never hold


@dataclass(frozen=True, slots=True)
class QueryWarning:
    """A doubt about a watch: what, at which column (from 0), and the part in question."""

    problem: Warned
    column: int
    part: str


@dataclass(frozen=True, slots=True)
class Query:
    """A watch understood."""

    root: Node
    warnings: tuple[QueryWarning, ...] = ()

    @property
    def canonical(self) -> str:
        """One spelling for all that mean the same; parsing it gives it again."""
        return str(self.root)

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every wanted phrase in order, each once; those excluded are not among them."""
        return tuple(dict.fromkeys(p for p in wanted(self.root) if isinstance(p, Phrase)))

    @property
    def facets(self) -> tuple[Facet, ...]:
        """Every wanted facet in order, each once."""
        return tuple(dict.fromkeys(f for f in wanted(self.root) if isinstance(f, Facet)))
