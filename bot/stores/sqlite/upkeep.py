"""What is noted of ourselves, how we are doing, and what a restore or a changed clock asks for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from bot.core.model import Restored, Vitals
from bot.core.stalls import ENOUGH, LONG, SOON, TRIES
from bot.stores import sql_upkeep as sql
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import SqliteFile
from bot.stores.sqlite.look import Looked, look_through

_RESTORED = "restored"
_HOUR = timedelta(hours=1)


class UpkeepTables(SqliteFile):
    """The ``settings`` table, and questions to all the others."""

    async def keep(self, key: str, value: str) -> None:
        """Note ``value`` under ``key``."""
        await self._write(lambda: self._do(sql.KEEP, key=key, value=value))

    async def kept(self, key: str) -> str:
        """What was noted, ``""`` where nothing was."""
        row = await self._run(lambda: self._first(sql.KEPT, {"key": key}))
        return str(row["value"]) if row else ""

    async def begun_at(self) -> datetime | None:
        """When this database was made."""
        row = await self._run(lambda: self._first(sql.BEGUN, {}))
        return datetime.fromisoformat(row["at"]).replace(tzinfo=UTC) if row and row["at"] else None

    async def look_through(self) -> Looked:
        """What is wrong with the file."""
        return await self._run(lambda: look_through(self._db.conn, self.path))

    async def restored(self) -> Restored | None:
        """The last time that a backup took the place of the database."""
        kept = await self.kept(_RESTORED)
        return _restored(json.loads(kept)) if kept else None

    async def after_restore(self, now: datetime, max_age: timedelta) -> tuple[int, int] | None:
        """Settle what waited in a backup, once; (goes out again, is left unconfirmed).

        ``None`` where the database is no backup, or was settled already.
        """

        def turn() -> tuple[int, int] | None:
            row = self._first(sql.KEPT, {"key": _RESTORED})
            told = json.loads(row["value"]) if row else {"settled": True}
            if told["settled"]:
                return None
            oldest = rows.ms(now - max_age)
            light = self._do(sql.RESTORED_LIGHT, oldest=oldest, now=rows.ms(now))
            grave = self._do(sql.RESTORED_GRAVE, oldest=oldest)
            self._do(sql.SPARE_NUMBERS)
            self._do(sql.KEEP, key=_RESTORED, value=json.dumps(told | {"settled": True}))
            return grave, light

        return await self._write(turn)

    async def vitals(self, now: datetime) -> Vitals:
        """How the sources and the outbox are doing."""
        return await self._run(lambda: self._vitals(now))

    def _vitals(self, now: datetime) -> Vitals:
        at = {"now": rows.ms(now)}
        found = self._rows(sql.VITALS, at | {"seeds_too": 0})[0]
        if not found["feeds"]:
            found = self._rows(sql.VITALS, at | {"seeds_too": 1})[0]
        shortest = found["shortest"]
        since = {"since": rows.ms(now - _HOUR)}
        dead, unconfirmed = (
            self._rows(lost, since)[0]["n"] for lost in (sql.DEAD_SINCE, sql.UNCONFIRMED_SINCE)
        )
        waits, listening = self._waits(now), self._first(sql.LISTENING, {"enough": ENOUGH})
        return Vitals(
            feeds=found["feeds"],
            fresh=found["fresh"],
            waiting=found["waiting"],
            overdue=found["overdue"],
            shortest=None if shortest is None else timedelta(milliseconds=shortest),
            polled_at=rows.at_or_none(found["polled_at"]),
            polled_ok_at=rows.at_or_none(found["polled_ok_at"]),
            gone=tuple((row["id"], row["name"]) for row in self._rows(sql.GONE)),
            dead=dead,
            unconfirmed=unconfirmed,
            waits_since=rows.at_or_none(waits["since"]),
            lagging=waits["lagging"],
            stuck_since=rows.at_or_none(waits["stuck_since"]),
            stuck=waits["stuck"],
            listening=listening["n"] if listening else 0,
        )

    def _waits(self, now: datetime) -> rows.Row:
        times = {"long_ago": rows.ms(now - LONG), "a_while_ago": rows.ms(now - SOON)}
        (waits,) = self._rows(sql.WAITS, times | {"tries": TRIES})
        return waits


def _restored(told: dict[str, int]) -> Restored:
    return Restored(rows.at(told["taken_at"]), rows.at(told["at"]))
