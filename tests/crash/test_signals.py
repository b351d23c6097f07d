"""S3, S4: the real process is killed, or asked to end, while it tells a crowd."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable

import pytest

from bot.flow.deliver import IN_FLIGHT
from tests.crash.crowd import Crowd
from tests.crash.world import Tally

pytestmark = pytest.mark.crash

CrowdOf = Callable[[int], Awaitable[Crowd]]
STRICT = {"enabled": True, "per_second": 30, "per_chat_per_second": 1, "retry_after": 3}
KILLS = int(os.environ.get("RASID_TEST_KILLS", "200"))


async def one_life(crowd: Crowd, chance: random.Random) -> None:
    """It is killed some time after its first message, or at any moment of its start."""
    await crowd.running.start()
    if chance.random() < 0.2:
        await asyncio.sleep(chance.uniform(0, 3))
    else:
        await crowd.some(1)
        await asyncio.sleep(chance.expovariate(1 / 0.3))
    await crowd.running.end(signal.SIGKILL)


async def test_two_hundred_kills_lose_nothing(crowd_of: CrowdOf) -> None:
    crowd, tally, chance = await crowd_of(2_000), Tally(), random.Random(200)
    crowd.sandbox.world.limiter.turn(STRICT)
    for _ in range(KILLS):
        if crowd.missing() < 100:
            crowd.news()
        before = crowd.twice()
        await one_life(crowd, chance)
        # Most of what a kill repeats is repeated by the next life.
        tally.add(1, crowd.twice() - before)
    await crowd.running.start()
    await crowd.all(within_s=180)
    tally.duplicates = crowd.twice()
    print(tally.told("SIGKILL in a broadcast to 2000", sent=sum(crowd.arrived().values())))
    assert "attempts" not in crowd.states()
    assert tally.most_per_crash <= IN_FLIGHT


async def test_a_signal_to_end_leaves_nothing_uncertain(crowd_of: CrowdOf) -> None:
    crowd, chance, longest_s = await crowd_of(400), random.Random(15), 0.0
    await crowd.running.start()
    crowd.news()
    for number in range(10):
        fault = {"method": "sendMessage", "kind": "delay", "seconds": 0.4, "times": 12}
        crowd.sandbox.world.faults.arm(fault)
        await crowd.some(10 + chance.randrange(20))
        code, took_s = await crowd.running.end()
        longest_s = max(longest_s, took_s)
        assert code == 0, crowd.running.told()
        assert set(crowd.states()) <= {"sent", "pending"}, number
        await crowd.running.start()
    await crowd.all(within_s=120)
    uncertain = crowd.sum_of("uncertain")
    told = Tally(crashes=10, duplicates=crowd.twice()).told(
        "SIGTERM in a broadcast", uncertain=uncertain, longest_s=round(longest_s, 2)
    )
    print(told)
    assert uncertain == crowd.twice() == 0
    assert longest_s < 10
