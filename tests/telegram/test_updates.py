from __future__ import annotations

import asyncio
import contextlib
import logging
import time

import pytest
from telegram.error import Conflict

from bot.core.model import Answer, Request
from bot.errors import StoreUnavailable
from bot.telegram.room import TelegramRoom, build
from bot.telegram.serving import chat_id
from tests.telegram.conftest import LAYLA, SAM, Served, Stage, until


async def send(stage: Stage, *texts: str, by: int = LAYLA) -> None:
    for text in texts:
        await stage.do("send", user=by, chat=by, text=text)


class Gated(Served):
    """Serves one command only when its gate is opened."""

    def __init__(self, slow: str) -> None:
        super().__init__()
        self.slow = slow
        self.gate = asyncio.Event()

    async def __call__(self, request: Request) -> Answer | None:
        if request.name == self.slow:
            await self.gate.wait()
        return await super().__call__(request)


def waiting(stage: Stage) -> int:
    return len(stage.sandbox.world.updates.pending())


async def test_an_update_is_confirmed_only_after_it_was_served(
    room: TelegramRoom, stage: Stage
) -> None:
    gate = asyncio.Event()

    async def slow(request: object) -> None:
        await gate.wait()

    task = asyncio.create_task(room.run_updates(slow, poll_s=5))
    await send(stage, "/help")
    await asyncio.sleep(0.3)
    assert waiting(stage) == 1
    gate.set()
    await until(lambda: waiting(stage) == 0)
    await room.stop()
    await task


async def test_a_chat_does_not_wait_for_what_another_asked(
    room: TelegramRoom, stage: Stage
) -> None:
    served = Gated("watch")
    task = asyncio.create_task(room.run_updates(served, poll_s=5))
    await send(stage, "/watch Harir", "/list")
    await until(lambda: waiting(stage) == 2)
    await asyncio.sleep(0.2)
    await send(stage, "/help", by=SAM)  # it comes while the first is under way
    assert [r.name for r in await served.wait(1)] == ["help"]
    await asyncio.sleep(0.4)
    assert [r.name for r in served.requests] == ["help"]  # served once, and /list keeps its turn
    assert waiting(stage) == 3  # nothing is confirmed past what is under way
    served.gate.set()
    assert [r.name for r in await served.wait(3)] == ["help", "watch", "list"]
    await until(lambda: waiting(stage) == 0)
    await room.stop()
    await task


@pytest.mark.parametrize(
    ("raw", "chat"),
    [
        ({"update_id": 1, "message": {"chat": {"id": 5}}}, 5),
        ({"update_id": 1, "callback_query": {"id": "x", "message": {"chat": {"id": -7}}}}, -7),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 6}}}, 6),
        ({"update_id": 1, "message": {"chat": 5}}, None),
        ({"update_id": 1, "callback_query": {"id": "x"}}, None),
    ],
)
def test_the_chat_of_an_update_is_found_whatever_its_kind(
    raw: dict[str, object], chat: int | None
) -> None:
    assert chat_id(raw) == chat


async def test_what_was_being_served_at_a_stop_comes_again_at_the_next_start(
    room: TelegramRoom, stage: Stage
) -> None:
    served = Served()

    async def stuck(request: object) -> None:
        await asyncio.sleep(60)

    task = asyncio.create_task(room.run_updates(stuck, poll_s=5))
    await send(stage, "/help")
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await room.stop()
    await task
    assert time.monotonic() - began < 1

    task = asyncio.create_task(room.run_updates(served, poll_s=5))
    assert [r.name for r in await served.wait(1)] == ["help"]
    await room.stop()
    await task


