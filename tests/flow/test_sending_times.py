"""When the sender does what: on virtual time, to the hundredth of a second."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import errors
from bot.core.model import Chat, Severity
from bot.core.pacing import Limits, Rate
from tests.flow.virtual import FAST, SECOND, Virtual
from tests.making import a_note


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Virtual]:
    made = Virtual(tmp_path)
    yield made
    made.do(made.store.close())
    made.loop.bury()


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
    gaps = [later - sooner for (sooner, _), (later, _) in zip(world.left, world.left[1:])]  # noqa: B905, RUF007
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


def test_what_an_outage_holds_waits_five_minutes_with_its_cause(world: Virtual, caplog) -> None:
    world.answer = lambda message, n: errors.ChatGone(7, "blocked") if n == 0 else 0.01
    world.alert(*(Chat(number) for number in range(1, 11)))
    world.runs(20)
    rows = world.do(
        world.store._run(
            lambda: world.store._rows(
                "SELECT error, not_before_at - settled_at AS wait FROM deliveries WHERE state = 'pending'"
            )
        )
    )
    assert [(row["error"], row["wait"]) for row in rows] == [("blocked", 300_000)] * 5
    told = {r.getMessage() for r in caplog.records if r.levelname == "ERROR"}
    assert told == {"many_chats_gone at once: this looks like an outage, nobody is paused"}


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
