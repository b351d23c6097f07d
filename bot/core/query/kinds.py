"""The pieces a watch is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.core.query.tree import Facet, Word


class Kind(Enum):
    """What a piece is."""

    WORD = auto()
    SIGNS = auto()  # neither words nor an operator; ignored beside words
    QUOTE = auto()
    FACET = auto()
    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()  # excludes the phrase that follows
    MINUS = auto()  # excludes the one word that follows
    NEAR = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters ``column`` to ``end`` of a watch.

    ``words`` belong to WORD and QUOTE, ``facet`` to FACET, ``within`` (words) to NEAR. ``common``:
    all its words stand in every text; ``function``: they are prepositions and can never be found.
    """

    kind: Kind
    column: int
    end: int
    words: tuple[Word, ...] = ()
    common: bool = False
    function: bool = False
    facet: Facet | None = None
    within: int = 0
