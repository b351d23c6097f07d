"""The newsroom's feed, its validators, and the list of seeds."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
import feedparser
from multidict import CIMultiDictProxy

from bot.sandbox.seed_list import list_seeds
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import Page

HEADLINE = "سقوط صاروخين قرب قاعدة <عين الأسد> & Harir"


async def fetch(
    session: aiohttp.ClientSession, **headers: str
) -> tuple[int, bytes, CIMultiDictProxy[str]]:
    async with session.get("/newsroom/feed.xml", headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_a_published_report_stands_in_the_feed(
    sandbox: Sandbox, session: aiohttp.ClientSession, page: Page
) -> None:
    await page.post("newsroom/publish", title="older", text="")
    body = {"title": HEADLINE, "text": "First <b>line</b>.\n\nSecond.\x08", "lang": "ar"}
    entry = (await page.post("newsroom/publish", **body))["entry"]
    status, raw, headers = await fetch(session)
    feed = feedparser.parse(raw)
    assert (status, feed.bozo) == (200, False)
    assert headers["Content-Type"].startswith("application/rss+xml")
    # The last one stays when the sandbox is started anew: no feed that lost all it had.
    assert [item.title for item in feed.entries] == [HEADLINE, "older", "The newsroom is open"]
    assert feed.entries[0].link == entry["link"]
    assert entry["link"].startswith(f"{sandbox.url}/newsroom/entry/")
    assert "First &lt;b&gt;line&lt;/b&gt;." in feed.entries[0].summary
    assert len({item.id for item in feed.entries}) == 3
    assert (await page.get("newsroom/entries"))["entries"][0] == entry


async def test_validators_answer_304_until_something_is_published(
    session: aiohttp.ClientSession, page: Page
) -> None:
    await page.post("newsroom/publish", title="one", text="")
    _, _, headers = await fetch(session)
    etag, modified = headers["ETag"], headers["Last-Modified"]
    assert parsedate_to_datetime(modified) is not None
    assert (await fetch(session, **{"If-None-Match": etag}))[:2] == (304, b"")
    assert (await fetch(session, **{"If-None-Match": f'"x", W/{etag}'}))[0] == 304
    assert (await fetch(session, **{"If-Modified-Since": modified}))[0] == 304
    assert (await fetch(session, **{"If-Modified-Since": "yesterday"}))[0] == 200
    await page.post("newsroom/publish", title="two", text="")
    both = {"If-None-Match": etag, "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert (await fetch(session, **both))[0] == 200


async def test_an_entry_has_a_page_and_nothing_in_it_can_run(
    session: aiohttp.ClientSession, page: Page
) -> None:
    text = "<script>alert(1)</script>"
    entry = (await page.post("newsroom/publish", title=HEADLINE, text=text))["entry"]
    async with session.get(f"/newsroom/entry/{entry['id']}") as answer:
        shown = await answer.text()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    async with session.get("/newsroom/entry/0") as answer:
        assert answer.status == 404


async def test_a_report_needs_a_headline_and_a_web_link(page: Page) -> None:
    assert "headline" in (await page.post("newsroom/publish", 400, title=" "))["error"]
    told = await page.post("newsroom/publish", 400, title="x", link="javascript:alert(1)")
    assert "http" in told["error"]


def test_a_link_out_of_the_seeds_folder_is_not_listed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "seeds", tmp_path / "secret.txt"
    folder.mkdir()
    outside.write_text("root:x:0:0", "utf-8")
    (folder / "out.txt").symlink_to(outside)
    (folder / "a.txt").write_text("One", "utf-8")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    assert {row["name"] for row in list_seeds(folder)} == {"a.txt", "b.txt"}


def test_seeds_are_listed_with_their_titles(tmp_path: Path) -> None:
    front = '---\ntitle: "Front: matter"\nlang: fa\n---\n# Not this\n'
    (tmp_path / "a.md").write_text(front, "utf-8")
    (tmp_path / "b.txt").write_text("\n\nعنوان أول\nنص", "utf-8")
    (tmp_path / "c.html").write_text("<html lang='ar'><title>A &amp; B</title>", "utf-8")
    (tmp_path / "d.jsonl").write_text('{"title": "Line", "lang": "en"}\n', "utf-8")
    (tmp_path / "e.jsonl").write_text("[broken", "utf-8")
    (tmp_path / "ignored.png").write_bytes(b"\x89")
    rows = {row["name"]: (row["title"], row.get("lang")) for row in list_seeds(tmp_path)}
    assert rows == {
        "a.md": ("Front: matter", "fa"),
        "b.txt": ("عنوان أول", None),
        "c.html": ("A & B", "ar"),
        "d.jsonl": ("Line", "en"),
        "e.jsonl": ("e", None),
    }
    assert list_seeds(tmp_path / "nowhere") == list_seeds(None) == []
