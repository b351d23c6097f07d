"""One process of the bot: the real parts, put together as ``app`` does, on the simulated world."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast

from bot.core.i18n import Words
from bot.core.matcher import Matcher
from bot.core.model import (
    AddWatch,
    Chat,
    ChatKind,
    Knowledge,
    PutChat,
    Request,
    SourceKind,
    Watch,
)
from bot.core.pacing import Pacing
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.errors import StoreUnavailable
from bot.flow.commands import Commands
from bot.flow.deliver import Deliver
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.flow.sending import Sending
from bot.flow.tallying import Tallying
from bot.flow.worded import Wording
from bot.ports import Messenger, Poller, Store
from bot.upkeep import take_up
from tests.sim.disk import Disk, SimStore
from tests.sim.feeds import source
from tests.sim.news import WORDS
from tests.sim.plan import Listener, Plan

TICK_S = 5.0
_FETCH_S = 1.0
FINISH_S = 8.0


@cache
def known() -> tuple[Knowledge, Words, object]:
    """The shipped knowledge, loaded once, and what is kept of a matcher of it."""
    knowledge = load_knowledge()
    return knowledge, load_words(), Matcher(knowledge, []).kept()


@cache
def tallying() -> Tallying:
    """What tries new watches: ready after a second, and the same for every process."""
    knowledge, _, _ = known()
    return Tallying(cast("Store", None), knowledge)


class Kept:
    """Builds matchers from what was kept of one: in hundredths of a second."""

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        matcher = Matcher(knowledge, kept=known()[2])  # type: ignore[arg-type]
        for watch in watches:
            matcher.add(watch)
        return matcher


class Inbox:
    """The updates Telegram holds until they are confirmed."""

    def __init__(self, plan: Plan, served: dict[int, float]) -> None:
        self._plan = plan
        self._served = served
        self.confirmed: set[int] = set()

    def fetch(self, now: float) -> list[int]:
        """What came and was not confirmed, as indexes of the plan's commands."""
        return [
            index
            for index, command in enumerate(self._plan.commands)
            if command.at <= now and command.name != "@move" and index not in self.confirmed
        ]

    def request(self, index: int) -> Request:
        """The update as the telegram room would hand it on."""
        command = self._plan.commands[index]
        who = next(w for w in self._plan.listeners if w.chat_id == command.chat_id)
        name = {"@block": "@gone", "@unblock": "@added"}.get(command.name, command.name)
        args = str(who.moves_to) if name == "@moved" else command.args
        return Request(index + 1, chat_of(who), name, args, user_id=who.chat_id)

    def done(self, index: int, now: float) -> None:
        """It was served, and the next fetch says so."""
        self._served.setdefault(index, now)
        self.confirmed.add(index)


@dataclass(slots=True)
class World:
    """What a process runs in."""

    plan: Plan
    messenger: Messenger
    poller: Poller
    inbox: Inbox
    wall: Callable[[], datetime]
    steady: Callable[[], datetime]
    path: Path
    chance: random.Random


