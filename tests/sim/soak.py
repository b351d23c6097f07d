"""``python -m tests.sim.soak``: a day with 2,000 chats, then weeks with few, on virtual time.

The real flow and the real store, on feeds that go on publishing and a Telegram that takes
everything. What is asked: whether everything due was told and nothing else, whether memory grows,
and whether the tables stay within what is published while it is kept. No faults here: those are
the simulation's (``python -m tests.sim``).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.core.model import (
    AddWatch,
    Chat,
    Knowledge,
    Message,
    Poll,
    PollStatus,
    PutChat,
    Request,
    Source,
)
from bot.core.pruning import Terms
from bot.errors import StoreUnavailable
from bot.flow import deliver
from bot.flow.commands import Commands
from bot.flow.deliver import Deliver
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.flow.minding import Inline, Minds
from bot.flow.pruning import Pruning
from bot.sources.draft import Draft, feed_entries
from tests.sim.disk import Disk, SimStore, watching
from tests.sim.feeds import source
from tests.sim.loop import SimLoop
from tests.sim.news import PLACES, Event, attack, gibberish, small
from tests.sim.plan import Plan
from tests.sim.process import Process, World, known
from tests.sim.world import EPOCH, finish, memory, overheard

HOUR_S, DAY_S = 3600.0, 86_400.0
WINDOW = 30  # entries that a feed shows
_FIRST_CHAT = 1001
_LEAST = timedelta(hours=72)
TABLES = (
    "entries",
    "fingerprints",
    "stories",
    "alerts",
    "whys",
    "deliveries",
    "processed_updates",
    "pages",
    "quarantine",
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How much of everything. ``stories`` are spread over the ``hours`` and reach every chat."""

    feeds: int = 50
    chats: int = 2_000
    hours: float = 24.0
    stories: int = 3
    reports: int = 2  # feeds that tell of each
    noise_per_h: float = 2.0  # of each feed
    commands_per_h: float = 6.0
    poll_s: int = 300
    tick_s: float = 5.0
    idle_s: float = 1.0
    keep_days: int = 30
    seed: int = 1


DAY = Scale()
WEEKS = Scale(
    feeds=6,
    chats=12,
    hours=24.0 * 56,
    stories=56 * 3,
    noise_per_h=0.5,
    commands_per_h=2.0,
    poll_s=1_800,
    tick_s=120.0,
    idle_s=60.0,
    keep_days=8,
)
SHORT = replace(
    WEEKS,
    feeds=1,
    chats=2,
    hours=24.0 * 22,
    stories=14,
    reports=1,
    noise_per_h=1.0,
    commands_per_h=0.25,
    poll_s=14_400,
    tick_s=3_600.0,
    idle_s=7_200.0,
)


@dataclass(slots=True)
class News:
    """One element of a feed: ``token`` is the story it tells of, "" where nobody asked for it."""

    at: float
    draft: Draft
    gone_at: float = float("inf")  # the feed shows it no more
    back_at: float = float("inf")  # and again


@dataclass(slots=True)
class Told:
    """What arrived, in a byte for each chat: the soak itself must not grow."""

    chats: int
    stories: dict[str, bytearray] = field(default_factory=dict)
    messages: int = 0
    unwanted: list[str] = field(default_factory=list)

    def lost(self) -> int:
        return sum(row.count(0) for row in self.stories.values())

    def repeated(self) -> int:
        return sum(sum(n > 1 for n in row) for row in self.stories.values())


class Phone:
    """``ports.Messenger`` that takes everything after a moment."""

    def __init__(self, told: Told, chance: random.Random) -> None:
        self._told, self._chance, self._number = told, chance, 0

    async def reach(self) -> None:
        """It is always there."""

    async def send(self, message: Message) -> int:
        await asyncio.sleep(self._chance.uniform(0.03, 0.12))
        told = self._told
        told.messages += 1
        if message.edit_of is not None:
            return message.edit_of
        self._number += 1
        if message.buttons:  # an alert, and no answer that speaks of it
            for token, row in told.stories.items():
                row[message.chat_id - _FIRST_CHAT] += token in message.text
            if "evergreen" in message.text:
                told.unwanted.append(message.text[:80])
        return self._number


