"""Chats, watches, and a command's effects together with its replies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.lanes import Lane
from bot.core.model import (
    AddWatch,
    Card,
    Chat,
    ChatStatus,
    DeliveryKind,
    DropWatch,
    Effect,
    MoveChat,
    Note,
    PutChat,
    Severity,
    Story,
    Watch,
)
from bot.stores import sql, sql_chats
from bot.stores.sqlite import carried, rows
from bot.stores.sqlite.outbox import OutboxTable

# What waits for a chat that wants no alerts, or cannot be written to.
_SILENCED = {
    ChatStatus.STOPPED: sql_chats.CANCEL_ALERTS,
    ChatStatus.GONE: sql_chats.CANCEL_CHAT,
}


class ChatTables(OutboxTable):
    """The ``chats`` and ``watches`` tables and the processed updates."""

    async def chat(self, chat_id: int) -> Chat | None:
        """The chat as it was remembered, ``None`` for a stranger."""
        statement = "SELECT * FROM chats WHERE id = :id"
        row = await self._run(lambda: self._first(statement, {"id": chat_id}))
        return rows.chat(row) if row else None

    async def chat_moved(self, chat_id: int, new_chat_id: int, now: datetime) -> None:
        """Every row of a group follows it to its supergroup."""
        await self._write(lambda: self._apply(MoveChat(chat_id, new_chat_id), now))

    async def watches(self, chat_id: int) -> tuple[Watch, ...]:
        """The watches of a chat, oldest first."""
        statement = "SELECT * FROM watches WHERE chat_id = :id ORDER BY id"
        found = await self._run(lambda: self._rows(statement, {"id": chat_id}))
        return tuple(rows.watch(row) for row in found)

    async def latest_stories(self, limit: int) -> tuple[Story, ...]:
        """Stories of flagged reports, newest first."""
        found = await self._run(lambda: self._rows(sql.LATEST_STORIES, {"limit": limit}))
        return tuple(rows.story(row) for row in found)

    async def alert_card(
        self, chat_id: int, message_id: int | None = None, story_id: str | None = None
    ) -> Card | None:
        """The card sent to this chat as that message or of that story, else the last one."""
        values = {"chat_id": chat_id, "message_id": message_id, "story_id": story_id}

        def turn() -> Card | None:
            row = self._first(sql.ALERT_CARD, values)
            return carried.card(row["payload"], self._story(row["story_id"])) if row else None

        return await self._run(turn)

    async def answer(
        self,
        update_id: int,
        effects: Sequence[Effect],
        replies: Sequence[tuple[Chat, Note, int | None]],
        now: datetime,
    ) -> bool:
        """Apply a command's effects and put its replies in the outbox, in one transaction."""

        def turn() -> bool:
            mark = {"bot_id": self._bot_id, "update_id": update_id, "now": rows.ms(now)}
            if not self._rows(sql.MARK_UPDATE, mark):
                return False
            for effect in effects:
                self._apply(effect, now)
            for number, (chat, note, reply_to) in enumerate(replies):
                key = f"u:{self._bot_id}:{update_id}:{number}"
                self._add_reply(key, chat, note, reply_to, now)
            return True

        # Telegram forgets the update when this returns: it comes from nowhere else again.
        return await self._write(turn, durably=True)

    def _add_reply(
        self,
        dedup_key: str,
        chat: Chat,
        note: Note,
        reply_to: int | None,
        now: datetime,
    ) -> None:
        self._add_delivery(
            now,
            dedup_key=dedup_key,
            kind=DeliveryKind.REPLY.value,
            chat_id=chat.id,
            thread_id=chat.thread_id,
            reply_to=reply_to,
            lane=Lane.ANSWERS,
            # Someone waits for it and a second copy harms nobody: an uncertain reply is repeated.
            severity=int(Severity.IMPORTANT),
            payload=carried.payload_text(note),
        )

    def _apply(self, effect: Effect, now: datetime) -> None:
        match effect:
            case PutChat(chat):
                self._do(sql_chats.PUT_CHAT, **rows.chat_row(chat, now))
                if chat.status in _SILENCED:
                    self._do(_SILENCED[chat.status], chat_id=chat.id, now=rows.ms(now))
            case AddWatch(chat_id, query):
                self._do(sql_chats.ADD_WATCH, chat_id=chat_id, query=query, now=rows.ms(now))
            case DropWatch(chat_id, watch_id):
                statement = "DELETE FROM watches WHERE id = :id AND chat_id = :chat_id"
                self._do(statement, id=watch_id, chat_id=chat_id)
                self._do(sql.CANCEL_STEPS, chat_id=chat_id, now=rows.ms(now))
            case MoveChat(chat_id, new_chat_id):
                values = {"old_id": chat_id, "new_id": new_chat_id, "now": rows.ms(now)}
                for statement in sql_chats.MOVE_CHAT:
                    self._db.execute(statement, values)
        self._do(sql_chats.BUMP_AUDIENCE)
