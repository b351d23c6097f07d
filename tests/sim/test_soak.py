"""Weeks of the bot's life in seconds: nothing is lost, nothing old is news, and no table grows on.

The day with 2,000 chats, and two months: ``make soak``.
"""

from __future__ import annotations

from tests.sim.process import known
from tests.sim.soak import SHORT, Soak


def test_weeks_pass_and_no_table_holds_more_than_what_is_kept() -> None:
    known()
    soak = Soak(SHORT)
    assert soak.run()["breaches"] == []
    assert soak.told.messages > SHORT.stories * SHORT.chats
    # Had nothing gone, there would be more than there may be.
    limits, days = soak.bounds(), SHORT.hours / 24
    assert SHORT.stories * SHORT.chats > limits["alerts"]
    assert SHORT.noise_per_h * SHORT.feeds * days * 24 > limits["entries"]
