"""S1, S2: whatever statement or await is the last, nothing is lost and little comes twice.

A poll of several transactions, alerts, edits, steps and two commands: real parts up to the socket.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from itertools import count

import pytest

from bot.flow.deliver import IN_FLIGHT
from tests.crash.world import Tally, World


async def deaths(world: World, trap: str, stride: int, *, empty: bool) -> AsyncIterator[int]:
    """A life killed at each ``stride``-th step, until one runs through."""
    for last in count(1, stride):
        await world.begin(empty=empty)
        end = await world.life(trap, last)
        if not end.was_trapped:
            assert end.code == 0, end
            return
        yield last


async def survived(
    world: World, trap: str, stride: int, *, twice: bool = False, empty: bool = False
) -> Tally:
    """Every death is followed by a life in which all is made good; ``twice``: by another death."""
    tally, chance = Tally(), random.Random(6)
    async for last in deaths(world, trap, stride, empty=empty):
        at, flying, sure = [last], 0, {}
        if world.is_made():
            assert not world.halves(), (trap, at)
            flying, sure = world.flying(), world.sure()
        if twice:
            at.append(chance.randrange(1, 200))
            await world.life(trap, at[-1])
            flying += world.flying()
        end = await world.life()
        assert end.code == 0, (trap, at)
        # Only what was in the air comes twice, and nothing of what was known to have arrived.
        assert world.duplicates() <= flying, (trap, at)
        assert sure.items() <= world.arrived().items(), (trap, at)
        assert not world.open_ends(), (trap, at, world.open_ends())
        assert not world.lost(), (trap, at, world.lost())
        tally.add(len(at), world.duplicates())
    return tally


async def test_nothing_is_lost_wherever_a_life_ends(world: World) -> None:
    for trap, stride in (("statement", 173), ("await", 149)):
        tally = await survived(world, trap, stride)
        print(tally.told(f"killed at each {stride}th {trap}"))
        assert tally.crashes >= 3
        assert tally.most_per_crash <= IN_FLIGHT


@pytest.mark.crash
@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
@pytest.mark.parametrize("trap", ["statement", "await"])
async def test_nothing_is_lost_at_any_step_at_all(world: World, trap: str, twice: bool) -> None:
    tally = await survived(world, trap, 1, twice=twice)
    print(tally.told(f"killed at every {trap}{', then once more' if twice else ''}"))
    assert tally.most_per_crash <= IN_FLIGHT


@pytest.mark.crash
async def test_a_file_that_is_being_made_is_whole_wherever_that_ends(world: World) -> None:
    tally = await survived(world, "statement", 1, empty=True)
    print(tally.told("killed at every statement of a first start"))
    assert tally.crashes > 100
