"""The fault switch, seen from the unmodified client."""

from __future__ import annotations

import time

import pytest
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from tests.sandbox.conftest import DESK, FAMILIES, LAYLA, SAM, Page


async def test_drop_before_loses_the_message(bot: Bot, page: Page) -> None:
    await page.post("fault", method="sendMessage", kind="drop_before")
    with pytest.raises(NetworkError, match=r"(?i)disconnected"):
        await bot.send_message(LAYLA, "x")
    assert await page.journal() == []
    await bot.send_message(LAYLA, "y")
    assert [row["text"] for row in await page.journal()] == ["y"]


async def test_drop_after_delivers_the_message_and_loses_the_answer(bot: Bot, page: Page) -> None:
    await page.post("fault", method="sendMessage", kind="drop_after", times=2)
    for _ in range(2):
        with pytest.raises(NetworkError, match=r"(?i)disconnected"):
            await bot.send_message(LAYLA, "x")
    await bot.send_message(LAYLA, "x")
    assert [row["text"] for row in await page.journal()] == ["x", "x", "x"]
    shown = (await page.get("messages", chat=LAYLA))["messages"]
    assert len(shown) == 3


async def test_delay_makes_a_call_late_but_not_lost(bot: Bot, page: Page) -> None:
    await page.post("fault", method="sendMessage", kind="delay", seconds=0.3)
    started = time.monotonic()
    await bot.send_message(LAYLA, "x")
    assert time.monotonic() - started >= 0.3


async def test_refusals_have_the_real_servers_shape(bot: Bot, page: Page) -> None:
    for kind in ("429", "403", "400", "502"):
        await page.post("fault", method="sendMessage", kind=kind, retry_after=7)
    with pytest.raises(RetryAfter) as told:
        await bot.send_message(LAYLA, "x")
    assert told.value._retry_after.total_seconds() == 7
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(LAYLA, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(LAYLA, "x")
    with pytest.raises(NetworkError, match=r"(?i)bad gateway"):
        await bot.send_message(LAYLA, "x")
    assert await page.journal() == []
    await bot.send_message(LAYLA, "x")


async def test_a_fault_strikes_only_its_method_and_chat(bot: Bot, page: Page) -> None:
    await page.post(
        "fault", method="sendMessage", chat_id=DESK, kind="403", description="Forbidden: no"
    )
    await bot.send_message(LAYLA, "x")
    await bot.get_chat(DESK)
    with pytest.raises(Forbidden, match="no"):
        await bot.send_message(DESK, "x")
    await bot.send_message(DESK, "x")


async def test_migrate_moves_a_group_and_spares_other_chats(bot: Bot, page: Page) -> None:
    await page.post("fault", method="sendMessage", kind="migrate")
    await bot.send_message(LAYLA, "x")
    with pytest.raises(ChatMigrated) as told:
        await bot.send_message(FAMILIES, "x")
    await bot.send_message(told.value.new_chat_id, "x")
    assert (await page.get("state"))["faults"] == []


async def test_faults_are_listed_and_cleared(bot: Bot, page: Page) -> None:
    listed = await page.post("fault", method="*", kind="502", times=9)
    assert [(fault["method"], fault["times"]) for fault in listed["faults"]] == [("*", 9)]
    async with page.session.delete("/_sandbox/fault") as answer:
        assert await answer.json() == {"faults": []}
    await bot.send_message(SAM, "x")


async def test_an_unknown_kind_of_fault_is_refused(page: Page) -> None:
    told = await page.post("fault", 400, method="sendMessage", kind="earthquake")
    assert told["error"].startswith("kind must be one of")
