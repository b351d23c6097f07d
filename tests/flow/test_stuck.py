"""What does not get through is heard of: the real sender, the outbox and the watcher together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from telegram import error as vendor

from bot.core.condition import condition
from bot.core.model import Chat, ChatKind, Severity, Vitals
from bot.core.pacing import Limits, Rate
from bot.core.stalls import Signs
from bot.errors import DeliveryDelayed, DeliveryUncertain
from bot.flow.watching import Watching
from bot.telegram.client import translated
from tests.flow.test_watching import Operator
from tests.flow.virtual import SECOND, Virtual

M = timedelta(minutes=1)
EVERYBODY = tuple(Chat(number) for number in range(1, 13))
BAD_GATEWAY = DeliveryUncertain(1, "Bad Gateway", answered=True)


class World(Virtual):
    """A sender, and the watcher beside it; ``telegram`` answers."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Limits(overall=Rate(3, SECOND)))
        self.operator = Operator()
        self.watching = Watching(
            notes=self.store,
            look=Signs,
            outlets={"webhook": self.operator},
            ping=None,
            clock=self.clock,
            steady=lambda: self.loop.time() + 1000,
            telegram_after_s=300,
            early_s=0,
        )
        self.loop.create_task(self.sender.run())

    def goes_on(self, by: timedelta) -> list[str]:
        """Time passes; all that the operator heard."""
        for _ in range(by // timedelta(seconds=30)):
            self.pass_by(30)
            self.do(self.watching.tick())
        return self.operator.heard

    def vitals(self) -> Vitals:
        return self.do(self.store.vitals(self.clock()))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.sender.stop()
    made.pass_by(5)
    made.do(made.store.close())
    made.loop.bury()


def test_urgent_alerts_that_telegram_refuses_to_take_are_told_within_three_minutes(
    world: World,
) -> None:
    world.answer = lambda message, n: BAD_GATEWAY
    world.alert(*EVERYBODY)
    assert world.goes_on(2 * M) == []
    (line,) = world.goes_on(M)
    assert "do not get through" in line
    seen = condition(Signs(world.vitals()), 300, world.clock(), 0)
    assert not seen.is_ready
    assert len(world.goes_on(15 * M)) == 1
    world.answer = lambda message, n: 0.01
    assert world.goes_on(4 * M) == [line, f"Over: {line}"]


def test_one_chat_that_is_never_reached_is_told_and_is_no_stall_of_the_bot(world: World) -> None:
    upgraded = DeliveryDelayed(-5, "Bad Request: group chat was upgraded to a supergroup chat")
    world.answer = lambda message, n: upgraded if message.chat_id == -5 else 0.01
    world.alert(Chat(-5, ChatKind.GROUP), *EVERYBODY)
    (line,) = world.goes_on(3 * M)
    assert "to one chat" in line
    assert condition(Signs(world.vitals()), 300, world.clock(), 0).is_ready


def test_what_is_not_urgent_is_told_after_half_an_hour(world: World) -> None:
    no_host = DeliveryDelayed(1, "nobody is called api.telegram.org")
    world.answer = lambda message, n: no_host
    world.alert(*EVERYBODY, severity=Severity.NOTICE)
    assert world.goes_on(29 * M) == []
    (line,) = world.goes_on(2 * M)
    assert "Messages have waited since 12:00 UTC" in line


@pytest.mark.parametrize(
    "flood",
    [vendor.RetryAfter(5), vendor.NetworkError("Too Many Requests")],
    ids=["with its time", "without"],
)
def test_a_chat_that_asks_us_to_wait_is_heard_of_after_half_an_hour_only(
    world: World, flood: vendor.TelegramError
) -> None:
    world.answer = lambda message, n: translated(message.chat_id, flood)
    world.alert(EVERYBODY[0])
    assert world.goes_on(25 * M) == []
    assert len(world.goes_on(7 * M)) == 1


def test_a_long_broadcast_is_no_stall_though_sends_fail_here_and_there(world: World) -> None:
    fails = iter(range(10**6))
    world.answer = lambda message, n: BAD_GATEWAY if next(fails) % 10 == 0 else 0.01
    world.alert(*(Chat(number) for number in range(1, 901)))
    assert world.goes_on(5 * M) == []
    assert not world.vitals().lagging


def test_a_send_that_never_ends_is_told(world: World) -> None:
    world.answer = lambda message, n: 3600.0
    world.alert(*EVERYBODY[:3])
    (line,) = world.goes_on(3 * M)
    assert "do not get through" in line
