"""A sender on virtual time: its hours pass in no time, and each moment is exact."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot import errors
from bot.core.i18n import Words
from bot.core.model import Chat, ChatStatus, Knowledge, Message, PutChat
from bot.core.pacing import Limits, Pacing, Rate
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.flow.deliver import Deliver
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.making import NOW, a_batch, a_verdict
from tests.sim.loop import SimLoop

T = TypeVar("T")
WORDS: Words = load_words()
KNOWN: Knowledge = load_knowledge()
SECOND = timedelta(seconds=1)
FAST = Rate(10_000, SECOND, burst=100)


@dataclass(frozen=True, slots=True)
class Late:
    """An error that comes after so many seconds."""

    seconds: float
    error: Exception


Answer = Callable[[Message, int], float | Exception | Late]


class Counting(SqliteStore):
    """The real store, which also counts what it is asked, and can fail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: Counter[str] = Counter()
        self.fails: dict[str, list[Exception]] = {}

    async def claim_deliveries(self, *args: Any, **kwargs: Any) -> Any:
        return await self._counted("claim", super().claim_deliveries(*args, **kwargs))

    async def refusing(self, *args: Any, **kwargs: Any) -> Any:
        return await self._counted("refusing", super().refusing(*args, **kwargs))

    async def next_delivery_at(self, *args: Any, **kwargs: Any) -> Any:
        return await self._counted("next", super().next_delivery_at(*args, **kwargs))

    async def settle(self, *args: Any, **kwargs: Any) -> Any:
        return await self._counted("settle", super().settle(*args, **kwargs))

    async def mark_sending(self, *args: Any, **kwargs: Any) -> Any:
        return await self._counted("mark", super().mark_sending(*args, **kwargs))

    async def _counted(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        self.asked[name] += 1
        if self.fails.get(name):
            work.close()
            raise self.fails[name].pop(0)
        return await work


class Virtual:
    """A world of one sender.

    Attributes:
        answer: (message, how many it was sent before) → seconds its answer takes, or the error.
        left: When each message left, in seconds from the start, with its chat.
    """

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        self.loop = SimLoop(random.Random(1), 0.0)
        self.ahead = timedelta()
        self.answer: Answer = lambda message, n: 0.01
        self.left: list[tuple[float, int]] = []
        self.sent: list[Message] = []
        self.asked, self.mute = 0, False
        self.sign: errors.DeliveryError | None = None
        self.store: Counting = self.do(new_store(folder, Counting))
        self.limits = limits or Limits(FAST, FAST, FAST)
        self.restarts()

    def restarts(self, limits: Limits | None = None) -> None:
        """A new process, which knows what the store does."""
        wording = Wording(self.store, WORDS, KNOWN.topics, KNOWN.places, self.clock)
        sending = Sending(
            store=self.store,
            messenger=self,
            wording=wording,
            pacing=Pacing(limits or self.limits),
            clock=self.clock,
            steady=self.steady,
            chance=lambda: 0.0,
        )
        self.sender = Deliver(sending, lease="test")

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.loop.time()) + self.ahead

    def steady(self) -> datetime:
        return NOW + timedelta(seconds=self.loop.time())

    async def reach(self) -> None:
        self.asked += 1
        if self.mute:
            await asyncio.sleep(30)
            raise errors.DeliveryUncertain(0, "timed out")
        if self.sign is not None:
            raise self.sign

    async def send(self, message: Message) -> int:
        before = sum(m.chat_id == message.chat_id for m in self.sent)
        self.sent.append(message)
        self.left.append((round(self.loop.time(), 3), message.chat_id))
        found = self.answer(message, before)
        if isinstance(found, Late):
            await asyncio.sleep(found.seconds)
            raise found.error
        if isinstance(found, Exception):
            raise found
        await asyncio.sleep(found)
        return len(self.sent)

    def do(self, work: Awaitable[T], seconds: float = 60) -> T:
        """Let ``work`` end; it fails where that takes longer than ``seconds``."""

        async def ended() -> T:
            return await work

        task = self.loop.create_task(ended())
        ends_at = self.loop.time() + seconds
        while not task.done() and self.loop.time() < ends_at:
            self.loop.run_until(min(self.loop.time() + 0.01, ends_at))
        assert task.done(), f"not ended within {seconds} s"
        return task.result()

    def pass_by(self, seconds: float) -> None:
        self.loop.run_until(self.loop.time() + seconds)
        assert not self.loop.errors

    def runs(self, seconds: float) -> None:
        """The sender runs for so long, then stops and ends."""
        self.starts()
        self.pass_by(seconds)
        self.ends()

    def starts(self) -> None:
        self._running = self.loop.create_task(self.sender.run())

    def ends(self) -> None:
        assert not self._running.done(), self._running
        self.sender.stop()
        self.pass_by(120)
        assert self._running.done()
        self._running.result()

    def counts(self) -> dict[str, int]:
        return dict(self.do(self.store.outbox_counts()))

    def status(self, chat_id: int) -> ChatStatus:
        chat = self.do(self.store.chat(chat_id))
        assert chat is not None
        return chat.status

    def alert(self, *chats: Chat, number: int = 1, **card: object) -> None:
        for chat in chats:
            answer = self.store.answer(hash((chat.id, number)), [PutChat(chat)], [], self.clock())
            self.do(answer)
        verdict = a_verdict(number, *(chat.id for chat in chats), **card)
        self.do(self.store.record(a_batch(verdict, at=self.clock())))
