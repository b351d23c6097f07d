"""S1, S2: whatever statement or await is the last, nothing is lost and little comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest

from bot.flow.deliver import IN_FLIGHT
from tests.crash.world import Tally, World


async def points(world: World, trap: str, stride: int) -> AsyncIterator[int]:
    """A life killed at each ``stride``-th step, until one runs through."""
    for last in count(1, stride):
        await world.begin()
        end = await world.life(trap, last)
        if not end.was_killed:
            assert end.code == 0, end
            return
        yield last


async def survived(world: World, trap: str, stride: int) -> Tally:
    tally = Tally()
    async for last in points(world, trap, stride):
        assert not world.halves(), (trap, last)
        end = await world.life()
        assert end.code == 0, (trap, last)
        assert world.is_whole(), (trap, last)
        assert not world.lost(), (trap, last, world.lost())
        tally.crashes += 1
        tally.duplicates += world.duplicates()
        tally.most_per_crash = max(tally.most_per_crash, world.duplicates())
    return tally


@pytest.mark.parametrize(("trap", "stride"), [("statement", 61), ("await", 97)])
async def test_nothing_is_lost_wherever_a_life_ends(world: World, trap: str, stride: int) -> None:
    tally = await survived(world, trap, stride)
    print(tally.told(f"killed at each {stride}th {trap}"))
    assert tally.crashes >= 4
    assert tally.most_per_crash <= IN_FLIGHT


@pytest.mark.crash
@pytest.mark.parametrize("trap", ["statement", "await"])
async def test_nothing_is_lost_at_any_step_at_all(world: World, trap: str) -> None:
    tally = await survived(world, trap, 1)
    print(tally.told(f"killed at every {trap}"))
    assert tally.most_per_crash <= IN_FLIGHT
