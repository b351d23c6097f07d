"""The world that processes die in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.server import start_sandbox
from tests.crash.crowd import Crowd
from tests.crash.life import TOKEN
from tests.crash.world import Nursery, World
from tests.e2e.conftest import TOKEN as E2E_TOKEN
from tests.e2e.conftest import Running
from tests.sandbox.conftest import Page


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    sandbox = await start_sandbox(port=0, token=TOKEN)
    nursery = await Nursery.open(tmp_path / "nursery.txt")
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield World(nursery, sandbox, Page(session), tmp_path)
    await nursery.close()
    await sandbox.close()


@pytest.fixture
async def crowd_of(tmp_path: Path) -> AsyncIterator[Callable[[int], Awaitable[Crowd]]]:
    """Makes a crowd of any size, its Telegram, and the process that will tell it; not started."""
    sandbox = await start_sandbox(port=0, token=E2E_TOKEN)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "config.yaml").write_text(
        f"telegram:\n  base_url: {sandbox.api_url}\n  file_url: {sandbox.file_url}\n"
        "seeds:\n  interval_s: 1\npolling:\n  tick_s: 0.2\n"
    )
    running = Running(tmp_path, sandbox)

    async def made(size: int) -> Crowd:
        crowd = Crowd(running, sandbox, size)
        await crowd.gather()
        return crowd

    yield made
    await running.cleanup()
    await sandbox.close()
