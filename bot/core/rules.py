"""Watches as rules over numbered phrases and facets: which of them to ask, and what they answer.

A rule is asked only when its rarest wanted part was found, so nothing is asked always. Most rules
are one phrase: they take a dozen bytes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Protocol, TypeAlias, cast

from bot.core.model import Match
from bot.core.packed import Kept, Many, Texts
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


class Rules:
    """Rules by number; each belongs to a watch."""

    def __init__(self, written: Texts, kept: Kept = ()) -> None:
        """``written`` are the phrases: of two watched equally often the longer is the rarer."""
        ids, roots, trees, by_phrase, by_facet, ascending = kept or (b"", b"", (), (), {}, True)
        self._written = written
        self.ids = array("q", ids)
        self.roots = array("i", roots)  # a phrase, or ~(number of the tree)
        self.trees: list[Tree] = list(trees)
        self.by_phrase = Many.of_kept(by_phrase) if by_phrase else Many()
        self.by_facet: dict[FacetKey, list[int]] = dict(by_facet)
        self.gone: set[int] = set()  # rules of watches that were removed
        self._ascending: bool = ascending
        self._settled = len(self.ids)
        self._is_settled = bool(kept)
        self._late: dict[int, int] = {}  # the rules of watches that came since

    def kept(self) -> Kept:
        """What makes the same again; only of what is settled, and nothing that is gone."""
        numbers = (self.ids.tobytes(), self.roots.tobytes(), tuple(self.trees))
        return (*numbers, self.by_phrase.kept(), self.by_facet, self._ascending)

    @property
    def changes(self) -> int:
        """How many rules came and went since they were settled."""
        return len(self.ids) - self._settled + len(self.gone)

    def settle(self) -> None:
        """Pack what there is."""
        self.by_phrase.settle()
        self._settled, self._is_settled = len(self.ids), True

    def __len__(self) -> int:
        return len(self.ids) - len(self.gone)

    def add(self, watch_id: int, tree: Tree) -> None:
        """One more rule, asked when the rarest part of ``tree`` is found."""
        rule = len(self.ids)
        if self._is_settled:
            self._late[watch_id] = rule
        elif rule and watch_id <= self.ids[-1]:
            self._ascending = False
        self.ids.append(watch_id)
        self.roots.append(tree if isinstance(tree, int) else ~len(self.trees))
        if not isinstance(tree, int):
            self.trees.append(tree)
        for anchor in anchors(tree, self._seldom):
            if isinstance(anchor, int):
                self.by_phrase.add(anchor, rule)
            else:
                self.by_facet.setdefault(anchor, []).append(rule)

    def _seldom(self, number: int) -> tuple[int, int]:
        # What many rules are asked by is a common word: so the load spreads by itself.
        return -self.by_phrase.count(number), len(self._written[number])

    def remove(self, watch_id: int) -> None:
        """The rule of this watch is asked no more; it stays where it stands, without a name."""
        rule = self._late.pop(watch_id, None)
        if rule is None:
            rule = self._rule_of(watch_id)
        if rule is not None:
            self.gone.add(rule)

    def _rule_of(self, watch_id: int) -> int | None:
        """The rule of a watch among those that were settled."""
        # Watches come in the order of their ids, so that a million need not be looked through.
        if self._ascending:
            at = bisect_left(self.ids, watch_id, hi=self._settled)
        else:
            at = self.ids.index(watch_id) if watch_id in self.ids else self._settled
        return at if at < self._settled and self.ids[at] == watch_id else None

    def answers(
        self, phrases: Iterable[int], asked: Asked, only: Collection[int] | None = None
    ) -> dict[int, Evidence]:
        """The watches whose rules hold, by id, with their evidence.

        Args:
            phrases: The numbers of those that stand in the entry.
            asked: The entry.
            only: The watches that are asked; all of them where it is not given.
        """
        found: dict[int, Evidence] = {}
        ids, roots, gone = self.ids, self.roots, self.gone
        for rule in self._candidates(phrases, asked):
            watch_id, root = ids[rule], roots[rule]
            if watch_id in found or rule in gone or (only is not None and watch_id not in only):
                continue
            evidence = asked.phrase(root) if root >= 0 else holds(self.trees[~root], asked)
            if evidence:
                found[watch_id] = evidence
        return found

    def _candidates(self, phrases: Iterable[int], asked: Asked) -> Iterator[int]:
        for phrase in phrases:
            yield from self.by_phrase.of(phrase)
        if self.by_facet:
            for facet in asked.facets():
                yield from self.by_facet.get(facet, ())


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
