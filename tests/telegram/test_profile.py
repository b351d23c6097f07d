from __future__ import annotations

import pytest

from bot.core.model import Profile
from bot.telegram.room import TelegramRoom
from tests.telegram.conftest import DESK, LAYLA, NOOR, SAM, Stage

PROFILES = {
    "en": Profile(
        about="News.",
        description="I read the news.",
        private=(("stop", "Stop"), ("help", "Help")),
        groups=(("help", "Help"),),
    ),
    "ar": Profile(
        about="أخبار.",
        description="أقرأ الأخبار.",
        private=(("stop", "إيقاف"), ("help", "مساعدة")),
        groups=(("help", "مساعدة"),),
    ),
}


async def shown(stage: Stage, user: int, chat: int) -> list[str]:
    url = f"{stage.sandbox.url}/_sandbox/commands?user={user}&chat={chat}"
    async with stage.session.get(url) as answer:
        return [command["description"] for command in (await answer.json())["commands"]]


async def test_everybody_sees_the_menu_in_their_language(room: TelegramRoom, stage: Stage) -> None:
    await room.start(PROFILES)
    assert await shown(stage, LAYLA, LAYLA) == ["إيقاف", "مساعدة"]
    assert await shown(stage, SAM, SAM) == ["Stop", "Help"]
    assert await shown(stage, 1004, 1004) == ["Stop", "Help"]


async def test_members_of_a_group_see_less_than_its_admins(
    room: TelegramRoom, stage: Stage
) -> None:
    await room.start(PROFILES)
    assert await shown(stage, NOOR, DESK) == ["مساعدة"]
    assert await shown(stage, LAYLA, DESK) == ["إيقاف", "مساعدة"]


async def test_what_is_set_already_is_not_set_again(room: TelegramRoom, stage: Stage) -> None:
    await room.start(PROFILES)
    for method in ("setMyCommands", "setMyDescription", "setMyShortDescription"):
        await stage.do("fault", method=method, kind="403", times=99)
    await room.start(PROFILES)
    assert len(stage.sandbox.world.faults.armed) == 3
    assert all(fault.times == 99 for fault in stage.sandbox.world.faults.armed)


async def test_a_failure_is_logged_and_not_fatal(
    room: TelegramRoom, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.do("fault", method="setMyCommands", kind="502", times=1)
    await room.start(PROFILES)
    assert "profile_not_set" in caplog.text
