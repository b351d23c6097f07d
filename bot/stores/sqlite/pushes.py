"""The subscriptions to hubs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.core.model import Push, PushState, Source
from bot.stores import sql
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import SqliteFile


class PushTable(SqliteFile):
    """The ``pushes`` table."""

    async def put_push(self, push: Push) -> None:
        """Keep ``push`` in place of what was agreed for its source; nothing if that is gone."""
        await self._write(lambda: self._do(sql.PUT_PUSH, **_row(push)))

    async def push_came(self, token: str, now: datetime) -> None:
        """What was agreed under this address has brought something."""
        statement = "UPDATE pushes SET pushed_at = :now WHERE token = :token"
        await self._write(lambda: self._do(statement, token=token, now=rows.ms(now)))

    async def drop_push(self, source_id: str) -> None:
        """Forget what was agreed for this source."""
        statement = "DELETE FROM pushes WHERE source_id = :id"
        await self._write(lambda: self._do(statement, id=source_id))

    async def push_of(self, source_id: str) -> Push | None:
        """What is agreed for this source."""
        return await self._push("SELECT * FROM pushes WHERE source_id = :key", source_id)

    async def push_by(self, token: str) -> tuple[Push, Source] | None:
        """What is agreed under this address, and for which source."""
        push = await self._push("SELECT * FROM pushes WHERE token = :key", token)
        if push is None:
            return None
        key = {"id": push.source_id}
        row = await self._run(lambda: self._first("SELECT * FROM sources WHERE id = :id", key))
        return (push, rows.source(row)) if row else None

    async def pushes_due(self, now: datetime, limit: int) -> tuple[Push, ...]:
        """What is to be asked for (again), the longest due first."""
        values = {"now": rows.ms(now), "limit": limit}
        found = await self._run(lambda: self._rows(sql.PUSHES_DUE, values))
        return tuple(_push(row) for row in found)

    async def pushes(self) -> tuple[Push, ...]:
        """All that is agreed."""
        found = await self._run(lambda: self._rows("SELECT * FROM pushes ORDER BY source_id"))
        return tuple(_push(row) for row in found)

    async def _push(self, statement: str, key: str) -> Push | None:
        row = await self._run(lambda: self._first(statement, {"key": key}))
        return _push(row) if row else None


def _row(push: Push) -> dict[str, Any]:
    return {
        "source_id": push.source_id,
        "hub": push.hub,
        "topic": push.topic,
        "token": push.token,
        "secret": push.secret,
        "state": push.state.value,
        "due_at": rows.ms(push.due_at),
        "lease_until": rows.ms_or_none(push.lease_until),
        "failures": push.failures,
        "error": push.error,
        "pushed_at": rows.ms_or_none(push.pushed_at),
        "missed_at": rows.ms_or_none(push.missed_at),
    }


def _push(row: rows.Row) -> Push:
    return Push(
        source_id=row["source_id"],
        hub=row["hub"],
        topic=row["topic"],
        token=row["token"],
        secret=row["secret"],
        state=PushState(row["state"]),
        due_at=rows.at(row["due_at"]),
        lease_until=rows.at_or_none(row["lease_until"]),
        failures=row["failures"],
        error=row["error"],
        pushed_at=rows.at_or_none(row["pushed_at"]),
        missed_at=rows.at_or_none(row["missed_at"]),
    )
