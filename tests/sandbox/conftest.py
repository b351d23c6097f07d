"""A running sandbox, the unmodified client, and a hand on the page's side."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.sandbox.server import Sandbox, start_sandbox

TLS = ssl.create_default_context()
TOKEN = "4200000001:AAsandbox-canary_token"
LAYLA, SAM, NOOR, DARA = 1001, 1002, 1003, 1004
DESK, FAMILIES, CHANNEL = -1000000000001, -2001, -1000000000002


class Page:
    """What the chat page does, over HTTP."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def get(self, path: str, **query: Any) -> Any:
        async with self.session.get(f"/_sandbox/{path}", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, expected: int = 200, /, **body: Any) -> Any:
        async with self.session.post(f"/_sandbox/{path}", json=body) as answer:
            assert answer.status == expected, await answer.text()
            return await answer.json()

    async def journal(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await self.get("journal"))["journal"]
        return rows


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start_sandbox(port=0, token=TOKEN)
    yield running
    await running.close()


@pytest.fixture
async def session(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(sandbox.url) as open_session:
        yield open_session


@pytest.fixture
async def page(session: aiohttp.ClientSession) -> Page:
    return Page(session)


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    # The default request class; only its TLS context is shared, which takes 35 ms to make.
    first, second = (HTTPXRequest(httpx_kwargs={"verify": TLS}) for _ in range(2))
    client = Bot(
        sandbox.token,
        base_url=sandbox.api_url,
        base_file_url=sandbox.file_url,
        request=first,
        get_updates_request=second,
    )
    async with client:
        yield client
