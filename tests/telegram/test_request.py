from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from telegram import error as vendor
from telegram.request import RequestData

from bot.telegram.disguise import Disguise
from bot.telegram.request import AiohttpRequest, AnswerLost, NeverLeft
from bot.telegram.room import TelegramRoom
from tests.telegram.conftest import TOKEN, Stage

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
