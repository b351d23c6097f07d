"""Chats that refuse us, one or all, and a messenger that does not answer: on virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import errors
from bot.core.leaving import Leavers
from bot.core.model import AddWatch, Chat, ChatStatus, Message, PutChat, Severity
from bot.core.pacing import Limits
from bot.flow.deliver import IN_FLIGHT
from tests.flow.virtual import SECOND, Late, Virtual
from tests.making import a_note


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Virtual]:
    made = Virtual(tmp_path)
    yield made
    made.ends()
    made.do(made.store.close())
    made.loop.bury()


def refuse(message: Message, n: int) -> errors.ChatGone:
    return errors.ChatGone(message.chat_id, "blocked")


def test_who_refuses_us_is_paused_a_minute_later_and_others_are_told(world: Virtual) -> None:
    world.answer = lambda message, n: refuse(message, n) if message.chat_id == 7 else 0.01
    world.alert(Chat(7), Chat(8))
    world.do(world.store.answer(5, [AddWatch(7, "topic:all")], [], world.clock()))
    world.starts()
    world.pass_by(59)
    assert world.counts() == {"pending": 1, "sent": 1}
    world.pass_by(3)
    assert world.counts() == {"cancelled": 1, "sent": 1}
    assert world.status(7) is ChatStatus.GONE
    assert [chat for _, chat in world.left] == [7, 8, 7]
    assert len(world.do(world.store.watches(7))) == 1


def test_an_hour_in_which_everybody_refuses_us_pauses_nobody(world: Virtual) -> None:
    world.answer = refuse
    chats = [Chat(number) for number in range(1, 41)]
    world.alert(*chats)
    world.starts()
    world.pass_by(3_600)
    assert world.counts() == {"pending": 40}
    assert world.sender.sending.leavers.outage_since() is not None
    world.answer = lambda message, n: 0.01
    world.pass_by(400)
    assert world.counts() == {"sent": 40}
    assert world.sender.sending.leavers.outage_since() is None


def test_who_comes_back_while_it_refuses_stays(world: Virtual) -> None:
    """The answer that it blocked us takes three seconds; meanwhile it says /start."""
    world.answer = lambda message, n: Late(3, refuse(message, n)) if n == 1 else refuse(message, n)
    world.alert(Chat(7))
    world.starts()
    world.pass_by(62)
    assert len(world.left) == 2
    world.do(world.store.answer(77, [PutChat(Chat(7))], [], world.clock()))
    world.answer = lambda message, n: 0.01
    world.pass_by(60)
    assert world.status(7) is ChatStatus.ACTIVE
    assert world.counts() == {"sent": 1}


def test_what_is_sent_into_silence_waits_for_a_sign_of_life(world: Virtual) -> None:
    """Ten minutes in which nothing is answered, whatever is asked."""
    world.mute = True
    world.starts()
    world.answer = lambda message, n: Late(30, errors.DeliveryUncertain(message.chat_id, "lost"))
    world.alert(*(Chat(number) for number in range(1, 51)), severity=Severity.CRITICAL)
    world.pass_by(600)
    assert world.counts() == {"pending": 50}
    assert len(world.left) == IN_FLIGHT
    world.mute, world.answer = False, lambda message, n: 0.01
    world.pass_by(120)
    assert world.counts() == {"sent": 50}


def test_where_only_messages_are_not_answered_one_at_a_time_is_tried(world: Virtual) -> None:
    world.answer = lambda message, n: Late(30, errors.DeliveryUncertain(message.chat_id, "lost"))
    world.starts()
    world.alert(*(Chat(number) for number in range(1, 51)), severity=Severity.CRITICAL)
    world.pass_by(600)
    # Eight before it was noticed, then one each half minute; three copies of one, and it is told.
    assert world.counts()["unconfirmed"] <= 8
    assert len(world.left) <= 30


def test_a_chat_that_is_not_found_is_paused_only_the_third_time(world: Virtual) -> None:
    """Whatever went wrong before: two network failures are none of the three."""
    outcomes: list[errors.DeliveryError] = [errors.DeliveryDelayed(7, "no route")] * 5
    outcomes += [errors.ChatNotFound(7, "chat not found")] * 9
    world.answer = lambda message, n: outcomes[n]
    world.alert(Chat(7))
    world.starts()
    world.pass_by(100)
    assert world.status(7) is ChatStatus.ACTIVE
    world.pass_by(200)
    assert world.status(7) is ChatStatus.GONE
    assert len(world.left) == 8


def test_a_group_that_is_closed_for_the_night_is_told_in_the_morning(world: Virtual) -> None:
    world.sender.sending.leavers = Leavers(span=SECOND, wait=5 * SECOND)  # a minute in a second
    world.answer = lambda message, n: errors.ChatClosed(-5, "not enough rights")
    world.alert(Chat(-5))
    world.starts()
    world.pass_by(8 * 60)
    assert world.counts() == {"pending": 1}
    world.answer = lambda message, n: 0.01
    world.pass_by(6)
    assert world.counts() == {"sent": 1}


def test_a_closed_topic_moves_nothing_out_of_another(world: Virtual) -> None:
    """The chat's alerts go to topic 7; somebody asks in topic 5, which closes."""
    world.answer = lambda message, n: (
        errors.ThreadGone(-5, "closed") if message.thread_id == 5 else 0.01
    )
    world.alert(Chat(-5, thread_id=7))
    asked = replace(Chat(-5), thread_id=5)
    world.do(world.store.answer(9, [], [(asked, a_note("an answer"), None)], world.clock()))
    world.starts()
    world.pass_by(10)
    assert sorted(str(m.thread_id) for m in world.sent) == ["5", "7", "None"]
    chat = world.do(world.store.chat(-5))
    assert chat is not None
    assert chat.thread_id == 7


