"""One outbox and its senders on virtual time, driven a step at a time: for ``test_machine``."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from bot.core.i18n import Words
from bot.core.model import Chat, ChatKind, Knowledge, Message, PutChat
from bot.core.pacing import Pacing
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.errors import StoreUnavailable
from bot.flow.deliver import Deliver
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.ports import Messenger
from tests.making import a_note
from tests.sim.disk import Disk, SimStore, watching
from tests.sim.loop import SimLoop
from tests.sim.outside import Outside
from tests.sim.plan import Plan
from tests.sim.world import EPOCH, empty, memory, overheard

GROUP, MOVED, TOPIC = -5, -1005, 11
CHATS = (1, 2, 3, 4, GROUP)
_AWAY_S, _CALM_S = 3.0, 1800.0


@dataclass(frozen=True, slots=True)
class Kind:
    """The parts of a bot, of which one may be wrong."""

    sender: type[Sending] = Sending
    store: type[SimStore] = SimStore
    hears: Callable[[Messenger], Messenger] = lambda messenger: messenger


@dataclass(frozen=True, slots=True)
class Line:
    """``ports.Messenger`` of one process."""

    outside: Outside
    lease: str

    async def reach(self) -> None:
        await self.outside.reach()

    async def send(self, message: Message) -> int:
        return await self.outside.send(message, self.lease)


def chat_of(chat_id: int) -> Chat:
    """A chat as Telegram has it; a group and its topic."""
    if chat_id > 0:
        return Chat(chat_id, lang="en")
    kind = ChatKind.GROUP if chat_id == GROUP else ChatKind.SUPERGROUP
    return Chat(chat_id, kind, "en", thread_id=TOPIC)


class Machine:
    """The file, the processes that are alive, and the time."""

    def __init__(self, seed: int, kind: Kind) -> None:
        self._seed, self._kind = seed, kind
        self._ending = ExitStack()
        folder = Path(tempfile.mkdtemp(prefix="machine-", dir=memory()))
        self._ending.callback(shutil.rmtree, folder)
        self._path = folder / "rasid.db"
        self._path.write_bytes(empty())
        self.plan = Plan(seed)  # of the disk
        self.outside = Outside(self._chance("outside"))
        self._ending.enter_context(overheard()).append(self.outside.breach)
        self.outside.outbox = watching(self._path)
        self._ending.callback(self.outside.outbox.close)
        self._error_s, self._lives, self._updates = 0.0, 0, 0
        self._loop = SimLoop(self._chance("loop"), 0.0)
        self._stores: list[SimStore] = []
        self._senders: list[Deliver] = []
        self._start()
        for chat_id in CHATS:
            self.writes(chat_of(chat_id))

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{what} {self._seed}")

    # ── time ─────────────────────────────────────────────────────────────────────────────

    def now(self) -> float:
        """Seconds since it began."""
        return self._loop.time()

    def wall(self) -> datetime:
        """What the bot's clock shows."""
        return EPOCH + timedelta(seconds=self.now() + self._error_s)

    def steady(self) -> datetime:
        """What a clock shows that nobody sets."""
        return EPOCH + timedelta(seconds=self.now())

    def clock_moves(self, by_s: float) -> None:
        """Somebody sets it."""
        self._error_s += by_s

    def run(self, seconds: float) -> None:
        """Live for so long; who dies meanwhile is back a little later."""
        ends_at = self.now() + seconds
        while self.now() < ends_at:
            self._loop.run_until(ends_at)
            if not self._loop.dead:
                break
            self._bury()
        for error in self._loop.errors:
            self.outside.breach(f"the loop complains: {error}")

    # ── lives ────────────────────────────────────────────────────────────────────────────

    def _start(self) -> None:
        self._lives += 1
        self._has_begun = False
        self._live(f"life-{self._lives}", is_first=True)

    def join(self) -> None:
        """Another process sends from the same file; who was there first has begun."""
        if len(self._senders) == 1 and self._has_begun:
            self._live(f"other-{self._lives}-{self._loop.steps}", is_first=False)

    def leave(self) -> None:
        """The second one is asked to end."""
        for sender in self._senders[1:]:
            sender.stop()

    def dies_in(self, steps: int) -> None:
        """All processes die at that step from now on."""
        self._loop.dies_at_step = self._loop.steps + steps

    def ends(self) -> None:
        """It is asked to end, has time to, and starts again; what it sends ends meanwhile."""
        loop = self._loop
        for sender in self._senders:
            sender.stop()
        self.run(70)
        if loop is not self._loop:  # it died meanwhile
            return
        if not any(fault.end > self.now() - 130 for fault in self.plan.faults):
            self._check_stopped()
        self._loop.dead = True
        self._bury()

    def _check_stopped(self) -> None:
        leases = {sender.lease for sender in self._senders}
        for row in self.outside.outbox.execute("SELECT * FROM deliveries WHERE lease NOT NULL"):
            if row["lease"] in leases:
                self.outside.breach(f"stopped and left behind {dict(row)}")

    def _bury(self) -> None:
        self.outside.died()
        for store in self._stores:
            store.vanish()
        self._stores, self._senders = [], []
        self._loop.bury()
        self._loop = SimLoop(self._chance(f"loop {self._lives}"), self.now() + _AWAY_S)
        self._start()

    def _live(self, lease: str, *, is_first: bool) -> None:
        disk = Disk(self.plan, self._loop, self._chance(f"disk {lease}"))
        self._loop.job_takes = disk.takes_s
        opening = self._loop.create_task(self._kind.store.open(self._path))
        while not opening.done():  # behind what the disk is busy with
            self._loop.run_until(self.now() + 0.1)
            if self._loop.dead:
                return
        store = opening.result()
        store.live_on(disk)
        sender = self._sender(store, lease)
        self._stores.append(store)
        self._senders.append(sender)
        self._loop.create_task(self._main(store, sender, is_first=is_first))

    async def _main(self, store: SimStore, sender: Deliver, *, is_first: bool) -> None:
        if is_first:
            await _patiently(lambda: store.recover(self.wall()))
            self._has_begun = True
        await sender.run()
        if not is_first:
            self._senders.remove(sender)

    def _sender(self, store: SimStore, lease: str) -> Deliver:
        knowledge, words = _shipped()
        wording = Wording(store, words, knowledge.topics, knowledge.places, self.wall)
        sending = self._kind.sender(
            store=store,
            messenger=self._kind.hears(Line(self.outside, lease)),
            wording=wording,
            pacing=Pacing(),
            clock=self.wall,
            steady=self.steady,
            chance=self._chance(lease).random,
        )
        return Deliver(sending, lease=lease)

    # ── what others write into the file ──────────────────────────────────────────────────

    def does(self, work: Callable[[SimStore], Awaitable[object]]) -> None:
        """Have it done, however long the disk takes and whoever dies meanwhile."""
        while True:
            loop, store = self._loop, self._stores[0]
            task = loop.create_task(_patiently(lambda store=store: work(store)))
            while not task.done() and loop is self._loop:
                self.run(0.05)
            if loop is self._loop:
                task.result()
                break
        for sender in self._senders:
            sender.wake()

    def writes(self, chat: Chat) -> None:
        """Somebody subscribes, comes back, or leaves."""
        self._updates += 1
        number = self._updates
        self.does(lambda store: store.answer(number, [PutChat(chat)], [], self.wall()))

    def asks(self, chat: Chat) -> None:
        """Somebody writes, and is to be answered."""
        self._updates += 1
        number, note = self._updates, a_note(f"answer {self._updates}")
        self.does(lambda store: store.answer(number, [], [(chat, note, None)], self.wall()))

    # ── the end ──────────────────────────────────────────────────────────────────────────

    def calms_down(self) -> None:
        """All trouble is over, and there is time."""
        self.outside.answers.clear()
        for fault in [f for f in self.plan.faults if f.end > self.now()]:
            self.plan.faults.remove(fault)
        ends_at = self.now() + _CALM_S
        while self.now() < ends_at and not (self.outside.breaches or self.outside.is_quiet()):
            self.run(10)

    def close(self) -> None:
        """Leave nothing behind."""
        for store in self._stores:
            store.vanish()
        self._loop.dead = True
        self._loop.bury()
        self._ending.close()


@cache
def _shipped() -> tuple[Knowledge, Words]:
    return load_knowledge(), load_words()


async def _patiently(work: Callable[[], Awaitable[object]]) -> None:
    while True:
        try:
            await work()
            return
        except StoreUnavailable:
            await asyncio.sleep(1)
