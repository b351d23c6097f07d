"""Long polling and webhook delivery, with the unmodified client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import BadRequest, Conflict, RetryAfter
from telegram.ext import Application, CommandHandler, ContextTypes

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import DESK, LAYLA, SAM, Page


async def test_a_waiting_poll_gets_the_message_when_it_is_written(bot: Bot, page: Page) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    assert not poll.done()
    await page.post("send", user=LAYLA, chat=LAYLA, text="/start")
    (update,) = await asyncio.wait_for(poll, 2)
    assert update.message is not None
    assert (update.message.text, update.message.chat_id) == ("/start", LAYLA)
    assert update.message.entities[0].type == "bot_command"
    assert update.message.from_user is not None
    assert update.message.from_user.language_code == "ar"


async def test_an_empty_poll_waits_its_time_out(bot: Bot) -> None:
    started = time.monotonic()
    assert await bot.get_updates(timeout=1) == ()
    assert 0.9 < time.monotonic() - started < 2


async def test_updates_stay_until_an_offset_acknowledges_them(bot: Bot, page: Page) -> None:
    for text in ("one", "two", "three"):
        await page.post("send", user=SAM, chat=SAM, text=text)
    first, second = await bot.get_updates(limit=2)
    assert [u.update_id for u in await bot.get_updates()][:2] == [first.update_id, second.update_id]
    (third,) = await bot.get_updates(offset=second.update_id + 1)
    assert third.update_id == second.update_id + 1
    assert len(await bot.get_updates()) == 1
    assert await bot.get_updates(offset=third.update_id + 1) == ()


async def test_a_negative_offset_keeps_only_the_last_ones(bot: Bot, page: Page) -> None:
    for text in ("one", "two", "three"):
        await page.post("send", user=SAM, chat=SAM, text=text)
    (last,) = await bot.get_updates(offset=-1)
    assert last.message is not None
    assert last.message.text == "three"
    assert len(await bot.get_updates()) == 1


async def test_a_second_poller_ends_the_first_with_409(sandbox: Sandbox, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(0.1)
    async with Bot(sandbox.token, base_url=sandbox.api_url) as other:
        second = asyncio.create_task(other.get_updates(timeout=1))
        with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure"):
            await asyncio.wait_for(first, 0.8)
        assert await second == ()


async def test_a_poll_whose_reader_died_loses_nothing(
    sandbox: Sandbox, session: aiohttp.ClientSession, bot: Bot, page: Page
) -> None:
    dead = asyncio.create_task(
        session.post(f"/bot{sandbox.token}/getUpdates", data={"timeout": "50"})
    )
    await asyncio.sleep(0.1)
    dead.cancel()
    await page.post("send", user=SAM, chat=SAM, text="x")
    assert len(await bot.get_updates(timeout=1)) == 1


async def test_allowed_updates_are_remembered(bot: Bot, page: Page) -> None:
    await bot.get_updates(allowed_updates=["my_chat_member"])
    await page.post("send", user=SAM, chat=SAM, text="unheard")
    await page.post("block", user=SAM, blocked=True)
    (update,) = await bot.get_updates()
    assert update.my_chat_member is not None
    await bot.get_updates(offset=update.update_id + 1, allowed_updates=[])
    await page.post("send", user=LAYLA, chat=LAYLA, text="heard")
    (update,) = await bot.get_updates()
    assert update.message is not None


async def test_updates_live_a_day(sandbox: Sandbox, bot: Bot, page: Page) -> None:
    await page.post("send", user=SAM, chat=SAM, text="old")
    now = sandbox.world.now()
    sandbox.world.now = lambda: now + 24 * 3600 + 1
    assert await bot.get_updates() == ()


async def test_an_application_answers_a_command_end_to_end(sandbox: Sandbox, page: Page) -> None:
    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await update.effective_message.reply_text("مرحبا")

    builder = Application.builder().token(sandbox.token)
    app = builder.base_url(sandbox.api_url).base_file_url(sandbox.file_url).build()
    app.add_handler(CommandHandler("start", start))
    async with app:
        await app.start()
        assert app.updater is not None
        await app.updater.start_polling(timeout=5)
        await page.post("send", user=LAYLA, chat=DESK, thread_id=12, text="/start")
        for _ in range(100):
            if rows := await page.journal():
                break
            await asyncio.sleep(0.02)
        await app.updater.stop()
        await app.stop()
    assert [(r["text"], r["chat_id"], r["message_thread_id"]) for r in rows] == [
        ("مرحبا", DESK, 12)
    ]


class Receiver:
    """A webhook endpoint on loopback; ``statuses`` are answered in turn, then 200."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, Any], str]] = []
        self.arrived = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        self.got.append((await request.json(), secret))
        self.arrived.set()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def wait(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    taker = Receiver()
    app = web.Application()
    app.add_routes([web.post("/hook", taker.take)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield taker
    await runner.cleanup()


async def test_a_webhook_gets_the_updates_in_order_with_the_secret(
    bot: Bot, page: Page, receiver: Receiver
) -> None:
    await page.post("send", user=LAYLA, chat=LAYLA, text="before")
    await bot.set_webhook(receiver.url, secret_token="s3cret", max_connections=2)
    await page.post("send", user=LAYLA, chat=LAYLA, text="after")
    await receiver.wait(2)
    assert [(update["message"]["text"], secret) for update, secret in receiver.got] == [
        ("before", "s3cret"),
        ("after", "s3cret"),
    ]
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.pending_update_count) == (receiver.url, 2, 0)


async def test_a_webhook_that_fails_is_tried_again(
    sandbox: Sandbox, bot: Bot, page: Page, receiver: Receiver
) -> None:
    sandbox.world.webhook._first_delay_s = 0.05
    receiver.statuses = [500, 302]
    await bot.set_webhook(receiver.url)
    await page.post("send", user=LAYLA, chat=LAYLA, text="x")
    await receiver.wait(3)
    assert len({update["update_id"] for update, _ in receiver.got}) == 1
    info = await bot.get_webhook_info()
    assert info.last_error_message is not None
    assert info.last_error_message.startswith("Wrong response from the webhook: 302")
    assert info.pending_update_count == 0


async def test_one_slow_chat_does_not_hold_up_another(
    sandbox: Sandbox, bot: Bot, page: Page, receiver: Receiver
) -> None:
    sandbox.world.webhook._first_delay_s = 30
    receiver.statuses = [500]
    await bot.set_webhook(receiver.url)
    await page.post("send", user=LAYLA, chat=LAYLA, text="stuck")
    await receiver.wait(1)
    await page.post("send", user=LAYLA, chat=LAYLA, text="behind it")
    await page.post("send", user=SAM, chat=SAM, text="free")
    await receiver.wait(2)
    assert receiver.got[1][0]["message"]["text"] == "free"
    assert (await bot.get_webhook_info()).pending_update_count == 2


async def test_polling_is_refused_while_a_webhook_is_set(bot: Bot, receiver: Receiver) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=10))
    await asyncio.sleep(1)  # it must have come first, on a busy machine too
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await poll
    with pytest.raises(Conflict, match=r"(?i)can't use getupdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_deleting_a_webhook_can_drop_what_is_pending(bot: Bot, page: Page) -> None:
    await page.post("send", user=SAM, chat=SAM, text="x")
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


async def test_setting_a_webhook_twice_in_a_second_is_too_much(
    bot: Bot, receiver: Receiver
) -> None:
    await bot.set_webhook(receiver.url)
    with pytest.raises(RetryAfter, match=r"Retry in (1 seconds|0:00:01)"):
        await bot.set_webhook(receiver.url)


@pytest.mark.parametrize(
    ("url", "secret", "sentence"),
    [
        ("https://example.com/hook", "", "loopback"),
        ("ftp://127.0.0.1/", "", "Invalid webhook url specified"),
        ("http://[::", "", "Invalid webhook url specified"),
        ("http://127.0.0.1:1/", "a b", "Secret token contains unallowed characters"),
        ("http://127.0.0.1:1/", "a" * 257, "Secret token is too long"),
    ],
)
async def test_a_wrong_webhook_is_refused(bot: Bot, url: str, secret: str, sentence: str) -> None:
    with pytest.raises(BadRequest, match=sentence):
        await bot.set_webhook(url, secret_token=secret or None)


async def test_no_more_connections_are_used_than_allowed(
    sandbox: Sandbox, bot: Bot, page: Page, receiver: Receiver
) -> None:
    sandbox.world.webhook._first_delay_s = 30
    receiver.statuses = [500, 500, 500]
    await bot.set_webhook(receiver.url, max_connections=1)
    await page.post("send", user=LAYLA, chat=LAYLA, text="holds the only place")
    await receiver.wait(1)
    await page.post("send", user=SAM, chat=SAM, text="waits")
    await asyncio.sleep(0.2)
    assert len(receiver.got) == 1
