"""The oldest and the gravest have their turns, and no more of them than they should."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.lanes import SHARE, Turn, Turns


@given(st.lists(st.integers(1, 8), min_size=1, max_size=200))
def test_among_any_so_many_turns_one_is_the_oldests(claims: list[int]) -> None:
    turns, since = Turns(), 0
    for count in claims:
        turn = turns.whose()
        oldest = turn is Turn.OLDEST
        assert not oldest or since + count >= SHARE
        since = 0 if oldest else since + count
        assert since < SHARE + 8
        turns.took(count, turn)


def test_one_by_one_each_tenth_is_and_every_second_the_gravests() -> None:
    turns, kinds = Turns(), []
    for _ in range(20):
        kinds.append(turns.whose())
        turns.took(1, kinds[-1])
    first = [Turn.NEXT, Turn.GRAVEST] * 4 + [Turn.NEXT, Turn.OLDEST]
    assert kinds == first + [Turn.GRAVEST, Turn.NEXT] * 4 + [Turn.GRAVEST, Turn.OLDEST]


@given(st.integers(1, 32))
def test_however_many_are_claimed_at_a_turn_the_gravest_has_one_turn_of_four(many: int) -> None:
    turns, kinds = Turns(), []
    for _ in range(60):
        kinds.append(turns.whose())
        turns.took(many, kinds[-1])
    for start in range(57):
        assert Turn.GRAVEST in kinds[start : start + 4], kinds


def test_a_claim_that_found_nothing_is_no_turn() -> None:
    turns = Turns()
    for _ in range(50):
        turns.took(0, Turn.NEXT)
    assert turns.whose() is Turn.NEXT
