"""CPU of one message through each way of speaking HTTP to the Bot API, all in one run.

    python benchmarks/sending.py [messages]

The server is the sandbox in a process of its own; only our own process is counted.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.core.model import Button, Message
from bot.sandbox.server import start_sandbox
from bot.telegram.room import build

TOKEN = "4200000001:benchmark"  # noqa: S105 -- opens nothing but the loopback sandbox
TEXT = "🔴 <b>صواريخ تسقط قرب قاعدة عين الأسد</b>\n<i>rocket attack</i>\n📍 Ain al-Asad, Iraq\n"
ROWS = ((Button("🔗 Open", url="https://example.org/1"), Button("Why", data="1|why|s1")),)
AT_ONCE = 8
Send = Callable[[int], Awaitable[object]]


def serve(pipe: Connection) -> None:
    """The sandbox, until the pipe is closed."""

    async def run() -> None:
        sandbox = await start_sandbox(port=0, token=TOKEN)
        pipe.send(sandbox.api_url)
        await asyncio.to_thread(pipe.poll, None)
        await sandbox.close()

    asyncio.run(run())


async def measured(send: Send, messages: int) -> tuple[float, float]:
    """Milliseconds of CPU a message, messages a second."""
    numbers = iter(range(messages))

    async def work() -> None:
        for number in numbers:
            await send(number)

    await send(0)
    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    took = time.perf_counter() - began
    return (time.process_time() - cpu) / messages * 1000, messages / took


async def run(api: str, messages: int) -> None:
    """Measure each way twice, in turns, and tell the better one."""
    room = build(TOKEN, api)
    theirs = ExtBot(TOKEN, base_url=api, request=HTTPXRequest(connection_pool_size=256))
    markup = InlineKeyboardMarkup(
        [[InlineKeyboardButton("🔗 Open", url="https://example.org/1")],
         [InlineKeyboardButton("Why", callback_data="1|why|s1")]]
    )  # fmt: skip

    async def ours(_: int) -> object:
        return await room.messenger.send(Message(1001, TEXT, html=True, buttons=ROWS))

    async def httpx(_: int) -> object:
        return await theirs.send_message(1001, TEXT, parse_mode="HTML", reply_markup=markup)

    ways: dict[str, Send] = {"ours (aiohttp)": ours, "python-telegram-bot (httpx)": httpx}
    best: dict[str, tuple[float, float]] = {}
    for _ in range(2):
        for name, send in ways.items():
            best[name] = min(best.get(name, (9e9, 0.0)), await measured(send, messages))
    for name, (cpu_ms, rate) in best.items():
        print(f"{name:30} {cpu_ms:6.2f} ms of CPU a message   {rate:6.0f} messages/s")
    await room.close()


def main() -> None:
    """Start the server, measure, tell."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()
    asyncio.run(run(ours.recv(), int((sys.argv[1:] or ["1000"])[0])))
    ours.close()
    theirs.close()
    process.join(5)
    process.terminate()


if __name__ == "__main__":
    main()