class Papers:
    """``ports.Poller``: each feed shows its last entries, and some that it shows for ever."""

    def __init__(self, news: dict[str, list[News]], wall, chance: random.Random) -> None:  # type: ignore[no-untyped-def]
        self._news, self._wall, self._chance = news, wall, chance

    async def poll(self, source: Source) -> Poll:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._chance.uniform(0.02, 0.5))
        now = loop.time()
        shown = [n for n in self._news[source.id] if n.at <= now]
        drafts = [n.draft for n in shown[-WINDOW:] if n.gone_at == float("inf")]
        drafts += [n.draft for n in shown if not n.gone_at <= now < n.back_at < float("inf")][:4]
        drafts = list(dict.fromkeys(drafts))
        body_hash = f"{len(shown)} {len(drafts)}"
        # The real poller reads it whole once a week, whether anything changed or not.
        whole_at, wall = source.whole_at, self._wall()
        is_fresh = whole_at is not None and wall - whole_at < timedelta(days=6)
        if body_hash == source.body_hash and is_fresh:
            return Poll(source.id, PollStatus.NOT_MODIFIED, body_hash=body_hash)
        read = feed_entries(drafts, source, wall)
        return Poll(
            source.id,
            PollStatus.CHANGED,
            read.entries,
            body_hash=body_hash,
            held=len(drafts),
            habits=read.habits,
        )


class Soaked(Process):
    """The bot of the simulation, with its pruning, ticking as the scale says."""

    def __init__(self, world: World, scale: Scale) -> None:
        super().__init__(world, "soak")
        self.scale = scale
        self.asked = 0

    async def _recover(self, _: Intake) -> None:
        assert self.store is not None
        feeds = [source(name, self.scale.poll_s) for name in self.world.plan.feeds]
        await self.store.put_sources(feeds, "config")
        await self.store.recover(self.world.wall())

    def _ingest(self, knowledge: Knowledge, deliver: Deliver) -> Ingest:
        ingest = super()._ingest(knowledge, deliver)
        # The simulation's builder adds watch by watch: of thousands that is a heap of changes, and
        # the matcher would be built anew without end.
        ingest.intake._minds = Minds(knowledge, Inline())
        return ingest

    async def _ticks(self, ingest: Ingest) -> None:
        assert self.store is not None
        terms = Terms(timedelta(days=self.scale.keep_days), timedelta(days=90), _LEAST)
        pruning = Pruning(self.store, self.world.wall, terms)
        while True:
            with contextlib.suppress(StoreUnavailable):
                await ingest.tick()
            await pruning.tick()
            await self.store.claim_pages(self.world.wall(), 0)  # nobody reads them here
            await asyncio.sleep(self.scale.tick_s)

    async def _receive(self, commands: Commands, deliver: Deliver) -> None:
        while True:
            await asyncio.sleep(HOUR_S / self.scale.commands_per_h)
            self.asked += 1
            chat_id = _FIRST_CHAT + self.asked % self.scale.chats
            name = ("recent", "list", "status")[self.asked % 3]
            await commands.serve(Request(self.asked, Chat(chat_id, lang="en"), name, ""))
            deliver.wake()


# ── what is published ────────────────────────────────────────────────────────────────────────


def published(scale: Scale, told: Told) -> dict[str, list[News]]:
    """All of it, by feed."""
    chance = random.Random(f"soak {scale.seed}")
    news: dict[str, list[News]] = {f"feed{n}": [] for n in range(scale.feeds)}
    names = list(news)
    for name in names:
        for _ in range(round(scale.noise_per_h * scale.hours)):
            at = chance.uniform(0, scale.hours * HOUR_S)
            words = " ".join(gibberish(chance) for _ in range(8))
            news[name].append(_news(words, "", name, at, at))
        news[name] += list(_evergreens(chance, name))
    places = list(PLACES)
    for number in range(scale.stories):
        # One place at a time, and days until it is its turn again.
        event = attack(places[number % len(places)], chance)
        told.stories[event.token] = bytearray(scale.chats)
        at = (number + 0.3) * scale.hours * HOUR_S / scale.stories
        for name in chance.sample(names, min(scale.reports, len(names))):
            news[name].append(_of(event, name, at))
            at += chance.uniform(30, 600)
    for feed in news.values():
        feed.sort(key=lambda one: one.at)
    return news


