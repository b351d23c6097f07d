"""When nothing is sent any more, and how it begins again."""

from __future__ import annotations

from bot.core.silence import Silence


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
