"""The oldest has its turn, and no more of them than it should."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.lanes import SHARE, Turns


@given(st.lists(st.integers(1, 8), min_size=1, max_size=200))
def test_among_any_so_many_turns_one_is_the_oldests(claims: list[int]) -> None:
    turns, since = Turns(), 0
    for count in claims:
        oldest = turns.is_the_oldests()
        assert not oldest or since + count >= SHARE
        since = 0 if oldest else since + count
        assert since < SHARE + 8
        turns.took(count, oldest=oldest)


def test_one_by_one_each_tenth_is() -> None:
    turns, kinds = Turns(), []
    for _ in range(30):
        kinds.append(turns.is_the_oldests())
        turns.took(1, oldest=kinds[-1])
    assert [number for number, oldest in enumerate(kinds, 1) if oldest] == [10, 20, 30]


def test_a_claim_that_found_nothing_is_no_turn() -> None:
    turns = Turns()
    for _ in range(50):
        turns.took(0, oldest=False)
    assert not turns.is_the_oldests()
