"""Who has left, and who only seems to."""

from __future__ import annotations

from datetime import datetime, timedelta

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


@pytest.mark.parametrize("how", ["served", "heard"])
def test_a_message_that_arrives_or_is_heard_makes_all_good(how: str) -> None:
    leavers = Leavers()
    for kind in (ChatGone, ChatClosed):
        assert leavers.refused(kind(7, "no"), NOW) == MINUTE
    getattr(leavers, how)(7)
    assert leavers.refused(ChatGone(7, "no"), NOW + 900 * MINUTE) == MINUTE
    assert leavers.refused(ChatClosed(7, "no"), NOW + 900 * MINUTE) == MINUTE


def refuse(leavers: Leavers, chats: range, at: datetime) -> list[timedelta | None]:
    return [leavers.refused(ChatGone(chat, "no"), at) for chat in chats]


def serve(leavers: Leavers, count: int) -> None:
    for _ in range(count):
        leavers.served(99)


def test_five_who_leave_are_believed_and_six_look_like_an_outage() -> None:
    for count, is_outage in ((5, False), (6, True)):
        leavers = Leavers()
        assert refuse(leavers, range(count), NOW) == [MINUTE] * count
        assert leavers.outage_since() == (NOW if is_outage else None)
        later = refuse(leavers, range(count), NOW + MINUTE)
        assert later == [5 * MINUTE if is_outage else None] * count


def test_what_was_served_before_an_outage_says_nothing_about_it() -> None:
    leavers = Leavers()
    serve(leavers, 600)
    refuse(leavers, range(20), NOW)
    assert leavers.outage_since() == NOW
    assert None not in refuse(leavers, range(20), NOW + MINUTE)


def test_where_as_many_are_served_as_refuse_five_a_minute_leave() -> None:
    leavers = Leavers()
    refuse(leavers, range(20), NOW)
    serve(leavers, 19)
    assert leavers.outage_since() == NOW
    serve(leavers, 1)
    assert leavers.outage_since() is None
    later = refuse(leavers, range(20), NOW + MINUTE)
    assert later == [None] * 5 + [5 * MINUTE] * 15
    # However quiet it becomes: it was after they had refused.
    for minutes in (6, 16, 26):
        waiting = [chat for chat in range(20) if chat in leavers._refused]
        told = [leavers.refused(ChatGone(chat, "no"), NOW + minutes * MINUTE) for chat in waiting]
        assert told.count(None) == 5
    assert leavers.outage_since() is None


def test_closed_groups_are_no_outage() -> None:
    leavers = Leavers()
    for chat in range(-30, 0):
        leavers.refused(ChatClosed(chat, "no"), NOW)
    assert leavers.outage_since() is None


def test_who_refused_an_earlier_process_is_known() -> None:
    leavers = Leavers()
    leavers.remember(7, 1, NOW - 10 * MINUTE)
    assert leavers.refused(ChatGone(7, "no"), NOW) is None


def test_the_minute_of_five_includes_its_end() -> None:
    leavers = Leavers(most=1)
    refuse(leavers, range(1, 4), NOW - 9 * MINUTE)
    serve(leavers, 9)
    assert leavers.refused(ChatGone(1, "no"), NOW) is None
    assert leavers.refused(ChatGone(2, "no"), NOW + MINUTE) == 5 * MINUTE
    assert leavers.refused(ChatGone(2, "no"), NOW + MINUTE + MOMENT) is None
