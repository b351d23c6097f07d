"""Sending through the Bot API. The one door where its errors become ours.

What each answer means for the outbox is the table of ``core.settle``: a refused text, a chat
that is gone and a lost answer each want something else done next.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from telegram import error as vendor
from telegram.ext import InvalidCallbackData

from bot.core.model import Message
from bot.errors import (
    ChatClosed,
    ChatGone,
    ChatMoved,
    ChatNotFound,
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    DeliveryUncertain,
    MessengerDown,
    ThreadGone,
)
from bot.telegram.bot import RasidBot
from bot.telegram.keyboards import keyboard
from bot.telegram.request import AnswerLost, NeverLeft

# Fragments of the descriptions of "400 Bad Request", lower case, as the Bot API server writes
# them (tdlib/telegram-bot-api, Client.cpp).
_THREAD_GONE = ("message thread not found", "topic_closed", "topic_deleted", "topic_id_invalid")
_CHAT_NOT_FOUND = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user_is_blocked",
    "input_user_deactivated",
    "group chat was deactivated",
    "user_banned_in_channel",
    "channel_private",
    "not a member of",
)
_CHAT_CLOSED = (
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "chat_guest_send_forbidden",
    "chat_admin_required",
    "not enough rights",
    "have no rights",
    "no write access",
    "need administrator rights",
)
_EDITED = (
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message_edit_time_expired",
)
# A group that moved without saying where: the next update or send tells.
_MOVED_SILENTLY = ("group chat was upgraded",)
_STRANGER = "what answers is not Telegram"  # a gateway that wants to be logged in to, as a rule


class TelegramMessenger:
    """``ports.Messenger`` over python-telegram-bot's ``Bot``."""

    def __init__(self, bot: RasidBot) -> None:
        self._bot = bot

    async def send(self, message: Message) -> int:
        """Send ``message``, or edit the one it takes the place of; its message id.

        Raises:
            DeliveryError: See ``bot.errors``; no class of ``telegram.error`` passes through.
        """
        try:
            if message.edit_of is not None:
                return await self._edit(message, message.edit_of)
            return _number_of(await self._bot.said("sendMessage", _new(message)))
        except vendor.TelegramError as error:
            raise translated(message.chat_id, error) from error

    async def reach(self) -> None:
        """Ask Telegram who we are.

        Raises:
            DeliveryError: It cannot be reached, or does not know us.
        """
        try:
            me = await self._bot.said("getMe", {})
        except vendor.TelegramError as error:
            raise translated(0, error) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise DeliveryUncertain(0, _STRANGER) from error
        if not isinstance(me, dict) or not isinstance(me.get("id"), int):
            raise DeliveryUncertain(0, _STRANGER)

    async def _edit(self, message: Message, message_id: int) -> int:
        try:
            await self._bot.said("editMessageText", _text_of(message) | {"message_id": message_id})
        except vendor.BadRequest as error:
            # It reads so already, or its reader deleted it: both are as wanted.
            if not any(fragment in error.message.lower() for fragment in _EDITED):
                raise
        return message_id


def _text_of(message: Message) -> dict[str, Any]:
    """What a new message and an edited one have in common."""
    return {
        "chat_id": message.chat_id,
        "text": message.text,
        "parse_mode": "HTML" if message.html else None,
        "reply_markup": keyboard(message.buttons),
        "link_preview_options": {"is_disabled": True},
    }


def _new(message: Message) -> dict[str, Any]:
    answered = message.reply_to
    reply = {"message_id": answered, "allow_sending_without_reply": True} if answered else None
    return _text_of(message) | {
        "message_thread_id": message.thread_id,
        "reply_parameters": reply,
        "disable_notification": message.silent,
    }


def _number_of(sent: Any) -> int:
    """The id of the message that was sent.

    Raises:
        TelegramError: There is none in the answer, so nobody knows what became of it.
    """
    number = sent.get("message_id") if isinstance(sent, dict) else None
    if not isinstance(number, int) or number <= 0:
        raise vendor.TelegramError("the answer names no message") from AnswerLost("garbled")
    return number


def translated(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    """What ``error`` means for a message to ``chat_id``: the row of its nearest known class."""
    kind = next(kind for kind in type(error).__mro__ if kind in MEANINGS)
    return MEANINGS[kind](chat_id, error)


def _flooded(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    assert isinstance(error, vendor.RetryAfter)  # noqa: S101 - its row of MEANINGS
    # Since 22.2 the vendor gives an int or a timedelta, by an environment variable.
    waits = error.retry_after
    seconds = float(waits) if isinstance(waits, int) else waits.total_seconds()
    return DeliveryDelayed(chat_id, _text(error), seconds)


def _moved(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    assert isinstance(error, vendor.ChatMigrated)  # noqa: S101 - its row of MEANINGS
    return ChatMoved(chat_id, _text(error), error.new_chat_id)


def _gone(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    return ChatGone(chat_id, _text(error))


def _down(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    # The vendor quotes the token itself in some of these texts, so none is passed on.
    return MessengerDown(
        chat_id, f"{type(error).__name__}: the token was refused, or the address is wrong"
    )


def _delayed(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    never_left = isinstance(error.__cause__, NeverLeft)
    return DeliveryDelayed(chat_id, _text(error), answered=not never_left)


def _refused(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    return DeliveryRefused(chat_id, _text(error))


def _uncertain(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    # An error that comes of another one is none that a server told, whatever broke there.
    return DeliveryUncertain(chat_id, _text(error), answered=error.__cause__ is None)


def _network(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    # "Too Many Requests" without parameters is a plain NetworkError for the vendor.
    flooded = "too many requests" in error.message.lower()
    if flooded or isinstance(error.__cause__, NeverLeft):
        return _delayed(chat_id, error)
    return _uncertain(chat_id, error)


def _bad_request(chat_id: int, error: vendor.TelegramError) -> DeliveryError:
    described = error.message.lower()
    for fragments, meaning in _BAD_REQUESTS:
        if any(fragment in described for fragment in fragments):
            return meaning(chat_id, _text(error))
    return _refused(chat_id, error)


def _text(error: vendor.TelegramError) -> str:
    return f"{type(error).__name__}: {error.message}"


_BAD_REQUESTS: tuple[tuple[tuple[str, ...], Callable[[int, str], DeliveryError]], ...] = (
    (_THREAD_GONE, ThreadGone),
    (_CHAT_NOT_FOUND, ChatNotFound),
    (_CHAT_CLOSED, ChatClosed),
    (_MOVED_SILENTLY, partial(DeliveryDelayed, answered=True)),
)

# Every class of telegram.error, each with its own row: a test fails on one that has none.
MEANINGS: dict[type, Callable[[int, vendor.TelegramError], DeliveryError]] = {
    vendor.RetryAfter: _flooded,
    vendor.ChatMigrated: _moved,
    vendor.Forbidden: _gone,
    vendor.InvalidToken: _down,
    vendor.EndPointNotFound: _down,
    vendor.BadRequest: _bad_request,
    vendor.Conflict: _delayed,
    vendor.PassportDecryptionError: _refused,
    InvalidCallbackData: _refused,
    vendor.TimedOut: _network,
    vendor.NetworkError: _network,
    vendor.TelegramError: _uncertain,
}
