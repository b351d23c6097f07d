"""The sandbox over real HTTP, and the room that talks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.core.model import Answer, Request
from bot.sandbox.server import Sandbox, start_sandbox
from bot.telegram.room import TelegramRoom, build

TOKEN = "4200000001:AAcanaryTokenThatMustNeverBeSeenAnywhere"
CANARY = "canaryToken"
LAYLA, SAM, NOOR = 1001, 1002, 1003
DESK, FAMILIES, CHANNEL = -1000000000001, -2001, -1000000000002


@dataclass
class Stage:
    """The sandbox, and the hands that press its buttons."""

    sandbox: Sandbox
    session: aiohttp.ClientSession

    async def do(self, what: str, **wanted: Any) -> Any:
        """POST to one of the sandbox's own paths."""
        async with self.session.post(f"{self.sandbox.url}/_sandbox/{what}", json=wanted) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def journal(self) -> list[dict[str, Any]]:
        async with self.session.get(f"{self.sandbox.url}/_sandbox/journal") as answer:
            return list((await answer.json())["journal"])


@dataclass
class Served:
    """Stands for ``Commands.serve``: keeps every request, answers with ``answer``."""

    answer: Answer | None = field(default_factory=Answer)
    requests: list[Request] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)

    async def __call__(self, request: Request) -> Answer | None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.requests.append(request)
        return self.answer

    async def wait(self, count: int) -> list[Request]:
        """Until ``count`` requests came."""
        await until(lambda: len(self.requests) >= count)
        return self.requests


async def until(claim: Callable[[], bool], within_s: float = 4.0) -> None:
    """Wait until ``claim`` holds."""
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110 - the sandbox has no event for each claim
            await asyncio.sleep(0.01)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    sandbox = await start_sandbox(port=0, token=TOKEN)
    async with aiohttp.ClientSession() as session:
        yield Stage(sandbox, session)
    await sandbox.close()


@pytest.fixture
async def room(stage: Stage) -> AsyncIterator[TelegramRoom]:
    built = build(stage.sandbox.token, stage.sandbox.api_url, stage.sandbox.file_url)
    yield built
    await built.close()


@pytest.fixture
async def receiving(room: TelegramRoom) -> AsyncIterator[Served]:
    served = Served()
    task = asyncio.create_task(room.run_updates(served, poll_s=5, first_pause_s=0.02))
    yield served
    await room.stop()
    await task
