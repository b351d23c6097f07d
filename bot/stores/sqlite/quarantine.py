"""What broke us: set aside, counted, tried again."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from bot.core.model import UNRENDERED, Entry, Fault, Quarantined, Reason, Stage, Verdict
from bot.stores import quarantine_sql, sql
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import SqliteFile

BODY_BYTES = 256 * 1024  # of each thing that is kept: enough to find the error with
WHOLE_DOCUMENTS = 200  # documents whose bytes are kept; of older ones the traceback stays
TRIES = 5  # of an entry, when not even its failure could be recorded
_ENTRY_CHARS = 100_000  # of an entry's body, so that its JSON stays whole
_LATE = timedelta(hours=24)  # an alert that could not be put into words is no news after it
_ENTRY = TypeAdapter(Entry)
_ANY = -1


class QuarantineTable(SqliteFile):
    """The ``quarantine`` table."""

    async def set_aside(self, fault: Fault, now: datetime) -> bool:
        """Keep what broke us; true when it did so for the first time."""
        return await self._write(lambda: self._set_aside(fault, now))

    def _set_aside(self, fault: Fault, now: datetime) -> bool:
        times = self._rows(quarantine_sql.SET_ASIDE, _row(fault, now))[0]["times"]
        if fault.stage is Stage.READ:
            self._do(quarantine_sql.THIN_QUARANTINE, kept=WHOLE_DOCUMENTS)
        return bool(times == 1)

    def _settle_quarantine(self, verdict: Verdict, now: datetime) -> None:
        """An entry that breaks us is set aside with its verdict; one that does not is free."""
        fingerprint = verdict.entry.fingerprint
        if verdict.fault is not None:
            entry = replace(verdict.entry, body=verdict.entry.body[:_ENTRY_CHARS])
            self._set_aside(replace(verdict.fault, body=_ENTRY.dump_json(entry)), now)
        elif verdict.edited and verdict.reason is not Reason.FAILED:
            self._do(quarantine_sql.FREE, stage=Stage.DECIDE.value, subject=fingerprint)

    def _was_tried(self, verdict: Verdict) -> None:
        """An entry that was due is so no more, whatever became of it."""
        ended = quarantine_sql.FREE if verdict.fault is None else quarantine_sql.NOT_DUE_ANY_MORE
        self._do(ended, stage=Stage.DECIDE.value, subject=verdict.entry.fingerprint)

    def _source_was_read(self, source_id: str, faults: Collection[Fault], now: datetime) -> None:
        """After a poll that brought something: only what broke us in it is still set aside."""
        but = json.dumps([fault.subject for fault in faults])
        self._do(quarantine_sql.FREE_SOURCE, source_id=source_id, but=but)
        for fault in faults:
            self._set_aside(fault, now)

    def _source_was_visited(self, source_id: str) -> None:
        """After a poll that went well, whatever it brought."""
        self._do(quarantine_sql.FREE_POLL, source_id=source_id)

    async def quarantined(self, limit: int = _ANY) -> tuple[Quarantined, ...]:
        """What is set aside, the newest first."""
        found = await self._run(lambda: self._rows(quarantine_sql.QUARANTINE, {"limit": limit}))
        return tuple(_quarantined(row) for row in found)

    async def quarantined_one(self, number: int) -> Quarantined | None:
        """What is set aside under this number."""
        found = await self._run(lambda: self._first(quarantine_sql.QUARANTINED, {"id": number}))
        return _quarantined(found) if found else None

    async def quarantine_counts(self) -> dict[str, int]:
        """How much is set aside at each stage."""
        found = await self._run(lambda: self._rows(quarantine_sql.QUARANTINE_COUNTS))
        return {row["stage"]: row["n"] for row in found}

    async def ask_again(self, number: int) -> bool:
        """Have it tried again by the bot that runs, or the next one; false if there is none."""
        return await self._write(lambda: self._do(quarantine_sql.ASK_AGAIN, id=number) > 0)

    async def after_upgrade(self, version: str) -> int:
        """What broke another version is due again; how much that is."""
        return await self._write(lambda: self._do(quarantine_sql.AFTER_UPGRADE, version=version))

    async def drop_quarantined(self, number: int) -> bool:
        """Forget it; false if there is none."""
        statement = "DELETE FROM quarantine WHERE id = :id"
        return await self._write(lambda: self._do(statement, id=number) > 0)

    async def due_again(self, now: datetime, limit: int) -> tuple[tuple[Entry, Fault], ...]:
        """Try again what is due: sources are due anew, deliveries wait again, entries come back.

        An entry stays due until a verdict on it is recorded, so that no crash loses it.
        """
        values: dict[str, object] = {"limit": limit}
        if not await self.is_any_due():
            return ()
        return await self._write(lambda: self._take_again(now, values))

    async def is_any_due(self) -> bool:
        """Whether anything is to be tried again."""
        return bool(await self._run(lambda: self._rows(quarantine_sql.IS_ANY_DUE)))

    async def trying(self, fault: Fault) -> None:
        """It is about to be tried again; after some tries without any end it is not due."""
        key = {"stage": fault.stage.value, "subject": fault.subject, "tries": TRIES}
        await self._write(lambda: self._do(quarantine_sql.TRYING, **key))

    def _take_again(
        self, now: datetime, values: dict[str, object]
    ) -> tuple[tuple[Entry, Fault], ...]:
        entries = []
        for row in self._rows(quarantine_sql.DUE_AGAIN, values):
            kept = _quarantined(row)
            if kept.fault.stage is Stage.DECIDE:
                if entry := self._entry_of(kept):
                    entries.append((entry, kept.fault))
                continue
            if kept.fault.stage is Stage.RENDER:
                self._send_again(kept, now)
            else:
                self._read_anew(kept.fault.source_id, now)
            self._do(quarantine_sql.NOT_DUE, id=kept.id)
        return tuple(entries)

    def _read_anew(self, source_id: str, now: datetime) -> None:
        if not self._do(quarantine_sql.READ_ANEW, id=source_id, now=rows.ms(now)):
            self._do(quarantine_sql.FREE_SOURCE, source_id=source_id, but="[]")  # it was removed
        # As a whole: what was left out as known may be what broke us.
        self._do(sql.PUT_ENTRY_HASHES, source_id=source_id, hashes=b"")

    def _entry_of(self, kept: Quarantined) -> Entry | None:
        """The entry that was set aside; ``None`` where this version cannot read it any more."""
        try:
            return _ENTRY.validate_json(kept.fault.body)
        except ValidationError:
            self._do(quarantine_sql.NOT_DUE, id=kept.id)
            return None

    def _send_again(self, kept: Quarantined, now: datetime) -> None:
        # Gone from here: what breaks us again comes back.
        since = rows.ms(now - _LATE)
        dead = {"error": UNRENDERED, "subject": kept.fault.subject, "since": since}
        self._do(quarantine_sql.SEND_AGAIN, now=rows.ms(now), **dead)
        self._do("DELETE FROM quarantine WHERE id = :id", id=kept.id)


def _row(fault: Fault, now: datetime) -> dict[str, object]:
    return {
        "stage": fault.stage.value,
        "source_id": fault.source_id,
        "subject": fault.subject,
        "title": fault.title,
        "error": fault.error,
        "trace": fault.trace,
        "body": fault.body[: _room(fault)],
        "size": len(fault.body),
        "baseline": int(fault.is_baseline),
        "version": fault.version,
        "now": rows.ms(now),
    }


def _room(fault: Fault) -> int:
    """Bytes that are kept; half an entry could not be tried again, and it is short already."""
    return len(fault.body) if fault.stage is Stage.DECIDE else BODY_BYTES


def _quarantined(row: rows.Row) -> Quarantined:
    fault = Fault(
        stage=Stage(row["stage"]),
        source_id=row["source_id"],
        subject=row["subject"],
        title=row["title"],
        error=row["error"],
        trace=row["trace"],
        body=row["body"],
        is_baseline=bool(row["baseline"]),
        version=row["version"],
    )
    return Quarantined(
        id=row["id"],
        fault=fault,
        times=row["times"],
        is_due=bool(row["due"]),
        size=row["size"],
        first_at=rows.at(row["first_at"]),
        last_at=rows.at(row["last_at"]),
    )
