"""The sandbox's Bot API in a process of its own, with thousands of people and its strict limiter.

What arrived is read from its journal: whom it was for, and when. Our processes count what they
spend; this one is Telegram, and nobody counts that.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import aiohttp

from bot.sandbox.people import Person
from bot.sandbox.server import start_sandbox

TOKEN = "4200000001:bench"  # noqa: S105 -- opens nothing but the loopback sandbox
FIRST_CHAT = 10_000_000
STRICT = {"enabled": True, "per_second": 30, "per_chat_per_second": 1, "retry_after": 3}

_LAST: dict[str, int] = {}  # as far as it was read: what came before is long


class Arrived(NamedTuple):
    """One message as it was accepted: where, and when in unix seconds."""

    chat_id: int
    at: float


class Exchange(NamedTuple):
    """Where it stands."""

    url: str
    people: int

    @property
    def api_url(self) -> str:
        """Up to and with ``/bot``."""
        return f"{self.url}/bot"

    @property
    def file_url(self) -> str:
        """The same for files."""
        return f"{self.url}/file/bot"

    async def limit(self, **knobs: Any) -> None:
        """Turn the limiter's knobs; what it had counted is forgotten."""
        async with aiohttp.ClientSession() as http:
            await (await http.post(f"{self.url}/_sandbox/limits", json=knobs)).read()

    async def last(self) -> int:
        """The number of the last message it took."""
        known = _LAST.get(self.url, 0)
        rows = await self._journal(known)
        _LAST[self.url] = int(rows[-1]["seq"]) if rows else known
        return _LAST[self.url]

    async def arrived(self, after: int) -> list[Arrived]:
        """What it took since that message, in order."""
        return [Arrived(row["chat_id"], row["time"]) for row in await self._journal(after)]

    async def wait_for(self, count: int, after: int) -> list[Arrived]:
        """What it took since that message, when it is so many.

        Raises:
            TimeoutError: Within a minute it was not.
        """
        async with asyncio.timeout(60):
            while len(arrived := await self.arrived(after)) < count:  # noqa: ASYNC110 -- by HTTP
                await asyncio.sleep(0.02)
        return arrived

    async def _journal(self, after: int) -> list[dict[str, Any]]:
        async with aiohttp.ClientSession() as http:
            answer = await http.get(f"{self.url}/_sandbox/journal", params={"after": after})
            rows: list[dict[str, Any]] = (await answer.json())["journal"]
            return rows


@contextmanager
def exchanging(people: int) -> Iterator[Exchange]:
    """The exchange, answering until the block ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, people), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Exchange(ours.recv(), people)
    finally:
        process.kill()
        process.join()


def _serve(parent: Connection, people: int) -> None:
    asyncio.run(_answer(parent, people))


async def _answer(parent: Connection, people: int) -> None:
    sandbox = await start_sandbox(port=0, token=TOKEN)
    for number in range(people):
        chat_id = FIRST_CHAT + number
        sandbox.world.add_person(Person(chat_id, f"Reader {number}", f"reader{number}", "en"))
    parent.send(sandbox.url)
    await asyncio.Event().wait()
