"""Pages that wait to be read, and the hosts that rest between two visits."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.core.model import Claimed, Wanted
from bot.stores import sql_pages
from bot.stores.sqlite import rows
from bot.stores.sqlite.file import ABSURD, SqliteFile

# Longer than a visit with its robots.txt can take; whoever claimed a page and died lets it go then.
_CLAIMED_FOR = timedelta(minutes=3)
_NEWS_FOR = timedelta(hours=24)


class ArticleTables(SqliteFile):
    """The ``pages`` and ``page_hosts`` tables."""

    def _want_page(self, page: Wanted, now: datetime) -> None:
        """Inside the transaction that records its entry."""
        self._do(
            sql_pages.WANT_PAGE,
            fingerprint=page.fingerprint,
            host=page.host,
            severity=int(page.severity),
            now=rows.ms(now),
        )

    async def claim_pages(self, now: datetime, limit: int) -> tuple[Claimed, ...]:
        """Take the pages whose turn it is, one a host; the host is busy until it is settled."""
        return await self._write(lambda: self._claim_pages(now, limit))

    def _claim_pages(self, now: datetime, limit: int) -> tuple[Claimed, ...]:
        self._do("DELETE FROM page_hosts WHERE until_at <= :now", now=rows.ms(now))
        self._do("DELETE FROM pages WHERE added_at < :old", old=rows.ms(now - _NEWS_FOR))
        until = rows.ms(now + _CLAIMED_FOR)
        values = {"now": rows.ms(now), "until": until, "limit": limit}
        claimed = self._rows(sql_pages.CLAIM_PAGES, values | {"absurd": rows.ms(now + ABSURD)})
        found = [page for row in claimed if (page := self._claimed(row))]
        for page in found:
            self._do(sql_pages.HOST_RESTS, host=page.host, until=until)
        return tuple(found)

    def _claimed(self, row: rows.Row) -> Claimed | None:
        """The page with its entry and source; one whose source is gone is forgotten."""
        key = {"fingerprint": row["fingerprint"]}
        entry = self._first("SELECT * FROM entries WHERE fingerprint = :fingerprint", key)
        source = entry and self._first(
            "SELECT * FROM sources WHERE id = :id", {"id": entry["source_id"]}
        )
        if not entry or not source:
            self._do("DELETE FROM pages WHERE fingerprint = :fingerprint", **key)
            return None
        return Claimed(rows.source(source), rows.entry(entry), row["host"], row["attempts"])

    async def page_settled(self, page: Claimed, rests_until: datetime) -> None:
        """It was read, or never will be; its host rests."""
        statement = "DELETE FROM pages WHERE fingerprint = :key"

        def turn() -> None:
            self._do(statement, key=page.entry.fingerprint)
            self._do(sql_pages.HOST_RESTS, host=page.host, until=rows.ms(rests_until))

        await self._write(turn)

    async def page_postponed(self, page: Claimed, due_at: datetime, rests_until: datetime) -> None:
        """It is tried again at ``due_at``; its host rests."""
        statement = "UPDATE pages SET due_at = :due_at WHERE fingerprint = :key"

        def turn() -> None:
            self._do(statement, key=page.entry.fingerprint, due_at=rows.ms(due_at))
            self._do(sql_pages.HOST_RESTS, host=page.host, until=rows.ms(rests_until))

        await self._write(turn)
