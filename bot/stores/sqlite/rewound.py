"""A clock that was set back: what was told to wait by the wrong one waits as long by the right one.

Without this an hour by which the clock had been ahead would be an hour of silence: feeds, retries
and leases would all wait for it to come again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.stores import sql, sql_chats, sql_lanes
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import SqliteFile

_FELT = timedelta(seconds=1)  # a clock that is being kept right moves by less


class Rewound(SqliteFile):
    """Knows how late it was already."""

    def __init__(self, bot_id: int) -> None:
        super().__init__(bot_id)
        self._latest: datetime | None = None

    def _was_set_back(self, now: datetime) -> bool:
        # Who has just begun cannot know: what lies in the future is looked for.
        return self._latest is None or self._latest - now > _FELT

    def _felt(self, now: datetime) -> None:
        """Something was written that waits by this time: it shows later that the clock is back."""
        self._latest = max(self._latest or now, now)

    def _rewind(self, now: datetime) -> None:
        """Whatever was written in what is now the future waits from now on."""
        at = rows.ms(now)
        self._do(sql.REWIND_SOURCES, now=at)
        self._do(sql_chats.REWIND_CHATS, now=at)
        self._do(sql_lanes.REWIND_DELIVERIES, now=at)
        self._do(sql_lanes.REWIND_LEASES, now=at)
