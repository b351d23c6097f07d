"""What others do: python-telegram-bot's own rate limiter over httpx, a task for each message.

It is first in, first out, so an urgent alert waits for everything that was there before it. Its
library (aiolimiter) is not the bot's: ``make bench`` installs it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from bot.bench.broadcasts import URGENT_EVERY_S, waits
from bot.bench.costs import cpu_s
from bot.bench.exchange import STRICT, TOKEN, Exchange
from bot.bench.sending import chats_of

Figures = dict[str, Any]

_TEXT = "🔴 <b>Two rockets hit the base near the town in the night</b>\n<i>Wire</i> · 14:02"
_PER_S = 30


def fifo(exchange: Exchange, waiting: int, of: int) -> Figures:
    """Urgent alerts behind ``waiting`` messages, and what that makes behind ``of``; no 429s."""
    try:
        return asyncio.run(_fifo(exchange, waiting, of))
    except (ImportError, RuntimeError) as error:
        return {"left_out": f"{error}: make bench installs what is missing"}


def strict(exchange: Exchange, seconds: float) -> Figures:
    """What it gets through the strict limiter, and how often it is refused."""
    try:
        return asyncio.run(_strict(exchange, seconds))
    except (ImportError, RuntimeError) as error:
        return {"left_out": f"{error}: make bench installs what is missing"}


async def _fifo(exchange: Exchange, waiting: int, of: int) -> Figures:
    await exchange.limit(enabled=False)
    everybody = chats_of(exchange)
    async with _bot(exchange, []) as bot:
        after, cpu = await exchange.last(), cpu_s()
        sends = [asyncio.create_task(_send(bot, chat_id)) for chat_id in everybody[:waiting]]
        begun, urgent = await _urgent(bot, everybody[waiting:], waiting / _PER_S / 2)
        await asyncio.gather(*sends, *urgent)
        spent = cpu_s() - cpu
    arrived = await exchange.arrived(after)
    figures = waits([one.at - begun[one.chat_id] for one in arrived if one.chat_id in begun])
    # First in, first out: the wait is as long as the queue.
    behind = {f"p99_ms_behind_{of}_computed": round(figures["p99_ms"] * of / waiting)}
    each = {"cpu_ms": round(spent / len(arrived) * 1e3, 3)}
    return {"measured_behind": waiting, **figures, **behind, **each}


async def _strict(exchange: Exchange, seconds: float) -> Figures:
    await exchange.limit(**STRICT)
    statuses: list[int] = []
    async with _bot(exchange, statuses) as bot:
        after = await exchange.last()
        chats = chats_of(exchange)[: int(seconds * _PER_S)]
        sends = [asyncio.create_task(_send(bot, chat_id)) for chat_id in chats]
        await asyncio.sleep(seconds)
        for send in sends:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)
    arrived = await exchange.arrived(after)
    return {"per_s": round(len(arrived) / seconds, 1), "refused_429": statuses.count(429)}


def _bot(exchange: Exchange, statuses: list[int]) -> Any:
    ext, request = import_module("telegram.ext"), import_module("telegram.request")

    class Counted(request.HTTPXRequest):  # type: ignore[misc, name-defined]
        async def do_request(self, *args: Any, **kwargs: Any) -> Any:
            answer = await super().do_request(*args, **kwargs)
            statuses.append(answer[0])
            return answer

    return ext.ExtBot(
        TOKEN,
        base_url=exchange.api_url,
        base_file_url=exchange.file_url,
        request=Counted(connection_pool_size=256, pool_timeout=600.0),
        rate_limiter=ext.AIORateLimiter(overall_max_rate=_PER_S, max_retries=20),
    )


async def _send(bot: Any, chat_id: int) -> None:
    await bot.send_message(chat_id=chat_id, text=_TEXT, parse_mode="HTML")


async def _urgent(
    bot: Any, readers: Sequence[int], seconds: float
) -> tuple[dict[int, float], list[asyncio.Task[None]]]:
    begun: dict[int, float] = {}
    sends: list[asyncio.Task[None]] = []
    ends = time.monotonic() + seconds
    for chat_id in readers:
        if time.monotonic() >= ends:
            break
        await asyncio.sleep(random.uniform(0.5, 1.5) * URGENT_EVERY_S)
        begun[chat_id] = time.time()
        sends.append(asyncio.create_task(_send(bot, chat_id)))
    return begun, sends
