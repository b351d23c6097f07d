"""Nobody waits for somebody else's trouble: on virtual time, at Telegram's own limits."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import errors
from bot.core.model import (
    AddWatch,
    Change,
    Chat,
    ChatKind,
    ChatStatus,
    Growth,
    Life,
    Message,
    MoveChat,
    PutChat,
    Severity,
    Step,
    Why,
)
from bot.core.pacing import Limits, Rate
from tests.flow.test_outages import refuse
from tests.flow.virtual import FAST, SECOND, Virtual
from tests.making import a_batch, a_note, a_story, a_verdict

URGENT = Chat(9_990_000)


def made(folder: Path, limits: Limits) -> Iterator[Virtual]:
    world = Virtual(folder, limits)
    yield world
    world.ends()
    world.do(world.store.close())
    world.loop.bury()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Virtual]:
    yield from made(tmp_path, Limits())


def asks(world: Virtual, people: int) -> None:
    """So many wait for an answer."""
    for update in range(people // 100):
        chats = [Chat(1 + update * 100 + number) for number in range(100)]
        answers = [(chat, a_note("an answer"), None) for chat in chats]
        world.do(world.store.answer(update + 1, [], answers, world.clock()))


def rings(world: Virtual, number: int = 2, chat: Chat = URGENT) -> float:
    """Seconds that a critical alert waits from now on."""
    began, before = world.loop.time(), len(world.left)
    world.alert(chat, number=number, severity=Severity.CRITICAL)
    world.sender.wake()
    while chat.id not in [left for _, left in world.left[before:]]:
        assert world.loop.time() < began + 200
        world.pass_by(0.05)
    return world.loop.time() - began


def forbid(message: Message) -> errors.ChatGone:
    """As the client words it: by that the store knows it again."""
    return errors.ChatGone(message.chat_id, "Forbidden: bot was blocked by the user")


@pytest.mark.parametrize("answer_s", [0.05, 0.5, 1.0])
@pytest.mark.parametrize("pace", [27, 29.5])
def test_two_thousand_answers_hold_up_no_critical_alert(world, pace, answer_s) -> None:
    world.answer = lambda message, n: answer_s
    world.sender.sending.pacing._pace.per_second = pace
    asks(world, 2_000)
    world.starts()
    world.pass_by(3)
    assert rings(world) < 0.5 + answer_s


def test_nor_do_they_where_hundreds_leave_in_a_second(tmp_path: Path) -> None:
    for world in made(tmp_path, Limits(Rate(600, SECOND), FAST, FAST, fastest=600, most=600)):
        world.answer = lambda message, n: 0.05
        asks(world, 3_000)
        world.starts()
        world.pass_by(1)
        assert rings(world) < 0.2


def test_what_waits_for_a_place_waits_where_it_is_overtaken(world: Virtual) -> None:
    """Telegram takes long for each, and many notices wait."""
    chance = random.Random(3)
    world.answer = lambda message, n: chance.uniform(5, 29)
    world.alert(*(Chat(number) for number in range(1, 200)), severity=Severity.NOTICE)
    world.starts()
    world.pass_by(60)
    before = []
    for number in range(2, 8):
        left = len(world.left)
        rings(world, number, Chat(URGENT.id + number))
        chats = [chat for _, chat in world.left[left:]]
        before.append(chats.index(URGENT.id + number))
    world.pass_by(60)
    assert max(before) <= 1


def test_after_a_start_six_hundred_who_refuse_us_are_not_asked_first(world: Virtual) -> None:
    world.answer = lambda message, n: forbid(message) if message.chat_id <= 600 else 0.05
    world.alert(*(Chat(number) for number in range(1, 601)), severity=Severity.CRITICAL)
    world.runs(50)
    world.restarts()
    world.do(world.store.recover(world.clock()))
    world.starts()
    world.pass_by(0.05)
    assert rings(world) < 1


def test_once_telegram_is_there_again_nobody_waits_out_his_own_back_off(world: Virtual) -> None:
    """For ten minutes no connection is made; four hundred critical alerts wait."""
    away = errors.DeliveryDelayed(7, "no route")
    world.answer, world.sign = lambda message, n: away, away
    chats = [Chat(number) for number in range(1, 401)]
    world.alert(*chats, severity=Severity.CRITICAL)
    world.starts()
    world.pass_by(600)
    world.answer, world.sign = lambda message, n: 0.05, None
    world.pass_by(1 + len(chats) / 26)
    assert world.counts() == {"sent": 400}


def test_nor_does_who_is_the_only_one(world: Virtual) -> None:
    world.answer = lambda message, n: errors.DeliveryDelayed(7, "no route")
    world.alert(Chat(7))
    world.starts()
    world.pass_by(600)
    world.answer = lambda message, n: 0.05
    world.pass_by(8.5)
    assert world.counts() == {"sent": 1}


def test_a_server_in_trouble_holds_nobody_up_once_it_is_over(world: Virtual) -> None:
    broken = errors.DeliveryUncertain(7, "502", answered=True)
    world.answer = lambda message, n: broken
    world.alert(*(Chat(number) for number in range(1, 101)), severity=Severity.IMPORTANT)
    world.starts()
    world.pass_by(600)
    world.answer = lambda message, n: 0.05
    world.pass_by(10)
    assert world.counts() == {"sent": 100}


def test_what_never_gets_there_silences_nobody(world: Virtual) -> None:
    """Something between us and Telegram refuses the text that twenty readers are to have."""
    between = errors.DeliveryDelayed(7, "NetworkError: HTTP 403, and not from the Bot API")
    world.answer = lambda message, n: between if message.chat_id <= 20 else 0.05
    world.alert(*(Chat(number) for number in range(1, 21)), severity=Severity.IMPORTANT)
    world.starts()
    world.pass_by(300)
    for number in range(2, 12):
        assert rings(world, number, Chat(URGENT.id + number)) < 1
    assert sum(chat <= 20 for _, chat in world.left) < 6 * world.loop.time()


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_where_only_some_connections_are_made_all_are_told(world: Virtual, share: float) -> None:
    chance = random.Random(5)
    away = errors.DeliveryDelayed(7, "no route")
    world.answer = lambda message, n: away if chance.random() < share else 0.05
    world.alert(*(Chat(number) for number in range(1, 401)), severity=Severity.IMPORTANT)
    world.starts()
    world.pass_by(100)
    assert world.counts()["sent"] > 390


def test_a_text_over_which_telegram_breaks_each_time_holds_up_nobody(world: Virtual) -> None:
    """For two hundred readers, without end; others are told meanwhile."""
    broken = errors.DeliveryUncertain(7, "500", answered=True)
    world.answer = lambda message, n: broken if message.chat_id <= 200 else 0.05
    world.alert(*(Chat(number) for number in range(1, 201)), severity=Severity.IMPORTANT)
    world.starts()
    for number in range(2, 60):
        world.alert(Chat(URGENT.id + number), number=number, severity=Severity.IMPORTANT)
        world.pass_by(10)
    world.pass_by(20)
    futile = sum(chat <= 200 for _, chat in world.left)
    assert world.counts() == {"pending": 200, "sent": 58}
    assert futile < world.loop.time() * 12


def test_a_429_is_waited_out_whatever_else_gets_there(world: Virtual) -> None:
    flooded = errors.DeliveryDelayed(7, "RetryAfter: flood", 60.0)
    away = errors.DeliveryDelayed(8, "no route")
    once = {7: flooded, 8: away}
    world.answer = lambda message, n: once.pop(message.chat_id, 0.05)
    world.alert(Chat(7), Chat(8))
    world.starts()
    world.pass_by(59)
    assert world.counts() == {"pending": 1, "sent": 1}
    world.pass_by(3)
    assert world.counts() == {"sent": 2}


def test_a_start_that_reads_twice_makes_nobody_wait_twice(world: Virtual) -> None:
    """Two were asked to wait, forty minutes apart; what is read next fails once."""
    world.answer = lambda message, n: errors.DeliveryDelayed(7, "RetryAfter: flood", 4_000.0)
    world.alert(Chat(7))
    world.starts()
    world.pass_by(2_400)
    world.alert(Chat(8), number=2)
    world.pass_by(5)
    world.ends()
    world.restarts()
    world.store.fails["refusing"] = [errors.StoreUnavailable("busy")]
    world.answer = lambda message, n: 0.05
    world.starts()
    assert rings(world, 3) < 2


def test_who_names_no_time_makes_nobody_else_wait_after_a_start(world: Virtual) -> None:
    flooded = errors.DeliveryDelayed(7, "NetworkError: Too Many Requests", answered=True)
    world.answer = lambda message, n: flooded if message.chat_id < 9 else 0.01
    world.alert(*(Chat(number) for number in range(1, 9)))
    world.runs(300)
    world.restarts()
    world.starts()
    assert rings(world) < 1


def test_a_chat_beyond_many_who_have_left_is_reached_by_runs_that_look_once(world) -> None:
    world.answer = lambda message, n: forbid(message) if message.chat_id <= 700 or not n else 0.05
    world.alert(*(Chat(number) for number in range(1, 702)), severity=Severity.IMPORTANT)
    for _ in range(3):
        world.do(world.store.recover(world.clock()))
        world.do(world.sender.drain(), seconds=200)
        world.pass_by(600)
        world.restarts()
    world.starts()
    assert world.counts()["sent"] == 1


def steps(world: Virtual) -> None:
    """The story of number 1 gets a step."""
    step = Step((Change.GRAVER,), "Two hurt", "Wire", world.clock())
    story = a_story("story00001", life=Life(steps=(step,), edits=1))
    grown = replace(a_verdict(91), story=story, alerts=(), growth=Growth(step=0))
    world.do(world.store.record(a_batch(grown, at=world.clock())))
    world.sender.wake()


def follows(world: Virtual, chat: Chat) -> None:
    effects = [PutChat(chat), AddWatch(chat.id, "topic:all")]
    world.do(world.store.answer(chat.id + 10_000, effects, [], world.clock()))
    world.alert(chat, whys=(Why("topic:all"),))


def test_a_clock_that_is_set_back_keeps_no_step_behind_its_alert(world: Virtual) -> None:
    asked = errors.DeliveryDelayed(7, "RetryAfter: 429", 8.0)
    world.answer = lambda message, n: asked if n == 0 else 0.01
    world.ahead = timedelta(hours=1)
    follows(world, Chat(7))
    world.starts()
    world.pass_by(2)
    steps(world)
    world.pass_by(1)
    world.ahead = timedelta()
    world.pass_by(20)
    assert [bool(message.reply_to) for message in world.sent][:3] == [False, False, True]


def test_a_step_follows_an_alert_whose_group_moved_while_it_was_told(world: Virtual) -> None:
    old, new = Chat(-5, ChatKind.GROUP), Chat(-1005, ChatKind.GROUP)
    world.answer = lambda message, n: 3.0 if message.chat_id == old.id else 0.01
    follows(world, old)
    world.starts()
    world.pass_by(1)
    steps(world)
    world.pass_by(1)
    world.do(world.store.answer(50, [MoveChat(old.id, new.id)], [], world.clock()))
    world.pass_by(10)
    assert new.id in [chat for _, chat in world.left]


def test_signs_of_life_that_no_message_follows_are_asked_for_less_and_less(world: Virtual) -> None:
    lost = lambda message, n: errors.DeliveryUncertain(message.chat_id, "lost")  # noqa: E731
    world.answer = lost
    world.alert(*(Chat(number) for number in range(1, 401)), severity=Severity.CRITICAL)
    world.starts()
    world.pass_by(120)
    assert len(world.left) < 40
    assert world.asked < 40


def test_a_429_that_names_no_time_holds_back_all_that_waits_for_the_chat(world: Virtual) -> None:
    flooded = errors.DeliveryDelayed(7, "NetworkError: Too Many Requests", answered=True)
    world.answer = lambda message, n: flooded
    for number in range(1, 30):
        world.alert(Chat(7), number=number)
    world.starts()
    world.pass_by(60)
    assert len(world.left) < 35
    world.answer = lambda message, n: 0.01
    world.pass_by(90)
    assert world.counts() == {"sent": 29}


def test_a_clock_that_was_ahead_keeps_no_chat_that_has_left(world: Virtual) -> None:
    world.ahead = timedelta(days=1)
    world.do(world.store.answer(1, [PutChat(Chat(7))], [], world.clock()))
    world.ahead = timedelta()
    world.do(world.store.record(a_batch(a_verdict(1, 7), at=world.clock())))
    world.answer = refuse
    world.starts()
    world.pass_by(600)
    assert world.status(7) is ChatStatus.GONE


def test_an_edit_never_overwrites_what_has_the_same_number_in_a_group_that_moved(world) -> None:
    """The answer that names the old group's message comes after the move was heard of."""
    old, new = Chat(-5, ChatKind.GROUP), Chat(-1005, ChatKind.GROUP)
    world.answer = lambda message, n: 3.0 if message.chat_id == old.id else 0.01
    world.alert(old, number=1)
    world.starts()
    world.pass_by(1)
    world.do(world.store.answer(50, [MoveChat(old.id, new.id)], [], world.clock()))
    world.alert(new, number=2)
    world.pass_by(5)
    story = replace(a_story("story00001"), life=replace(a_story().life, edits=1))
    grown = replace(a_verdict(9), story=story, alerts=(), growth=Growth())
    world.do(world.store.record(a_batch(grown, at=world.clock())))
    world.pass_by(15)
    assert [message.edit_of for message in world.sent] == [None, None]


@pytest.mark.parametrize("spoilt", ["topics = 'null'", "published_at = 9000000000000000000"])
def test_a_row_that_cannot_be_read_holds_up_nobody(world: Virtual, spoilt: str) -> None:
    world.alert(Chat(7), number=1)
    world.alert(Chat(8), number=2)
    change = f"UPDATE stories SET {spoilt} WHERE id = 'story00001'"
    world.do(world.store._write(lambda: world.store._do(change)))
    world.starts()
    world.pass_by(5)
    assert world.counts() == {"dead": 1, "sent": 1}
