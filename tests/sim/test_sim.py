"""The simulation holds the bot to its promises, and is itself held to catching who breaks them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim import wrong
from tests.sim.plan import plan
from tests.sim.process import Process
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
def test_a_bot_with_a_classic_fault_is_caught(bot: type[Process]) -> None:
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


def test_the_oracle_sees_who_was_not_told() -> None:
    made = plan(1)
    deaf = replace(made, reports=[replace(r, feed="nowhere") for r in made.reports])
    assert any("LOST" in breach for breach in run_plan(deaf).breaches)
