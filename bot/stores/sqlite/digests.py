"""Alerts that come late, gathered: a few are sent as they are, many become one digest."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.core.lanes import Lane
from bot.core.lateness import MANY
from bot.core.model import Alert, Delay, DeliveryKind
from bot.stores import sql_digests
from bot.stores.sqlite import rows
from bot.stores.sqlite.fanout import HOLD, FanOutTable

_LONGEST_HOLD = timedelta(minutes=2)
_ONE_CATCHING_UP = timedelta(hours=1)


class DigestTable(FanOutTable):
    """Late alerts and digests among the ``deliveries``."""

    def _gather(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Make the late alerts that still wait lines of a digest, where that is called for."""
        for chat_id in sorted({alert.chat_id for alert in alerts if alert.delay}):
            since = rows.ms(now - _ONE_CATCHING_UP)
            waiting = self._rows(sql_digests.LATE_ALERTS, {"chat_id": chat_id, "since": since})
            least = Delay.LATE if len(waiting) > MANY else Delay.OLD
            lines = [r for r in waiting if r["state"] == "pending" and r["late"] >= least]
            if lines:
                self._fold(chat_id, lines, now)

    def _fold(self, chat_id: int, lines: list[rows.Row], now: datetime) -> None:
        digest_id = self._open_digest(chat_id, lines[0]["story_id"], now)
        for line in lines:
            self._do(sql_digests.FOLD_ALERT, id=line["id"], digest_id=digest_id, now=rows.ms(now))
        self._do(
            sql_digests.GROW_DIGEST,
            id=digest_id,
            severity=max(line["severity"] for line in lines),
            not_before=rows.ms(now + HOLD),
            uncertain=max(line["uncertain"] for line in lines),
            longest_ms=_LONGEST_HOLD // timedelta(milliseconds=1),
        )

    def _open_digest(self, chat_id: int, story_id: str, now: datetime) -> int:
        """The chat's digest that has not left yet, or a new one."""
        if row := self._first(sql_digests.OPEN_DIGEST, {"chat_id": chat_id}):
            return int(row["id"])
        dedup_key = f"d:{chat_id}:{story_id}:0"
        self._add_delivery(
            now,
            dedup_key=dedup_key,
            kind=DeliveryKind.DIGEST.value,
            chat_id=chat_id,
            lane=Lane.REST,
            severity=0,
            payload="{}",
            late=int(Delay.LATE),
        )
        row = self._first("SELECT id FROM deliveries WHERE dedup_key = :key", {"key": dedup_key})
        assert row is not None  # noqa: S101 -- written the line before, in this transaction
        return int(row["id"])
