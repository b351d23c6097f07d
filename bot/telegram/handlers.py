"""Telegram's updates → :class:`bot.core.model.Request`.

Edited messages, forwards, messages written by or through another bot and commands addressed to
another bot are nobody's wish to us and end here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import telegram
from telegram import (
    CallbackQuery,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot.core.model import Answer, Chat, ChatKind, Happening, Request
from bot.telegram.admins import Admins

log = logging.getLogger(__name__)

# Asks for the answer to a request and has it recorded; ``None`` when it was answered before.
Serve = Callable[[Request], Awaitable[Answer | None]]

_ORDINARY = filters.UpdateType.MESSAGE | filters.UpdateType.CHANNEL_POST
_OUTSIDE = (ChatMember.LEFT, ChatMember.BANNED)


class Handlers:
    """One handler per kind of update, each turning it into a request and having it served."""

    def __init__(self, serve: Serve, admins: Admins) -> None:
        self._serve = serve
        self._admins = admins
        self._toasts: set[asyncio.Task[None]] = set()

    def register(self, app: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Add all handlers to ``app``."""
        app.add_handler(MessageHandler(_ORDINARY & filters.StatusUpdate.MIGRATE, self.moved))
        app.add_handler(MessageHandler(_ORDINARY & filters.TEXT, self.text))
        app.add_handler(CallbackQueryHandler(self.press))
        app.add_handler(ChatMemberHandler(self.member, ChatMemberHandler.MY_CHAT_MEMBER))

    async def finish(self, timeout_s: float) -> None:
        """Wait a moment for the toasts that are on their way."""
        if self._toasts:
            await asyncio.wait(self._toasts, timeout=timeout_s)

    async def text(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        """A command anywhere, or plain text in a private chat."""
        message = update.effective_message
        if message is None or not _is_own_wish(message):
            return
        asked = asked_for(message, context.bot.username)
        if asked is None:
            return
        name, args = asked
        answered = message.reply_to_message
        await self._serve(
            Request(
                update_id=update.update_id,
                chat=chat_of(message.chat, message.from_user, thread_of(message)),
                name=name,
                args=args,
                user_id=_person(message),
                message_id=message.message_id,
                reply_to=answered.message_id if answered else None,
                is_admin=await self._admins.wrote(message),
            )
        )

    async def press(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """A button: served, then answered with the toast, so that a toast never lies."""
        query = update.callback_query
        if query is None:
            return
        if query.message is None or query.data is None:
            await _toast(query, "")
            return
        thread = thread_of(query.message) if isinstance(query.message, Message) else None
        answer = await self._serve(
            Request(
                update_id=update.update_id,
                chat=chat_of(query.message.chat, query.from_user, thread),
                name="",
                args=query.data,
                user_id=query.from_user.id,
                message_id=query.message.message_id,
                is_admin=await self._admins.includes(query.message.chat, query.from_user.id),
                button=True,
            )
        )
        toast, alert = (answer.toast, answer.alert) if answer else ("", False)
        # Beside the loop: the next update need not wait until Telegram has shown it.
        task = asyncio.create_task(_toast(query, toast, alert=alert), name="toast")
        self._toasts.add(task)
        task.add_done_callback(self._toasts.discard)

    async def member(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """We were added, removed, blocked, unblocked or given rights."""
        change = update.my_chat_member
        happening = happened(change) if change else None
        if change is None or happening is None:
            return
        await self._serve(
            Request(
                update_id=update.update_id,
                chat=chat_of(change.chat, change.from_user, None),
                name=happening,
                user_id=change.from_user.id,
            )
        )

    async def moved(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """A group became a supergroup; both chats say so, in either order."""
        message = update.effective_message
        if message is None:
            return
        here = message.chat
        old = message.migrate_from_chat_id or here.id
        new = message.migrate_to_chat_id or here.id
        await self._serve(
            Request(
                update_id=update.update_id,
                chat=Chat(id=old, kind=ChatKind.GROUP),
                name=Happening.MOVED,
                args=str(new),
            )
        )


def _is_own_wish(message: Message) -> bool:
    """Whether somebody wrote this to us themselves.

    Two bots that answer each other never end. Telegram writes for anonymous admins and for
    channels through bots of its own, which name the chat they write for.
    """
    if message.forward_origin is not None or message.via_bot is not None:
        return False
    author = message.from_user
    return author is None or not author.is_bot or message.sender_chat is not None


def asked_for(message: Message, username: str) -> tuple[str, str] | None:
    """(command, arguments); ``("", text)`` for plain text in private; ``None``: not for us."""
    text = message.text or ""
    entity = next(iter(message.entities), None)
    if entity is None or entity.type != MessageEntity.BOT_COMMAND or entity.offset != 0:
        private = message.chat.type == telegram.Chat.PRIVATE
        return ("", text) if private and text.strip() else None
    # A command is ASCII, so its length in UTF-16 units is its length in characters.
    name, _, addressee = text[1 : entity.length].partition("@")
    if addressee and addressee.lower() != username.lower():
        return None
    return name.lower(), text[entity.length :].strip()


def happened(change: ChatMemberUpdated) -> Happening | None:
    """What a change of our own membership means.

    Whatever lets us write where we could not, or more surely, counts as added: rights we lacked
    may be why the chat was given up. Losing rights means nothing: the next send will tell.
    """
    before, after = change.old_chat_member, change.new_chat_member
    if after.status in _OUTSIDE:
        return Happening.GONE
    return Happening.ADDED if _voice(after) > _voice(before) else None


def _voice(us: ChatMember) -> int:
    """How surely we may write: 0 not at all, 1 by exception, 2 as everybody may, 3 as an admin."""
    if isinstance(us, ChatMemberRestricted):
        return int(us.is_member and us.can_send_messages)
    if isinstance(us, ChatMemberAdministrator):
        # ``None`` in groups, where no admin can be silenced; a channel's may lack the right.
        return 0 if us.can_post_messages is False else 3
    return 0 if us.status in _OUTSIDE else 2


def chat_of(chat: telegram.Chat, user: User | None, thread_id: int | None) -> Chat:
    """Our chat, with the language of ``user`` or, where nobody is named, of the chat's title."""
    return Chat(chat.id, ChatKind(chat.type), language(user, chat.title or ""), thread_id=thread_id)


def _person(message: Message) -> int | None:
    """Who wrote; ``None`` in the name of a chat, where Telegram names one stand-in for all."""
    if message.from_user is None or message.sender_chat is not None:
        return None
    return message.from_user.id


def thread_of(message: Message) -> int | None:
    """The forum topic; outside of topics the same field numbers threads of replies."""
    return message.message_thread_id if message.is_topic_message else None


def language(user: User | None, title: str) -> str:
    """``ar`` or ``en``. Channels and anonymous admins have no language; their title has one."""
    if user is not None and user.language_code:
        return "ar" if user.language_code.lower().startswith("ar") else "en"
    return "ar" if any("\u0620" <= letter <= "\u064a" for letter in title) else "en"


async def _toast(query: CallbackQuery, text: str, *, alert: bool = False) -> None:
    try:
        await query.answer(text[:200] or None, show_alert=alert)
    except TelegramError as error:
        # Older than Telegram remembers, or the network: the press itself was served.
        log.info("toast_lost error=%s", type(error).__name__)
