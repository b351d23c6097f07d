"""One story becomes an alert to everybody who hears of it: a few statements, however many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.model import Alert, Card, Delay
from bot.stores import sql
from bot.stores.sqlite import carried, rows
from bot.stores.sqlite.outbox import OutboxTable

# All feeds are read again within this after a start, a few seconds after one another.
HOLD = timedelta(seconds=20)


@dataclass(slots=True)
class Hearing:
    """The chats that hear of a story in the same words, for the same reasons."""

    card: Card
    delay: Delay
    may_repeat: bool
    chats: list[int] = field(default_factory=list)


def alike(alerts: Sequence[Alert]) -> list[Hearing]:
    """``alerts`` by what they say; most subscribers of a topic are told the very same."""
    found: dict[object, list[Hearing]] = {}
    for alert in alerts:
        card, manner = alert.card, (alert.delay, alert.may_repeat)
        # Cards are not hashable: those with the same watches behind them are compared.
        same = found.setdefault((*manner, tuple(why.query for why in card.whys)), [])
        hearing = next((h for h in same if h.card == card), None)
        if hearing is None:
            same.append(hearing := Hearing(card, *manner))
        hearing.chats.append(alert.chat_id)
    return [hearing for same in found.values() for hearing in same]


class FanOutTable(OutboxTable):
    """``alerts``, ``whys``, and the deliveries that begin with them."""

    def _add_whys(self, hearing: Hearing) -> None:
        key = {"story_id": hearing.card.story_id, "chats": json.dumps(hearing.chats)}
        for why in hearing.card.whys:
            self._do(sql.ADD_WHYS, **key, query=why.query)

    def _add_alerts(self, hearing: Hearing, now: datetime) -> int:
        """Alert those who were not told of it before; how many they are."""
        card = hearing.card
        key = {"story_id": card.story_id, "severity": int(card.severity), "now": rows.ms(now)}
        told = self._rows(sql.ADD_ALERTS, key | {"chats": json.dumps(hearing.chats)})
        if not told:
            return 0
        hold = HOLD if hearing.delay else timedelta()
        return self._do(
            sql.ADD_ALERT_DELIVERIES,
            **key,
            chats=json.dumps([row["chat_id"] for row in told]),
            payload=carried.payload_text(card),
            late=int(hearing.delay),
            uncertain=int(hearing.may_repeat),
            not_before=rows.ms(now + hold),
        )