def test_answers_to_everybody_do_not_hold_up_a_critical_alert(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits())
    for number in range(1, 301):
        asked = [(Chat(number), a_note("an answer"), None)]
        world.do(world.store.answer(number, [], asked, world.clock()))
    world.alert(Chat(999), severity=Severity.CRITICAL)
    world.starts()
    world.pass_by(2)
    assert 999 in [chat for _, chat in world.left[:3]]
    world.ends()
    world.do(world.store.close())
    world.loop.bury()


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_is_set_ends_no_pause_that_telegram_asked_for(world: Virtual, by) -> None:
    asked = errors.DeliveryDelayed(7, "429", 600.0)
    world.answer = lambda message, n: asked if n == 0 else 0.01
    world.alert(Chat(7))
    world.starts()
    world.pass_by(10)
    world.ahead = by
    world.pass_by(580)
    assert len(world.left) == 1
    world.pass_by(30)
    assert world.counts() == {"sent": 1}


def test_a_restart_does_not_forget_whom_telegram_wants_left_alone(world: Virtual) -> None:
    def flooded(message: Message, n: int) -> Exception | float:
        is_first = message.chat_id == 7 and n == 0
        return errors.DeliveryDelayed(7, "RetryAfter: flood", 300.0) if is_first else 0.01

    world.answer = flooded
    world.alert(Chat(7))
    world.runs(5)
    world.restarts()
    world.alert(Chat(7), Chat(8), number=2)
    world.starts()
    world.pass_by(150)
    assert [chat for _, chat in world.left] == [7, 8]
    world.pass_by(60)
    assert world.counts() == {"sent": 3}


def test_a_restart_does_not_forget_that_telegram_wants_everybody_left_alone(world: Virtual) -> None:
    asked = errors.DeliveryDelayed(7, "RetryAfter: flood", 300.0)
    world.answer = lambda message, n: asked if message.chat_id < 9 and n == 0 else 0.01
    world.alert(Chat(7), Chat(8))
    world.runs(5)
    world.restarts()
    world.alert(Chat(9), number=2)
    world.starts()
    world.pass_by(170)
    assert {chat for _, chat in world.left} == {7, 8}
    world.pass_by(20)
    assert world.counts() == {"sent": 3}


