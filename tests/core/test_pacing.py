"""No bucket of Telegram's is ever over-filled, and none waits longer than it must."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Chat, ChatKind
from bot.core.pacing import Limits, Pacing, Rate
from tests.making import NOW

SECOND = timedelta(seconds=1)
HERE, THERE = Chat(1), Chat(2)
GROUP = Chat(-3, ChatKind.SUPERGROUP)


def send_all(pacing: Pacing, chats: list[Chat]) -> list[float]:
    """Seconds at which each left, one after the other."""
    now, left = NOW, []
    for chat in chats:
        now += pacing.wait(chat, now)
        pacing.took(chat, now)
        left.append((now - NOW).total_seconds())
    return left


@given(st.lists(st.integers(1, 60), min_size=1, max_size=200))
def test_no_second_holds_more_than_the_overall_limit(ids: list[int]) -> None:
    left = send_all(Pacing(), [Chat(i) for i in ids])
    for start in left:
        assert sum(start <= at < start + 1 for at in left) <= 27


def test_a_broadcast_leaves_at_the_full_rate() -> None:
    left = send_all(Pacing(), [Chat(n) for n in range(271)])
    assert abs(left[-1] - 10.0) < 0.01


def test_a_private_chat_gets_one_a_second() -> None:
    assert send_all(Pacing(), [HERE, HERE, HERE]) == [0.0, 1.0, 2.0]


def test_a_group_gets_a_small_burst_and_then_twenty_a_minute() -> None:
    left = send_all(Pacing(Limits(overall=Rate(1000, SECOND))), [GROUP] * 23)
    assert left[2] < 0.01
    assert abs(left[3] - 3) < 0.01
    assert abs(left[22] - 60) < 0.1


def test_a_chat_that_answers_429_waits_alone() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE, 5 * SECOND, NOW)
    assert pacing.wait(HERE, NOW) == 5 * SECOND
    assert pacing.wait(THERE, NOW) == timedelta()


def test_two_chats_within_a_second_make_everybody_wait() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE, 5 * SECOND, NOW)
    pacing.asked_to_wait(THERE, 3 * SECOND, NOW + SECOND / 2)
    assert pacing.wait(Chat(9), NOW + SECOND / 2) == 3 * SECOND


def test_the_same_chat_twice_stops_nobody_else() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE, 5 * SECOND, NOW)
    pacing.asked_to_wait(HERE, 5 * SECOND, NOW)
    assert pacing.wait(THERE, NOW) == timedelta()


def test_chats_that_may_be_written_to_again_are_forgotten() -> None:
    pacing = Pacing(Limits(overall=Rate(100_000, SECOND)))
    for n in range(5_000):
        pacing.took(Chat(n), NOW + n * SECOND / 100)
    assert len(pacing._chat_at) <= 1_001
