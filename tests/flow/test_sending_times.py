"""When the sender does what: on virtual time, to the hundredth of a second."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot import errors
from bot.core.model import Chat, Message, Severity
from bot.core.pacing import Limits, Rate
from bot.flow.deliver import _capped
from tests.flow.virtual import FAST, SECOND, Virtual
from tests.making import a_note


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Virtual]:
    made = Virtual(tmp_path)
    yield made
    made.do(made.store.close())
    made.loop.bury()


def paused(world: Virtual, due_at: datetime | None) -> float:
    """How long it naps before it looks again."""

    async def next_(after: datetime | None = None) -> datetime | None:
        return None if after else due_at

    world.store.next_delivery_at = next_  # type: ignore[method-assign]
    try:
        world.sender._wait().send(None)
    except StopIteration as ended:
        return _capped(ended.value)
    raise AssertionError("it asks the store only")


def since(world: Virtual, began: float) -> list[float]:
    return [at - began for at, _ in world.left]


def test_with_nothing_to_send_it_looks_once_a_second(world: Virtual) -> None:
    world.runs(20)
    assert 18 <= world.store.asked["claim"] <= 22


def test_a_send_that_never_left_is_begun_again_after_its_back_off_to_the_moment(world) -> None:
    never = errors.DeliveryDelayed(7, "no route")
    world.answer = lambda message, n: never if n < 3 else 0.01
    world.alert(Chat(7))
    world.runs(10)
    first, *again = [at for at, _ in world.left]
    # 1, 2, 4 s, of which chance spares the half; each found within the fiftieth of a second.
    assert [at - first for at in again] == pytest.approx([0.5, 1.5, 3.5], abs=0.1)
    assert world.store.asked["claim"] < 40


def test_a_drain_waits_no_longer_than_the_back_off_either(world: Virtual) -> None:
    world.answer = lambda message, n: errors.DeliveryDelayed(7, "no route") if n == 0 else 0.01
    world.alert(Chat(7))
    world.do(world.sender.drain())
    (first, _), (second, _) = world.left
    assert second - first == pytest.approx(0.5, abs=0.05)


def test_the_next_message_of_a_chat_leaves_the_moment_it_has_rested(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(FAST, Rate(1, SECOND * 0.4), FAST))
    notes = [(Chat(7), a_note(text), None) for text in ("first", "second", "third")]
    world.do(world.store.answer(1, [], notes, world.clock()))
    world.runs(5)
    first, *others = [at for at, _ in world.left]
    # A hundredth for the answer, from which the chat rests.
    assert [at - first for at in others] == pytest.approx([0.41, 0.82], abs=0.06)


def test_while_one_flies_and_its_chat_waits_nobody_is_asked_in_vain(world: Virtual) -> None:
    world.answer = lambda message, n: 10.0 if n == 0 else 0.01
    notes = [(Chat(7), a_note(text), None) for text in ("first", "second")]
    world.do(world.store.answer(1, [], notes, world.clock()))
    world.runs(9)
    assert world.store.asked["claim"] <= 14
    assert len(world.left) == 1


def test_its_answer_wakes_what_waited_for_it(world: Virtual) -> None:
    world.answer = lambda message, n: 2.5 if n == 0 else 0.01
    notes = [(Chat(7), a_note(text), None) for text in ("first", "second")]
    world.do(world.store.answer(1, [], notes, world.clock()))
    world.runs(4)
    (first, _), (second, _) = world.left
    assert second - first == pytest.approx(2.5, abs=0.05)


def test_while_the_pace_holds_all_back_the_store_is_left_alone(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(Rate(2, SECOND), FAST, FAST))
    world.alert(*(Chat(number) for number in range(1, 11)))
    world.runs(4.2)
    assert len(world.left) == 9
    gaps = [later - sooner for (sooner, _), (later, _) in pairwise(world.left)]
    assert gaps == pytest.approx([0.5] * 8, abs=0.01)
    # Claimed once for each that left; where the next one may leave is known without the store.
    assert world.store.asked["claim"] <= 12
    assert world.store.asked["next"] <= 3


def test_what_comes_while_it_naps_leaves_at_once(world: Virtual) -> None:
    running = world.loop.create_task(world.sender.run())
    world.pass_by(3.3)
    world.alert(Chat(7))
    began = world.loop.time()
    world.sender.wake()
    world.pass_by(0.2)
    assert since(world, began) == pytest.approx([0], abs=0.05)
    world.sender.stop()
    world.pass_by(2)
    assert running.done()


def test_a_store_that_fails_is_asked_again_each_second_and_the_log_says_so(world, caplog) -> None:
    world.store.fails["claim"] = [errors.StoreUnavailable("disk full") for _ in range(3)]
    world.alert(Chat(7))
    began = world.loop.time()
    world.runs(8)
    assert since(world, began) == pytest.approx([3], abs=0.05)
    told = [r.getMessage() for r in caplog.records if "sender" in r.getMessage()]
    assert told == ["store_unavailable sender error=disk full"] * 3


def test_a_drain_without_patience_begins_nothing(world: Virtual) -> None:
    world.alert(Chat(7))
    world.do(world.sender.drain(timedelta()))
    assert world.left == []
    assert world.do(world.store.outbox_counts()) == {"pending": 1}


def test_after_a_refused_token_it_is_tried_again_after_exactly_a_minute(world, caplog) -> None:
    refused = errors.MessengerDown(7, "401 Unauthorized")
    world.answer = lambda message, n: refused if n == 0 else 0.01
    world.alert(Chat(7))
    world.alert(Chat(8), number=2)
    world.runs(130)
    (first, _), *later = world.left
    assert [at - first for at, _ in later][-1] == pytest.approx(60, abs=1.1)
    assert min(at - first for at, _ in later if at != first) >= 59.9
    told = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    text = "messenger_down error=401 Unauthorized sending pauses, nothing is dropped"
    assert text in told


def test_each_failure_is_told_with_its_number_kind_and_cause(world, caplog) -> None:
    world.answer = lambda message, n: errors.DeliveryUncertain(7, "lost") if n == 0 else 0.01
    world.alert(Chat(7))
    world.runs(3)
    told = [r.getMessage() for r in caplog.records]
    assert told == ["delivery_failed delivery=1 kind=DeliveryUncertain error=lost"]


def test_an_urgent_one_waits_for_one_slot_of_the_pace_and_no_more(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(Rate(2, SECOND), FAST, FAST))
    world.alert(*(Chat(number) for number in range(1, 30)), severity=Severity.NOTICE)
    running = world.loop.create_task(world.sender.run())
    world.pass_by(3.2)
    world.alert(Chat(999), number=2, severity=Severity.CRITICAL)
    before = len(world.left)
    world.pass_by(2)
    assert 999 in [chat_id for _, chat_id in world.left[before : before + 2]]
    world.sender.stop()
    world.pass_by(5)
    assert running.done()


def test_how_a_send_ended_is_recorded_as_soon_as_the_store_takes_it(world: Virtual, caplog) -> None:
    world.store.fails["settle"] = [errors.StoreUnavailable("disk full") for _ in range(3)]
    world.alert(Chat(7))
    running = world.loop.create_task(world.sender.run())
    asked = []
    for _ in range(100):
        world.pass_by(0.1)
        asked.append(world.store.asked["settle"])
    # At once, after half a second, one more, two more.
    assert [asked[tenths] for tenths in (4, 6, 14, 16, 34, 37)] == [1, 2, 2, 3, 3, 4]
    told = [r.getMessage() for r in caplog.records]
    assert told == ["store_unavailable delivery=1 error=disk full"] * 3
    assert world.do(world.store.outbox_counts()) == {"sent": 1}
    world.sender.stop()
    world.pass_by(5)
    assert running.done()


def test_what_the_store_did_not_let_begin_is_begun_again(world: Virtual, caplog) -> None:
    world.store.fails["mark"] = [errors.StoreUnavailable("disk full")]
    world.alert(Chat(7))
    world.runs(5)
    assert world.do(world.store.outbox_counts()) == {"sent": 1}
    assert len(world.left) == 1
    told = [r.getMessage() for r in caplog.records]
    assert told == ["store_unavailable delivery=1 error=disk full"]


def test_an_error_of_ours_costs_one_delivery_and_is_told_with_its_number(world, caplog) -> None:
    broken = ValueError("ours")
    world.answer = lambda message, n: broken if message.chat_id == 7 else 0.01
    world.alert(Chat(7), Chat(8))
    world.runs(5)
    assert world.do(world.store.outbox_counts()) == {"dead": 1, "sent": 1}
    (letter,) = world.do(world.store.dead_letters(5))
    assert letter.error == "an error of ours, see the log"
    (record,) = [r for r in caplog.records if r.levelname == "ERROR"]
    assert record.getMessage() == "delivery_crashed delivery=1"
    assert record.exc_info is not None
    assert record.exc_info[1] is broken


def test_a_lease_that_was_lost_is_told(world: Virtual, caplog) -> None:
    world.alert(Chat(7))
    claim = world.store.claim_deliveries

    async def stolen(*args: object, **how: object) -> object:
        claimed = await claim(*args, **how)
        await world.store._write(lambda: world.store._do("UPDATE deliveries SET lease = 'another'"))
        return claimed

    world.store.claim_deliveries = stolen  # type: ignore[method-assign]
    world.runs(5)
    assert world.left == []
    assert [r.getMessage() for r in caplog.records] == ["lease_lost delivery=1"]


def test_who_stops_in_the_middle_gives_all_back_and_counts_nothing_as_begun(world) -> None:
    world.answer = lambda message, n: 3.0
    world.alert(*(Chat(number) for number in range(1, 41)))
    world.runs(1)
    counts = world.do(world.store.outbox_counts())
    assert counts == {"sent": 8, "pending": 32}
    assert world.sender._about == 0


def test_who_is_told_to_stop_gives_back_what_waits_for_its_moment(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(FAST, Rate(1, SECOND * 0.2), FAST))
    notes = [(Chat(7), a_note(text), None) for text in ("first", "second")]
    world.do(world.store.answer(1, [], notes, world.clock()))
    running = world.loop.create_task(world.sender.run())
    world.pass_by(0.1)
    world.sender.stop()
    world.pass_by(2)
    assert running.done()
    assert world.do(world.store.outbox_counts()) == {"sent": 1, "pending": 1}


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(milliseconds=1)])
def test_a_chat_over_its_rate_goes_back_to_the_outbox_and_keeps_its_turn(
    world: Virtual, caplog: pytest.LogCaptureFixture, ahead: timedelta
) -> None:
    """More than a quarter of a second: its place is given to others."""
    pacing = world.sender.sending.pacing
    pacing.asked_to_wait(7, timedelta(seconds=0.25) + ahead, world.clock())
    world.alert(Chat(7))
    (delivery,) = world.do(
        world.store.claim_deliveries(world.clock(), 1, "test", timedelta(seconds=90))
    )
    pacing._paused_until[7] = world.clock() + timedelta(seconds=0.25) + ahead
    counted: list[str] = []
    world.do(world.sender.sending.send(delivery, lambda: counted.append("once")))
    assert counted == ["once"]
    state = "pending" if ahead else "sent"
    assert world.do(world.store.outbox_counts()) == {state: 1}
    assert not caplog.records


def test_what_is_due_at_this_very_moment_waits_for_its_chat(world: Virtual) -> None:
    world.sender.sending.pacing.asked_to_wait(7, SECOND * 0.4, world.clock())
    assert paused(world, world.clock()) == pytest.approx(0.4)
    assert paused(world, world.clock() + SECOND * 0.3) == pytest.approx(0.3)
    assert paused(world, world.clock() + SECOND * 9) == 1
    assert paused(world, None) == 1


def test_where_the_pace_opens_at_this_very_moment_what_is_due_decides(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(Rate(2, SECOND), FAST, FAST))
    world.sender.sending.pacing.took(Chat(7), world.clock())
    world.pass_by(0.496)
    assert world.sender._until_claim() == timedelta()
    assert paused(world, world.clock() + SECOND * 0.3) == pytest.approx(0.3)


def test_a_refused_token_stops_sending_from_that_moment_until_the_minute_is_over(world) -> None:
    world.answer = lambda message, n: errors.MessengerDown(7, "401")
    world.alert(Chat(7))
    world.do(world.sender.drain())
    assert world.sender.sending.is_down()
    for ahead in (timedelta(days=1), timedelta(days=-1)):
        world.ahead = ahead
        assert world.sender.sending.is_down()
    world.pass_by(59)
    assert world.sender.sending.is_down()
    world.pass_by(1.1)
    assert not world.sender.sending.is_down()


def test_while_eight_fly_nothing_more_is_claimed(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(Rate(100, SECOND), FAST, FAST, most=1_000))
    world.answer = lambda message, n: 3.0
    world.alert(*(Chat(number) for number in range(1, 41)))
    running = world.loop.create_task(world.sender.run())
    world.pass_by(2)
    assert world.do(world.store.outbox_counts()) == {"sending": 8, "pending": 32}
    world.sender.stop()
    world.pass_by(5)
    assert running.done()


def test_no_more_is_claimed_than_may_leave_within_four_milliseconds(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(Rate(500, SECOND), FAST, FAST, most=10_000))
    begun: list[int] = []

    def answer(message: Message, n: int) -> float:
        begun.append(world.sender._about)
        return 0.001

    world.answer = answer
    world.alert(*(Chat(number) for number in range(1, 201)))
    world.do(world.sender.drain())
    assert len(world.left) == 200
    assert max(begun) <= 3
    assert min(begun) >= 0
    assert world.sender._about == 0


def test_each_tenth_turn_is_that_of_the_oldest_which_has_waited_long(tmp_path: Path) -> None:
    world = Virtual(tmp_path, Limits(Rate(10, SECOND), FAST, FAST))
    for number in (901, 902, 903):
        world.alert(Chat(number), number=number, severity=Severity.NOTICE)
    world.ahead = timedelta(minutes=2)
    world.alert(*(Chat(number) for number in range(1, 41)))
    world.runs(4)
    old = [turn for turn, (_, chat_id) in enumerate(world.left, 1) if chat_id > 900]
    assert old == [10, 20, 30]


def test_whoever_looks_at_the_tasks_sees_which_delivery_each_sends(world: Virtual) -> None:
    names: list[str] = []

    def answer(message: Message, n: int) -> float:
        task = asyncio.current_task(world.loop)
        assert task is not None
        names.append(task.get_name())
        return 0.01

    world.answer = answer
    world.alert(Chat(7), Chat(8))
    world.runs(2)
    assert names == ["send 1", "send 2"]


def test_what_is_claimed_counts_beside_what_waits_for_its_moment_already(world: Virtual) -> None:
    world.alert(Chat(7), Chat(8))
    world.sender._about = 1
    world.do(world.sender._claim())
    assert world.sender._about == 3
