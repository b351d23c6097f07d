"""When nothing is sent any more, and how it begins again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import errors
from bot.core.silence import Silence, Trouble, is_answer, is_everybodys
from tests.making import NOW


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


def test_trouble_is_over_once_and_again_only_later() -> None:
    trouble = Trouble()
    assert not trouble.is_over(NOW)
    trouble.came(7)
    assert trouble.is_over(NOW)
    assert not trouble.is_over(NOW)
    trouble.came(7)
    assert not trouble.is_over(NOW + timedelta(seconds=9))
    assert trouble.is_over(NOW + timedelta(seconds=10))


def test_trouble_that_never_ends_is_over_less_and_less_often_and_a_new_one_soon() -> None:
    trouble, over = Trouble(), []
    for second in range(3_600):
        trouble.came(7)
        if trouble.is_over(NOW + timedelta(seconds=second)):
            over.append(second)
    assert over == [0, 10, 30, 70, 150, 310, 630, 1230, 1830, 2430, 3030]
    trouble.came(7)
    assert trouble.is_over(NOW + timedelta(hours=2))
    trouble.came(7)
    assert trouble.is_over(NOW + timedelta(hours=2, seconds=10))


def test_few_whom_nothing_reaches_try_often_and_many_take_little_of_the_pace() -> None:
    trouble = Trouble()
    for chats, patience_s in ((1, 8), (40, 8), (100, 20), (300, 60), (9_000, 60)):
        for chat_id in range(chats):
            trouble.came(chat_id)
        assert trouble.patience_s == patience_s


@pytest.mark.parametrize(
    ("error", "is_everybodys_"),
    [
        (errors.DeliveryUncertain(7, "502", answered=True), True),
        (errors.DeliveryUncertain(7, "timed out"), True),
        (errors.DeliveryDelayed(7, "no route"), True),
        (errors.DeliveryDelayed(7, "429", 3.0), False),
        (errors.DeliveryRefused(7, "can't parse"), False),
        (errors.MessengerDown(7, "401"), False),
    ],
)
def test_what_is_the_networks_or_the_messengers_trouble(error, is_everybodys_: bool) -> None:
    assert is_everybodys(error) is is_everybodys_