def _evergreens(chance: random.Random, name: str) -> list[News]:
    """What everybody asks for and nobody must be told: it was there before us, and stays."""
    undated = _of(small("heron", chance), name, -1.0, "evergreen")
    year_old = _of(small("heron", chance), name, -1.0, "evergreen")
    flapping = _of(small("heron", chance), name, -1.0, "evergreen")
    undated.draft = replace(undated.draft, published_at=None)
    flapping.draft = replace(flapping.draft, published_at=None)
    old_at = EPOCH - timedelta(days=365)
    year_old.draft = replace(year_old.draft, published_at=old_at)
    flapping.gone_at, flapping.back_at = 2 * DAY_S, 6 * DAY_S
    return [undated, year_old, flapping]


def _of(event: Event, name: str, at: float, word: str = "") -> News:
    return _news(f"{event.title} {word}".strip(), event.body, name, at, at)


def _news(title: str, body: str, name: str, at: float, dated_at: float) -> News:
    key = f"{name}-{at:.0f}-{title[-30:].replace(' ', '-')}"
    dated = EPOCH + timedelta(seconds=dated_at)
    draft = Draft(title, body, f"https://{name}.example/{key}", key)
    return News(at, replace(draft, published_at=dated))


# ── the soak ─────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Soak:
    """One of them, and what was measured."""

    scale: Scale
    told: Told = field(init=False)
    memory: list[tuple[float, float]] = field(default_factory=list)  # hours, MB
    peaks: Counter[str] = field(default_factory=Counter)  # rows of each table at their most
    ends: dict[str, int] = field(default_factory=dict)
    took_s: float = 0.0
    cpu_s: float = 0.0
    errors: list[str] = field(default_factory=list)

    def run(self) -> dict[str, object]:
        """Live through it; the figures."""
        folder = Path(tempfile.mkdtemp(prefix="soak-", dir=memory()))
        idle_s, deliver._IDLE_S = deliver._IDLE_S, self.scale.idle_s
        begun, cpu = time.monotonic(), time.process_time()
        try:
            with overheard(collect=True) as crashed:
                crashed.append(self.errors.append)
                self._live(folder / "rasid.db")
        finally:
            deliver._IDLE_S = idle_s
            shutil.rmtree(folder)
        self.took_s, self.cpu_s = time.monotonic() - begun, time.process_time() - cpu
        return self.figures()

    def _live(self, path: Path) -> None:
        scale, self.told = self.scale, Told(self.scale.chats)
        chance = random.Random(f"soak {scale.seed}")
        loop = SimLoop(chance, 0.0)
        plan = Plan(scale.seed, feeds={f"feed{n}": scale.poll_s for n in range(scale.feeds)})

        def wall() -> datetime:
            return EPOCH + timedelta(seconds=loop.time())

        papers = Papers(published(scale, self.told), wall, chance)
        phone = Phone(self.told, chance)
        world = World(plan, phone, papers, None, wall, wall, path, chance)  # type: ignore[arg-type]
        _settle_in(path, scale)
        process = Soaked(world, scale)
        loop.create_task(process.main(Disk(plan, loop, chance)))
        seen = watching(path)
        for hour in range(1, int(scale.hours) + 1):
            loop.run_until(hour * HOUR_S)
            self._measure(hour, seen)
        loop.run_until(scale.hours * HOUR_S + 600)
        self._measure(hour, seen)
        self.errors += loop.errors
        seen.close()
        assert process.store is not None
        process.store.vanish()
        loop.dead = True
        loop.bury()

    def _measure(self, hour: int, seen: sqlite3.Connection) -> None:
        self.memory.append((float(hour), _resident_mb()))
        if hour % 6 == 0 or hour >= self.scale.hours - 1:
            self.ends = {table: _rows(seen, table) for table in TABLES}
            self.peaks |= Counter(self.ends)

    def bounds(self) -> dict[str, int]:
        """What each table may hold: what is published while it is kept, and what is still held."""
        scale = self.scale
        # Entries go after their aliases, a round is an hour: three days and a half at most.
        hours = min(scale.hours, (scale.keep_days + 3.5) * 24)
        stories = scale.stories * hours / scale.hours + 1
        entries = scale.feeds * (scale.noise_per_h * hours + WINDOW + 4) + stories * scale.reports
        told, asked = stories * scale.chats, scale.commands_per_h * hours + 1
        limits = {
            "entries": entries,
            "fingerprints": entries * 5,  # and up to four aliases
            "stories": stories * 2,  # a report may open one that nobody is told of
            "alerts": told,
            "whys": told,
            "deliveries": told * (1 + 2 * scale.reports) + asked * 2,
            "processed_updates": asked + scale.chats,
            "pages": scale.feeds * 24 * (scale.noise_per_h + 1),
            "quarantine": 0,
        }
        return {table: round(most) for table, most in limits.items()}

    def growth_mb_h(self) -> float:
        """The slope after the warm-up: a sixth of the time."""
        later = self.memory[len(self.memory) // 6 :]
        mean_x = sum(x for x, _ in later) / len(later)
        mean_y = sum(y for _, y in later) / len(later)
        spread = sum((x - mean_x) ** 2 for x, _ in later) or 1.0
        return sum((x - mean_x) * (y - mean_y) for x, y in later) / spread

    def breaches(self) -> list[str]:
        """What must not be."""
        found = [f"{self.told.lost()} lost"] * bool(self.told.lost())
        found += [f"{self.told.repeated()} repeated"] * bool(self.told.repeated())
        found += [f"not news: {text}" for text in self.told.unwanted[:5]]
        limits = self.bounds()
        over = (t for t in TABLES if self.peaks[t] > limits[t])
        found += [f"{table}: {self.peaks[table]} rows, not {limits[table]}" for table in over]
        return found + self.errors[:5]

    def figures(self) -> dict[str, object]:
        """For people and for ``make test``."""
        scale, limits = self.scale, self.bounds()
        virtual_s = scale.hours * HOUR_S
        return {
            "virtual_h": scale.hours,
            "feeds": scale.feeds,
            "chats": scale.chats,
            "stories": scale.stories,
            "real_s": round(self.took_s, 1),
            "cpu_s": round(self.cpu_s, 1),
            "times_real": round(virtual_s / self.took_s),
            "messages": self.told.messages,
            "due": scale.stories * scale.chats,
            "lost": self.told.lost(),
            "repeated": self.told.repeated(),
            "memory_mb": round(self.memory[-1][1], 1),
            "memory_mb_h": round(self.growth_mb_h(), 3),
            "rows": {t: [self.ends[t], self.peaks[t], limits[t]] for t in TABLES},
            "breaches": self.breaches(),
        }


def _rows(seen: sqlite3.Connection, table: str) -> int:
    return int(seen.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _resident_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _settle_in(path: Path, scale: Scale) -> None:
    """Everybody is there before anything happens."""
    loop = SimLoop(random.Random(0), 0.0)
    store = finish(loop, SimStore.open(path))

    async def everybody() -> None:
        for chat_id in range(_FIRST_CHAT, _FIRST_CHAT + scale.chats):
            wishes = [AddWatch(chat_id, query) for query in ("topic:all", "heron")]
            await store.answer(-chat_id, [PutChat(Chat(chat_id, lang="en")), *wishes], [], EPOCH)

    finish(loop, everybody())
    store.vanish()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.sim.soak", description=__doc__)
    parser.add_argument("--stories", type=int, default=DAY.stories, help="in the day, to everybody")
    parser.add_argument("--only", choices=("day", "weeks"), help="one of the two")
    asked = parser.parse_args(arguments)
    known()
    scales = {"day": replace(DAY, stories=asked.stories), "weeks": WEEKS}
    bad = False
    for name, scale in scales.items():
        if asked.only in (None, name):
            figures = Soak(scale).run()
            print(json.dumps({"soak": name} | figures), flush=True)
            bad |= bool(figures["breaches"])
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
