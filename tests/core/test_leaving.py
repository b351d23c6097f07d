"""Who has left, and who only seems to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.leaving import Leavers
from bot.errors import ChatClosed, ChatGone, ChatNotFound
from tests.making import NOW

MINUTE, MOMENT = timedelta(minutes=1), timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("kind", "over", "waits"),
    [
        (ChatGone, MINUTE, [1, None]),
        (ChatNotFound, 2 * MINUTE, [1, 1, None]),
        (ChatClosed, 720 * MINUTE, [1, 1, None]),
    ],
)
def test_each_refusal_is_believed_after_so_often_over_so_long(kind, over, waits) -> None:
    for early in (timedelta(), MOMENT):
        leavers, told = Leavers(), []
        for number in range(len(waits)):
            at = NOW + (over - early if number == len(waits) - 1 else timedelta())
            told.append(leavers.refused(kind(7, "no"), at))
        expected = [wait and wait * MINUTE for wait in waits]
        assert told == expected if not early else told == [*expected[:-1], 5 * MINUTE]


def test_a_message_that_arrives_makes_all_good() -> None:
    leavers = Leavers()
    for kind in (ChatGone, ChatClosed):
        assert leavers.refused(kind(7, "no"), NOW) == MINUTE
    leavers.served(7, NOW)
    assert leavers.refused(ChatGone(7, "no"), NOW + 900 * MINUTE) == MINUTE
    assert leavers.refused(ChatClosed(7, "no"), NOW + 900 * MINUTE) == MINUTE


def refuse(leavers: Leavers, chats: range, at) -> list[timedelta | None]:
    return [leavers.refused(ChatGone(chat, "no"), at) for chat in chats]


def test_five_who_leave_are_believed_and_six_look_like_an_outage() -> None:
    for count, is_outage in ((5, False), (6, True)):
        leavers = Leavers()
        assert refuse(leavers, range(count), NOW) == [MINUTE] * count
        assert (leavers.held_since is not None) is is_outage
        later = refuse(leavers, range(count), NOW + MINUTE)
        assert later == [5 * MINUTE if is_outage else None] * count


def test_where_more_are_served_than_refuse_it_is_no_outage_and_five_a_minute_leave() -> None:
    leavers = Leavers()
    refuse(leavers, range(20), NOW)
    assert leavers.held_since == NOW
    for chat in range(100, 120):
        leavers.served(chat, NOW + MINUTE)
    assert leavers.held_since is None
    later = refuse(leavers, range(20), NOW + MINUTE)
    assert later == [None] * 5 + [5 * MINUTE] * 15
    # That many were served counts for a minute or two.
    assert refuse(leavers, range(10, 12), NOW + 5 * MINUTE) == [5 * MINUTE] * 2
    assert leavers.held_since == NOW + 5 * MINUTE


def test_the_minute_of_five_includes_its_end() -> None:
    leavers = Leavers(most=1)
    for chat in (1, 2, 3):
        leavers.refused(ChatGone(chat, "no"), NOW - 9 * MINUTE)
        for _ in range(9):
            leavers.served(99, NOW)
    assert leavers.refused(ChatGone(1, "no"), NOW) is None
    assert leavers.refused(ChatGone(2, "no"), NOW + MINUTE) == 5 * MINUTE
    assert leavers.refused(ChatGone(2, "no"), NOW + MINUTE + MOMENT) is None
