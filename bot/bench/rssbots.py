"""One event in many feeds: one story here, one message for each feed there.

The peer does what bots do that forward feeds: each entry that matches goes to one reader after the
other, by python-telegram-bot over httpx. It is a patient one: told to wait, it waits and sends
again, where some of those we read give the message up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from bot.bench.exchange import STRICT, TOKEN, Arrived, Exchange
from bot.bench.news import body_of, reading, subscribe
from bot.bench.sending import chats_of, sending
from bot.core.pacing import Pacing
from bot.data import load_knowledge

Figures = dict[str, Any]

_TEXT = "Drones strike a town, three soldiers wounded\n\nhttps://wire.example/1\n\n{outlet}"
_NAMES = ("Wire", "Herald", "Post", "Mirror", "Globe", "Courier", "Echo", "Sentinel")


def one_event(exchange: Exchange, readers: int, outlets: int) -> Figures:
    """The same event told by so many outlets at once, to so many readers, both ways."""
    ours = asyncio.run(_story(exchange, readers, _NAMES[:outlets]))
    theirs = asyncio.run(_entries(exchange, readers, _NAMES[:outlets]))
    return {"readers": readers, "outlets": outlets, "ours": ours, "one_alert_a_match": theirs}


async def _story(exchange: Exchange, readers: int, outlets: Sequence[str]) -> Figures:
    await exchange.limit(**STRICT)
    knowledge = load_knowledge()
    place = next(iter(knowledge.places.values())).name("en")
    async with (
        sending(exchange, Pacing(), knowledge) as ours,
        reading(ours, knowledge, outlets) as paths,
    ):
        await subscribe(ours, chats_of(exchange)[:readers])
        after, begun = await exchange.last(), time.time()
        for path in paths:
            await path.takes(body_of(place, 1))
        await ours.settled()
        refused = ours.messenger.refused
        return _told(await exchange.arrived(after), begun, readers, refused)


async def _entries(exchange: Exchange, readers: int, outlets: Sequence[str]) -> Figures:
    await exchange.limit(**STRICT)
    telegram = import_module("telegram")
    refused = 0
    async with telegram.Bot(
        TOKEN, base_url=exchange.api_url, base_file_url=exchange.file_url
    ) as bot:
        after, begun = await exchange.last(), time.time()
        for outlet in outlets:
            for chat_id in chats_of(exchange)[:readers]:
                refused += await _send(bot, chat_id, _TEXT.format(outlet=outlet))
        return _told(await exchange.arrived(after), begun, readers, refused)


async def _send(bot: Any, chat_id: int, text: str) -> int:
    """Send it, however often it is refused; how often it was."""
    asked_to_wait = import_module("telegram.error").RetryAfter
    refused = 0
    while True:
        try:
            await bot.send_message(chat_id=chat_id, text=text)
        except asked_to_wait as error:
            refused += 1
            # A whole number or a span of time, as the library's setting has it.
            wait = error.retry_after
            await asyncio.sleep(getattr(wait, "total_seconds", lambda: wait)())  # noqa: B023
        else:
            return refused


def _told(arrived: Sequence[Arrived], begun: float, readers: int, refused: int) -> Figures:
    first: dict[int, float] = {}
    for one in arrived:
        first.setdefault(one.chat_id, one.at)
    return {
        "messages_a_reader": round(len(arrived) / readers, 2),
        "all_know_after_s": round(max(first.values()) - begun, 1),
        "all_sent_after_s": round(max(one.at for one in arrived) - begun, 1),
        "refused_429": refused,
    }
