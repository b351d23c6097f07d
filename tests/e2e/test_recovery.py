"""Recovery in the real process: damage, a lost file, a night without power, the operator told."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.model import AddWatch, Batch, Chat, Poll, PollStatus, PutChat, Source, SourceKind
from bot.sources.identity import feed_id
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from tests.damaging import spoil
from tests.e2e.conftest import LAYLA, SAM, People, Running, until
from tests.e2e.test_run import TITLE, drop
from tests.notify.conftest import Taker, taker

__all__ = ["taker"]
HOUR = timedelta(hours=1)
TOWNS = "أربيل كركوك الموصل بغداد البصرة الرمادي تكريت دهوك النجف كربلاء الحلة الناصرية".split()


async def with_a_backup(rasid: Running, people: People, **environ: str) -> None:
    """SAM has subscribed, and a backup knows it."""
    await rasid.start(**environ)
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    made = Backups(rasid.database, rasid.folder / "var" / "backups")
    await made.make(datetime.now(UTC))
    await made.close()


async def test_a_page_that_breaks_while_it_runs_is_mended_without_a_restart_and_told(
    rasid: Running, people: People, taker: Taker, unused_tcp_port: int
) -> None:
    port, url = str(unused_tcp_port), taker.url + "canary"
    await with_a_backup(rasid, people, RASID_NOTIFY__WEBHOOK_URL=url, RASID_WEB__HEALTH_PORT=port)
    process = rasid.process
    with closing(sqlite3.connect(rasid.database)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(rasid.database, pages=1)
    await people.say(LAYLA, "/start")  # whoever asks now reads the broken pages
    await until(lambda: "database_mended" in rasid.told(), "the backup in its place", 30)
    await until(lambda: taker.asked, "the operator told")
    assert "The database was damaged" in taker.asked[0][2]
    drop(rasid.folder)
    await people.told(SAM, TITLE)
    assert process is not None
    await until(lambda: health(unused_tcp_port, "/readyz", 200), "it is well and says so")
    # What was told before the backup is not told again, and the news once.
    assert sum("Subscribed" in message["text"] for message in await people.got(SAM)) == 1
    assert sum(TITLE in message["text"] for message in await people.got(SAM)) == 1
    assert process.returncode is None
    assert list(rasid.database.parent.glob("rasid.db.damaged-*"))
    assert "canary" not in rasid.told()


async def test_without_the_disk_of_its_backups_it_waits_says_so_and_can_be_stopped(
    rasid: Running, people: People, taker: Taker
) -> None:
    url = taker.url + "canary"
    await with_a_backup(rasid, people)
    await rasid.end()
    spoil(rasid.database, pages=1)
    folder = rasid.folder / "var" / "backups"
    folder.rename(rasid.folder / "elsewhere")
    await rasid.start(RASID_NOTIFY__WEBHOOK_URL=url)
    await until(lambda: taker.asked, "the operator told")
    assert "no backup could take its place" in taker.asked[0][2]
    assert "database_waits" in rasid.told()
    code, took_s = await rasid.end()
    assert (code, took_s < 5) == (0, True)
    (rasid.folder / "elsewhere").rename(folder)
    await rasid.start()
    await until(lambda: "database_mended" in rasid.told(), "the backup in its place")
    drop(rasid.folder)
    await people.told(SAM, TITLE)


async def health(port: int, path: str, status: int) -> dict[str, Any]:
    """What a monitor is told, if it is told so."""
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(url) as session, session.get(path) as answer:
        return await answer.json() if answer.status == status else {}


class Wire:
    """A feed on loopback."""

    def __init__(self) -> None:
        self.items: list[tuple[str, datetime]] = []
        self.url = ""

    async def give(self, _: web.Request) -> web.Response:
        items = "".join(
            f"<item><guid>{n}</guid><title>{title}</title><link>https://w.example/{n}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
            for n, (title, at) in enumerate(self.items)
        )
        body = f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
        return web.Response(text=body, content_type="application/rss+xml")


@pytest.fixture
async def wire(rasid: Running) -> AsyncIterator[Wire]:
    made, app = Wire(), web.Application()
    app.router.add_get("/rss", made.give)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/rss"))
    with (rasid.folder / "config.yaml").open("a") as config:
        config.write(f"feeds:\n  - {{name: Wire, url: '{made.url}', private: true}}\n")
    yield made
    await server.close()


def attacks(count: int, newest: datetime, apart: timedelta) -> list[tuple[str, datetime]]:
    return [
        (f"سقوط {n + 2} صواريخ على {TOWNS[n]} وإصابة {n + 3} أشخاص", newest - n * apart)
        for n in range(count)
    ]


async def test_after_eight_hours_asleep_twelve_stories_are_one_message_newest_first(
    rasid: Running, people: People, wire: Wire
) -> None:
    source = Source(feed_id(wire.url), SourceKind.FEED, "Wire", wire.url, private=True)
    store = await SqliteStore.open(rasid.database)
    await store.put_sources([source], "config")
    subscribed = [PutChat(Chat(SAM, lang="en")), AddWatch(SAM, "topic:all")]
    await store.answer(1, subscribed, [], datetime.now(UTC) - 9 * HOUR)
    before = datetime.now(UTC) - 8 * HOUR
    await store.record(Batch(source.id, (), Poll(source.id, PollStatus.CHANGED), before))
    await store.close()
    now = datetime.now(UTC)
    wire.items = attacks(12, now - HOUR, timedelta(minutes=30))
    await rasid.start()
    message = await until(lambda: anything(people), "one message", 45)
    assert len(await people.got(SAM)) == 1
    places = [message["text"].index(title) for title, _ in wire.items]
    assert places == sorted(places)


async def anything(people: People) -> dict[str, str] | None:
    return next(iter(await people.got(SAM)), None)


async def test_a_revoked_token_reaches_the_operator_by_the_second_path_once_and_pings_stop(
    rasid: Running, taker: Taker, wire: Wire, unused_tcp_port: int
) -> None:
    wrong = "4200000001:AAwrong-canary_token"
    await rasid.start(
        TELEGRAM_BOT_TOKEN=wrong,
        RASID_NOTIFY__NTFY_URL=taker.url + "topic",
        RASID_NOTIFY__DEAD_MAN_URL=taker.url + "ping",
        RASID_WEB__HEALTH_PORT=str(unused_tcp_port),
    )
    await until(lambda: taker.asked, "the operator told", 30)
    assert "Telegram cannot be used" in taker.asked[0][2]
    assert "canary" not in rasid.told() + str(taker.asked)
    assert not [asked for asked in taker.asked if asked[1] == "/ping"]
    wrong = (await health(unused_tcp_port, "/readyz", 503))["wrong"]
    assert "Telegram cannot be used" in wrong["telegram"]
    assert await health(unused_tcp_port, "/livez", 200)
