"""A crowd that subscribed, the real process that tells it, and what each of it was told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from bot.core.model import AddWatch, Chat, Effect, PutChat
from bot.sandbox.people import Person
from bot.sandbox.server import Sandbox
from bot.stores.sqlite import SqliteStore
from tests.e2e.conftest import Running, until

BOT_ID = 4200000001
FIRST = 100_001
_TITLES = (
    "ثلاثة صواريخ تستهدف قاعدة عين الأسد في الأنبار",
    "Drone attack hits Incirlik air base in Turkey",
    "Missile strikes Al Udeid Air Base in Qatar",
    "Explosions heard at Al Dhafra Air Base in the Emirates after rocket attack",
)


class Crowd:
    """So many chats; ``told`` are the documents they must have heard of."""

    def __init__(self, running: Running, sandbox: Sandbox, size: int) -> None:
        self.running, self.sandbox = running, sandbox
        self.chats = range(FIRST, FIRST + size)
        self.told: list[str] = []

    async def gather(self) -> None:
        """Everybody subscribes, before the process is started for the first time."""
        effects: list[Effect] = []
        for user in self.chats:
            self.sandbox.world.add_person(Person(user, f"P{user}", f"p{user}", "en"))
            effects += [PutChat(Chat(user, lang="en")), AddWatch(user, "topic:all")]
        store = await SqliteStore.open(self.running.database, bot_id=BOT_ID)
        await store.answer(1, effects, [], datetime.now(UTC))
        await store.close()

    def news(self) -> None:
        """One more document comes, as an editor saves it."""
        title = _TITLES[len(self.told)]
        self.told.append(title)
        half = self.running.folder / ".half"
        half.write_text(f"{title}\n\nA military source confirmed it this evening.\n", "utf-8")
        half.rename(self.running.folder / "seeds" / f"{len(self.told)}.txt")

    def arrived(self) -> Counter[tuple[int, str]]:
        """How often each chat got each document."""
        rows = self.sandbox.world.journal.after(0)
        return Counter(
            (row["chat_id"], next(t for t in _TITLES if t in row["text"])) for row in rows
        )

    def missing(self) -> int:
        """How much somebody has not been told yet."""
        return len(self.chats) * len(self.told) - len(self.arrived())

    def twice(self) -> int:
        """Messages that somebody had already."""
        return sum(self.arrived().values()) - len(self.arrived())

    async def some(self, more: int, within_s: float = 60) -> None:
        """Until so many more messages came."""
        before = len(self.sandbox.world.journal.after(0))
        arrived = lambda: len(self.sandbox.world.journal.after(0)) >= before + more  # noqa: E731
        await until(arrived, f"{more} more messages", within_s)

    async def all(self, within_s: float = 60) -> None:
        """Until everybody was told everything, and the outbox knows it."""
        await until(lambda: self.told and self.missing() == 0, "everybody told", within_s)
        still_open = "SELECT 1 FROM deliveries WHERE state <> 'sent' LIMIT 1"
        await until(lambda: not self.running.rows(still_open), "all of it settled", within_s)

    def sum_of(self, column: str) -> int:
        """Over the whole outbox."""
        return int(self.running.rows(f"SELECT coalesce(sum({column}), 0) FROM deliveries")[0][0])

    def states(self) -> dict[str, int]:
        """How many deliveries stand in each state."""
        return dict(self.running.rows("SELECT state, count(*) FROM deliveries GROUP BY state"))
