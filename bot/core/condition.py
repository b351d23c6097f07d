"""How we are doing, for whoever asks from outside: what is wrong, read as ready and alive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.core.stalls import Signs, found, is_healthy

# What a restart mends, unless the disk is the reason: then it would be one after the other.
_RESTARTED = frozenset({"loop", "polls"})
_ROOTED = frozenset({"full", "disk", "database"})
_UNSEEN_S = 90.0  # a look that tells and pings may take a minute


@dataclass(frozen=True, slots=True)
class Condition:
    """How we are doing, for whoever asks from outside.

    Attributes:
        is_ready: News is read and sent, and that was seen a moment ago.
        is_alive: A restart would mend nothing.
        wrong: As ``found`` names it, and what was just begun and did not show itself yet.
        looked_s_ago: How old all this is; ``None`` before the first look.
        signs: What it was found in.
    """

    is_ready: bool = False
    is_alive: bool = True
    wrong: Mapping[str, str] = field(default_factory=dict)
    looked_s_ago: float | None = None
    signs: Signs = field(default_factory=Signs)


BEGINNING = Condition(wrong={"beginning": "Nothing was looked at yet."})


def condition(
    signs: Signs, telegram_after_s: float, now: datetime, looked_s_ago: float
) -> Condition:
    """What ``found`` says of ``signs``, seen so long ago.

    The operator is spared what looks old at a start; who asks whether we are ready is not.
    """
    told = found(signs, telegram_after_s, now)
    wrong = told | found(replace(signs, is_early=False), telegram_after_s, now)
    if signs.vitals is None:
        wrong.setdefault("database", "The database did not answer a moment ago.")
    if looked_s_ago > _UNSEEN_S:
        wrong["watcher"] = "The watcher itself hangs: what is said here is old."
    needs_restart = told.keys() & _RESTARTED and not wrong.keys() & _ROOTED
    return Condition(
        is_ready=is_healthy(wrong),
        is_alive=not needs_restart and "watcher" not in wrong,
        wrong=wrong,
        looked_s_ago=looked_s_ago,
        signs=signs,
    )