class Process:
    """The bot's parts. A wrong bot (``wrong``) changes one of them."""

    store_class: type[SimStore] = SimStore
    sending_class: type[Sending] = Sending
    shown_by = 0  # a seed that shows what is wrong with it

    def __init__(self, world: World, lease: str) -> None:
        self.world = world
        self.lease = lease
        self.store: SimStore | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._ingest_: Ingest | None = None
        self._deliver_: Deliver | None = None

    def messenger(self) -> Messenger:
        """Telegram, as this bot hears it."""
        return self.world.messenger

    async def main(self, disk: Disk) -> None:
        """Run for ever, as ``app`` does."""
        self.store = store = await self.store_class.open(self.world.path)
        store.live_on(disk)
        knowledge, words, _ = known()
        deliver = self._deliver(knowledge, words)
        ingest = self._ingest(knowledge, deliver)
        await self._patiently(lambda: self._recover(ingest.intake))
        commands = Commands(store, knowledge, words, self.world.wall)
        commands._tallying = tallying()
        commands._tallying._store = store
        self._ingest_, self._deliver_ = ingest, deliver
        work = [deliver.run(), self._ticks(ingest), self._receive(commands, deliver)]
        self._tasks = [asyncio.create_task(one) for one in work]
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """End as ``app`` does at SIGTERM; what does not end in time is left behind."""
        if self._ingest_ is None or self._deliver_ is None:
            return
        sending, ticking, receiving = self._tasks
        ticking.cancel()
        await self._ingest_.cancel()
        receiving.cancel()
        self._deliver_.stop()
        await asyncio.wait({sending, receiving}, timeout=FINISH_S)

    async def _recover(self, intake: Intake) -> None:
        assert self.store is not None
        feeds = [source(name, every) for name, every in self.world.plan.feeds.items()]
        await self.store.put_sources(feeds, "config")
        await take_up(self.store, intake, self.world.wall())
        await self.store.recover(self.world.wall())

    async def _patiently(self, work: Callable[[], object]) -> None:
        """A start that finds no disk ends; its manager starts the process again."""
        while True:
            try:
                await work()  # type: ignore[misc]
                return
            except StoreUnavailable:
                await asyncio.sleep(2)

    def _deliver(self, knowledge: Knowledge, words: Words) -> Deliver:
        assert self.store is not None
        wording = Wording(self.store, words, knowledge.topics, knowledge.places, self.world.wall)
        sending = self.sending_class(
            store=self.store,
            messenger=self.messenger(),
            wording=wording,
            pacing=Pacing(),
            clock=self.world.wall,
            steady=self.world.steady,
            chance=self.world.chance.random,
        )
        return Deliver(sending, lease=self.lease)

    def _ingest(self, knowledge: Knowledge, deliver: Deliver) -> Ingest:
        assert self.store is not None
        chance = self.world.chance.random
        clock = self.world.wall
        intake = Intake(
            self.store, knowledge, Policy(), clock, chance, deliver.wake, builder=Kept()
        )
        return Ingest(self.store, {SourceKind.FEED: self.world.poller}, intake, clock, chance)

    async def _ticks(self, ingest: Ingest) -> None:
        """The engine: late ticks run late, none beside itself."""
        while True:
            with contextlib.suppress(StoreUnavailable):  # the engine logs it; the next tick comes
                await ingest.tick()
            await asyncio.sleep(TICK_S)

    async def _receive(self, commands: Commands, deliver: Deliver) -> None:
        """Fetch → serve and record → confirm, as ``telegram.updates`` does."""
        loop, inbox = asyncio.get_running_loop(), self.world.inbox
        while True:
            for index in inbox.fetch(loop.time()):
                request = inbox.request(index)
                await self._serve(commands, request)
                inbox.done(index, loop.time())
                deliver.sending.heard(request.chat.id)
                deliver.wake()
            await asyncio.sleep(_FETCH_S)

    async def _serve(self, commands: Commands, request: Request) -> None:
        while True:
            try:
                await commands.serve(request)
                return
            except StoreUnavailable:
                await asyncio.sleep(self.world.chance.uniform(1, 5))


def chat_of(who: Listener) -> Chat:
    """The chat as Telegram has it."""
    kind = ChatKind.SUPERGROUP if who.is_group else ChatKind.PRIVATE
    return Chat(who.chat_id, kind, who.lang, thread_id=who.thread_id)


def query(about: str) -> str:
    """A rule of the plan as a watch."""
    if about in WORDS:
        return about
    return "topic:all" if about == "all" else f"topic:all + place:{about}"


async def settle_in(store: SimStore, plan: Plan, now: datetime) -> None:
    """Everybody is there before anything happens."""
    for number, who in enumerate(plan.listeners):
        wishes = [AddWatch(who.chat_id, query(about)) for about in who.rules]
        await store.answer(-1 - number, [PutChat(chat_of(who)), *wishes], [], now)