async def test_one_that_fails_is_skipped_and_the_rest_go_on(
    receiving: Served, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    receiving.troubles = [RuntimeError("broken")]
    await send(stage, "/help", "/list")
    assert [r.name for r in await receiving.wait(1)] == ["list"]
    await until(lambda: waiting(stage) == 0)
    assert "update_skipped" in caplog.text


async def test_while_the_store_is_away_an_update_is_repeated_and_none_is_lost(
    receiving: Served, stage: Stage
) -> None:
    receiving.troubles = [StoreUnavailable("locked")] * 3
    await send(stage, "/help", "/list")
    assert [r.name for r in await receiving.wait(2)] == ["help", "list"]


async def test_an_update_that_cannot_be_read_is_skipped(receiving: Served, stage: Stage) -> None:
    stage.sandbox.world.updates.put("message", {"message_id": "x", "date": {}, "chat": 5})
    await send(stage, "/help")
    assert [r.name for r in await receiving.wait(1)] == ["help"]


async def test_another_poller_is_stood_by_for(
    receiving: Served, room: TelegramRoom, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    second = build(stage.sandbox.token, stage.sandbox.api_url)
    caplog.set_level(logging.WARNING)
    await asyncio.sleep(0.2)
    with contextlib.suppress(Conflict):  # the first one comes back and ends it in turn
        await second.bot.unparsed_updates(None, 1)
    await until(lambda: "another-instance-polls" in caplog.text)
    assert room.hearing.trouble == "another-instance-polls"
    assert room.hearing.deaf()[0] > 0
    await send(stage, "/help")
    assert [r.name for r in await receiving.wait(1)] == ["help"]
    await until(lambda: room.hearing.deaf() == (0.0, ""))
    await second.close()


async def test_it_starts_without_a_network_and_finds_it_later(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.do("fault", method="*", kind="drop_before", times=4)
    room = build(stage.sandbox.token, stage.sandbox.api_url)
    served = Served()
    task = asyncio.create_task(room.run_updates(served, poll_s=5, first_pause_s=0.02))
    await send(stage, "/help")
    assert [r.name for r in await served.wait(1)] == ["help"]
    assert caplog.text.count("updates_wait") >= 3
    await room.close()
    await task


async def test_a_refused_token_is_said_clearly(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    room = build("4200000001:AAanotherTokenThatNobodyGaveOutAtAll", stage.sandbox.api_url)
    task = asyncio.create_task(room.run_updates(Served(), poll_s=5, first_pause_s=0.02))
    await until(lambda: "TELEGRAM_BOT_TOKEN" in caplog.text)
    assert not task.done()
    assert "anotherToken" not in caplog.text
    await room.close()
    await task


async def test_a_webhook_left_behind_is_removed_and_what_waited_is_served(
    room: TelegramRoom, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    assert await room.bot.set_webhook("http://127.0.0.1:9/hook")
    await send(stage, "/help")
    served = Served()
    task = asyncio.create_task(room.run_updates(served, poll_s=5, first_pause_s=0.02))
    assert [r.name for r in await served.wait(1)] == ["help"]
    assert stage.sandbox.world.webhook.hook is None
    assert caplog.text.count("webhook-removed") == 1
    assert "another-instance-polls" not in caplog.text
    await room.stop()
    await task


async def test_a_webhook_that_cannot_be_removed_now_is_removed_later(
    room: TelegramRoom, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    assert await room.bot.set_webhook("http://127.0.0.1:9/hook")
    await stage.do("fault", method="deleteWebhook", kind="drop_before", times=1)
    await send(stage, "/help")
    served = Served()
    task = asyncio.create_task(room.run_updates(served, poll_s=5, first_pause_s=0.02))
    assert [r.name for r in await served.wait(1)] == ["help"]
    assert "webhook-in-the-way:NetworkError" in caplog.text
    await room.stop()
    await task


async def test_a_poll_that_never_comes_back_is_rebuilt(
    room: TelegramRoom, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    await stage.do("fault", method="getUpdates", kind="delay", seconds=30, times=1)
    served = Served()
    task = asyncio.create_task(room.run_updates(served, poll_s=1, wedged_s=0.5, first_pause_s=0.02))
    await until(lambda: "poll-wedged" in caplog.text)
    await send(stage, "/help")
    assert [r.name for r in await served.wait(1)] == ["help"]
    await room.stop()
    await task


async def test_a_stop_in_the_middle_of_a_long_poll_takes_less_than_a_second(
    receiving: Served, room: TelegramRoom
) -> None:
    await asyncio.sleep(0.2)
    began = time.monotonic()
    await room.stop()
    assert time.monotonic() - began < 1
