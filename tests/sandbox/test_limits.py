"""The limiter's windows, on a steered clock."""

from __future__ import annotations

import pytest

from bot.sandbox.limits import Limiter
from bot.sandbox.wire import Refusal


class Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limiter(clock: Clock, **knobs: int) -> Limiter:
    made = Limiter(clock)
    made.turn({"enabled": True, "per_chat_per_second": 0, "per_group_per_minute": 0, **knobs})
    return made


def test_it_is_off_until_turned_on(clock: Clock) -> None:
    free = Limiter(clock)
    for _ in range(500):
        free.admit(1)


def test_thirty_a_second_pass_over_all_chats_and_the_next_does_not(clock: Clock) -> None:
    strict = limiter(clock)
    for chat in range(30):
        strict.admit(chat)
    with pytest.raises(Refusal) as told:
        strict.admit(99)
    assert told.value.code == 429
    assert told.value.parameters == {"retry_after": 3}


def test_during_the_penalty_everything_is_refused_and_after_it_goes_on(clock: Clock) -> None:
    strict = limiter(clock, per_second=1)
    strict.admit(1)
    with pytest.raises(Refusal):
        strict.admit(2)
    clock.at += 2.5
    with pytest.raises(Refusal, match="retry after 1"):
        strict.admit(2)
    clock.at += 0.5
    strict.admit(2)


def test_one_chat_may_have_one_a_second(clock: Clock) -> None:
    strict = limiter(clock, per_chat_per_second=1)
    strict.admit(1)
    strict.admit(2)
    with pytest.raises(Refusal):
        strict.admit(1)
    clock.at += 4
    strict.admit(1)


def test_a_group_may_have_twenty_a_minute_and_a_person_more(clock: Clock) -> None:
    strict = limiter(clock, per_group_per_minute=20)
    for _ in range(20):
        strict.admit(-5)
        strict.admit(5)
        clock.at += 1
    strict.admit(5)
    with pytest.raises(Refusal):
        strict.admit(-5)


def test_paid_broadcast_lifts_the_overall_limit(clock: Clock) -> None:
    strict = limiter(clock)
    for chat in range(1000):
        strict.admit(chat, is_paid=True)
    with pytest.raises(Refusal):
        strict.admit(1001, is_paid=True)
    strict.admit(1002)


def test_knobs_keep_their_types_and_unknown_ones_are_ignored(clock: Clock) -> None:
    shown = limiter(clock).turn({"per_second": "12", "volume": 11})
    assert shown["per_second"] == 12
    assert "volume" not in shown
