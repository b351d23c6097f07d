"""Who may change what a group or channel gets."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import telegram
from telegram import Bot, Message
from telegram.error import BadRequest, Forbidden

KEEP_S = 60.0
_RANKS = (telegram.ChatMember.OWNER, telegram.ChatMember.ADMINISTRATOR)


@dataclass
class Admins:
    """Asks Telegram who is an admin, and remembers each answer for a minute.

    Args:
        bot: Asked through getChatMember.
        ticks: Seconds that only go forward.
    """

    bot: Bot
    ticks: Callable[[], float] = time.monotonic
    _known: dict[tuple[int, int], tuple[float, bool]] = field(default_factory=dict)

    async def wrote(self, message: Message) -> bool:
        """Whether an admin wrote ``message``: who posts in a channel, or as the group, is one."""
        posted_as = message.sender_chat
        if posted_as is not None:
            return posted_as.id == message.chat.id
        return message.from_user is not None and await self.includes(
            message.chat, message.from_user.id
        )

    async def includes(self, chat: telegram.Chat, user_id: int) -> bool:
        """Whether this person is an admin of ``chat``; everybody is one of their private chat.

        Raises:
            TelegramError: The network did not let us ask.
        """
        if chat.type == telegram.Chat.PRIVATE:
            return True
        now = self.ticks()
        asked_at, known = self._known.get((chat.id, user_id), (-KEEP_S, False))
        if now - asked_at < KEEP_S:
            return known
        self._known = {who: seen for who, seen in self._known.items() if now - seen[0] < KEEP_S}
        answer = await self._ask(chat.id, user_id)
        self._known[chat.id, user_id] = (now, answer)
        return answer

    async def _ask(self, chat_id: int, user_id: int) -> bool:
        try:
            member = await self.bot.get_chat_member(chat_id, user_id)
        except (BadRequest, Forbidden):
            return False
        return member.status in _RANKS
