"""The dead man's switch: pinged after each full cycle, and never more often than it is of use."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import NotifyError

log = logging.getLogger(__name__)

_PING_S = 60.0


@dataclass(slots=True)
class DeadManSwitch:
    """Asked only while all is well.

    Attributes:
        ping: Tells the switch that we live.
        steady: Seconds of a clock that nobody sets.
    """

    ping: Callable[[], Awaitable[None]]
    steady: Callable[[], float]
    _pinged_s: float | None = None
    _pinged_of: datetime | None = None
    _error: str = ""

    async def after(self, read_at: datetime | None) -> str | None:
        """Ping where something was read since the last time: how that went, ``None`` if not."""
        at_s = self.steady()
        is_new = read_at is not None and read_at != self._pinged_of
        if not is_new or (self._pinged_s is not None and at_s - self._pinged_s < _PING_S):
            return None
        self._pinged_s, error = at_s, ""
        try:
            await self.ping()
            self._pinged_of = read_at
        except NotifyError as failed:
            error = str(failed)
        if error and error != self._error:
            log.warning("dead_man_not_pinged error=%s", error)
        self._error = error
        return error
