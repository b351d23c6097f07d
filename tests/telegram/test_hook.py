"""The webhook with the real sandbox on one side and the real web room on the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from bot.core.model import Answer, Chat, PutChat, Request
from bot.errors import StoreUnavailable
from bot.stores.sqlite import SqliteStore
from bot.telegram.room import TelegramRoom, build
from bot.web.hook import HEADER, PATH, routes
from bot.web.server import start_web
from tests.making import NOW
from tests.telegram.conftest import LAYLA, SAM, Served, Stage, until

SECRET_LENGTH = 64


@dataclass
class Hooked:
    """A room that Telegram calls."""

    url: str
    room: TelegramRoom
    served: Served
    receiving: asyncio.Task[None]


@pytest.fixture
async def url(room: TelegramRoom) -> AsyncIterator[str]:
    server = await start_web(routes(room, room.secret), "127.0.0.1", 0, 5_000_000)
    yield f"http://127.0.0.1:{server.port}{PATH}"
    await server.close()


@pytest.fixture
async def hooked(room: TelegramRoom, stage: Stage, url: str) -> AsyncIterator[Hooked]:
    stage.sandbox.world.webhook._first_delay_s = 0.05
    served = Served()
    receiving = asyncio.create_task(
        room.run_updates(served, hook_url=url, check_s=0.1, first_pause_s=0.02)
    )
    await until(lambda: stage.sandbox.world.webhook.hook is not None)
    yield Hooked(url, room, served, receiving)
    await room.stop()
    await receiving


async def say(stage: Stage, *texts: str, by: int = LAYLA) -> None:
    for text in texts:
        await stage.do("send", user=by, chat=by, text=text)


def waiting(stage: Stage) -> int:
    return len(stage.sandbox.world.updates.pending())


async def test_what_is_written_arrives_in_order_and_is_confirmed(
    hooked: Hooked, stage: Stage
) -> None:
    await say(stage, "/help", "/list", "/status")
    assert [r.name for r in await hooked.served.wait(3)] == ["help", "list", "status"]
    await until(lambda: waiting(stage) == 0)


async def test_it_is_set_with_a_secret_that_is_not_the_token_and_with_what_we_need(
    hooked: Hooked, stage: Stage
) -> None:
    hook = stage.sandbox.world.webhook.hook
    assert hook is not None
    assert len(hook.secret) == SECRET_LENGTH
    assert hook.secret.isalnum()
    assert hook.secret not in stage.sandbox.token
    assert set(stage.sandbox.world.updates.allowed) == {
        "message", "channel_post", "callback_query", "my_chat_member",
    }  # fmt: skip
    again = build(stage.sandbox.token, stage.sandbox.api_url)
    assert again.secret == hook.secret  # a restart needs no new one
    assert build(stage.sandbox.token + "x", stage.sandbox.api_url).secret != hook.secret
    assert hook.secret not in repr(again)


async def test_nothing_is_confirmed_before_it_is_recorded(hooked: Hooked, stage: Stage) -> None:
    gate, served = asyncio.Event(), hooked.served
    serve = type(served).__call__

    async def slow(request: Request) -> Answer | None:
        await gate.wait()
        return await serve(served, request)

    hooked.room._handlers._serve = slow  # type: ignore[union-attr]
    await say(stage, "/help")
    await asyncio.sleep(0.3)
    assert waiting(stage) == 1
    gate.set()
    await until(lambda: waiting(stage) == 0)
    assert [r.name for r in served.requests] == ["help"]


async def test_while_the_store_is_away_it_comes_again_and_nothing_is_lost(
    hooked: Hooked, stage: Stage
) -> None:
    hooked.served.troubles = [StoreUnavailable("locked")] * 3
    await say(stage, "/help", "/list")
    assert [r.name for r in await hooked.served.wait(2)] == ["help", "list"]


async def test_a_replayed_update_is_answered_and_not_done_twice(
    room: TelegramRoom, stage: Stage, url: str, tmp_path
) -> None:
    store = await SqliteStore.open(tmp_path / "rasid.db", bot_id=1)
    done: list[bool] = []

    async def serve(request: Request) -> Answer | None:
        new = await store.answer(request.update_id, [PutChat(Chat(LAYLA))], [], NOW)
        done.append(new)
        return Answer() if new else None

    receiving = asyncio.create_task(room.run_updates(serve, hook_url=url, first_pause_s=0.02))
    await say(stage, "/help")
    await until(lambda: waiting(stage) == 0)
    me = {"id": LAYLA, "is_bot": False, "first_name": "x"}
    chat = {"id": LAYLA, "type": "private"}
    command = {"type": "bot_command", "offset": 0, "length": 5}
    update = {
        "update_id": stage.sandbox.world.updates._next_id - 1,
        "message": {"message_id": 9, "date": 1, "chat": chat, "from": me, "text": "/help",
                    "entities": [command]},
    }  # fmt: skip

    async def replay() -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json=update, headers={HEADER: room.secret}) as got,
        ):
            return got.status

    assert await asyncio.gather(*(replay() for _ in range(5))) == [200] * 5
    assert done[0] is True
    assert done.count(True) == 1
    assert len(done) > 1  # they did come through, and were known
    await room.stop()
    await receiving
    await store.close()


async def test_whoever_takes_the_webhook_away_loses_it_again(
    hooked: Hooked, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    world = stage.sandbox.world
    world.webhook.set_at = float("-inf")  # within a second of another one it would be refused
    await world.webhook.set(None)
    await until(lambda: world.webhook.hook is not None)
    assert "webhook_taken" in caplog.text
    await say(stage, "/help")
    assert [r.name for r in await hooked.served.wait(1)] == ["help"]


async def test_what_telegram_complains_of_is_told_once(
    hooked: Hooked, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sandbox.world.webhook.last_error = (1_700_000_000.0, "Wrong response: 502 Bad Gateway")
    await until(lambda: "webhook_fails" in caplog.text)
    await asyncio.sleep(0.35)
    assert caplog.text.count("webhook_fails") == 1


async def test_a_complaint_is_of_now_while_something_waits(hooked: Hooked, stage: Stage) -> None:
    stage.sandbox.world.webhook.last_error = (1_700_000_000.0, "Wrong response: 502 Bad Gateway")
    await asyncio.sleep(0.25)
    assert hooked.room.hearing.deaf() == (0.0, "")
    hooked.served.troubles = [StoreUnavailable("locked")] * 1000
    await say(stage, "/help")
    await until(lambda: "Wrong response" in hooked.room.hearing.trouble)
    assert hooked.room.hearing.deaf()[0] > 0
    hooked.served.troubles.clear()
    await until(lambda: waiting(stage) == 0)
    await until(lambda: hooked.room.hearing.deaf() == (0.0, ""))


async def test_a_stop_takes_nothing_more_and_leaves_the_webhook_where_it_is(
    hooked: Hooked, stage: Stage
) -> None:
    await hooked.room.stop()
    await hooked.receiving
    await say(stage, "/help")
    await until(lambda: stage.sandbox.world.webhook.last_error is not None)
    assert hooked.served.requests == []
    assert waiting(stage) == 1  # it comes at the next start
    assert stage.sandbox.world.webhook.hook is not None


async def test_it_starts_without_a_network_and_takes_nothing_until_it_knows_its_name(
    room: TelegramRoom, stage: Stage, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not await room.take({"update_id": 1})
    await stage.do("fault", method="*", kind="drop_before", times=3)
    served = Served()
    receiving = asyncio.create_task(room.run_updates(served, hook_url=url, first_pause_s=0.02))
    await asyncio.sleep(0)
    assert not await room.take({"update_id": 1})
    await until(lambda: stage.sandbox.world.webhook.hook is not None)
    await say(stage, "/help", by=SAM)
    assert [r.name for r in await served.wait(1)] == ["help"]
    assert caplog.text.count("updates_wait") == 3
    await room.stop()
    await receiving


@pytest.mark.parametrize(
    ("url", "says"), [("https://example.org/telegram", "BadRequest"), ("ftp://x", "BadRequest")]
)
async def test_an_address_that_telegram_refuses_is_said_and_tried_again(
    room: TelegramRoom, url: str, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    receiving = asyncio.create_task(room.run_updates(Served(), hook_url=url, first_pause_s=0.02))
    await until(lambda: caplog.text.count("updates_wait") >= 2)
    assert f"reason={says}" in caplog.text
    await room.stop()
    await receiving


async def test_polling_after_a_webhook_serves_what_it_had_not_delivered(
    room: TelegramRoom, stage: Stage, url: str
) -> None:
    """The operator turns back: nothing is in the way, and nothing was lost between."""
    receiving = asyncio.create_task(room.run_updates(Served(), hook_url=url, first_pause_s=0.02))
    await until(lambda: stage.sandbox.world.webhook.hook is not None)
    await room.stop()
    await receiving
    await say(stage, "/help")
    served = Served()
    receiving = asyncio.create_task(room.run_updates(served, poll_s=5, first_pause_s=0.02))
    assert [r.name for r in await served.wait(1)] == ["help"]
    assert stage.sandbox.world.webhook.hook is None
    await room.stop()
    await receiving
