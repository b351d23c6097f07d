"""The operator's sources and what their polls left behind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.core.model import Alarm, Course, Setback, Source, SourceAge
from bot.stores import sql
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import ABSURD, SPREAD
from bot.stores.sqlite.rewound import Rewound
from bot.stores.sqlite.visits import course_row, setback_row

# No visit takes longer, its wait for another one to the same host aside.
_VISIT_S = 120


class SourceTable(Rewound):
    """The ``sources`` table."""

    async def put_sources(self, sources: Sequence[Source], origin: str) -> None:
        """Make the sources of ``origin`` exactly these; poll state of known ones is kept."""
        await self._write(lambda: self._put_sources(sources, origin))

    def _put_sources(self, sources: Sequence[Source], origin: str) -> None:
        keep = {source.id for source in sources}
        mine = self._rows("SELECT id FROM sources WHERE origin = :origin", {"origin": origin})
        for row in mine:
            if row["id"] not in keep:
                self._do("DELETE FROM sources WHERE id = :id", id=row["id"])
        self._db.table("sources").upsert_all(
            (rows.source_row(source, origin) for source in sources), pk="id"
        )
        self._do(sql.YIELD_MOVES)

    async def add_source(self, source: Source, origin: str) -> bool:
        """Add one source, due at once; false when its id or address is there already."""
        values = rows.source_row(source, origin)
        return await self._write(lambda: bool(self._rows(sql.ADD_SOURCE, values)), durably=True)

    async def add_sources(self, sources: Sequence[Source], origin: str) -> frozenset[str]:
        """Add many at once; the ids of those whose id and address were not there already."""

        def turn() -> frozenset[str]:
            found = (self._rows(sql.ADD_SOURCE, rows.source_row(s, origin)) for s in sources)
            return frozenset(row["id"] for added in found for row in added)

        return await self._write(turn, durably=True)

    async def remove_source(self, source_id: str, origin: str) -> bool:
        """Forget one source of ``origin``; its entries and stories stay."""
        statement = "DELETE FROM sources WHERE id = :id AND origin = :origin"
        turn = lambda: self._do(statement, id=source_id, origin=origin) > 0  # noqa: E731
        return await self._write(turn, durably=True)

    async def all_due(self, now: datetime) -> None:
        """Let every source be visited now that its publisher does not keep away."""
        await self._write(lambda: self._do(sql.ALL_DUE, now=rows.ms(now)))

    async def claim_sources(self, now: datetime, limit: int) -> tuple[Source, ...]:
        """Take what is due, in one statement; until its visit is recorded it is due much later."""
        values = {
            "now": rows.ms(now),
            "limit": limit,
            "absurd": rows.ms(now + ABSURD),
            "visit_s": _VISIT_S,
        }

        def turn() -> list[rows.Row]:
            if self._was_set_back(now):
                self._rewind(now)
            self._do(sql.PLACE_SOURCES, now=values["now"], **SPREAD)
            return self._rows(sql.CLAIM_SOURCES, values)

        claimed = await self._write(turn)
        self._latest = now
        return tuple(rows.source(row) for row in claimed)

    async def source_failed(
        self,
        source_id: str,
        error: str,
        now: datetime,
        next_due_at: datetime,
        setback: Setback = Setback(),  # noqa: B008 -- frozen
    ) -> bool:
        """Record a failed poll; true when this error is a new one for this source."""

        def turn() -> bool:
            before = self._first("SELECT error FROM sources WHERE id = :id", {"id": source_id})
            self._do(
                sql.SOURCE_FAILED,
                id=source_id,
                error=error,
                now=rows.ms(now),
                next_due_at=rows.ms(next_due_at),
                **setback_row(setback, now),
            )
            return before is not None and before["error"] != error

        return await self._write(turn)

    async def move_source(self, source_id: str, url: str) -> bool:
        """Visit a source at ``url`` from now on; false when another source has that address."""
        values = {"id": source_id, "url": url}
        return await self._write(lambda: bool(self._rows(sql.MOVE_SOURCE, values)))

    def _set_course(self, source_id: str, course: Course, now: datetime) -> None:
        self._do(sql.SOURCE_COURSE, id=source_id, now=rows.ms(now), **course_row(course))

    def _quicken(self, source_id: str, alarm: Alarm, now: datetime) -> None:
        self._do(
            sql.QUICKEN_SOURCES,
            id=source_id,
            countries=json.dumps(alarm.countries),
            until=rows.ms(alarm.until),
            now=rows.ms(now),
        )

    async def source_names(self, since: datetime) -> tuple[str, ...]:
        """What the sources are called, and who was read since then: a seed names its own."""
        found = await self._run(lambda: self._rows(sql.SOURCE_NAMES, {"since": rows.ms(since)}))
        return tuple(row["name"] for row in found)

    async def source_ages(self) -> tuple[SourceAge, ...]:
        """Every source and how it is doing, the operator's first."""

        # In its own thread: ten thousand rows take half a second to read.
        def turn() -> tuple[SourceAge, ...]:
            return tuple(rows.source_age(row) for row in self._rows(sql.SOURCE_AGES))

        return await self._run(turn)
