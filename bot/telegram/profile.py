"""How the bot presents itself: command menus per language and scope, and its descriptions.

Each text is read first and set only when it differs: Telegram limits how often these may be set.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.core.model import Profile

log = logging.getLogger(__name__)

# What everybody gets for whose language there is no profile.
FALLBACK = "en"


async def present(bot: Bot, profiles: Mapping[str, Profile]) -> None:
    """Set what differs. Alerts do not depend on it, so a failure is logged and left at that."""
    try:
        for lang, profile in profiles.items():
            for code in {lang, "" if lang == FALLBACK else lang}:
                await _menus(bot, profile, code)
                await _descriptions(bot, profile, code)
    except TelegramError as error:
        log.warning("profile_not_set error=%s", type(error).__name__)


def _menu_of(profile: Profile) -> list[tuple[BotCommandScope, tuple[tuple[str, str], ...]]]:
    return [
        (BotCommandScopeDefault(), profile.private),
        (BotCommandScopeAllPrivateChats(), profile.private),
        (BotCommandScopeAllGroupChats(), profile.groups),
        (BotCommandScopeAllChatAdministrators(), profile.private),
    ]


async def _menus(bot: Bot, profile: Profile, code: str) -> None:
    for scope, pairs in _menu_of(profile):
        wanted = tuple(BotCommand(name, about) for name, about in pairs)
        if await bot.get_my_commands(scope, code) != wanted:
            await bot.set_my_commands(wanted, scope, code)


async def _descriptions(bot: Bot, profile: Profile, code: str) -> None:
    if (await bot.get_my_description(code)).description != profile.description:
        await bot.set_my_description(profile.description, code)
    if (await bot.get_my_short_description(code)).short_description != profile.about:
        await bot.set_my_short_description(profile.about, code)
