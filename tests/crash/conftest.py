"""The world that processes die in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.server import start_sandbox
from tests.crash.life import TOKEN
from tests.crash.world import Nursery, World
from tests.sandbox.conftest import Page


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    sandbox = await start_sandbox(port=0, token=TOKEN)
    nursery = await Nursery.open(tmp_path / "nursery.txt")
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield World(nursery, sandbox, Page(session), tmp_path)
    await nursery.close()
    await sandbox.close()
