"""Typing errors against the definition of the distance, worked out letter by letter."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.loose import SHORTEST, Loose, LooseHit, Nearby
from bot.core.model import How
from tests.core.keeping import reread

ARABIC = st.text(st.sampled_from("ابتصوخر"), min_size=1, max_size=7)
LATIN = st.text(st.sampled_from("abcde"), min_size=1, max_size=7)
word = st.one_of(ARABIC, LATIN)
NOBODY: frozenset[str] = frozenset()


def distance(one: str, other: str) -> int:
    """Letters too many, missing, wrong, or two neighbours swapped, each stretch edited once."""
    rows = [list(range(len(other) + 1))]
    for at, letter in enumerate(one, 1):
        row = [at]
        for to, meant in enumerate(other, 1):
            best = min(rows[-1][to] + 1, row[-1] + 1, rows[-1][to - 1] + (letter != meant))
            if at > 1 and to > 1 and (letter, one[at - 2]) == (other[to - 2], meant):
                best = min(best, rows[-2][to - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def fits(known: str, edits: int, written: str) -> int | None:
    """The errors in ``written`` if it may be meant for ``known``."""
    keeps_first = edits == 1 and "\u0600" <= known[0] <= "\u06ff"
    if keeps_first and written[0] != known[0]:
        return None
    errors = distance(known, written)
    return errors if errors <= edits else None


def expected(known: list[tuple[str, int]], written: str, most: int = 2) -> set[tuple[int, int]]:
    found = (
        (number, fits(one, min(most, edits), written)) for number, (one, edits) in enumerate(known)
    )
    return {(number, errors) for number, errors in found if errors is not None}


known_words = st.lists(st.tuples(word, st.sampled_from([1, 2])), max_size=8)


@given(known_words, known_words, word)
def test_near_words_are_those_of_the_definition_before_and_after_packing(
    first: list[tuple[str, int]], later: list[tuple[str, int]], written: str
) -> None:
    nearby = Nearby()
    for one, edits in first:
        nearby.add(one, edits)
    before = nearby.near(written)
    assert set(before) == expected(first, written)
    assert len(before) == len(set(before))
    nearby.settle()
    assert set(nearby.near(written)) == set(before)
    for one, edits in later:
        nearby.add(one, edits)
    assert set(nearby.near(written)) == expected(first + later, written)


@given(known_words, word)
def test_fewer_errors_may_be_asked_for_than_a_word_allows(
    some: list[tuple[str, int]], written: str
) -> None:
    nearby = Nearby()
    for one, edits in some:
        nearby.add(one, edits)
    assert set(nearby.near(written, 1)) == expected(some, written, 1)


@given(known_words, known_words, word)
def test_near_words_that_were_kept_are_the_same(
    first: list[tuple[str, int]], later: list[tuple[str, int]], written: str
) -> None:
    nearby = Nearby()
    for one, edits in first:
        nearby.add(one, edits)
    nearby.settle()
    again = Nearby.of_kept(reread(nearby.kept()))
    for one, edits in later:
        again.add(one, edits)
    assert set(again.near(written)) == expected(first + later, written)


@pytest.mark.parametrize(
    ("written", "errors"),
    [
        ("صاروخ", 0), ("صارووخ", 1), ("صارخ", 1), ("صاروح", 1), ("صاورخ", 1), ("صارو", 1),
        ("وصاروخ", None), ("ناروخ", None), ("اروخ", None), ("صورخ", None), ("صا", None),
    ],
)  # fmt: skip
def test_one_error_in_an_arabic_word_never_at_its_first_letter(
    written: str, errors: int | None
) -> None:
    nearby = Nearby()
    nearby.add("صاروخ", 1)
    assert nearby.near(written) == ([] if errors is None else [(0, errors)])


@given(word, word)
def test_the_distance_of_this_test_is_one(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) is (one == other)
    assert distance(one, one[::-1]) <= 2 * len(one)
    for a, b in pairwise([one, other, one]):
        assert distance(a, b) >= abs(len(a) - len(b))


# ── loose words ──────────────────────────────────────────────────────────────────────────────


def loose(*words: tuple[str, int, bool], common: frozenset[str] = NOBODY) -> Loose:
    made = Loose(common)
    for one, edits, suffixes in words:
        made.add(one, edits, suffixes)
    return made


def hows(made: Loose, written: str) -> set[tuple[int, How, bool]]:
    return {(hit.number, hit.how, hit.clitic) for hit in made.hits(written)}


@pytest.mark.parametrize(
    ("written", "expected_hows"),
    [
        ("صاروخ", {(0, How.EXACT, False)}),
        ("الصاروخ", {(0, How.EXACT, False)}),
        ("بصاروخ", {(0, How.CLITIC, True)}),
        ("والصاروخ", {(0, How.CLITIC, True)}),
        ("صاورخ", {(0, How.FUZZY, False)}),
        ("الصاورخ", {(0, How.FUZZY, False)}),
        ("بصاورخ", set()),
        ("صاروخهم", set()),
        ("مطار", set()),
    ],
)
def test_a_word_with_errors_is_found(
    written: str, expected_hows: set[tuple[int, How, bool]]
) -> None:
    assert hows(loose(("صاروخ", 1, False)), written) == expected_hows


@pytest.mark.parametrize(
    ("written", "expected_hows"),
    [
        ("قاعده", {(0, How.EXACT, False)}),
        ("القاعده", {(0, How.EXACT, False)}),
        ("قاعدتهم", {(0, How.STEM, False)}),
        ("بقاعدتهم", {(0, How.STEM, True)}),
        ("وقاعده", {(0, How.CLITIC, True)}),
        ("قاعات", set()),
    ],
)
def test_a_word_with_endings_is_found(
    written: str, expected_hows: set[tuple[int, How, bool]]
) -> None:
    assert hows(loose(("قاعده", 0, True)), written) == expected_hows


def test_a_common_word_is_never_a_typing_error_but_may_be_the_word_itself() -> None:
    made = loose(("صاروخ", 1, False), common=frozenset({"صاروح", "صاروخ"}))
    assert not made.hits("صاروح")
    assert hows(made, "صاروخ") == {(0, How.EXACT, False)}


def test_the_score_falls_with_each_error() -> None:
    made = loose(("مطارصاروخ", 2, False))
    scores = [made.hits(written)[0].score for written in ("مطارصاروخ", "مطارصاروح", "مطارصارح")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 100 > scores[1] > scores[2] > 0


def test_equal_loose_words_share_a_number_and_others_do_not() -> None:
    made = Loose(NOBODY)
    numbers = [
        made.add("صاروخ", 1, False), made.add("صاروخ", 1, False), made.add("صاروخ", 0, True),
        made.add("صاروخ", 1, True), made.add("قاعده", 1, False),
    ]  # fmt: skip
    assert numbers == [0, 0, 1, 2, 3]
    assert len(made) == 4


def test_a_word_asked_about_before_is_answered_anew_when_a_loose_word_came() -> None:
    made = loose(("قاعده", 1, False))
    assert not made.hits("صاورخ")
    made.add("صاروخ", 1, False)
    assert hows(made, "صاورخ") == {(1, How.FUZZY, False)}


@given(
    st.lists(st.tuples(word, st.sampled_from([0, 1, 2]), st.booleans()), max_size=6),
    st.lists(st.tuples(word, st.sampled_from([0, 1, 2]), st.booleans()), max_size=3),
    word,
)
def test_loose_words_that_were_kept_are_found_alike(
    first: list[tuple[str, int, bool]], later: list[tuple[str, int, bool]], written: str
) -> None:
    first, later = [w for w in first if w[1] or w[2]], [w for w in later if w[1] or w[2]]
    made = loose(*first)
    made.settle()
    again = Loose(NOBODY, reread(made.kept()))
    for one in later:
        made.add(*one)
        again.add(*one)
    assert sorted(again.hits(written)) == sorted(made.hits(written))


def test_endings_are_found_for_every_loose_word_that_asks_for_them() -> None:
    made = loose(("قاعده", 0, True), ("قاعده", 1, True))
    assert {hit.number for hit in made.hits("قاعدتهم")} == {0, 1}


def test_a_typing_error_needs_a_word_long_enough() -> None:
    assert SHORTEST == {1: 5, 2: 9}


def test_a_hit_says_which_how_and_how_sure() -> None:
    assert loose(("صاروخ", 1, False)).hits("صاروخ") == (LooseHit(0, How.EXACT, 100, False),)
