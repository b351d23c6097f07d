"""Watches as rules over numbered phrases and facets: which of them to ask, and what they answer.

A rule is asked only when its rarest wanted part was found, so nothing is asked always. Most rules
are one phrase: they take a dozen bytes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator

from bot.core.packed import Kept, Many, Texts
from bot.core.trees import Asked, Evidence, FacetKey, Tree, anchors, holds, needed


class Rules:
    """Rules by number; each belongs to a watch."""

    def __init__(self, written: Texts, kept: Kept = ()) -> None:
        """``written`` are the phrases: of two watched equally often the longer is the rarer."""
        numbers, trees, by_phrase, by_facet, ascending = kept or ((b"",) * 3, (), (), {}, True)
        ids, roots, needs = numbers
        self._written = written
        self.ids = array("q", ids)
        self.roots = array("i", roots)  # a phrase, or ~(number of the tree)
        # A phrase without which the rule cannot hold, besides the one it is asked by; else -1.
        self.needs = array("i", needs)
        self.trees: list[Tree] = list(trees)
        self.by_phrase = Many.of_kept(by_phrase) if by_phrase else Many()
        self.by_facet: dict[FacetKey, list[int]] = dict(by_facet)
        self.gone: set[int] = set()  # rules of watches that were removed
        self._ascending: bool = ascending
        self._settled = self._first = len(self.ids)
        self._is_settled = bool(kept)
        self._late: dict[int, int] = {}  # the rules of watches that came since

    def kept(self) -> Kept:
        """What makes the same again; only of what is settled, and nothing that is gone."""
        numbers = tuple(part.tobytes() for part in (self.ids, self.roots, self.needs))
        parts = (self.by_phrase.kept(), self.by_facet, self._ascending)
        return (numbers, tuple(self.trees), *parts)

    @property
    def changes(self) -> int:
        """How many rules came and went since they were settled, or counted for the first time."""
        return len(self.ids) - self._first + len(self.gone)

    def begin(self) -> None:
        """All there are by now were there from the first."""
        self._first = len(self.ids)

    def settle(self) -> None:
        """Pack what there is."""
        self.by_phrase.settle()
        self._settled, self._is_settled = len(self.ids), True
        self.begin()

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
        if isinstance(tree, int):  # as most are, and nothing is to be found out
            self.roots.append(tree)
            self.needs.append(-1)
            self.by_phrase.add(tree, rule)
            return
        self.roots.append(~len(self.trees))
        self.trees.append(tree)
        found = anchors(tree, self._seldom)
        self.needs.append(needed(tree, found))
        for anchor in found:
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
        ids, roots, needs, gone = self.ids, self.roots, self.needs, self.gone
        for rule in self._candidates(phrases, asked):
            # Of a hundred rules of several parts that are asked, five hold.
            if needs[rule] >= 0 and not asked.stands(needs[rule]):
                continue
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
