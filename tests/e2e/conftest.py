"""The real process against the real protocol: ``python -m bot`` and a sandbox on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import Sandbox, start_sandbox
from tests.sandbox.conftest import Page

ROOT = Path(__file__).parents[2]
TOKEN = "4200000001:AAe2e-canary_token"
LAYLA, SAM = 1001, 1002


class Running:
    """``python -m bot run`` in a folder of its own."""

    def __init__(self, folder: Path, sandbox: Sandbox | None) -> None:
        self.folder, self.sandbox = folder, sandbox
        self.database = folder / "var" / ("rasid.db" if sandbox else "sandbox.db")
        self.log = folder / "log.txt"
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *args: str, **environ: str) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("RASID_", "TELEGRAM_"))}
        token = {"TELEGRAM_BOT_TOKEN": TOKEN} if self.sandbox else {}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run", *args),
                cwd=self.folder,
                env=clean | {"PYTHONPATH": str(ROOT)} | token | environ,
                stdout=log,
                stderr=log,
            )

    async def end(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Send a signal; (exit code, seconds it took)."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        code = await asyncio.wait_for(self.process.wait(), 20)
        return code, time.monotonic() - began

    async def wait(self) -> int:
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), 60)

    def told(self) -> str:
        return self.log.read_text("utf-8")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(statement).fetchall()

    async def cleanup(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


class People(Page):
    """What people do in the chat page, and what they are told."""

    async def say(self, user: int, text: str, chat: int | None = None) -> None:
        await self.post("send", user=user, chat=chat or user, text=text)

    async def got(self, chat: int) -> list[dict[str, Any]]:
        return [row for row in await self.journal() if row["chat_id"] == chat]

    async def told(self, chat: int, text: str) -> dict[str, Any]:
        """Wait for a message with ``text`` in ``chat``."""

        async def look() -> dict[str, Any] | None:
            return next((row for row in await self.got(chat) if text in row["text"]), None)

        return await until(look, f"{text!r} in chat {chat}")


async def until(look: Callable[[], Any], what: str, within_s: float = 20) -> Any:
    """Look until there is something; ``look`` may be a coroutine function."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = look()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"not within {within_s} s: {what}")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    running = await start_sandbox(port=0, token=TOKEN)
    yield running
    await running.close()


@pytest.fixture
async def people(sandbox: Sandbox) -> AsyncIterator[People]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield People(session)


@pytest.fixture
async def rasid(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Running]:
    """A bot that is given the sandbox as if it were Telegram; not started yet."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "config.yaml").write_text(
        f"telegram:\n  base_url: {sandbox.api_url}\n  file_url: {sandbox.file_url}\n"
        "seeds:\n  interval_s: 1\npolling:\n  tick_s: 0.2\n"
    )
    running = Running(tmp_path, sandbox)
    yield running
    await running.cleanup()
