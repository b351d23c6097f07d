"""S5, S6, S16: an answer that is lost, a fan-out cut in half, a process that slept too long."""

from __future__ import annotations

import re

import pytest

from bot.flow.deliver import IN_FLIGHT
from tests.crash.life import CROWD, TOLD
from tests.crash.world import Tally, World

pytestmark = pytest.mark.crash


async def test_a_lost_answer_costs_one_copy_that_bears_the_same_number(world: World) -> None:
    await world.begin()
    for user in CROWD[:5]:
        fault = {"method": "sendMessage", "kind": "drop_after", "times": 1, "chat_id": user}
        world.sandbox.world.faults.arm(fault)
    assert (await world.life()).code == 0
    print(Tally(0, len(world.lost()), world.duplicates()).told("5 answers lost"))
    assert not world.lost()
    assert world.duplicates() == 5
    for user in CROWD[:5]:
        first, again = [text for text in world.texts(user) if TOLD[0] in text]
        assert ["possible repeat" in text for text in (first, again)] == [False, True]
        numbers = [re.findall(r"№ \W*(\w+)", text) for text in (first, again)]
        assert numbers[0] == numbers[1] != []


async def test_the_rest_of_a_fan_out_is_told_after_a_crash_and_the_first_are_not_told_again(
    world: World,
) -> None:
    halves = 0
    for last in range(150, 450, 15):
        await world.begin()
        await world.life("statement", last)
        sure = world.sure()
        if not 4 <= len(sure) <= len(CROWD) * len(TOLD) - 4:
            continue
        halves += 1
        assert (await world.life()).code == 0
        assert not world.lost()
        assert {key: world.arrived()[key] for key in sure} == sure
    assert halves >= 2


async def test_a_process_that_slept_while_another_took_over_sends_nothing_more(
    world: World,
) -> None:
    tally = Tally()
    for last in range(40, 400, 30):
        await world.begin()
        still = await world.life("await", last, stands_still=True)
        if not still.was_trapped:
            break
        if world.is_locked():
            assert (await world.wake(still)).code == 0
            continue
        flying = world.flying()
        assert (await world.life()).code == 0, last
        before = world.arrived()
        assert (await world.wake(still)).code == 0, last
        assert not world.lost()
        assert not world.open_ends()
        # What it had on the wire may have arrived; what it had only claimed is another's now.
        assert world.duplicates() <= 2 * flying, (last, flying, world.arrived() - before)
        assert sum((world.arrived() - before).values()) <= flying, last
        tally.add(1, world.duplicates())
    print(tally.told("slept while another took over"))
    assert tally.crashes >= 5
    assert tally.most_per_crash <= IN_FLIGHT
