"""The pages behind stubs: after the first decision, once, politely; over real HTTP on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.model import (
    AddWatch,
    Article,
    Card,
    Change,
    Chat,
    Claimed,
    Delivery,
    DeliveryState,
    Entry,
    FullText,
    PutChat,
    Reason,
    Settlement,
    Severity,
    Source,
    Way,
)
from bot.errors import SourceUnavailable, StoreUnavailable
from bot.flow.reading import PageReading
from bot.sources.article import ArticleReader, Extract, extract
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.robots import Robots
from bot.sources.workers import Workers
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.flow.bench import Bench
from tests.making import NOW, a_source

BOOMS = "انفجارات تهز أربيل"
DRONE = (
    "قال مصدر أمني إن طائرة مسيرة مفخخة سقطت داخل قاعدة حرير الجوية شمال أربيل، وإن ثلاثة جنود"
    " قتلوا في الهجوم، فيما فتحت القوات الأمنية تحقيقا وأغلقت الطرق المؤدية إلى القاعدة."
)
DENIAL = (
    "نفى محافظ أربيل وقوع أي هجوم، وأكد أن الأصوات التي سمعت في أربيل ناتجة عن تمرين عسكري مخطط"
    " له، ودعا المواطنين إلى عدم تصديق الشائعات."
)
NEARLY = "صواريخ عين الأسد.. التفاصيل الكاملة"
ROCKETS = (
    "سقطت ثلاثة صواريخ مساء اليوم على قاعدة عين الأسد في محافظة الأنبار، وقال مصدر أمني إن"
    " الصواريخ أصابت مدرج القاعدة. صواريخ عين الأسد هي الأولى منذ شهر."
)


@dataclass
class Site:
    """A site with a feed of stubs and a page behind each."""

    pages: dict[str, str] = field(default_factory=dict)  # what follows each title
    stubs: dict[str, str] = field(default_factory=dict)  # what the feed says, if anything
    rules: str = ""
    status: int = 200
    asked: list[str] = field(default_factory=list)
    edition: int = 0
    under_way: int = 0
    most_under_way: int = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await asyncio.sleep(0.02)
            return self._answer(request.path.strip("/"), f"http://{request.host}")
        finally:
            self.under_way -= 1

    def _answer(self, path: str, base: str) -> web.Response:
        self.asked.append(path)
        if path == "feed":
            return web.Response(text=self._feed(base), content_type="application/rss+xml")
        if path == "robots.txt":
            return web.Response(text=self.rules)
        if self.status != 200:
            return web.Response(status=self.status)
        title = list(self.pages)[int(path)]
        html = f"<html><body><h1>{title}</h1><p>{self.pages[title]}</p></body></html>"
        return web.Response(text=html, content_type="text/html")

    def _feed(self, base: str) -> str:
        when = format_datetime(NOW - timedelta(minutes=3))
        items = "".join(
            f"<item><title>{escape(title)}</title><link>{base}/{number}</link><guid>g{number}</guid>"
            f"<description>{escape(self.stubs.get(title, ''))}</description>"
            f"<pubDate>{when}</pubDate></item>"
            for number, title in enumerate(self.pages)
        )
        channel = f"<title>Wire</title><generator>{self.edition}</generator>{items}"
        return f'<rss version="2.0"><channel>{channel}</channel></rss>'

    @property
    def visits(self) -> list[str]:
        """The pages that were asked for."""
        return [path for path in self.asked if path.isdigit()]


class Newsdesk(Bench):
    """Real ingest and page reading over one store, at a clock that is put forward by hand."""

    def __init__(self, store: SqliteStore, fetcher: Fetcher, source: Source) -> None:
        super().__init__(store, poller=lambda clock: FeedPoller(fetcher, clock, Workers()))
        self.source = source
        self.reading = PageReading(
            store=store,
            reader=ArticleReader(fetcher, Robots(fetcher, self.clock), inline),
            intake=self.intake,
            clock=self.clock,
            chance=lambda: 0.0,
        )

    async def poll(self) -> None:
        (age,) = await self.store.source_ages()
        await self.ingest.visit(replace(age.source, polled_ok_at=NOW))

    async def read(self, after_s: float = 0) -> None:
        """Read the pages whose turn it is ``after_s`` seconds from now."""
        self.now += timedelta(seconds=after_s)
        await self.reading.tick()
        await self.reading.drain()

    async def sent(self) -> list[Delivery]:
        """Send what waits."""
        sent = []
        later = self.now + timedelta(seconds=30)
        while claimed := await self.store.claim_deliveries(later, 9, "lease", timedelta(minutes=1)):
            for delivery in claimed:
                await self.store.mark_sending(delivery, later)
                done = Settlement(DeliveryState.SENT, message_id=900 + delivery.id)
                await self.store.settle(delivery, done, later)
                sent.append(delivery)
        return sent

    async def way(self, number: int = 0) -> Way:
        (way,) = await self.store.ways(f"{self.source.url.removesuffix('/feed')}/{number}", 5)
        return way


async def inline(body: bytes, charset: str) -> Extract:
    return extract(body, charset)


@asynccontextmanager
async def running(store: SqliteStore, site: Site, **parts: object) -> AsyncIterator[Newsdesk]:
    app = web.Application()
    app.router.add_get("/{path:.*}", site.serve)
    fetcher = Fetcher(FetchLimits(total_s=5, idle_s=2))
    async with TestServer(app, host="127.0.0.1") as server:
        url = f"http://127.0.0.1:{server.port}/feed"
        source = a_source(**({"url": url, "private": True} | parts))
        await store.put_sources([source], "config")
        await store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW)
        yield Newsdesk(store, fetcher, source)
    await fetcher.close()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


def shown(delivery: Delivery) -> Card:
    assert isinstance(delivery.payload, Card)
    return delivery.payload


# ── what a page does ─────────────────────────────────────────────────────────────────────────


async def test_a_stub_alerts_at_once_and_its_page_raises_the_same_story(store) -> None:
    site = Site({BOOMS: DRONE})
    async with running(store, site) as bench:
        await bench.poll()
        assert site.visits == []  # the alert does not wait for the page
        (first,) = await bench.sent()
        assert (first.kind, shown(first).severity) == ("alert", Severity.NOTICE)
        await bench.read()
        later = await bench.sent()
        assert sorted(delivery.kind for delivery in later) == ["edit", "step"]
        assert shown(later[0]).severity is Severity.CRITICAL
        assert Change.GRAVER in shown(later[0]).life.steps[0].changes
        assert shown(later[0]).story_id == shown(first).story_id
        way = await bench.way()
        assert DRONE in way.entry.body
        assert way.story is not None
        assert way.story.entries == 1  # the same report, only all of it
        assert bench.woken == 2


async def test_a_page_that_tells_of_another_wave_never_alerts_a_chat_twice(store) -> None:
    # Of an edited entry "again" makes another story; its own page is the same report.
    site = Site({BOOMS: f"{DRONE} وهذا هجوم جديد على القاعدة بعد ساعة من الهجوم الأول."})
    async with running(store, site) as bench:
        await bench.poll()
        await bench.sent()
        await bench.read()
        assert "alert" not in {delivery.kind for delivery in await bench.sent()}
        assert (await bench.way()).entry.body != ""


async def test_a_stub_that_nearly_matched_alerts_when_its_page_is_a_report(store) -> None:
    site = Site({NEARLY: ROCKETS})
    async with running(store, site) as bench:
        await bench.poll()
        assert await bench.sent() == []
        await bench.read()
        (alert,) = await bench.sent()
        assert (alert.kind, shown(alert).title) == ("alert", NEARLY)
        assert shown(alert).severity is Severity.CRITICAL


async def test_a_page_that_denies_the_attack_takes_the_alert_back(store) -> None:
    site = Site({BOOMS: DENIAL})
    async with running(store, site) as bench:
        await bench.poll()
        await bench.sent()
        await bench.read()
        way = await bench.way()
        assert way.reason in {Reason.TAKEN_BACK, Reason.GUARDED}
        assert not way.flag
        assert way.story is not None
        assert way.story.life.state == "taken-back"
        assert way.story.entries == 1
        assert {delivery.kind for delivery in await bench.sent()} == {"edit", "step"}


async def test_a_page_that_only_shows_headlines_of_others_raises_nothing(store) -> None:
    other = f'</p><ul class="related"><li><a href="/9">{ROCKETS}</a></li></ul><p>'
    calm = "قال محافظ الأنبار إن التفاصيل الكاملة عن صواريخ عين الأسد ستعلن غدا في مؤتمر."
    site = Site({NEARLY: f"{calm}{other}"})
    async with running(store, site) as bench:
        await bench.poll()
        await bench.read()
        assert site.visits == ["0"]
        assert await bench.sent() == []
        assert (await bench.way()).entry.body == calm


# ── which pages ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("mode", "title", "stub", "read"),
    [
        (FullText.AUTO, BOOMS, "", True),
        (FullText.AUTO, NEARLY, "", True),
        (FullText.AUTO, "افتتاح معرض الكتاب في أربيل", "", False),
        (FullText.ALWAYS, "افتتاح معرض الكتاب في أربيل", "", True),
        (FullText.ALWAYS, BOOMS, "تفاصيل كثيرة عن المدينة وأهلها. " * 12, False),
        (FullText.ALWAYS, BOOMS, "تفاصيل كثيرة عن المدينة وأهلها. " * 12 + "ثم […]", True),
        (FullText.NEVER, BOOMS, "", False),
    ],
)
async def test_only_stubs_that_are_worth_it_are_followed(
    store, mode: FullText, title: str, stub: str, read: bool
) -> None:
    site = Site({title: DRONE}, {title: stub})
    async with running(store, site, full_text=mode) as bench:
        await bench.poll()
        await bench.read()
        assert bool(site.visits) is read


async def test_a_page_is_read_once_however_often_the_feed_is_polled(store) -> None:
    site = Site({BOOMS: DRONE})
    async with running(store, site) as bench:
        for edition in range(4):
            site.edition = edition
            await bench.poll()
            await bench.read(after_s=60)
        assert site.visits == ["0"]
        assert DRONE in (await bench.way()).entry.body


async def test_an_edited_stub_has_its_page_read_again(store) -> None:
    site = Site({BOOMS: DRONE})
    async with running(store, site) as bench:
        await bench.poll()
        await bench.read()
        site.stubs[BOOMS], site.edition = "تحديث: سقوط قتلى", 1
        await bench.poll()
        await bench.read(after_s=60)
        assert site.visits == ["0", "0"]
        assert (await bench.way()).entry.body == f"تحديث: سقوط قتلى\n{DRONE}"


async def test_what_is_too_old_to_alert_is_not_followed(store) -> None:
    site = Site({NEARLY: ROCKETS})
    async with running(store, site) as bench:
        bench.now += timedelta(days=2)
        await bench.poll()
        await bench.read()
        assert site.visits == []


# ── politeness ───────────────────────────────────────────────────────────────────────────────


def many(count: int) -> Site:
    return Site({f"{BOOMS} {number}": f"{DRONE} {number}" for number in range(count)})


async def test_a_host_has_one_visit_at_a_time_and_rests_between_two(store) -> None:
    site = many(4)
    async with running(store, site) as bench:
        await bench.poll()
        await bench.read()
        assert len(site.visits) == 1
        await bench.read(after_s=4)
        assert len(site.visits) == 1
        await bench.read(after_s=2)
        assert len(site.visits) == 2
        assert site.most_under_way == 1


async def test_a_site_that_asks_for_more_time_gets_it(store) -> None:
    site = many(2)
    site.rules = "User-agent: *\nCrawl-delay: 40\n"
    async with running(store, site) as bench:
        await bench.poll()
        await bench.read()
        await bench.read(after_s=30)
        assert len(site.visits) == 1
        await bench.read(after_s=11)
        assert len(site.visits) == 2


async def test_what_robots_txt_forbids_is_given_up_at_once(store, caplog) -> None:
    caplog.set_level("INFO")
    site = Site({BOOMS: DRONE}, rules="User-agent: *\nDisallow: /\n")
    async with running(store, site) as bench:
        await bench.poll()
        for _ in range(3):
            await bench.read(after_s=600)
        assert site.visits == []
        assert sum("page_not_read" in record.message for record in caplog.records) == 1


async def test_a_page_that_fails_is_tried_three_times_and_then_let_be(store) -> None:
    site = Site({BOOMS: DRONE}, status=503)
    async with running(store, site) as bench:
        await bench.poll()
        await bench.read()
        await bench.read(after_s=60)
        assert len(site.visits) == 1
        for _ in range(6):
            await bench.read(after_s=900)
        assert len(site.visits) == 3


async def test_the_gravest_stub_of_a_host_comes_first(store) -> None:
    site = Site({NEARLY: ROCKETS, BOOMS: DRONE})
    async with running(store, site) as bench:
        await bench.poll()
        await bench.read()
        assert site.visits == ["1"]


# ── what can go wrong ────────────────────────────────────────────────────────────────────────


class Broken:
    """A reader that breaks, or waits for ever."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.calls = error, 0

    async def read(self, source: Source, entry: Entry) -> Article:
        self.calls += 1
        if self.error is None:
            await asyncio.sleep(3600)
        raise self.error or AssertionError


