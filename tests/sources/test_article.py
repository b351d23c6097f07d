"""The page behind an entry: what of it is the article, and when it is not read at all."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.core.model import Entry, Source
from bot.errors import SourceInvalid, SourceRefused, SourceUnavailable
from bot.sources.article import ArticleReader, Extract, Unreadable, extract
from bot.sources.aside import Aside
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.robots import Robots
from tests.making import NOW, an_entry
from tests.sources.servers import feed_at, serving

TITLE = "صاروخان قرب قاعدة عين الأسد"
FIRST = (
    "قال مصدر أمني إن صاروخين من نوع كاتيوشا سقطا مساء اليوم في أرض خالية قرب قاعدة عين الأسد"
    " غربي محافظة الأنبار ولم يبلغ عن إصابات."
)
LAST = "وأضاف المصدر أن قوة أمنية عثرت على منصة الإطلاق وفتحت تحقيقا في الحادث."
OTHER = "مسيرة مفخخة تضرب مطار أربيل وتقتل خمسة جنود"


def page(*parts: str, title: str = TITLE) -> str:
    return (
        f'<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>{title}</title></head>'
        '<body><nav><a href="/">الرئيسية</a> <a href="/s">سياسة</a></nav>'
        f"<div class='story'><h1>{title}</h1>{''.join(parts)}</div>"
        "<footer>جميع الحقوق محفوظة</footer></body></html>"
    )


def text_of(html: str) -> str:
    return extract(html.encode(), "").text


# ── what of a page is the article ────────────────────────────────────────────────────────────


def test_the_paragraphs_are_read_and_the_frame_is_not() -> None:
    html = page(f"<p>{FIRST}</p><p>{LAST}</p>")
    assert extract(html.encode(), "") == Extract(TITLE, f"{FIRST}\n{LAST}")


@pytest.mark.parametrize(
    "furniture",
    [
        f'<div class="related"><h3>ذات صلة</h3><ul><li><a href="/2">{OTHER}</a></li></ul></div>',
        f'<ul><li><a href="/2">{OTHER}</a></li><li><a href="/3">{OTHER} ثانية</a></li></ul>',
        f'<p><a href="/2">{OTHER}</a></p>',
        f'<p>اقرأ أيضاً: <a href="/2">{OTHER}</a></p>',
        f"<p>اقرأ أيضاً: {OTHER}</p>",
        f"<aside><p>{OTHER}، وأعلنت السلطات حالة الطوارئ في المدينة بعد الهجوم.</p></aside>",
        f'<div class="comments"><p>زائر: {OTHER} أمس أيضا كما رأيت بعيني.</p></div>',
        f'<div id="most-read"><p>{OTHER}</p></div>',
    ],
)
@pytest.mark.parametrize("where", ["between", "after"])
def test_headlines_of_other_articles_are_not_its_text(furniture: str, where: str) -> None:
    first, last = f"<p>{FIRST}</p>", f"<p>{LAST}</p>"
    parts = (first, furniture, last) if where == "between" else (first, last, furniture)
    assert text_of(page(*parts)) == f"{FIRST}\n{LAST}"


def test_a_flash_among_many_headlines_is_found() -> None:
    headlines = "".join(f'<li><a href="/{n}">{OTHER} رقم {n}</a></li>' for n in range(60))
    html = page(f"<article><p>{FIRST}</p></article><div><ul>{headlines}</ul></div>")
    assert text_of(html) == FIRST


def test_an_article_inside_a_block_with_an_unlucky_name_stays() -> None:
    # "has-sidebar" says that there is one, not that this is it.
    html = page(f"<p>{FIRST}</p><p>{LAST}</p>").replace("class='story'", "class='wrap has-sidebar'")
    assert text_of(html) == f"{FIRST}\n{LAST}"


def test_a_link_inside_a_sentence_stays() -> None:
    assert "قاعدة عين الأسد" in text_of(page(f'<p>{FIRST} <a href="/b">قاعدة عين الأسد</a></p>'))


def test_arabic_pages_of_the_old_charset_are_read() -> None:
    html = page(f"<p>{FIRST}</p>").replace("utf-8", "windows-1256")
    assert FIRST in extract(html.encode("cp1256"), "windows-1256").text


@pytest.mark.parametrize("body", [b"", b"<", b"\x00", b"<html><body></body></html>", b"{}"])
def test_what_holds_no_article_is_empty(body: bytes) -> None:
    assert extract(body, "").text == ""


# ── the process beside ours ──────────────────────────────────────────────────────────────────


@pytest.fixture
async def aside() -> AsyncIterator[Aside]:
    made = Aside(limit_s=4)
    yield made
    await made.close()


async def test_the_process_reads_as_we_do_and_is_kept(aside: Aside) -> None:
    html = page(f"<p>{FIRST}</p>").encode()
    assert await aside.extract(html, "utf-8") == extract(html, "utf-8")
    first = aside.pid
    assert (await aside.extract(b"<html></html>", "")).text == ""
    assert aside.pid == first


async def test_a_bomb_is_killed_while_others_go_on_and_the_next_page_is_read(aside: Aside) -> None:
    crowd = "<p>a <b>report</b> of it</p>" * 150_000
    ticks = 0
    loop = asyncio.get_running_loop()
    began = loop.time()
    bomb = asyncio.create_task(aside.extract(crowd.encode(), ""))
    while not bomb.done():
        await asyncio.sleep(0.01)
        ticks += 1
    with pytest.raises(Unreadable, match="too long"):
        bomb.result()
    assert loop.time() - began < 30
    assert ticks > 50
    html = page(f"<p>{FIRST}</p>").encode()
    assert (await aside.extract(html, "")).text == FIRST


async def test_a_process_that_dies_is_started_again(aside: Aside) -> None:
    html = page(f"<p>{FIRST}</p>").encode()
    await aside.extract(html, "")
    assert aside.pid is not None
    os.kill(aside.pid, 9)
    with pytest.raises(Unreadable):
        await aside.extract(html, "")
    assert (await aside.extract(html, "")).text == FIRST


async def test_nothing_is_left_running_after_close(aside: Aside) -> None:
    await aside.extract(b"<p>x</p>", "")
    pid = aside.pid
    assert pid is not None
    await aside.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# ── visits ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class Site:
    """A site with one article, and a robots.txt."""

    html: str = field(default_factory=lambda: page(f"<p>{FIRST}</p><p>{LAST}</p>"))
    rules: str = "User-agent: *\nDisallow: /closed\nCrawl-delay: 7\n"
    content_type: str = "text/html"
    asked: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        match request.path:
            case "/robots.txt":
                return web.Response(text=self.rules)
            case "/moved":
                raise web.HTTPFound("/closed")
            case "/gone":
                raise web.HTTPFound("/")
            case "/busy":
                raise web.HTTPServiceUnavailable(headers={"Retry-After": "90"})
        return web.Response(text=self.html, content_type=self.content_type)


NAMES = ("robots.txt", "1", "moved", "closed", "gone", "busy", "")


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    made = Fetcher(FetchLimits(total_s=2, idle_s=1))
    yield made
    await made.close()


async def inline(body: bytes, charset: str) -> Extract:
    return extract(body, charset)


async def read(fetcher: Fetcher, site: Site, path: str = "1", **parts: object) -> tuple[str, float]:
    async with serving(**dict.fromkeys(NAMES, site.serve)) as url:
        reader = ArticleReader(fetcher, Robots(fetcher, lambda: NOW), inline)
        source = feed_at(f"{url}/feed")
        entry = an_entry(**({"title": TITLE, "link": f"{url}/{path}"} | parts))
        article = await reader.read(source, entry)
    return article.text, article.pause_s


async def test_the_text_and_what_the_site_asks_to_wait_come_back(fetcher: Fetcher) -> None:
    site = Site()
    assert await read(fetcher, site) == (f"{FIRST}\n{LAST}", 7)
    assert site.asked == ["/robots.txt", "/1"]


async def test_what_only_the_feed_said_stays_in_front(fetcher: Fetcher) -> None:
    stub = "حصيلة أولية بلا ضحايا"
    assert (await read(fetcher, Site(), body=stub))[0] == f"{stub}\n{FIRST}\n{LAST}"
    cut = FIRST[:60] + "…"
    assert (await read(fetcher, Site(), body=cut))[0] == f"{FIRST}\n{LAST}"


async def test_a_page_that_says_no_more_than_the_feed_is_nothing(fetcher: Fetcher) -> None:
    assert (await read(fetcher, Site(), body=f"{FIRST}\n{LAST}"))[0] == ""


async def test_what_robots_txt_forbids_is_not_visited(fetcher: Fetcher) -> None:
    site = Site()
    with pytest.raises(SourceRefused, match=r"robots\.txt"):
        await read(fetcher, site, "closed")
    assert site.asked == ["/robots.txt"]


async def test_a_redirect_into_what_robots_txt_forbids_is_not_followed(fetcher: Fetcher) -> None:
    site = Site()
    with pytest.raises(SourceRefused, match=r"robots\.txt"):
        await read(fetcher, site, "moved")
    assert site.asked == ["/robots.txt", "/moved"]


async def test_the_front_page_is_not_the_article_that_is_gone(fetcher: Fetcher) -> None:
    assert (await read(fetcher, Site(), "gone"))[0] == ""


async def test_a_page_that_speaks_of_something_else_is_not_the_article(fetcher: Fetcher) -> None:
    wall = page(
        f"<p>{'نستخدم ملفات تعريف الارتباط لتحسين تجربتك على موقعنا. ' * 8}</p>", title="تنبيه"
    )
    assert (await read(fetcher, Site(wall)))[0] == ""


async def test_a_document_that_is_no_page_is_refused(fetcher: Fetcher) -> None:
    with pytest.raises(SourceInvalid, match="application/pdf"):
        await read(fetcher, Site(content_type="application/pdf"))


async def test_a_busy_site_says_how_long_to_wait(fetcher: Fetcher) -> None:
    with pytest.raises(SourceUnavailable) as failed:
        await read(fetcher, Site(), "busy")
    assert failed.value.retry_after_s == 90


async def test_a_page_that_is_given_up_is_a_failure_of_its_source(fetcher: Fetcher) -> None:
    async def never(body: bytes, charset: str) -> Extract:
        raise Unreadable("Its page takes too long to read.")

    async with serving(**dict.fromkeys(NAMES, Site().serve)) as url:
        reader = ArticleReader(fetcher, Robots(fetcher, lambda: NOW), never)
        with pytest.raises(SourceInvalid, match="too long"):
            await reader.read(feed_at(f"{url}/feed"), an_entry(title=TITLE, link=f"{url}/1"))


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1:{other}/1", "http://169.254.169.254/x", "file:///x"]
)
async def test_a_private_feed_opens_no_other_door(fetcher: Fetcher, link: str) -> None:
    site, inner = Site(), Site()
    async with (
        serving(**dict.fromkeys(NAMES, site.serve)) as url,
        serving(**dict.fromkeys(NAMES, inner.serve)) as other,
    ):
        reader = ArticleReader(fetcher, Robots(fetcher, lambda: NOW), inline)
        entry: Entry = an_entry(title=TITLE, link=link.format(other=other.rpartition(":")[2]))
        source: Source = feed_at(f"{url}/feed")
        with pytest.raises(SourceRefused):
            await reader.read(source, entry)
    assert inner.asked == []
