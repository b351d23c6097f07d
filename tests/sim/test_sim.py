"""The simulation holds the bot to its promises, and is itself held to catching who breaks them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim import wrong
from tests.sim.plan import Plan, plan
from tests.sim.process import Process
from tests.sim.shrink import shrunk
from tests.sim.world import run, run_plan

ROOT = Path(__file__).parents[2]
SEEDS = range(16)
CAUGHT_WITHIN = 200


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_repeated_or_sent_to_the_wrong_chat(seed: int) -> None:
    found = run(seed)
    assert not found.breaches, f"python -m tests.sim --seed {seed} --tell"
    assert found.sent


@pytest.mark.parametrize("bot", wrong.BOTS)
def test_a_bot_with_a_fault_is_caught(bot: type[Process]) -> None:
    seeds = (bot.shown_by, *range(CAUGHT_WITHIN))  # the first that is known to show it, first
    assert any(run(seed, bot).breaches for seed in seeds)


def test_a_seed_is_the_same_world_each_time_in_any_process() -> None:
    here = run(3).trace
    asked = [sys.executable, "-m", "tests.sim", "--seed", "3"]
    told = subprocess.run(
        asked,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run(3).trace == here
    assert f'"trace": "{here}"' in told.stdout


def test_a_failing_world_is_shrunk_to_what_its_failure_needs() -> None:
    """The one fault a bot needs that repeats what may have arrived: a text nobody will take."""
    bot, made = wrong.RetryOnEveryError, plan(wrong.RetryOnEveryError.shown_by)
    tries = iter(range(12))  # not to the end: that is for who looks for the cause

    def fails(fewer: Plan) -> bool:
        return next(tries, None) is not None and bool(run_plan(fewer, bot).breaches)

    least = shrunk(made, fails)
    assert run_plan(least, bot).breaches
    assert _size(least) < _size(made) * 0.8


def _size(made: Plan) -> int:
    return sum(map(len, (made.faults, made.crashes, made.jumps, made.commands, made.reports)))


def test_the_oracle_sees_who_was_not_told() -> None:
    made = plan(1)
    deaf = replace(made, reports=[replace(r, feed="nowhere") for r in made.reports])
    assert any("LOST" in breach for breach in run_plan(deaf).breaches)
