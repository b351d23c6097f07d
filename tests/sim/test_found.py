"""What the machine found, as short as it can be told."""

from __future__ import annotations

from bot.core.model import Delay, Severity
from tests.sim.machine import GROUP
from tests.sim.plan import Fault
from tests.sim.test_machine import Lives


def test_a_clock_that_moves_on_and_back_during_one_send_delays_nothing() -> None:
    """Ahead by an hour while it is sent, back by a day before the full disk takes how it ended."""
    lives = Lives()
    lives.begin(0)
    machine, outside = lives.machine, lives.outside
    try:
        lives.the_topic_closes()
        machine.run(2)
        lives.an_entry_opens_a_story(delay=Delay.NONE, severity=Severity.CRITICAL, who=[GROUP])
        while not outside.flying:
            machine.run(0.02)
        lives.the_clock_is_set(3600.0)
        machine.plan.faults.append(Fault("full", machine.now(), machine.now() + 20))
        machine.run(5)
        lives.the_clock_is_set(-86_400.0)
        machine.run(120)
        assert outside.copies[GROUP, "story00001"] == 1
    finally:
        machine.close()
