"""Rules as trees over numbered phrases and facets, in plain values: what they ask, and whether
they hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeAlias, cast

from bot.core.model import Match
from bot.core.query import AllOf, AnyOf, Facet, Near, Node, Phrase, Without
from bot.core.text import tokenize

# A rule's tree in plain values, for a million of them are kept and written to a file: the number
# of a phrase, or a tuple of one of the words below and its parts.
Tree: TypeAlias = "int | tuple[object, ...]"
_ALL, _ANY, _WITHOUT, _NEAR, _FACET = "all", "any", "without", "near", "facet"

Evidence: TypeAlias = tuple[Match, ...]
FacetKey: TypeAlias = tuple[str, str]
_BROAD = {
    "place": 0,
    "topic": 1,
    "country": 2,
    "sev": 3,
    "source": 4,
    "lang": 5,
}  # the last ones hold most often


class Asked(Protocol):
    """What a rule is asked about: the evidence for phrases and facets in one entry."""

    def stands(self, number: int) -> bool:
        """Whether a phrase stands anywhere: quicker than to ask where."""

    def phrase(self, number: int) -> Evidence:
        """Every place a phrase stands at."""

    def facet(self, kind: str, value: str) -> Evidence | None:
        """What shows it; ``None`` where it does not hold."""

    def facets(self) -> Iterable[FacetKey]:
        """Everything that holds, as far as rules ask for it first."""

    def close(self, left: Evidence, right: Evidence, within: int) -> Iterable[Evidence]:
        """Pairs of both that stand in one field with at most so many words in between."""


def compiled(node: Node, number: Callable[[Phrase], int]) -> Tree:
    """``node`` as a tree over the numbers of its phrases."""
    match node:
        case Phrase():
            return number(node)
        case Facet(kind=kind, value=value):
            return (_FACET, kind, source_key(value) if kind == "source" else value)
        case Near(left=left, right=right, within=within):
            return (_NEAR, compiled(left, number), compiled(right, number), within)
        case AllOf(parts=parts):
            return (_ALL, *(compiled(part, number) for part in parts))
        case AnyOf(parts=parts):
            return (_ANY, *(compiled(part, number) for part in parts))
        case Without(part=part):
            return (_WITHOUT, compiled(part, number))


def anchors(tree: Tree, seldom: Callable[[int], tuple[int, int]]) -> list[int | FacetKey]:
    """The parts of which one must be found before the rule can hold; the rarest that will do.

    Args:
        tree: The rule.
        seldom: The rarity of a phrase; the higher, the rarer. Every phrase is rarer than a facet.
    """

    def commonness(found: list[int | FacetKey]) -> tuple[int, tuple[int, int]]:
        facets = [_BROAD[anchor[0]] for anchor in found if not isinstance(anchor, int)]
        phrases = [seldom(anchor) for anchor in found if isinstance(anchor, int)]
        most, length = min(phrases, default=(0, 0))
        return max(facets, default=-1), (-most, -length)

    if isinstance(tree, int):
        return [tree]
    match tree:
        case ("facet", str(kind), str(value)):
            return [(kind, value)]
        case ("near", left, right, _):
            sides = [anchors(cast(Tree, side), seldom) for side in (left, right)]
            return min(sides, key=commonness)
        case ("any", *parts):
            return [anchor for part in parts for anchor in anchors(cast(Tree, part), seldom)]
        case ("all", *parts):
            wanted = [anchors(cast(Tree, part), seldom) for part in parts]
            return min(filter(None, wanted), key=commonness)
    return []


def needed(tree: Tree, anchored: Sequence[int | FacetKey]) -> int:
    """A phrase that must stand where ``tree`` holds, none of ``anchored``; -1 without one."""
    match tree:
        case ("near", left, right, _):
            parts: Sequence[object] = (left, right)
        case ("all", *several):
            parts = several
        case _:
            return -1
    phrases = (part for part in parts if isinstance(part, int) and part not in anchored)
    return next(phrases, -1)


def holds(tree: Tree, asked: Asked) -> Evidence | None:
    """The evidence for ``tree``, ``None`` where it does not hold."""
    evidence: Evidence | None = None
    match tree:
        case int():
            evidence = asked.phrase(tree) or None
        case ("facet", str(kind), str(value)):
            evidence = asked.facet(kind, value)
        case ("without", part):
            evidence = () if holds(cast(Tree, part), asked) is None else None
        case ("near", left, right, int(within)):
            evidence = _near(cast(Tree, left), cast(Tree, right), within, asked)
        case ("any", *parts):
            evidence = _any(cast("list[Tree]", parts), asked)
        case ("all", *parts):
            evidence = _all(cast("list[Tree]", parts), asked)
    return evidence


def _any(parts: list[Tree], asked: Asked) -> Evidence | None:
    held = [answer for part in parts if (answer := holds(part, asked)) is not None]
    return _merged(held) if held else None


def _all(parts: list[Tree], asked: Asked) -> Evidence | None:
    if not _all_stand(parts, asked):
        return None
    held: list[Evidence] = []
    for part in parts:
        answer = holds(part, asked)
        if answer is None:
            return None
        held.append(answer)
    return _merged(held)


def _all_stand(parts: Iterable[Tree], asked: Asked) -> bool:
    # Of a hundred rules asked, five hold: nothing is made for the others.
    return all(not isinstance(part, int) or asked.stands(part) for part in parts)


def _near(left: Tree, right: Tree, within: int, asked: Asked) -> Evidence | None:
    if not _all_stand((left, right), asked):
        return None
    pairs = [*asked.close(holds(left, asked) or (), holds(right, asked) or (), within)]
    return _merged(pairs) if pairs else None


def _merged(found: Iterable[Evidence]) -> Evidence:
    return tuple(dict.fromkeys(match for evidence in found for match in evidence))


def source_key(name: str) -> str:
    """What makes two spellings of a source's name equal: its folded words."""
    return " ".join(token.text for token in tokenize(name))
