"""Where one rule of the pacing ends and the next begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model import Chat, ChatKind
from bot.core.pacing import Limits, Pacing, Rate
from tests.making import NOW

SECOND, MS, ZERO = timedelta(seconds=1), timedelta(milliseconds=1), timedelta()
WINDOW = 1.003 * SECOND
HOUR = timedelta(hours=1)
HERE, THERE, ELSEWHERE = Chat(1), Chat(2), Chat(3)
GROUP = Chat(-3, ChatKind.SUPERGROUP)
UNPACED = Limits(overall=Rate(100_000, SECOND), most=30)


def windowed(most: int) -> Pacing:
    """Only the window of ``most`` messages holds anybody back."""
    pacing = Pacing(UNPACED)
    pacing._window.most = most
    return pacing


def fly(pacing: Pacing, count: int, *, first: int = 100) -> list[Chat]:
    chats = [Chat(first + number) for number in range(count)]
    for chat in chats:
        pacing.took(chat, NOW)
    return chats


# ── the window ──────────────────────────────────────────────────────────────────────────


def test_where_all_places_fly_only_an_answer_makes_room() -> None:
    pacing = windowed(3)
    flying = fly(pacing, 3)
    assert pacing.pause(NOW + SECOND) == WINDOW
    assert pacing.pause(NOW + HOUR) == WINDOW
    pacing.answered(flying[0], NOW + HOUR)
    assert pacing.pause(NOW + HOUR + WINDOW - MS) == MS
    assert pacing.pause(NOW + HOUR + WINDOW) == ZERO


def test_an_answer_that_is_a_window_old_makes_no_room_for_what_flies() -> None:
    pacing = windowed(3)
    first, *_ = fly(pacing, 4)
    pacing.answered(first, NOW)
    assert pacing.pause(NOW + WINDOW) == WINDOW


def test_each_of_those_that_wait_behind_one_another_waits_for_an_answer_of_its_own() -> None:
    pacing = windowed(3)
    for number, chat in enumerate(fly(pacing, 3)):
        pacing.answered(chat, NOW + number * 100 * MS)
    now = NOW + 300 * MS
    pauses = [pacing.pause(now, behind) for behind in range(4)]
    opens = [NOW + number * 100 * MS + WINDOW - now for number in range(3)]
    assert pauses == pytest.approx([*opens, opens[-1]], abs=MS)


def test_with_room_for_two_the_third_waits() -> None:
    pacing = windowed(3)
    (chat,) = fly(pacing, 1)
    pacing.answered(chat, NOW)
    now = NOW + 100 * MS
    assert [pacing.pause(now, behind) > MS for behind in range(3)] == [False, False, True]


# ── the even pace ───────────────────────────────────────────────────────────────────────


def test_a_pace_given_for_two_seconds_is_that_of_one() -> None:
    assert Pacing(Limits(overall=Rate(40, 2 * SECOND))).per_second == 20


def test_a_burst_leaves_at_once_and_then_the_pace_holds() -> None:
    pacing, waits = Pacing(Limits(overall=Rate(10, SECOND, burst=3))), []
    for number in range(4):
        waits.append(pacing.pause(NOW))
        pacing.took(Chat(100 + number), NOW)
    assert waits == [ZERO, ZERO, ZERO, 100 * MS]


def test_behind_what_left_and_what_waits_each_has_its_own_gap() -> None:
    pacing = Pacing(Limits(overall=Rate(10, SECOND)))
    pacing.took(HERE, NOW)
    assert [pacing.pause(NOW, behind) for behind in range(3)] == [100 * MS, 200 * MS, 300 * MS]


# ── each chat for itself ────────────────────────────────────────────────────────────────


def test_a_chat_whose_answer_is_outstanding_rests_a_second_too() -> None:
    pacing = Pacing()
    pacing.took(HERE, NOW)
    assert pacing.wait(HERE, NOW + 500 * MS) == 500 * MS
    assert pacing.resting(NOW + 500 * MS) == (HERE.id,)


def test_a_chat_that_asked_for_longer_than_its_second_goes_on_resting() -> None:
    pacing = Pacing()
    pacing.took(HERE, NOW)
    pacing.answered(HERE, NOW)
    pacing.asked_to_wait(HERE.id, 9 * SECOND, NOW)
    assert pacing.resting(NOW + 8 * SECOND) == (HERE.id,)
    assert pacing.next_rested(NOW + 8 * SECOND) == SECOND
    assert pacing.resting(NOW + 9 * SECOND) == ()


def test_a_group_may_be_written_to_at_the_very_moment_its_rest_ends() -> None:
    pacing, gap = Pacing(UNPACED), UNPACED.group.gap
    for number in range(3):
        pacing.took(GROUP, NOW + number * SECOND)
        pacing.answered(GROUP, NOW + number * SECOND)
    assert pacing.resting(NOW + gap - MS) == (GROUP.id,)
    assert pacing.wait(GROUP, NOW + gap) == ZERO
    assert pacing.resting(NOW + gap) == ()


# ── asked to wait ───────────────────────────────────────────────────────────────────────


def test_a_shorter_wait_asked_of_one_chat_does_not_end_its_longer_one() -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE.id, 9 * SECOND, NOW)
    pacing.asked_to_wait(HERE.id, SECOND, NOW + SECOND)
    assert pacing.wait(HERE, NOW + SECOND) == 8 * SECOND


@pytest.mark.parametrize(("apart", "slower"), [(SECOND, True), (SECOND + MS, False)])
def test_two_chats_up_to_a_second_apart_are_one_complaint_to_everybody(apart, slower) -> None:
    pacing = Pacing()
    pacing.asked_to_wait(HERE.id, SECOND / 2, NOW)
    pacing.asked_to_wait(THERE.id, SECOND / 2, NOW + apart)
    assert (pacing.per_second < 27) is slower


def test_who_complains_once_everybody_has_waited_makes_all_slower_again() -> None:
    pacing = Pacing()
    for number in range(4):
        pacing.asked_to_wait(number + 1, SECOND, NOW + number * SECOND)
        pacing.served()
    # The first is one chat's; the second stops all for a second; each after it comes at its end.
    assert pacing.per_second == pytest.approx(27 * 0.8**3)


def test_who_was_to_be_left_alone_in_an_earlier_life_rests_and_nobody_else() -> None:
    pacing = Pacing()
    for chat, ago in ((HERE, 20), (THERE, 18)):
        pacing.asked_to_wait(chat.id, (300 + ago) * SECOND, NOW - ago * SECOND)
    assert set(pacing.resting(NOW + 299 * SECOND)) == {HERE.id, THERE.id}
    assert pacing.pause(NOW) == ZERO
    assert pacing.per_second == 27
    assert not pacing.resting(NOW + 300 * SECOND)
