"""The sandbox's fault switch while the real process tells a crowd; its journal is counted after."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.crash.crowd import Crowd
from tests.crash.test_signals import STRICT

pytestmark = pytest.mark.crash

# Each as often as it is written; a refusal by the chat itself rests for a minute, so it is rare.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_after", "times": 2},
    {"kind": "drop_before", "times": 4},
    {"kind": "delay", "seconds": 1.5, "times": 6},
    {"kind": "502", "times": 5},
    {"kind": "429", "retry_after": 2},
    {"kind": "429", "retry_after": 1, "times": 8},
    {"kind": "400", "description": "Bad Request: can't parse entities: unexpected end", "times": 3},
    {"kind": "403"},
)


class Switch:
    """Arms one fault after the other, and knows how often each has struck."""

    def __init__(self, crowd: Crowd, seed: int) -> None:
        self._faults, self._chance = crowd.sandbox.world.faults, random.Random(seed)
        self._armed = Counter[str]()

    async def play(self, times: int) -> None:
        for _ in range(times):
            fault = {"method": "sendMessage"} | self._chance.choice(FAULTS)
            self._faults.arm(fault)
            self._armed[fault["kind"]] += fault.get("times", 1)
            await asyncio.sleep(self._chance.expovariate(1.0))

    def struck(self) -> Counter[str]:
        left = Counter[str]()
        for fault in self._faults.armed:
            left[fault.kind] += fault.times
        return self._armed - left


async def test_whatever_the_fault_switch_does_everybody_is_told_and_few_are_twice(
    crowd_of: Callable[[int], Awaitable[Crowd]],
) -> None:
    crowd = await crowd_of(500)
    switch = Switch(crowd, 6)
    crowd.sandbox.world.limiter.turn(STRICT)
    await crowd.running.start()
    for _ in range(4):
        crowd.news()
        await switch.play(12)
    await crowd.all(within_s=300)
    struck = switch.struck()
    sent = sum(crowd.arrived().values())
    print(
        f"\nthe fault switch: {dict(struck)} struck; {sent} arrived, {crowd.twice()} twice, 0 lost"
    )
    assert len(struck) == len({fault["kind"] for fault in FAULTS})
    # Only who lost the answer can be told twice.
    assert crowd.twice() <= struck["drop_after"]
