"""Rules hold when their words say so, and are asked whenever they could hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Field, How, Match, Span
from bot.core.packed import Texts
from bot.core.query import FACETS, AllOf, AnyOf, Facet, Near, Node, Phrase, Without, Word, parse
from bot.core.query.tree import all_of, any_of, without
from bot.core.rules import Rules
from bot.core.trees import Evidence, FacetKey, Tree, anchors, compiled, holds, needed
from bot.errors import QueryError
from tests.core.keeping import reread

PHRASES = range(5)
FACET_KEYS = [(kind, "x") for kind in FACETS]


def match_at(first: int, last: int, where: Field = Field.BODY) -> Match:
    return Match(Span(where, first, last), "", How.EXACT)


@dataclass
class Entry:
    """Where phrases stand, counted in words, and which facets hold."""

    places: Mapping[int, Evidence] = field(default_factory=dict)
    held: frozenset[FacetKey] = frozenset()

    def stands(self, number: int) -> bool:
        return bool(self.places.get(number))

    def phrase(self, number: int) -> Evidence:
        return self.places.get(number, ())

    def facet(self, kind: str, value: str) -> Evidence | None:
        return (match_at(99, 100),) if (kind, value) in self.held else None

    def facets(self) -> Iterable[FacetKey]:
        return self.held

    def close(self, left: Evidence, right: Evidence, within: int) -> Iterator[Evidence]:
        for one, other in product(left, right):
            first, second = sorted((one.span, other.span), key=lambda span: span.start)
            apart = second.start - first.end
            if one.span.field is other.span.field and 0 <= apart <= within:
                yield one, other


def entry(numbers: Iterable[int] = (), held: Iterable[FacetKey] = ()) -> Entry:
    found = {number: (match_at(2 * number, 2 * number + 1),) for number in numbers}
    return Entry(found, frozenset(held))


leaves = st.one_of(
    st.sampled_from(PHRASES), st.sampled_from([("facet", *key) for key in FACET_KEYS])
)
numbers = st.frozensets(st.sampled_from(PHRASES))
held_facets = st.frozensets(st.sampled_from(FACET_KEYS))


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda parts: ("all", *parts)),
        several.map(lambda parts: ("any", *parts)),
        inner.map(lambda part: ("without", part)),
    )


any_tree = st.recursive(leaves, grown, max_leaves=8)


def is_anchored(tree: Any) -> bool:
    """What a query must be to be accepted: it asks for something, whichever branch holds."""
    match tree:
        case ("all", *parts):
            return any(map(is_anchored, parts))
        case ("any", *parts):
            return all(map(is_anchored, parts))
        case ("without", _):
            return False
    return True


def asking(tree: Tree, leaf: Tree) -> Tree:
    return tree if is_anchored(tree) else ("all", tree, leaf)


def node_of(tree: Any, leaf: Any) -> Node:
    """What the parser makes of the tree: nothing double or nested in itself, and no branch of an
    ``any`` that asks for nothing: there it refuses the query, and here ``leaf`` is added."""
    match tree:
        case int():
            return Phrase((Word(str(tree)),))
        case ("facet", kind, value):
            return Facet(kind, value)
        case ("without", part):
            return without(node_of(part, leaf))
        case ("all", *parts):
            return all_of([node_of(part, leaf) for part in parts])
        case ("any", *parts):
            return any_of([asking_node(part, leaf) for part in parts])
    raise AssertionError(tree)


def asking_node(tree: Tree, leaf: Tree) -> Node:
    node = node_of(tree, leaf)
    return node if is_anchored(tree_of(node)) else all_of([node, node_of(leaf, leaf)])


def tree_of(node: Node) -> Tree:
    return compiled(node, lambda phrase: int(phrase.words[0].text))


asking_tree = st.builds(asking, any_tree, leaves)
accepted_tree = st.builds(asking_node, any_tree, leaves).map(tree_of)


def is_true(tree: Any, found: frozenset[int], held: frozenset[FacetKey]) -> bool:
    """What Python itself makes of the tree."""
    match tree:
        case int():
            return tree in found
        case ("facet", kind, value):
            return (kind, value) in held
        case ("without", part):
            return not is_true(part, found, held)
        case ("all", *parts):
            return all(is_true(part, found, held) for part in parts)
        case ("any", *parts):
            return any(is_true(part, found, held) for part in parts)
    raise AssertionError(tree)


def rarity(number: int) -> int:
    return (number * 7) % 5


def written() -> Texts:
    """Phrases as long as they are rare."""
    texts = Texts()
    for number in range(max(PHRASES) + 1):
        texts.add("x" * rarity(number))
    return texts


def seldom(number: int) -> tuple[int, int]:
    return 0, rarity(number)


# ── do they hold? ────────────────────────────────────────────────────────────────────────────


@given(any_tree, numbers, held_facets)
def test_a_tree_holds_where_python_says_so(
    tree: Tree, found: frozenset[int], held: frozenset[FacetKey]
) -> None:
    assert (holds(tree, entry(found, held)) is not None) is is_true(tree, found, held)


@given(asking_tree, numbers, held_facets)
def test_what_holds_has_evidence_each_piece_once(
    tree: Tree, found: frozenset[int], held: frozenset[FacetKey]
) -> None:
    evidence = holds(tree, entry(found, held))
    if evidence is not None:
        assert evidence
        assert len(set(evidence)) == len(evidence)


def test_evidence_is_that_of_the_parts_that_hold() -> None:
    asked = entry([0, 2])
    assert holds(("any", 0, 1, 2), asked) == asked.phrase(0) + asked.phrase(2)
    assert holds(("all", 2, 0, ("without", 1)), asked) == asked.phrase(2) + asked.phrase(0)
    assert holds(("all", 0, 1), asked) is None


# ── are they asked? ──────────────────────────────────────────────────────────────────────────


@given(accepted_tree, numbers, held_facets)
def test_whatever_holds_has_an_anchor_that_was_found(
    tree: Tree, found: frozenset[int], held: frozenset[FacetKey]
) -> None:
    wanted = anchors(tree, seldom)
    if is_true(tree, found, held):
        assert any(one in found or one in held for one in wanted)


@pytest.mark.parametrize("kind", FACETS)
def test_a_phrase_is_a_better_anchor_than_any_facet(kind: str) -> None:
    assert anchors(("all", ("facet", kind, "x"), 3), seldom) == [3]
    assert anchors(("all", 3, ("facet", kind, "x")), seldom) == [3]


@pytest.mark.parametrize("broad", ["lang", "source", "sev"])
@pytest.mark.parametrize("narrow", ["topic", "place", "country"])
def test_what_holds_seldom_is_the_better_anchor(narrow: str, broad: str) -> None:
    tree: Tree = ("all", ("facet", broad, "x"), ("facet", narrow, "x"))
    assert anchors(tree, seldom) == [(narrow, "x")]


def test_of_two_facets_the_narrower_is_the_anchor() -> None:
    order = ["place", "topic", "country", "sev", "source", "lang"]
    assert sorted(order) == sorted(FACETS)
    for narrow, broad in combinations(order, 2):
        one, other = ("facet", narrow, "x"), ("facet", broad, "x")
        assert anchors(("all", one, other), seldom) == [(narrow, "x")]
        assert anchors(("all", other, one), seldom) == [(narrow, "x")]
        assert anchors(("all", ("any", one, other), 2), seldom) == [2]


def test_of_two_phrases_the_rarer_is_the_anchor() -> None:
    assert anchors(("all", 0, 1), lambda number: (0, [1, 9][number])) == [1]
    assert anchors(("all", 0, 1), lambda number: (0, [9, 1][number])) == [0]
    assert anchors(("near", 0, 1, 5), lambda number: (0, [1, 9][number])) == [1]
    assert anchors(("all", ("any", 0, 1), 2), lambda number: (0, [9, 1, 5][number])) == [2]
    assert anchors(("all", ("any", 0, 1), 2), lambda number: (0, [9, 8, 5][number])) == [0, 1]


def test_a_phrase_is_the_rarer_by_what_stands_first_of_its_rarity() -> None:
    assert anchors(("all", 0, 1), lambda number: [(-1, 0), (-2, 9)][number]) == [0]
    assert anchors(("all", 0, 1), lambda number: [(-2, 9), (-1, 0)][number]) == [1]


def test_what_is_excluded_anchors_nothing() -> None:
    assert anchors(("all", ("without", 4), 0), seldom) == [0]


# ── near ─────────────────────────────────────────────────────────────────────────────────────

spans = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 3), st.sampled_from(Field)))


@given(spans, spans, st.integers(0, 6))
def test_near_holds_where_any_two_stand_close_enough_in_one_field(
    left: list[tuple[int, int, Field]], right: list[tuple[int, int, Field]], within: int
) -> None:
    asked = Entry(
        {
            number: tuple(match_at(at, at + size, where) for at, size, where in some)
            for number, some in enumerate((left, right))
        }
    )
    close = [
        (one, other)
        for one in left
        for other in right
        if one[2] is other[2]
        and (
            0 <= other[0] - (one[0] + one[1]) <= within
            or 0 <= one[0] - (other[0] + other[1]) <= within
        )
    ]
    evidence = holds(("near", 0, 1, within), asked)
    assert (evidence is not None) is bool(close)
    if evidence is not None:
        assert set(evidence) == {
            match_at(at, at + size, where) for pair in close for at, size, where in pair
        }


def test_near_takes_any_of_several_on_either_side() -> None:
    asked = Entry({0: (match_at(0, 1),), 2: (match_at(3, 4),)})
    assert holds(("near", ("any", 0, 1), ("any", 1, 2), 2), asked)
    assert holds(("near", ("any", 0, 1), ("any", 1, 2), 1), asked) is None


# ── rules of watches ─────────────────────────────────────────────────────────────────────────


def rules(*trees: tuple[int, Tree]) -> Rules:
    made = Rules(written())
    for watch_id, tree in trees:
        made.add(watch_id, tree)
    made.settle()
    return made


def answered(made: Rules, asked: Entry) -> set[int]:
    return set(made.answers(asked.places, asked))


trees = st.lists(accepted_tree, max_size=5)


@given(trees, trees, numbers, held_facets)
def test_the_watches_that_hold_are_those_whose_trees_hold(
    first: list[Tree], later: list[Tree], found: frozenset[int], held: frozenset[FacetKey]
) -> None:
    made = rules(*enumerate(first))
    for number, tree in enumerate(later, len(first)):
        made.add(number, tree)
    expected = {n for n, tree in enumerate(first + later) if is_true(tree, found, held)}
    assert answered(made, entry(found, held)) == expected
    assert len(made) == len(first + later)
    assert made.changes == len(later)


@given(trees, trees, numbers, held_facets)
def test_rules_that_were_kept_answer_alike_and_take_more(
    first: list[Tree], later: list[Tree], found: frozenset[int], held: frozenset[FacetKey]
) -> None:
    made = rules(*enumerate(first))
    again = Rules(written(), reread(made.kept()))
    for number, tree in enumerate(later, len(first)):
        made.add(number, tree)
        again.add(number, tree)
    for number in range(0, len(first), 2):
        made.remove(number)
        again.remove(number)
    assert answered(again, entry(found, held)) == answered(made, entry(found, held))
    assert (len(again), again.changes) == (len(made), made.changes)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_is_watched_more_often_counts_as_commoner(is_late: bool) -> None:
    rare, other = max(PHRASES, key=rarity), min(PHRASES, key=rarity)
    assert rarity(rare) > rarity(other)
    made = Rules(written())
    made.add(1, ("all", rare, other))  # nobody watches either: the rarity decides
    made.add(2, rare)
    if is_late:
        made.settle()
    made.add(3, ("all", rare, other))
    if not is_late:
        made.settle()
    both = entry([rare, other])
    assert set(made.answers([rare], both)) == {1, 2}
    assert set(made.answers([other], both)) == {3}
    assert answered(made, both) == {1, 2, 3}


@pytest.mark.parametrize("ids", [[1, 2, 3], [3, 2, 1], [2, 3, 1], [2**40, 5, 2**41]])
def test_a_removed_watch_is_silent_and_the_others_are_not(ids: list[int]) -> None:
    for gone in ids:
        made = rules(*((watch_id, 0) for watch_id in ids))
        made.remove(gone)
        assert answered(made, entry([0])) == {*ids} - {gone}
        assert (len(made), made.changes) == (2, 1)


def test_removing_twice_or_what_never_was_changes_nothing() -> None:
    made = rules((1, 0), (3, 0))
    for watch_id in (2, 0, 9, 3, 3):
        made.remove(watch_id)
    assert answered(made, entry([0])) == {1}
    assert made.changes == 1


def test_a_watch_that_came_back_can_go_again() -> None:
    made = rules((1, 0), (2, 0))
    made.remove(2)
    made.add(2, 1)
    assert answered(made, entry([0, 1])) == {1, 2}
    made.remove(2)
    assert answered(made, entry([0, 1])) == {1}


def test_a_watch_asked_for_by_several_anchors_answers_once() -> None:
    made = rules((1, ("any", 0, 1, ("facet", "topic", "x"))))
    found = made.answers([0, 1, 0], entry([0, 1], [("topic", "x")]))
    assert list(found) == [1]


def test_a_query_becomes_a_tree_over_the_numbers_of_its_phrases() -> None:
    order = {"ا": 0, "ب": 1, "ت": 2}

    def phrase(text: str) -> Phrase:
        return Phrase((Word(text),))

    node = AllOf(
        (
            AnyOf((phrase("ا"), Near(phrase("ب"), phrase("ت"), 5))),
            Without(phrase("ت")),
            Facet("lang", "ar"),
        )
    )
    assert compiled(node, lambda one: order[one.words[0].text]) == (
        "all", ("any", 0, ("near", 1, 2, 5)), ("without", 2), ("facet", "lang", "ar"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "query",
    [
        "صاروخ", "صاروخ -تدريب", "(صاروخ | قذيفة) -تدريب", "lang:ar + sev:2", "sev:1",
        "(-بغداد + -دهوك) + كركوك", "كركوك + (NOT بغداد + NOT دهوك)", "كركوك -(بغداد + -دهوك)",
        "كركوك NOT (NOT بغداد)", "-(-(كركوك))", "(كركوك -بغداد) | (sev:2 -دهوك)",
        "place:erbil + topic:all", "place:erbil | lang:ar + sev:2", "كركوك NEAR/3 (بغداد | دهوك)",
    ],
)  # fmt: skip
def test_every_query_that_is_accepted_has_an_anchor(query: str) -> None:
    assert anchors(compiled(parse(query).root, lambda _: 0), seldom)


@pytest.mark.parametrize(
    "query", ["كركوك + (-بغداد | دهوك)", "(NOT بغداد | دهوك) + كركوك", "كركوك -(بغداد | -دهوك)"]
)
def test_a_branch_without_an_anchor_is_no_query(query: str) -> None:
    with pytest.raises(QueryError):
        parse(query)


@pytest.mark.parametrize(
    ("tree", "asked_by", "needs"),
    [
        (1, [1], -1),
        (("all", 1, 2), [1], 2),
        (("all", ("facet", "sev", "2"), 2), [2], -1),
        (("all", 1, ("any", 2, 3)), [1], -1),
        (("all", 1, ("without", 2)), [1], -1),
        (("near", 1, 2, 5), [2], 1),
        (("any", 1, 2), [1, 2], -1),
    ],
)
def test_a_rule_needs_a_phrase_besides_the_one_it_is_asked_by(
    tree: Tree, asked_by: list[int], needs: int
) -> None:
    assert needed(tree, asked_by) == needs
