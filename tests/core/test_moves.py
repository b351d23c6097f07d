"""A move is believed after three visits over two days, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model import Move
from bot.core.moves import counted, is_settled
from tests.making import NOW

NEW = "https://new.example/rss"


def told(*hours: float, to: str = NEW) -> Move:
    move = Move()
    for hour in hours:
        move = counted(move, to, NOW + timedelta(hours=hour))
    return move


@pytest.mark.parametrize(
    ("hours", "settled"),
    [
        ((0,), False),
        ((0, 1, 2, 3, 47), False),
        ((0, 49), False),
        ((0, 1, 48), True),
        ((0, 30, 60, 90), True),
    ],
)
def test_three_visits_over_two_days_settle_it(hours: tuple[float, ...], settled: bool) -> None:
    assert is_settled(told(*hours)) is settled


def test_a_visit_that_found_it_at_home_begins_anew() -> None:
    move = counted(told(0, 1, 47), "", NOW + timedelta(hours=48))
    assert move == Move()


def test_another_address_begins_anew() -> None:
    at = NOW + timedelta(hours=50)
    assert counted(told(0, 1, 47), "https://x.example/", at) == Move(
        "https://x.example/", 1, at, at
    )