async def test_a_reader_that_breaks_stops_nobody_and_is_tried_again_later(store, caplog) -> None:
    async with running(store, Site({BOOMS: DRONE})) as bench:
        await bench.poll()
        bench.reading.reader = broken = Broken(RuntimeError("boom"))
        await bench.read()
        await bench.read(after_s=60)
        assert broken.calls == 1
        await bench.read(after_s=130)
        assert broken.calls == 2
        assert "page_crashed" in caplog.text


async def test_a_visit_that_was_broken_off_is_claimed_again(store) -> None:
    site = Site({BOOMS: DRONE})
    async with running(store, site) as bench:
        await bench.poll()
        reader, bench.reading.reader = bench.reading.reader, Broken()
        await bench.reading.tick()
        await asyncio.sleep(0.05)
        await bench.reading.cancel()
        bench.reading.reader = reader
        await bench.read(after_s=181)
        assert site.visits == ["0"]


async def test_the_page_of_a_feed_that_was_removed_is_forgotten(store) -> None:
    site = Site({BOOMS: DRONE})
    async with running(store, site) as bench:
        await bench.poll()
        await store.put_sources([], "config")
        await bench.read()
        assert site.visits == []
        assert await store.claim_pages(NOW + timedelta(hours=1), 9) == ()


async def test_how_long_a_publisher_asks_to_wait_is_never_undercut(store) -> None:
    async with running(store, many(2)) as bench:
        await bench.poll()
        bench.reading.reader = Broken(SourceUnavailable("wire", "It answers 429.", 3000))
        await bench.read()
        # Not even for another page of the same host, which is due.
        assert await store.claim_pages(bench.now + timedelta(seconds=2990), 9) == ()
        (claimed,) = await store.claim_pages(bench.now + timedelta(seconds=3001), 9)
        assert isinstance(claimed, Claimed)
        assert claimed.host == "127.0.0.1"


async def test_a_page_that_breaks_us_is_not_asked_for_all_day(store, caplog) -> None:
    async with running(store, Site(pages={BOOMS: DRONE})) as desk:
        await desk.poll()
        tried = 0

        async def crashing(source: Source, entry: Entry) -> Article:
            nonlocal tried
            tried += 1
            raise ZeroDivisionError

        desk.reading.reader.read = crashing  # type: ignore[method-assign]
        for _ in range(40):
            await desk.read(after_s=600)
    assert tried == 3
    assert "page_crashed" in caplog.text


async def test_a_busy_store_does_not_have_a_page_read_again(store, monkeypatch) -> None:
    settled, busy = store.page_settled, [StoreUnavailable("database is locked")]

    async def page_settled(*args: object) -> None:
        if busy:
            raise busy.pop()
        await settled(*args)

    monkeypatch.setattr(store, "page_settled", page_settled)
    async with running(store, site := Site(pages={BOOMS: DRONE})) as desk:
        await desk.poll()
        await desk.read()
        await desk.read(after_s=600)
    assert site.visits == ["0"]
