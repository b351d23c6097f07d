"""A canary for a token: whatever goes wrong, it is seen nowhere."""

from __future__ import annotations

import asyncio
import logging
import traceback
import warnings
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from telegram import error as vendor

from bot.core.model import Message
from bot.errors import BotError
from bot.telegram import request as request_module
from bot.telegram.disguise import Disguise
from bot.telegram.room import TelegramRoom, build
from tests.telegram.conftest import CANARY, TOKEN, Served, until
from tests.telegram.test_stages import STAGES, Talk, answer, answering, talking, whole

ECHO = '{{"ok": false, "error_code": {0}, "description": "No: /bot' + TOKEN + '/sendMessage"}}'
STATUSES = (302, 400, 401, 403, 404, 409, 429, 500, 502, 504)


def quoting(status: int, body: str) -> Talk:
    """A proxy, or a server, that answers with the address it was asked for."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(answer(body, status=f"{status} No"))
        await writer.drain()

    talk.__name__ = f"quoting-{status}"
    return talk


QUOTING = [quoting(status, ECHO.format(status)) for status in STATUSES]
PAGES = [quoting(status, f"<h1>cannot reach /bot{TOKEN}</h1>") for status in STATUSES]
ESCAPED = [quoting(502, f"/bot{TOKEN.replace(':', '%3A')}/"), answering(f"no JSON /bot{TOKEN}")]
CLEAR = [answering(f'{{"ok": true, "result": "bot{TOKEN}"}}'), answering(f'["bot{TOKEN}"]')]


def everything_said(error: BaseException) -> str:
    """What any log, crash reporter or debugger could show of an error and all behind it."""
    said, seen = "", {id(error)}
    behind: list[BaseException] = [error]
    while behind:
        one = behind.pop()
        frames = traceback.TracebackException.from_exception(one, capture_locals=True)
        said += "".join(frames.format()) + repr(one) + str(one) + repr(vars(one))
        for other in (one.__cause__, one.__context__):
            if other is not None and id(other) not in seen:
                seen.add(id(other))
                behind.append(other)
    return said


async def sent(room: TelegramRoom) -> str:
    with pytest.raises(BotError) as caught:
        await room.messenger.send(Message(1, "hello", html=False))
    return everything_said(caught.value)


async def asked(room: TelegramRoom) -> str:
    with pytest.raises((vendor.TelegramError, TypeError)) as caught:
        await room.bot.get_me()
    return everything_said(caught.value)


async def received(room: TelegramRoom, caplog: pytest.LogCaptureFixture) -> str:
    task = asyncio.create_task(room.run_updates(Served(), poll_s=0, first_pause_s=0.02))
    await until(lambda: "updates_wait" in caplog.text or task.done())
    said = repr(asyncio.all_tasks())
    await room.close()
    await task  # no answer, however odd, ends it
    return said


@pytest.fixture
async def loud(caplog: pytest.LogCaptureFixture) -> AsyncIterator[pytest.LogCaptureFixture]:
    """Everything that can be logged is, asyncio's own words for what is slow or lost, too."""
    caplog.set_level(logging.DEBUG)
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    yield caplog
    loop.set_debug(False)


def shown(room: TelegramRoom) -> str:
    parts = (room, room.bot, room.messenger, *room.bot._request, Disguise(TOKEN))
    return "".join(repr(part) + str(part) for part in parts) + room.bot.token


def quick(room: TelegramRoom) -> TelegramRoom:
    for request in room.bot._request:
        request._read_timeout_s = 0.2  # type: ignore[attr-defined]
    return room


@pytest.mark.parametrize("talk", [*STAGES, *QUOTING, *PAGES, *ESCAPED, *CLEAR])
async def test_the_token_is_in_no_error_and_no_log(
    talk: Talk, loud: pytest.LogCaptureFixture
) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        async with talking(talk) as port:
            room = quick(build(TOKEN, f"http://127.0.0.1:{port}/bot"))
            said = await sent(room) + await asked(room) + await received(room, loud)
    said += loud.text + shown(room) + "".join(str(one.message) for one in warned)
    assert "updates_wait" in loud.text
    assert CANARY not in said


@pytest.mark.parametrize("base", ["https://127.0.0.1:{0}/bot", "http://127.0.0.1:1/bot", "x:/bot"])
async def test_nor_where_no_request_ever_leaves(
    base: str, loud: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_module, "CONNECT_TIMEOUT_S", 0.2)
    async with talking(answering("")) as port:
        room = quick(build(TOKEN, base.format(port)))
        said = await sent(room) + await asked(room) + await received(room, loud)
    assert CANARY not in said + loud.text + shown(room)


async def test_the_vendor_is_given_a_stand_in_and_the_server_the_token() -> None:
    asked: list[str] = []

    async def remember(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"ok": True, "result": {"message_id": 3}})

    runner = web.AppRunner(web.Application(), access_log=None)
    runner.app.router.add_route("*", "/{path:.*}", remember)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    for base in ("/bot", "/bot{token}", "/x/{token}"):
        room = build(TOKEN, f"http://127.0.0.1:{runner.addresses[0][1]}{base}")
        assert CANARY not in room.bot.token + room.bot.base_url
        await room.messenger.send(Message(1, "hello", html=False))
        await room.close()
    await runner.cleanup()
    assert asked == [f"{head}{TOKEN}/sendMessage" for head in ("/bot", "/bot", "/x/")]
