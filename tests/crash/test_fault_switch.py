"""The sandbox's fault switch while the real process tells a crowd; its journal is counted after."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.crash.crowd import Crowd
from tests.crash.test_signals import STRICT

pytestmark = pytest.mark.crash

# One of these a chat: what strikes the same message again and again is given up, and
# stays visible; that is ``tests/core/test_settle.py``.
AIMED: tuple[dict[str, Any], ...] = (
    {"kind": "drop_after"},
    {"kind": "drop_before"},
    {"kind": "delay", "seconds": 1.5},
    {"kind": "502"},
    {"kind": "429", "retry_after": 2},
    {"kind": "400", "description": "Bad Request: can't parse entities: unexpected end"},
    {"kind": "403"},
)
FLOOD = {"kind": "429", "retry_after": 1, "times": 10}


class Switch:
    """Arms faults for chats chosen by seed, and knows how often each has struck."""

    def __init__(self, crowd: Crowd, seed: int) -> None:
        self._faults, self._armed = crowd.sandbox.world.faults, Counter[str]()
        self._chats = random.Random(seed).sample(crowd.chats, len(crowd.chats))

    def aim(self, many: int) -> None:
        """A fault each for so many chats that had none."""
        for number in range(many):
            self._arm(AIMED[number % len(AIMED)] | {"chat_id": self._chats.pop()})

    def flood(self) -> None:
        """Whoever is next, ten times."""
        self._arm(FLOOD)

    def struck(self) -> Counter[str]:
        left = Counter[str]()
        for fault in self._faults.armed:
            left[fault.kind] += fault.times
        return self._armed - left

    def _arm(self, fault: dict[str, Any]) -> None:
        self._faults.arm({"method": "sendMessage"} | fault)
        self._armed[fault["kind"]] += fault.get("times", 1)


async def test_whatever_the_fault_switch_does_all_are_told_and_twice_only_who_lost_the_answer(
    crowd_of: Callable[[int], Awaitable[Crowd]],
) -> None:
    crowd = await crowd_of(500)
    switch = Switch(crowd, 6)
    crowd.sandbox.world.limiter.turn(STRICT)
    await crowd.running.start()
    for _ in range(4):
        switch.aim(35)
        crowd.news()
        await crowd.some(400, within_s=120)
    switch.flood()
    await crowd.all(within_s=300)
    struck, sent = switch.struck(), sum(crowd.arrived().values())
    print(f"\nthe fault switch: {dict(struck)} struck; {sent} arrived, {crowd.twice()} twice")
    assert struck.total() == 4 * 35 + FLOOD["times"]
    # Only who lost the answer is told twice.
    assert crowd.twice() == struck["drop_after"]
