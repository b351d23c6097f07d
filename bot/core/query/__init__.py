"""Watch syntax: text in, a ``Query`` out, or an error that points at the column.

Words side by side are a phrase, ``"exact"`` is taken letter for letter, ``a + b`` wants both,
``a | b`` either, ``-a`` excludes; ``word~`` allows typing errors, ``word+`` endings, ``NEAR/5``
keeps two phrases together, and ``topic:`` and its like ask for what was understood. What has no
meaning here is refused where it stands: silently read as words it would never fire.
"""

from bot.core.query.facets import FACETS
from bot.core.query.grammar import MAX_DEPTH, MAX_TERMS
from bot.core.query.parse import MAX_LENGTH, STAYS_SHORT, only_facets, parse, stands_alone
from bot.core.query.pieces import pieces
from bot.core.query.problems import EXAMPLE, Problem
from bot.core.query.tree import (
    AllOf,
    AnyOf,
    Facet,
    Near,
    Node,
    Phrase,
    Query,
    QueryWarning,
    Warned,
    Without,
    Word,
)

__all__ = [
    "EXAMPLE",
    "FACETS",
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_TERMS",
    "STAYS_SHORT",
    "AllOf",
    "AnyOf",
    "Facet",
    "Near",
    "Node",
    "Phrase",
    "Problem",
    "Query",
    "QueryWarning",
    "Warned",
    "Without",
    "Word",
    "only_facets",
    "parse",
    "pieces",
    "stands_alone",
]
