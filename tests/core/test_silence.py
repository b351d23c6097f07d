"""When nothing is sent any more, and how it begins again."""

from __future__ import annotations

import pytest

from bot import errors
from bot.core.silence import Silence, is_answer


def test_three_answers_lost_in_a_row_are_silence_and_two_are_not() -> None:
    silence = Silence()
    for _ in range(2):
        silence.lost()
    assert (silence.places(8), silence.is_mute) == (8, False)
    silence.answered()
    for _ in range(2):
        silence.lost()
    assert silence.places(8) == 8
    silence.lost()
    assert (silence.places(8), silence.is_mute) == (0, True)


def test_after_a_sign_of_life_one_at_a_time_until_one_is_answered() -> None:
    silence = Silence()
    for _ in range(3):
        silence.lost()
    silence.reached()
    assert (silence.places(8), silence.is_mute) == (1, False)
    silence.lost()
    assert (silence.places(8), silence.is_mute) == (0, True)
    silence.reached()
    silence.answered()
    assert (silence.places(8), silence.is_mute) == (8, False)
    silence.lost()
    assert silence.places(8) == 8


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (errors.DeliveryUncertain(7, "timed out"), False),
        (errors.DeliveryUncertain(7, "502", answered=True), True),
        (errors.DeliveryDelayed(7, "no route"), False),
        (errors.DeliveryDelayed(7, "429", 0.0), True),
        (errors.MessengerDown(7, "401"), True),
        (errors.ChatGone(7, "blocked"), True),
    ],
)
def test_what_a_server_says_is_an_answer_whatever_it_says(error, is_one: bool) -> None:
    assert is_answer(error) is is_one
