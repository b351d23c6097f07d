"""A feed of stubs and the pages behind them, in the real process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.e2e.conftest import SAM, People, Running, until

TITLE = "انفجارات تهز أربيل"
PAGE = (
    "قال مصدر أمني إن طائرة مسيرة مفخخة سقطت داخل قاعدة حرير الجوية شمال أربيل، وإن ثلاثة جنود"
    " قتلوا في الهجوم، فيما أغلقت القوات الأمنية الطرق المؤدية إلى القاعدة."
)


class Site:
    """A feed that stays empty until there is news, and the page of that news."""

    def __init__(self) -> None:
        self.news = False
        self.may_answer = False
        self.visits = 0
        self.url = ""

    async def feed(self, request: web.Request) -> web.Response:
        item = (
            f"<item><title>{TITLE}</title><link>{self.url}/1</link>"
            f"<pubDate>{format_datetime(datetime.now(UTC))}</pubDate></item>"
        )
        body = f'<rss version="2.0"><channel><title>W</title>{item * self.news}</channel></rss>'
        return web.Response(text=body, content_type="application/rss+xml")

    async def page(self, request: web.Request) -> web.Response:
        self.visits += 1
        if not self.may_answer:
            raise web.HTTPServiceUnavailable
        html = f"<html><body><h1>{TITLE}</h1><p>{PAGE}</p></body></html>"
        return web.Response(text=html, content_type="text/html")

    async def channel(self, request: web.Request) -> web.Response:
        when = datetime.now(UTC).isoformat(timespec="seconds")
        post = (
            '<div class="tgme_widget_message" data-post="nahr/7">'
            '<div class="tgme_widget_message_text js-message_text">سقوط صاروخ قرب مطار بغداد الدولي'
            f'</div><a class="tgme_widget_message_date"><time datetime="{when}"></time></a></div>'
        )
        html = f'<section class="tgme_channel_history">{post * self.news}</section>'
        return web.Response(text=html, content_type="text/html")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_get("/feed", made.feed)
    app.router.add_get("/1", made.page)
    app.router.add_get("/s/nahr", made.channel)
    async with TestServer(app, host="127.0.0.1") as server:
        made.url = f"http://127.0.0.1:{server.port}"
        yield made


def configure(folder: Path, **parts: str) -> None:
    path = folder / "config.yaml"
    text = path.read_text("utf-8")
    for key, lines in parts.items():
        text = text.replace(f"{key}:\n", lines) if f"{key}:\n" in text else text + lines
    path.write_text(text, "utf-8")


async def test_the_alert_comes_first_and_the_page_behind_it_raises_it(
    rasid: Running, people: People, site: Site
) -> None:
    site.may_answer = True
    feeds = f"feeds:\n- {{name: Wire, url: '{site.url}/feed', private: true, interval_s: 60}}\n"
    configure(rasid.folder, feeds=feeds)
    site.news = True
    await rasid.start("--once")
    await rasid.wait()
    # Nobody listened yet: this was the baseline. The page was read all the same.
    assert site.visits == 1
    assert PAGE in rasid.rows("SELECT body FROM entries")[0][0]


async def test_a_reader_is_told_at_once_and_again_when_the_page_was_read(
    rasid: Running, people: People, site: Site
) -> None:
    feeds = f"feeds:\n- {{name: Wire, url: '{site.url}/feed', private: true, interval_s: 60}}\n"
    configure(rasid.folder, feeds=feeds)
    site.news = site.may_answer = True
    await rasid.start(RASID_FEEDS="[]")
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    await rasid.end()
    await rasid.start()
    alert = await people.told(SAM, TITLE)
    assert alert is not None
    await until(lambda: site.visits, "the page was visited")
    raised = "SELECT kind, state FROM deliveries WHERE kind IN ('edit', 'step') ORDER BY kind"
    done = [("edit", "sent"), ("step", "sent")]
    await until(lambda: rasid.rows(raised) == done, "the alert was raised")
    kinds = "SELECT count(*) FROM deliveries WHERE kind = 'alert'"
    assert rasid.rows(kinds) == [(1,)]


async def test_a_post_of_a_channel_reaches_a_reader(
    rasid: Running, people: People, site: Site
) -> None:
    parts = {
        "telegram": f"telegram:\n  view_url: '{site.url}/s/'\n",
        "channels": "channels:\n- {name: Nahr, handle: '@nahr', lang: ar, private: true}\n",
    }
    configure(rasid.folder, **parts)
    site.news = True
    await rasid.start(RASID_CHANNELS="[]")
    await people.say(SAM, "/subscribe")
    await people.told(SAM, "Subscribed")
    await rasid.end()
    await rasid.start()
    alert = await people.told(SAM, "سقوط صاروخ قرب مطار بغداد الدولي")
    assert "Nahr" in alert["text"]
