from __future__ import annotations

import pytest
import telegram
from telegram.error import NetworkError

from bot.telegram.admins import Admins
from bot.telegram.room import TelegramRoom
from tests.telegram.conftest import DESK, NOOR, SAM, Stage

GROUP = telegram.Chat(DESK, telegram.Chat.SUPERGROUP)


async def test_an_answer_is_kept_for_a_minute(room: TelegramRoom, stage: Stage) -> None:
    now = 0.0
    admins = Admins(room.bot, ticks=lambda: now)
    assert not await admins.includes(GROUP, NOOR)
    stage.sandbox.world.rooms[DESK].admins.append(NOOR)
    now = 59.0
    assert not await admins.includes(GROUP, NOOR)
    now = 61.0
    assert await admins.includes(GROUP, NOOR)


async def test_everybody_is_admin_of_their_own_chat(room: TelegramRoom) -> None:
    assert await Admins(room.bot).includes(telegram.Chat(SAM, telegram.Chat.PRIVATE), SAM)


async def test_a_chat_we_may_not_ask_about_has_no_admins(room: TelegramRoom) -> None:
    nowhere = telegram.Chat(-100999, telegram.Chat.SUPERGROUP)
    assert not await Admins(room.bot).includes(nowhere, SAM)


async def test_not_being_able_to_ask_is_not_an_answer(room: TelegramRoom, stage: Stage) -> None:
    await stage.do("fault", method="getChatMember", kind="502", times=1)
    admins = Admins(room.bot)
    with pytest.raises(NetworkError):
        await admins.includes(GROUP, SAM)
    assert await admins.includes(GROUP, SAM)
