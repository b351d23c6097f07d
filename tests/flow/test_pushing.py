"""WebSub against a real hub on loopback: asked, verified, signed, renewed, never relied upon."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import app
from bot.core.model import (
    AddWatch,
    Chat,
    Entry,
    PushState,
    PutChat,
    Source,
    SourceKind,
)
from bot.core.pushing import LEASE, is_proven, offered, slowed
from bot.core.turn import Policy
from bot.data import load_knowledge
from bot.engine.local import LocalEngine
from bot.flow.ingest import Ingest
from bot.flow.intake import Intake
from bot.flow.pushing import Pushing
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers
from bot.stores.sqlite import SqliteStore
from bot.web import push
from bot.web.server import WebServer, start_web
from tests.databases import new_store
from tests.making import NOW

KNOWN = load_knowledge()
HOUR = timedelta(hours=1)
FRESH = "صواريخ تستهدف قاعدة عين الأسد"


def document(hub: str, topic: str, *titles: str) -> str:
    items = "".join(f"<item><guid>{title}</guid><title>{title}</title></item>" for title in titles)
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>x</title>'
        f'<atom:link rel="hub" href="{hub}"/><atom:link rel="self" href="{topic}"/>{items}'
        "</channel></rss>"
    )


@dataclass
class Publisher:
    """A feed and its hub on one address."""

    url: str = ""
    titles: list[str] = field(default_factory=lambda: ["خبر قديم عن الطقس"])
    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 202

    async def feed(self, _request: web.Request) -> web.Response:
        return web.Response(text=self.document(*self.titles), content_type="application/rss+xml")

    async def hub(self, request: web.Request) -> web.Response:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=self.status, text="too many subscribers")

    def document(self, *titles: str) -> str:
        return document(f"{self.url}/hub", f"{self.url}/feed", *titles)

    async def verify(self, mode: str = "subscribe", **more: str) -> tuple[int, str]:
        """Ask the bot whether it asked, as a hub does after it took a request."""
        last = self.asked[-1]
        query = {
            "hub.mode": mode,
            "hub.topic": last["hub.topic"],
            "hub.challenge": "ch4llenge",
            "hub.lease_seconds": "3600",
        }
        async with (
            aiohttp.ClientSession() as http,
            http.get(last["hub.callback"], params=query | more) as answer,
        ):
            return answer.status, await answer.text()

    async def push(self, *titles: str, secret: str = "", method: str = "sha256") -> int:
        body = self.document(*titles).encode()
        last = self.asked[-1]
        key = (secret or last["hub.secret"]).encode()
        signed = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signed}", "Content-Type": "application/rss+xml"}
        async with (
            aiohttp.ClientSession() as http,
            http.post(last["hub.callback"], data=body, headers=headers) as answer,
        ):
            return answer.status


@dataclass
class Desk:
    """Everything real but the clock."""

    publisher: Publisher
    store: SqliteStore
    ingest: Ingest
    pushing: Pushing
    server: WebServer
    now: datetime = NOW

    @property
    def source(self) -> Source:
        return Source("f", SourceKind.FEED, "Wire", f"{self.publisher.url}/feed", private=True)

    async def poll(self) -> None:
        (source,) = [age.source for age in await self.store.source_ages()]
        await self.ingest.visit(source)

    async def subscribed(self) -> None:
        await self.poll()
        await self.pushing.tick()
        assert (await self.publisher.verify())[0] == 200

    async def alerts(self) -> int:
        return (await self.store.outbox_counts()).get("pending", 0)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    publisher, site = Publisher(), web.Application()
    site.router.add_get("/feed", publisher.feed)
    site.router.add_post("/hub", publisher.hub)
    store, fetcher = await new_store(tmp_path), Fetcher(FetchLimits(total_s=5))
    await store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW)
    made: list[Desk] = []
    clock = lambda: made[0].now if made else NOW  # noqa: E731
    words = (f"secret-{n}" for n in count())
    feeds = FeedPoller(fetcher, clock, Workers())
    intake = Intake(store, KNOWN, Policy(), clock, lambda: 0.5, lambda: None)
    ingest = Ingest(store, {SourceKind.FEED: feeds}, intake, clock, lambda: 0.5)
    pushing = Pushing(store, fetcher, feeds, intake.take_pushed, "", clock, lambda: next(words))
    ingest.polled = pushing.polled
    server = await start_web(push.routes(pushing), "127.0.0.1", 0, 1_000_000)
    pushing.callback = f"http://127.0.0.1:{server.port}{push.PATH}"
    async with TestServer(site, host="127.0.0.1") as running:
        publisher.url = f"http://127.0.0.1:{running.port}"
        made.append(Desk(publisher, store, ingest, pushing, server))
        await store.put_sources([made[0].source], "config")
        yield made[0]
    await server.close()
    await ingest.cancel()
    await fetcher.close()
    await store.close()


async def test_a_feed_with_a_hub_is_asked_for_and_verified(desk: Desk) -> None:
    await desk.poll()
    await desk.pushing.tick()
    (asked,) = desk.publisher.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == f"{desk.publisher.url}/feed"
    assert await desk.publisher.verify() == (200, "ch4llenge")
    kept = await desk.store.push_of("f")
    assert kept is not None
    assert (kept.state, kept.lease_until) == (PushState.ACTIVE, NOW + HOUR)


async def test_what_a_hub_brings_is_an_alert_at_once_and_once(desk: Desk) -> None:
    await desk.subscribed()
    assert await desk.alerts() == 0
    assert await desk.publisher.push(FRESH) == 204
    assert await desk.alerts() == 1
    assert await desk.publisher.push(FRESH) == 204
    desk.publisher.titles.insert(0, FRESH)
    await desk.poll()
    assert await desk.alerts() == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_each_way_to_sign_is_understood(desk: Desk, method: str) -> None:
    await desk.subscribed()
    await desk.publisher.push(FRESH, method=method)
    assert await desk.alerts() == 1


@pytest.mark.parametrize(("secret", "method"), [("guessed", "sha256"), ("", "md5")])
async def test_what_is_not_signed_as_agreed_is_ignored(
    desk: Desk, secret: str, method: str
) -> None:
    await desk.subscribed()
    assert await desk.publisher.push(FRESH, secret=secret, method=method) == 204
    assert await desk.alerts() == 0


async def test_nobody_can_subscribe_us_to_what_we_did_not_ask_for(desk: Desk) -> None:
    await desk.poll()
    await desk.pushing.tick()
    assert (await desk.publisher.verify(**{"hub.topic": "http://elsewhere/"}))[0] == 404
    assert (await desk.publisher.verify(mode="unsubscribe"))[0] == 404
    desk.publisher.asked[-1]["hub.callback"] += "x"
    assert (await desk.publisher.verify())[0] == 404
    assert await desk.publisher.push(FRESH) == 410


async def test_a_lease_is_renewed_before_it_ends_and_holds_meanwhile(desk: Desk) -> None:
    await desk.subscribed()
    desk.now += timedelta(minutes=46)
    await desk.pushing.tick()
    assert len(desk.publisher.asked) == 2
    assert await desk.publisher.push(FRESH) == 204
    assert await desk.alerts() == 1
    await desk.publisher.verify()
    kept = await desk.store.push_of("f")
    assert kept is not None
    assert kept.lease_until == desk.now + HOUR


async def test_a_hub_that_refuses_is_asked_again_later_and_later(desk: Desk) -> None:
    desk.publisher.status = 503
    await desk.poll()
    waits = []
    for _ in range(3):
        await desk.pushing.tick()
        kept = await desk.store.push_of("f")
        assert kept is not None
        assert "503: too many subscribers" in kept.error
        waits.append(kept.due_at - desk.now)
        desk.now = kept.due_at
    assert waits == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]


async def test_a_denial_is_remembered(desk: Desk) -> None:
    await desk.poll()
    await desk.pushing.tick()
    assert (await desk.publisher.verify(mode="denied"))[0] == 200
    kept = await desk.store.push_of("f")
    assert kept is not None
    assert kept.state is PushState.DENIED


async def test_polling_slows_only_while_push_misses_nothing(desk: Desk) -> None:
    await desk.subscribed()
    usual = timedelta(minutes=5)
    assert await desk.pushing.pace(desk.source, usual) == usual  # it has proven nothing yet
    await desk.publisher.push(FRESH)
    assert await desk.pushing.pace(desk.source, usual) == timedelta(minutes=20)
    desk.now += timedelta(minutes=1)
    desk.publisher.titles.insert(0, "طائرات مسيرة تهاجم قاعدة حرير")
    await desk.poll()
    assert await desk.pushing.pace(desk.source, usual) == usual


async def test_a_hub_at_an_inner_address_is_never_asked(desk: Desk) -> None:
    inner = document("http://127.0.0.1:8080/hub", f"{desk.publisher.url}/feed", "x")
    desk.publisher.document = lambda *_titles: inner  # type: ignore[method-assign]
    await desk.poll()
    await desk.pushing.tick()
    kept = await desk.store.push_of("f")
    assert kept is not None
    assert kept.failures == 1
    assert "was not visited" in kept.error


async def test_a_feed_that_names_no_hub_any_more_is_polled_as_before(desk: Desk) -> None:
    await desk.subscribed()
    hubless = "<rss version='2.0'><channel><item><title>x</title></item></channel></rss>"
    desk.publisher.document = lambda *_titles: hubless  # type: ignore[method-assign]
    await desk.poll()
    assert await desk.store.push_of("f") is None


async def test_a_push_that_is_no_feed_changes_nothing(desk: Desk) -> None:
    await desk.subscribed()
    desk.publisher.document = lambda *_titles: "<html>sorry</html>"  # type: ignore[method-assign]
    assert await desk.publisher.push() == 204
    kept = await desk.store.push_of("f")
    assert kept is not None
    assert not is_proven(kept, desk.now)
    assert slowed(HOUR, None, desk.now) == HOUR


async def test_what_is_agreed_while_a_push_is_taken_in_stays_agreed(desk: Desk) -> None:
    await desk.subscribed()
    take = desk.pushing.take

    async def slowly(source: Source, entries: Sequence[Entry]) -> object:
        await desk.publisher.verify(**{"hub.lease_seconds": "7200"})
        return await take(source, entries)

    desk.pushing.take = slowly
    assert await desk.publisher.push(FRESH) == 204
    kept = await desk.store.push_of("f")
    assert kept is not None
    assert (kept.lease_until, kept.pushed_at) == (NOW + 2 * HOUR, NOW)

    async def dropped(source: Source, _: Sequence[Entry]) -> None:
        await desk.store.drop_push(source.id)

    desk.pushing.take = dropped
    assert await desk.publisher.push(FRESH) == 204
    assert await desk.store.push_of("f") is None


def test_a_lease_is_asked_for_ten_days() -> None:
    assert timedelta(days=10) == LEASE


async def test_a_hub_that_does_not_answer_does_not_hold_up_the_end(desk: Desk) -> None:
    begun = asyncio.Event()

    async def silent() -> None:
        begun.set()
        await asyncio.sleep(60)

    web_settings = SimpleNamespace(host="127.0.0.1", port=0)
    settings = SimpleNamespace(web=web_settings, polling=SimpleNamespace(max_bytes=1_000))
    hubs = SimpleNamespace(
        tick=silent,
        verify=desk.pushing.verify,
        deliver=desk.pushing.deliver,
        expects=desk.pushing.expects,
    )
    engine, rasid = LocalEngine(), SimpleNamespace(settings=settings, pushing=hubs, hook_url="")
    async with asyncio.timeout(5), app._heard(rasid, engine):  # type: ignore[arg-type]
        await engine.start()
        await begun.wait()
        await engine.stop()


def test_an_address_that_cannot_be_written_down_is_no_offer() -> None:
    header = "<https://hub.example/{}>; rel=hub, <https://wire.example/>; rel=self"
    assert offered(header.format("a"), "") is not None
    assert offered(header.format("\udcff"), "") is None


async def test_a_silent_hub_does_not_keep_the_others_waiting(desk: Desk) -> None:
    await desk.poll()
    other = replace(desk.source, id="g", url=f"{desk.publisher.url}/feed?2")
    await desk.store.add_source(other, "operator")
    (wanted,) = await desk.store.pushes_due(NOW, 9)
    await desk.store.put_push(replace(wanted, source_id="g", token="slow", due_at=NOW - HOUR))
    post, asked = desk.pushing.hubs.post, []

    async def posted(source: Source, *form: object) -> tuple[int, str]:
        if source.id == "g":
            await asyncio.wait_for(all_asked.wait(), 5)
        answer = await post(source, *form)  # type: ignore[arg-type]
        asked.append(source.id)
        all_asked.set()
        return answer

    all_asked = asyncio.Event()
    desk.pushing.hubs = SimpleNamespace(post=posted)  # type: ignore[assignment]
    await desk.pushing.tick()
    assert asked == ["f", "g"]


async def test_what_nobody_waits_for_is_not_even_read(desk: Desk) -> None:
    await desk.subscribed()
    host = desk.pushing.callback.split("/")[2]
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = f"POST {push.PATH}nobody HTTP/1.1\r\nHost: {host}\r\nContent-Length: 900000\r\n\r\n"
    writer.write(head.encode())  # and not one byte of all that
    status = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    assert b"410" in status
