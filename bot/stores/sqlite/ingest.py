"""What one turn of ingest needs to know, and the one transaction it writes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.core.lanes import GATHERS
from bot.core.model import (
    Audience,
    Batch,
    Growth,
    Known,
    PollStatus,
    Recall,
    Report,
    Story,
    Verdict,
    Way,
)
from bot.core.trial import Text
from bot.stores import sql
from bot.stores.sqlite import rows
from bot.stores.sqlite.articles import ArticleTables
from bot.stores.sqlite.digests import DigestTable
from bot.stores.sqlite.fanout import alike
from bot.stores.sqlite.hashes import EntryHashTable
from bot.stores.sqlite.naming import NamingTable
from bot.stores.sqlite.quarantine import QuarantineTable
from bot.stores.sqlite.sources import SourceTable

_MANY_REPORTS = 500


class IngestTables(
    SourceTable, DigestTable, NamingTable, EntryHashTable, ArticleTables, QuarantineTable
):
    """Entries, fingerprints, stories and alerts."""

    async def recall(
        self, fingerprints: Collection[str], stories_since: datetime | None = None
    ) -> Recall:
        """What is known of these fingerprints, and the stories since then, newest last."""

        def turn() -> Recall:
            known = self._known(fingerprints)
            return Recall(known, self._stories(stories_since) if stories_since else ())

        return await self._run(turn)

    def _stories(self, since: datetime) -> tuple[Story, ...]:
        found = self._rows(
            "SELECT * FROM stories WHERE last_seen_at >= :since ORDER BY last_seen_at, id",
            {"since": rows.ms(since)},
        )
        return tuple(rows.story(row) for row in found)

    def _known(self, fingerprints: Collection[str]) -> dict[str, Known]:
        found = self._rows(sql.KNOWN_ENTRIES, {"hashes": json.dumps(list(fingerprints))})
        return {row["hash"]: rows.known(row) for row in found}

    async def entries_since(self, since: datetime, limit: int) -> tuple[Text, ...]:
        """At most ``limit`` entries read since then, newest first."""
        values = {"since": rows.ms(since), "limit": limit}
        found = await self._run(lambda: self._rows(sql.ENTRIES_SINCE, values))
        return tuple(rows.text(row) for row in found)

    async def ways(self, asked: str, limit: int) -> tuple[Way, ...]:
        """What became of the entries with this link, number, fingerprint or story, oldest first."""

        def turn() -> tuple[Way, ...]:
            found = self._rows(sql.ENTRIES_OF, {"asked": asked, "limit": limit})
            return tuple(self._way(row) for row in found)

        return await self._run(turn)

    def _way(self, row: rows.Row) -> Way:
        key = {"story_id": row["story_id"]}
        story = self._first("SELECT * FROM stories WHERE id = :story_id", key)
        told = self._rows(sql.STORY_DELIVERIES, key) if story else []
        deliveries = {(r["kind"], r["state"]): r["n"] for r in told}
        return rows.way(row, story, deliveries, self._reports(row["story_id"], _MANY_REPORTS))

    async def reports(self, story_id: str, limit: int) -> tuple[Report, ...]:
        """The reports of a story, the first to come first."""
        return await self._run(lambda: self._reports(story_id, limit))

    def _reports(self, story_id: str | None, limit: int) -> tuple[Report, ...]:
        values = {"story_id": story_id, "limit": limit}
        return tuple(rows.report(row) for row in self._rows(sql.STORY_REPORTS, values))

    async def audience(self, known_revision: int) -> Audience | None:
        """The audience, or ``None`` when ``known_revision`` is still the current one."""
        return await self._run(lambda: self._audience(known_revision))

    def _audience(self, known_revision: int) -> Audience | None:
        row = self._first("SELECT value FROM settings WHERE key = :k", {"k": "audience_revision"})
        revision = int(row["value"]) if row else 0
        if revision == known_revision:
            return None
        chats = [rows.chat(r) for r in self._rows("SELECT * FROM chats WHERE status = 'active'")]
        watches = self._rows(
            "SELECT watches.* FROM watches JOIN chats ON chats.id = watches.chat_id"
            " WHERE chats.status = 'active' ORDER BY watches.id"
        )
        return Audience(
            revision, {chat.id: chat for chat in chats}, tuple(rows.watch(w) for w in watches)
        )

    async def record(self, batch: Batch) -> int:
        """Write a batch in ONE transaction; returns the number of deliveries added."""
        return await self.record_all([batch])

    async def record_all(self, batches: Sequence[Batch]) -> int:
        """``record`` for several batches, all in ONE transaction."""
        # What alerts nobody is undone together with the feed's validators, and read again.
        alerts = any(verdict.alerts for batch in batches for verdict in batch.verdicts)
        turn = lambda: sum(self._record(batch) for batch in batches)  # noqa: E731
        return await self._write(turn, durably=alerts)

    def _record(self, batch: Batch) -> int:
        if batch.verdicts:
            self._remember([v.entry for v in batch.verdicts], batch.decided_at)
        added = sum(self._record_verdict(v, batch.decided_at) for v in batch.verdicts)
        if batch.alarm is not None:
            self._quicken(batch.source_id, batch.alarm, batch.decided_at)
        for page in batch.pages:
            self._want_page(page, batch.decided_at)
        for verdict in batch.verdicts if batch.is_retry else ():
            self._was_tried(verdict)
        self._gather((a for v in batch.verdicts for a in v.alerts), batch.decided_at)
        if batch.poll is not None:
            if batch.poll.status is PollStatus.CHANGED:
                self._source_was_read(batch.source_id, batch.faults, batch.decided_at)
            else:
                self._source_was_visited(batch.source_id)
            self._do(
                sql.SOURCE_POLLED,
                id=batch.source_id,
                etag=batch.poll.etag,
                last_modified=batch.poll.last_modified,
                body_hash=batch.poll.body_hash,
                whole=int(batch.poll.is_whole),
                now=rows.ms(batch.decided_at),
            )
            self._record_hashes(batch.poll)
            if batch.poll.habits is not None:
                habits = rows.habits_text(batch.poll.habits)
                self._do(sql.PUT_HABITS, id=batch.source_id, habits=habits)
        if batch.course is not None:
            self._set_course(batch.source_id, batch.course, batch.decided_at)
        return added

    def _record_verdict(self, verdict: Verdict, now: datetime) -> int:
        if not self._record_entry(verdict, now):
            return 0
        self._settle_quarantine(verdict, now)
        for story in verdict.stories:
            self._do(sql.PUT_STORY, **rows.story_row(story))
        heard = alike(verdict.alerts)
        for hearing in heard:
            self._add_whys(hearing)
        # Before the alerts of today: those show the story as it is now.
        return self._tell(verdict, now) + sum(self._add_alerts(hearing, now) for hearing in heard)

    def _tell(self, verdict: Verdict, now: datetime) -> int:
        """What those hear who were told before of a story that the verdict changes."""
        told = sum(self._tell_of(story, Growth(), now) for story in verdict.linked)
        if verdict.story and verdict.growth:
            told += self._tell_of(verdict.story, verdict.growth, now)
        return told

    def _tell_of(self, story: Story, growth: Growth, now: datetime) -> int:
        """Edits, and steps if there is one, for all who were told of ``story``."""
        values = {"story_id": story.id, "severity": int(story.severity), "now": rows.ms(now)}
        # More may come in a moment; with a step the alert is to be right at once.
        patience = GATHERS if growth.step is None else timedelta()
        edits = {"edits": story.life.edits, "not_before": rows.ms(now + patience)}
        added = len(self._rows(sql.ADD_EDITS, values | edits))
        if growth.step is not None:
            added += len(self._rows(sql.ADD_STEPS, values | {"step": growth.step}))
        return added

    def _record_entry(self, verdict: Verdict, now: datetime) -> bool:
        """Write the entry; false when it was recorded before in these very words."""
        entry = rows.entry_row(verdict, now)
        if verdict.edited:
            statement = sql.READ_PAGE if verdict.entry.is_page else sql.EDIT_ENTRY
            return self._do(statement, **entry) > 0
        mark = {"hash": entry["fingerprint"], "story_id": entry["story_id"], "now": rows.ms(now)}
        if not self._rows(sql.REMEMBER_ENTRY, mark):
            return False
        self._do(sql.ADD_ENTRY, **entry)
        return True
