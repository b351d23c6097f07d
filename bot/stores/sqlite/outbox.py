"""The outbox: every state a delivery goes through, each change fenced by its lease."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.core.lanes import GATHERS, LONG, Lane, Turn
from bot.core.model import (
    Chat,
    ChatKind,
    ChatStatus,
    DeadLetter,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Flood,
    Note,
    Settlement,
    Severity,
    Story,
)
from bot.stores import sql, sql_chats, sql_digests, sql_lanes
from bot.stores.sqlite import carried, rows
from bot.stores.sqlite.file import ABSURD, SPREAD
from bot.stores.sqlite.rewound import Rewound
from bot.stores.sqlite.times import MS

_MANY = 256  # made ready in one turn: nobody waits long for it
_LOOK_AGAIN = timedelta(minutes=1)  # at what waits for its alert, should nobody have told
_FIRST = {Turn.GRAVEST: sql_lanes.CLAIM_GRAVEST, Turn.OLDEST: sql_lanes.CLAIM_OLDEST}


class OutboxTable(Rewound):
    """The ``deliveries`` table."""

    def _add_delivery(self, now: datetime, **columns: object) -> int:
        at = rows.ms(now)
        blank: dict[str, object] = {"story_id": None, "thread_id": None, "reply_to": None}
        blank |= {"not_before": at, "late": 0, "uncertain": 0}
        return len(self._rows(sql.ADD_DELIVERY, blank | columns | {"now": at}))

    async def recover(self, now: datetime) -> tuple[int, int]:
        """After a start, take up what the last run left; (rows repeated, rows left unconfirmed)."""

        def turn() -> tuple[int, int]:
            self._rewind(now)
            self._do(sql.RECOVER_SOURCES, now=rows.ms(now), **SPREAD)
            self._do(sql.RECOVER_LEASED)
            self._do(sql.RECOVER_REFUSED, now=rows.ms(now))
            return self._do(sql.RECOVER_GRAVE), self._do(sql.RECOVER_LIGHT, now=rows.ms(now))

        return await self._write(turn)

    async def floods(self, now: datetime) -> tuple[Flood, ...]:
        """The waits that were asked for (429) and are not over, the first asked for first."""
        found = await self._run(lambda: self._rows(sql_lanes.FLOODS, {"now": rows.ms(now)}))
        return tuple(carried.flood(row) for row in found)

    async def refusing(self, now: datetime) -> Mapping[int, timedelta]:
        """The chats that refused what still waits for them (403), and how long ago that was."""
        found = await self._run(lambda: self._rows(sql_lanes.REFUSING, {"now": rows.ms(now)}))
        return {row["chat_id"]: timedelta(milliseconds=row["ago"]) for row in found}

    async def take_up(self, now: datetime) -> int:
        """What backs off may leave now, but for what was asked to wait (429); how much that is."""
        return await self._write(lambda: self._do(sql_lanes.TAKE_UP, now=rows.ms(now)))

    async def claim_deliveries(
        self,
        now: datetime,
        limit: int,
        lease: str,
        lease_for: timedelta,
        *,
        resting: Collection[int] = (),
        turn: Turn = Turn.NEXT,
    ) -> tuple[Delivery, ...]:
        """Lease up to ``limit`` deliveries that may leave now, in the order of ``core.lanes``.

        Args:
            now, lease, lease_for: The claim's name, and until when it holds.
            limit: How many at most; one for each chat.
            resting: Chats that are left alone.
            turn: Who is the first of them, if there is such a one.
        """
        values = {
            "lease": lease,
            "lease_until": rows.ms(now + lease_for),
            "resting": json.dumps(list(resting)),
            "long_ago": rows.ms(now - LONG),
        }

        def some() -> tuple[bool, tuple[Delivery, ...]]:
            if self._was_set_back(now):
                self._rewind(now)
            self._make_ready(now)
            return self._claim(now, limit, values, turn)

        more = True
        found: tuple[Delivery, ...] = ()
        while more and not found:  # in turns, so that others need not wait until all is looked at
            more, found = await self._write(some)
        self._latest = now
        return found

    def _claim(
        self, now: datetime, limit: int, values: dict[str, object], turn: Turn
    ) -> tuple[bool, tuple[Delivery, ...]]:
        """Whether there may be more, and what may leave of what was looked at."""
        found: list[Delivery] = []
        for _ in range(_MANY):
            claimed = self._lease(values, limit - len(found), Turn.NEXT if found else turn)
            read = [self._delivery(row, now) for row in claimed]
            found += [delivery for delivery in read if delivery is not None]
            if None not in read:
                return False, tuple(found)
        return True, tuple(found)

    def _lease(self, values: dict[str, object], limit: int, turn: Turn) -> list[rows.Row]:
        first = self._rows(_FIRST[turn], values) if turn in _FIRST else []
        left = limit - len(first)
        claimed = self._rows(sql_lanes.CLAIM, values | {"limit": left}) if left else []
        claimed.sort(key=lambda r: (r["lane"], -r["severity"], -r["channel"], r["id"]))
        return first + claimed

    def _make_ready(self, now: datetime) -> None:
        """What is due, and whose lease has run out, may be claimed."""
        at = rows.ms(now)
        self._do(sql_lanes.EXPIRE_LEASES, now=at)
        again, absurd = rows.ms(now + _LOOK_AGAIN), rows.ms(now + ABSURD)
        self._do(sql_lanes.READY, now=at, look_again=again, absurd=absurd, many=_MANY)

    def _delivery(self, row: rows.Row, now: datetime) -> Delivery | None:
        """The claimed row as a delivery; one that cannot be read any more is a dead letter."""
        told = self._told(row)
        if idle := _idle(row, told):
            self._end(row, DeliveryState.CANCELLED, idle, now)
            return None
        try:
            return self._read(row, told)
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            self._end(row, DeliveryState.DEAD, f"unreadable: {error}", now)
            return None

    def _end(self, row: rows.Row, state: DeliveryState, error: str, now: datetime) -> None:
        self._do(sql.END_DELIVERY, id=row["id"], state=state.value, error=error, now=rows.ms(now))

    def _told(self, row: rows.Row) -> rows.Row | None:
        """The alert itself, or the one an edit changes and a step answers."""
        if row["kind"] == DeliveryKind.ALERT.value:
            return row
        return self._first(sql.TOLD, {"story_id": row["story_id"], "chat_id": row["chat_id"]})

    def _read(self, row: rows.Row, told: rows.Row | None) -> Delivery:
        chat = self._chat_or_stranger(row["chat_id"])
        if row["kind"] == DeliveryKind.DIGEST.value:
            return carried.digest_delivery(row, chat, self._lines(row["id"]))
        if told is None:
            return carried.delivery(row, chat)
        if row["kind"] == DeliveryKind.EDIT.value and told["digest_id"] is not None:
            lines = self._lines(told["digest_id"])
            return carried.digest_delivery(row, chat, lines, told["message_id"])
        return carried.story_delivery(row, chat, told, self._story(row["story_id"]))

    def _lines(self, digest_id: int) -> list[tuple[rows.Row, Story | None]]:
        lines = self._rows(sql_digests.DIGEST_LINES, {"id": digest_id})
        return [(line, self._story(line["story_id"])) for line in lines]

    def _story(self, story_id: str) -> Story | None:
        row = self._first("SELECT * FROM stories WHERE id = :id", {"id": story_id})
        return rows.story(row) if row else None

    def _chat_or_stranger(self, chat_id: int) -> Chat:
        row = self._first("SELECT * FROM chats WHERE id = :id", {"id": chat_id})
        # Telegram gives groups and channels negative ids; a stranger that is one is paced as one.
        kind = ChatKind.GROUP if chat_id < 0 else ChatKind.PRIVATE
        return rows.chat(row) if row else Chat(chat_id, kind)

    async def mark_sending(self, delivery: Delivery, now: datetime) -> bool:
        """Make "the request is about to leave" durable; false when the lease was lost."""
        values = {"id": delivery.id, "lease": delivery.lease, "now": rows.ms(now)}
        return await self._write(lambda: bool(self._rows(sql.MARK_SENDING, values)))

    async def settle(self, delivery: Delivery, settlement: Settlement, now: datetime) -> None:
        """Record how one send ended; without the lease it changes nothing."""

        def turn() -> None:
            changed = self._do(
                sql.SETTLE,
                id=delivery.id,
                chat_id=delivery.chat.id,
                lease=delivery.lease,
                state=settlement.state.value,
                message_id=settlement.message_id,
                wait=None if settlement.wait is None else settlement.wait // MS,
                error=settlement.error,
                refused=int(settlement.refused),
                uncertain=int(settlement.uncertain),
                now=rows.ms(now),
            )
            told = changed and settlement.state is not DeliveryState.PENDING
            if told and delivery.kind in {DeliveryKind.ALERT, DeliveryKind.DIGEST}:
                told_now = {"id": delivery.id, "gathers": GATHERS // MS}
                self._do(sql_lanes.TOLD_NOW, now=rows.ms(now), **told_now)

        await self._write(turn)
        self._felt(now)

    async def release(self, lease: str) -> None:
        """Give back everything leased and not yet sending."""
        await self._write(lambda: self._do(sql.RELEASE, lease=lease))

    async def next_delivery_at(self, after: datetime | None = None) -> datetime | None:
        """When the earliest waiting delivery may leave, or the earliest of those ``after`` a time.

        ``None`` when nothing waits.
        """
        next_ = sql_lanes.NEXT_LATER if after else sql_lanes.NEXT_DELIVERY
        (row,) = await self._run(lambda: self._rows(next_, {"after": rows.ms_or_none(after)}))
        return rows.at_or_none(row["at"])

    async def outbox_counts(self) -> Mapping[str, int]:
        """How many deliveries stand in each state."""
        found = await self._run(lambda: self._rows(sql.OUTBOX_COUNTS))
        return {row["state"]: row["n"] for row in found}

    async def dead_letters(self, limit: int) -> tuple[DeadLetter, ...]:
        """The last deliveries that were given up or never confirmed, newest first."""
        found = await self._run(lambda: self._rows(sql.DEAD_LETTERS, {"limit": limit}))
        return tuple(carried.dead_letter(row) for row in found)

    async def notify(self, chats: Collection[int], note: Note, now: datetime) -> int:
        """Say something to those of these chats that hear us; how many they are."""

        def turn() -> int:
            heard = [id_ for id_ in chats if self._hears(id_)]
            for chat_id in heard:
                self._add_notice(chat_id, f"n:{chat_id}:{rows.ms(now)}", note, now, Lane.ANSWERS)
            return len(heard)

        return await self._write(turn)

    def _hears(self, chat_id: int) -> bool:
        row = self._first("SELECT status FROM chats WHERE id = :id", {"id": chat_id})
        return row is not None and row["status"] == ChatStatus.ACTIVE

    async def chat_gone(self, delivery: Delivery, now: datetime) -> bool:
        """Pause the chat that refused this; its watches stay, its outbox is cancelled.

        False where that is overtaken: who asked lost the lease, or the chat has come back or moved
        since it was asked.
        """

        def turn() -> bool:
            chat_id = delivery.chat.id
            asked = {"id": delivery.id, "lease": delivery.lease, "chat_id": chat_id}
            if not self._rows(sql_chats.STILL_REFUSES, asked):
                return False
            known = self._chat_or_stranger(chat_id)
            # A chat that said /stop stays so: coming back must not switch its alerts on.
            if known.status is not ChatStatus.STOPPED:
                gone = Chat(chat_id, known.kind, known.lang, ChatStatus.GONE, known.thread_id)
                self._do(sql_chats.PUT_CHAT, **rows.chat_row(gone, now))
            self._do(sql_chats.CANCEL_CHAT, chat_id=chat_id, now=rows.ms(now))
            self._do(sql_chats.BUMP_AUDIENCE)
            return True

        return await self._write(turn)

    async def thread_gone(
        self, delivery: Delivery, now: datetime, notice: Note | None = None
    ) -> None:
        """What goes to the topic of this delivery goes to General from now on.

        ``notice`` says so there, where the chat's alerts went to that topic: only the first time,
        however many found it closed.
        """
        chat_id, thread_id = delivery.chat.id, delivery.thread_id

        def turn() -> None:
            topic = {"id": chat_id, "thread_id": thread_id}
            self._do(sql_chats.LEAVE_TOPIC, **topic)
            if not self._do(sql_chats.HEAR_IN_GENERAL, **topic):
                return
            self._do(sql_chats.BUMP_AUDIENCE)
            if notice is not None:
                self._add_notice(chat_id, f"t:{chat_id}:{thread_id}:{rows.ms(now)}", notice, now)

        await self._write(turn)

    def _add_notice(
        self, chat_id: int, dedup_key: str, notice: Note, now: datetime, lane: Lane = Lane.REST
    ) -> None:
        """A message that nobody asked for; by itself no news waits behind it."""
        self._add_delivery(
            now,
            dedup_key=dedup_key,
            kind=DeliveryKind.REPLY.value,
            chat_id=chat_id,
            lane=lane,
            severity=int(Severity.IMPORTANT),
            payload=carried.payload_text(notice),
        )


def _idle(row: rows.Row, told: rows.Row | None) -> str:
    """Why an edit or a step has nothing to do any more, ``""`` if it has."""
    if row["kind"] not in {DeliveryKind.EDIT.value, DeliveryKind.STEP.value}:
        return ""
    if told is None or told["state"] in {"dead", "cancelled"}:
        return "its alert was never sent"
    if row["kind"] == DeliveryKind.EDIT.value and told["message_id"] is None:
        return "nobody knows which message its alert became"
    return ""
