"""Feeds that change under our hands: real server, real database, and nobody is flooded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.bench.bombs import rss
from bot.core.model import AddWatch, Chat, PutChat, SourceAge, SourceKind
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers
from bot.stores.sqlite import SqliteStore
from tests.sources.servers import feed_at, serving

BEGAN = datetime(2026, 7, 7, 14, 0, tzinfo=UTC)
KNOWN = load_knowledge()
BASES = [place.name("en") for place in KNOWN.places.values() if place.kind == "airbase"][:20]
YEARS_AGO, HOURS_AGO = timedelta(days=900), timedelta(hours=5)


def attack(number: int, *, guid: str = "", age: timedelta = HOURS_AGO, link: str = "") -> str:
    """A report of its own event, with the date it states."""
    when = format_datetime(BEGAN - age)
    return (
        f"<item><title>Rockets hit {BASES[number % len(BASES)]}, wave {number}</title>"
        f"<guid isPermaLink='false'>{guid or number}</guid>"
        f"<link>http://wire.news/{link or number}</link><pubDate>{when}</pubDate></item>"
    )


def attacks(count: int = 20, **parts: str | timedelta) -> str:
    return "".join(attack(number, **parts) for number in range(count))  # type: ignore[arg-type]


class Newsroom:
    """Serves one document after the other to an Ingest with everything behind it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.body, self.now = folder, b"", BEGAN

    async def publishes(self, *bodies: bytes) -> tuple[list[int], SourceAge]:
        """The number of alerts after each visit, a quarter of an hour apart; how the feed is."""
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(serving(feed=self._serve))
            fetcher = Fetcher(FetchLimits())
            stack.push_async_callback(fetcher.close)
            store = await SqliteStore.open(self.folder / "rasid.db")
            stack.push_async_callback(store.close)
            await store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], self.now)
            await store.add_source(feed_at(f"{url}/feed"), "config")
            workers = Workers()
            stack.callback(workers.close)
            feeds = FeedPoller(fetcher, lambda: self.now, workers)
            alerts = [await self._visited(store, feeds, body) for body in bodies]
            return alerts, (await store.source_ages())[0]

    async def _serve(self, _: web.Request) -> web.Response:
        return web.Response(body=self.body, content_type="application/rss+xml")

    async def _visited(self, store: SqliteStore, feeds: FeedPoller, body: bytes) -> int:
        self.body = body
        chance, wake = lambda: 0.0, lambda: None
        intake = Intake(store, KNOWN, Policy(), lambda: self.now, chance, wake)
        ingest = Ingest(store, {SourceKind.FEED: feeds}, intake, lambda: self.now, chance)
        await ingest.tick()
        await ingest.drain()
        self.now += timedelta(minutes=15)
        return (await store.outbox_counts()).get("pending", 0)


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def changes(*documents: Sequence[str] | str) -> list[bytes]:
    return [rss("".join(entries)) for entries in documents]


async def test_what_is_new_alerts_so_that_the_others_are_no_empty_claims(
    newsroom: Newsroom,
) -> None:
    news = attack(20, age=timedelta(minutes=-10)) + attacks()
    alerts, age = await newsroom.publishes(*changes(attacks(), news))
    assert alerts == [0, 1]
    assert age.error == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            attacks(age=YEARS_AGO),
            attacks(age=timedelta(minutes=1)),
            id="old entries with dates of today",
        ),
        pytest.param(
            attacks(),
            "".join(attack(n, guid=f"new-{n}") for n in range(20)),
            id="other guids, same links",
        ),
        pytest.param(
            attacks(),
            "".join(attack(n, guid=f"new-{n}", link=f"moved/{n}") for n in range(20)),
            id="other guids and other links",
        ),
        pytest.param("", attacks(age=timedelta(days=2)), id="empty, then full of old ones"),
        pytest.param(attacks(), "", id="full, then empty"),
        pytest.param(
            "", "".join(attack(n, age=YEARS_AGO) for n in range(20_000)), id="20,000 entries"
        ),
        pytest.param(
            attacks(),
            "".join(attack(n, guid="one", link=str(n)) for n in range(20)),
            id="one guid for all",
        ),
    ],
)
async def test_nobody_is_flooded(newsroom: Newsroom, before: str, after: str) -> None:
    alerts, age = await newsroom.publishes(*changes(before, after, after))
    assert alerts == [0, 0, 0]
    assert age.polled_at is not None


async def test_dates_of_the_future_are_not_believed_and_alert_once(newsroom: Newsroom) -> None:
    ahead = attack(1, guid="ahead", age=timedelta(days=-700))
    alerts, _ = await newsroom.publishes(*changes(attacks(), ahead + attacks(), attacks() + ahead))
    assert alerts == [0, 1, 1]


async def test_a_first_visit_of_20000_fresh_entries_is_a_baseline(newsroom: Newsroom) -> None:
    many = "".join(attack(n, age=HOURS_AGO) for n in range(20_000))
    alerts, _ = await newsroom.publishes(*changes(many))
    assert alerts == [0]
