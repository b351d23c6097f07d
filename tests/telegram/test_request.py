from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from telegram import error as vendor
from telegram.request import RequestData

from bot.core.model import Message
from bot.errors import BotError
from bot.telegram.disguise import Disguise
from bot.telegram.request import AiohttpRequest, AnswerLost, NeverLeft
from bot.telegram.room import TelegramRoom, build
from tests.telegram.conftest import CANARY, TOKEN, Served, Stage

Handler = Callable[[web.Request], object]


def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@pytest.fixture
async def request_() -> AsyncIterator[AiohttpRequest]:
    made = AiohttpRequest(Disguise(TOKEN), read_timeout_s=0.2)
    yield made
    await made.shutdown()


async def failure(request: AiohttpRequest, url: str, **timeouts: float) -> vendor.NetworkError:
    with pytest.raises(vendor.NetworkError) as caught:
        await request.post(url, RequestData([]), **timeouts)
    return caught.value


async def test_a_refused_connection_never_left(request_: AiohttpRequest) -> None:
    error = await failure(request_, f"http://127.0.0.1:{closed_port()}/bot{TOKEN}/sendMessage")
    assert isinstance(error.__cause__, NeverLeft)


async def test_a_broken_tls_handshake_never_left(request_: AiohttpRequest, stage: Stage) -> None:
    url = stage.sandbox.url.replace("http://", "https://")
    error = await failure(request_, f"{url}/bot{TOKEN}/sendMessage")
    assert isinstance(error.__cause__, NeverLeft)


async def test_no_free_connection_in_time_never_left(stage: Stage) -> None:
    request = AiohttpRequest(Disguise(TOKEN), pool_size=1)
    url = f"{stage.sandbox.api_url}{TOKEN}/getMe"
    await stage.do("fault", method="getMe", kind="delay", seconds=1, times=1)
    slow = asyncio.create_task(request.post(url))
    await asyncio.sleep(0.1)
    error = await failure(request, url, connect_timeout=0.1)
    assert isinstance(error, vendor.TimedOut)
    assert isinstance(error.__cause__, NeverLeft)
    await slow
    await request.shutdown()


async def test_an_answer_that_takes_too_long_is_lost(
    request_: AiohttpRequest, stage: Stage
) -> None:
    await stage.do("fault", method="getMe", kind="delay", seconds=1, times=1)
    error = await failure(request_, f"{stage.sandbox.api_url}{TOKEN}/getMe")
    assert isinstance(error, vendor.TimedOut)
    assert isinstance(error.__cause__, AnswerLost)


async def test_a_connection_closed_after_the_write_is_a_lost_answer(
    request_: AiohttpRequest, stage: Stage
) -> None:
    await stage.do("fault", method="getMe", kind="drop_after", times=1)
    error = await failure(request_, f"{stage.sandbox.api_url}{TOKEN}/getMe")
    assert isinstance(error.__cause__, AnswerLost)


async def test_a_document_travels_as_a_file(room: TelegramRoom, stage: Stage) -> None:
    await room.bot.send_document(1001, b"one line", filename="export.json", caption="yours")
    (sent,) = await stage.journal()
    assert (sent["method"], sent["chat_id"]) == ("sendDocument", 1001)


def everything_said(error: BaseException) -> str:
    """What any log, crash reporter or debugger could show of an error and all behind it."""
    said = "".join(traceback.format_exception(error))
    seen: BaseException | None = error
    while seen is not None:
        said += repr(seen) + str(seen)
        seen = seen.__cause__ or seen.__context__
    return said


async def quoting(request: web.Request) -> web.Response:
    """A proxy that answers with a page about the address it was asked for."""
    return web.Response(status=502, text=f"<h1>cannot reach {request.path}</h1>")


async def gibberish(request: web.Request) -> web.Response:
    return web.Response(status=200, text=f"not JSON {request.path}")


async def hanging_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


def refusing(status: int) -> Handler:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response(
            {"ok": False, "error_code": status, "description": "No"}, status=status
        )

    return refuse


@pytest.mark.parametrize(
    "answer", [quoting, gibberish, hanging_up, refusing(401), refusing(404), refusing(500), None]
)
async def test_the_token_is_in_no_error_and_no_log(
    answer: Handler | None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    runner = web.AppRunner(web.Application(), access_log=None)
    base = f"http://127.0.0.1:{closed_port()}/bot"
    if answer is not None:
        runner.app.router.add_route("*", "/{path:.*}", answer)  # type: ignore[arg-type]
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        base = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
    room = build(TOKEN, base, base)

    with pytest.raises(BotError) as caught:
        await room.messenger.send(Message(1, "hello", html=False))
    said = everything_said(caught.value)
    with pytest.raises(vendor.TelegramError) as vendors:
        await room.bot.get_me()
    said += everything_said(vendors.value)
    receiving = asyncio.create_task(room.run_updates(Served(), first_pause_s=0.05))
    await asyncio.sleep(0.2)
    await room.close()
    await receiving
    await runner.cleanup()

    said += caplog.text + repr(room) + repr(room.bot) + repr(room.messenger)
    assert "updates_wait" in said
    assert CANARY not in said