def test_ten_minutes_of_429_for_everybody_make_nobody_late_afterwards(world: Virtual) -> None:
    flooded = errors.DeliveryDelayed(7, "RetryAfter: flood", 3.0)
    world.restarts(Limits())
    world.answer = lambda message, n: flooded if world.loop.time() < 600 else 0.01
    world.alert(*(Chat(number) for number in range(1, 401)))
    world.starts()
    world.pass_by(605)
    world.pass_by(400 / 20)
    assert world.counts() == {"sent": 400}


def test_all_that_waits_for_a_chat_that_refuses_rests_with_it(world: Virtual) -> None:
    """Six of eight readers have blocked us, and each hour brings news."""
    world.answer = lambda message, n: refuse(message, n) if message.chat_id > 2 else 0.01
    world.starts()
    for number in range(1, 7):
        world.alert(*(Chat(chat) for chat in range(1, 9)), number=number)
        world.pass_by(1_200)
    futile = sum(chat > 2 for _, chat in world.left)
    assert futile < 150
    assert [world.status(chat) for chat in (1, 2)] == [ChatStatus.ACTIVE] * 2
    # As many have been served since as refuse: it is no outage, and they have left.
    assert {world.status(chat) for chat in range(3, 9)} == {ChatStatus.GONE}


def test_who_is_heard_again_is_told_at_once_what_waited(world: Virtual) -> None:
    world.answer = refuse
    world.alert(*(Chat(number) for number in range(1, 9)))
    world.starts()
    world.pass_by(100)
    world.answer = lambda message, n: 0.01
    world.sender.sending.heard(3)
    world.sender.wake()
    world.pass_by(1)
    assert [chat for at, chat in world.left if at > 100] == [3]


def test_what_was_served_before_an_outage_gives_nobody_up(world: Virtual) -> None:
    world.alert(*(Chat(number) for number in range(100, 300)))
    world.starts()
    world.pass_by(5)
    world.answer = refuse
    world.alert(*(Chat(number) for number in range(1, 21)), number=2)
    world.pass_by(1_800)
    assert {world.status(number) for number in range(1, 21)} == {ChatStatus.ACTIVE}
    assert world.counts() == {"pending": 20, "sent": 200}


def test_runs_that_look_once_give_up_who_blocked_us(world: Virtual) -> None:
    """Each is a new process; what it must know of the last one the outbox tells."""
    world.answer = lambda message, n: errors.ChatGone(7, "Forbidden: bot was blocked by the user")
    world.alert(Chat(7))
    for status in (ChatStatus.ACTIVE, ChatStatus.GONE):
        world.do(world.sender.drain(timedelta(seconds=10)))
        assert world.status(7) is status
        world.pass_by(600)
        world.restarts()
    assert len(world.left) == 2
    world.starts()


def test_a_drain_does_not_wait_for_a_chat_that_rests_longer(world: Virtual) -> None:
    world.answer = lambda message, n: errors.DeliveryDelayed(7, "RetryAfter: flood", 3_600.0)
    world.alert(Chat(7))
    world.do(world.sender.drain())
    assert world.loop.time() < 5
    world.alert(Chat(7), number=2)
    world.restarts()
    world.do(world.sender.drain())
    assert world.loop.time() < 10
    world.starts()


def test_a_sign_of_life_that_hangs_is_not_waited_for(world: Virtual) -> None:
    world.mute = True
    world.answer = lambda message, n: Late(30, errors.DeliveryUncertain(message.chat_id, "lost"))
    world.alert(*(Chat(number) for number in range(1, 10)), severity=Severity.CRITICAL)
    world.starts()
    world.pass_by(200)
    world.mute, world.answer = False, lambda message, n: 0.01
    before = len(world.left)
    world.pass_by(17)
    assert len(world.left) > before


def test_a_refusal_is_a_sign_of_life_too(world: Virtual) -> None:
    """The flood control holds back even the question whether it is there: so it is there."""
    world.sign = errors.DeliveryDelayed(0, "429", 60.0)
    world.answer = lambda message, n: errors.DeliveryUncertain(message.chat_id, "lost")
    world.alert(*(Chat(number) for number in range(1, 10)), severity=Severity.CRITICAL)
    world.starts()
    world.pass_by(1)
    world.answer = lambda message, n: 0.01
    world.pass_by(15)
    assert world.counts() == {"sent": 9}
