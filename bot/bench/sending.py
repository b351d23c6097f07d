"""The sending half of the bot on a real file, through the real client, to a sandbox elsewhere."""

from __future__ import annotations

import asyncio
import random
import secrets
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.bench.exchange import FIRST_CHAT, TOKEN, Exchange
from bot.core.model import (
    Alert,
    Batch,
    Card,
    Chat,
    Entry,
    Knowledge,
    Message,
    PutChat,
    Reading,
    Reason,
    Severity,
    Story,
    Verdict,
    Why,
)
from bot.core.pacing import Pacing
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.errors import DeliveryDelayed
from bot.flow.deliver import Deliver
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.stores.sqlite import SqliteStore
from bot.telegram.client import TelegramMessenger
from bot.telegram.room import build

_MANY = 500
_TITLE = "Two rockets hit the base near the town in the night"
_BODY = "A security source said that both came down inside the fence and that nobody was hurt."


def now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Counting:
    """The real messenger, with a count of its 429s."""

    messenger: TelegramMessenger
    refused: int = 0

    async def send(self, message: Message) -> int:
        """Send, and count."""
        try:
            return await self.messenger.send(message)
        except DeliveryDelayed:
            self.refused += 1
            raise

    async def reach(self) -> None:
        """As the real one does."""
        await self.messenger.reach()


@dataclass(slots=True)
class Parts:
    """The parts, put together."""

    store: SqliteStore
    messenger: Counting
    deliver: Deliver
    _stories: count[int] = field(default_factory=lambda: count(1))

    async def tell(self, chats: Sequence[int], severity: Severity) -> None:
        """One story becomes an alert to each of these chats."""
        await self.store.record(told(next(self._stories), chats, severity))
        self.deliver.wake()

    async def forget(self) -> None:
        """What waits is not sent any more."""
        pending = "UPDATE deliveries SET state = 'cancelled' WHERE state = 'pending'"
        await self.store._write(lambda: self.store._do(pending))
        await self.settled()

    async def settled(self) -> None:
        """Nothing waits any more and nothing flies."""
        while await self.store.next_delivery_at() is not None:  # noqa: ASYNC110 -- the file's word
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)


def told(number: int, chats: Sequence[int], severity: Severity) -> Batch:
    """What the path up to the outbox makes of a report."""
    at, story_id = now(), f"story{number:07}"
    topics, places = ("rocket-attack",), ("ain-al-asad",)
    link = f"https://wire.example/{number}"
    story = Story(story_id, _TITLE, severity, topics, places, at, at)
    why = Why("topic:all")
    card = Card(story_id, _TITLE, "Wire", link, topics, places, severity, at, at, (why,), _BODY)
    entry = Entry("wire", f"k{number}", f"1:{number}", _TITLE, source_name="Wire", lang="en")
    reading = Reading(flag=True, severity=severity)
    alerts = tuple(Alert(chat_id, card) for chat_id in chats)
    return Batch("wire", (Verdict(entry, Reason.NEW_STORY, reading, story, alerts),), None, at)


def chats_of(exchange: Exchange) -> range:
    """Everybody there."""
    return range(FIRST_CHAT, FIRST_CHAT + exchange.people)


async def introduce(store: SqliteStore, chats: Sequence[int]) -> None:
    """The bot knows all of them."""
    for start in range(0, len(chats), _MANY):
        part = chats[start : start + _MANY]
        await store.answer(-1 - start, [PutChat(Chat(chat_id)) for chat_id in part], [], now())


@asynccontextmanager
async def sending(
    exchange: Exchange, pacing: Pacing, knowledge: Knowledge | None = None
) -> AsyncIterator[Parts]:
    """The sending half, running, with a database on disk that knows everybody there."""
    known = knowledge or load_knowledge()
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "bench.db")
        await introduce(store, chats_of(exchange))
        room = build(TOKEN, exchange.api_url, exchange.file_url)
        messenger = Counting(room.messenger)
        wording = Wording(store, load_words(), known.topics, known.places, now)
        sends = Sending(
            store=store,
            messenger=messenger,
            wording=wording,
            pacing=pacing,
            clock=now,
            steady=now,
            chance=random.random,
        )
        deliver = Deliver(sends, lease=secrets.token_hex(8))
        running = asyncio.create_task(deliver.run())
        try:
            yield Parts(store, messenger, deliver)
        finally:
            deliver.stop()
            await running
            await room.close()
            await store.close()
