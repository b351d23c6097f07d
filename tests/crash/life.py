"""One life of the bot in a process of its own: the real parts, from the feed to the socket.

Only the feed is in memory, and the clock runs ahead where nothing is left to do. Where the life
ends is said by a trap (``traps``); the next life finds the file as it was left.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bot.flow.intake
from bot.core.expansion import Expansion
from bot.core.matcher import Matcher
from bot.core.meant import Meant
from bot.core.model import (
    AddWatch,
    Chat,
    ChatKind,
    Entry,
    Knowledge,
    Poll,
    PollStatus,
    PutChat,
    Source,
    SourceKind,
    Watch,
)
from bot.core.pacing import Limits, Pacing, Rate
from bot.core.trial import Trial
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.flow.commands import Commands
from bot.flow.deliver import Deliver
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.stores.sqlite import SqliteStore
from bot.telegram.room import build

TOKEN = "4200000001:AAcrash-canary_token"
BOT_ID = 4200000001
WIRE = Source("wire", SourceKind.FEED, "Wire", "https://wire.example/rss")
CROWD = range(5001, 5009)  # as many as may be in flight
GROUP = -2001  # it has become a supergroup, and nobody told the bot yet
ASKERS = {1001: "/watch قاعدة العديد", 1002: "/watch drone"}
LATER_S = 900  # when the feed holds the second edition
_FAST = Rate(10_000, timedelta(seconds=1), burst=1_000)
_ROUNDS = 40

# What everybody must be told, whatever happens: one headline a story.
FIRST_EDITION = {
    "k1": "سقوط صاروخين على قاعدة عين الأسد في الأنبار",
    "k2": "Drone attack hits Incirlik air base in Turkey",
    "k3": "Weather stays mild over the weekend",
}
SECOND_EDITION = {
    "k4": "مقتل جنديين وإصابة خمسة في الهجوم الصاروخي على قاعدة عين الأسد في الأنبار",
}
TOLD = ("سقوط صاروخين على قاعدة عين الأسد", "Incirlik air base")

WORDS, KNOWN = load_words(), load_knowledge()
_WATCHES = [
    Watch(number, user, "topic:all") for number, user in enumerate((*CROWD, GROUP), start=1)
]


class Prepared:
    """What is built from the lexicon, built before anybody is born: it takes longer than a life."""

    def __init__(self) -> None:
        self._matcher = Matcher(KNOWN, _WATCHES)
        self._trial = Trial(KNOWN)
        self._trial.tally(["fire"], [])
        self._known = Expansion(KNOWN), Meant(KNOWN)

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        """The prepared one, and what came since."""
        for watch in watches:
            if watch.id > len(_WATCHES):
                self._matcher.add(watch)
        return self._matcher

    def lend(self, commands: Commands) -> None:
        """Spare ``commands`` the building."""
        tallying = commands._tallying
        tallying._trial = self._trial
        tallying._expansion, tallying._meant = self._known


PREPARED = Prepared()


@dataclass
class Ahead:
    """The real clock, put forward; ``moved`` is told by how many seconds."""

    ahead_s: float
    moved: Callable[[float], None]

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)

    def reach(self, ahead_s: float) -> None:
        """It is so much ahead now, if it was not more."""
        self.ahead_s = max(self.ahead_s, ahead_s)
        self.moved(self.ahead_s)

    def pass_until(self, at: datetime) -> None:
        """It is ``at`` now, or a moment later than it was."""
        self.reach(self.ahead_s + max(0.001, (at - self()).total_seconds()))


@dataclass
class Feed:
    """A publisher that keeps its word: whoever shows the validator is told that nothing changed."""

    clock: Ahead
    born_at: datetime

    async def poll(self, source: Source) -> Poll:
        """What is published by now, unless the reader has it."""
        titles, etag = FIRST_EDITION, '"first"'
        if self.clock.ahead_s >= LATER_S:
            titles, etag = titles | SECOND_EDITION, '"second"'
        await asyncio.sleep(0)
        if source.etag == etag:
            return Poll(source.id, PollStatus.NOT_MODIFIED, etag=etag)
        entries = tuple(self._entry(key, title) for key, title in titles.items())
        return Poll(source.id, PollStatus.CHANGED, entries, etag=etag)

    def _entry(self, key: str, title: str) -> Entry:
        at = self.born_at - timedelta(minutes=3)
        if key in SECOND_EDITION:
            at += timedelta(seconds=LATER_S)
        link, text_hash = f"https://wire.example/{key}", f"h{key}"
        return Entry(
            *("wire", key, f"1:{key}", title),
            link=link, source_name="Wire", text_hash=text_hash, published_at=at,
        )  # fmt: skip


@dataclass(frozen=True)
class Job:
    """Where a life takes place.

    Attributes:
        path, api_url: Its file and its Telegram.
        born_s: When the world began, as the system counts.
        ahead_s: What the clock shows beyond the real one when it begins.
        replies: So many must have been written before it may end.
    """

    path: Path
    api_url: str
    born_s: float
    ahead_s: float
    replies: int


async def settled(path: Path) -> None:
    """A file with a crowd that wants to hear everything, and nothing to do."""
    store = await SqliteStore.open(path, bot_id=BOT_ID)
    for number, user in enumerate((*CROWD, GROUP), start=1):
        kind = ChatKind.GROUP if user == GROUP else ChatKind.PRIVATE
        effects = [PutChat(Chat(user, kind, "en")), AddWatch(user, "topic:all")]
        await store.answer(number, effects, [], datetime.now(UTC))
    await store.close()


async def live(job: Job, moved: Callable[[float], None]) -> None:
    """From the start until nothing is left to do; ``moved`` is told how far ahead the clock is."""
    bot.flow.intake.PART = 2  # a poll of several transactions
    clock = Ahead(job.ahead_s, moved)
    feed = Feed(clock, datetime.fromtimestamp(job.born_s, UTC))
    store = await SqliteStore.open(job.path, bot_id=BOT_ID)
    room = build(TOKEN, job.api_url)
    wording = Wording(store, WORDS, KNOWN.topics, KNOWN.places, clock)
    sending = Sending(
        store=store,
        messenger=room.messenger,
        wording=wording,
        pacing=Pacing(Limits(_FAST, _FAST, _FAST)),
        clock=clock,
        steady=clock,
        chance=lambda: 0.0,
    )
    deliver = Deliver(sending, lease=secrets.token_hex(8))
    intake = Intake(store, KNOWN, Policy(), clock, lambda: 0.0, deliver.wake, builder=PREPARED)
    ingest = Ingest(store, {SourceKind.FEED: feed}, intake, clock, lambda: 0.0)
    commands = Commands(store, KNOWN, WORDS, clock)
    PREPARED.lend(commands)
    await store.put_sources([WIRE], "config")
    await store.recover(clock())
    receiving = asyncio.create_task(room.run_updates(commands.serve, poll_s=1))
    for edition_s in (job.ahead_s, LATER_S):
        clock.reach(edition_s)
        await _until_quiet(store, ingest, deliver, clock, job.replies)
    await room.stop()
    await receiving
    commands.close()
    await room.close()
    await store.close()


async def _until_quiet(
    store: SqliteStore, ingest: Ingest, deliver: Deliver, clock: Ahead, replies: int
) -> None:
    for _ in range(_ROUNDS):
        await ingest.tick()
        await ingest.drain()
        await deliver.drain(timedelta(seconds=0.3))
        due_at = await store.next_delivery_at()
        if due_at is not None:
            clock.pass_until(due_at)
        elif await _written(store) >= replies:
            return
        else:
            await asyncio.sleep(0.02)
    raise AssertionError("it never comes to rest")


async def _written(store: SqliteStore) -> int:
    statement = "SELECT count(*) AS n FROM deliveries WHERE kind = 'reply'"
    return int((await store._run(lambda: store._rows(statement)))[0]["n"])
