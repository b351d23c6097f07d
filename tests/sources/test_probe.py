"""``feeds test``: one visit, and everything there is to see on the way."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.config import Settings
from bot.data import load_knowledge
from bot.measure import Judge
from bot.probing import failure_of, visit, visit_lines
from bot.sources.draft import Draft
from bot.sources.fetch import Fetched, FetchLimits
from bot.sources.probe import Probe, asks, how_dated, kind_of, probe
from tests.sources.servers import Handler, feed_at, serving

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RECORDINGS = Path(__file__).parents[1] / "recordings"
LIMITS = FetchLimits(total_s=5, idle_s=2, max_bytes=1_000_000)
RSS = """<rss version="2.0"><channel><ttl>15</ttl>
<skipHours><hour>1</hour><hour>2</hour></skipHours>
<atom:link rel="hub" href="https://hub.example.org/"/>
<item><title>سقوط صاروخين على قاعدة عين الأسد</title><guid>1</guid>
  <pubDate>Sun, 22 Nov 2026 11:00:00 GMT</pubDate></item>
<item><title>سقوط صاروخين على قاعدة عين الأسد</title><guid>1</guid></item>
<item><title>افتتاح معرض الكتاب</title><guid>2</guid>
  <pubDate>Sun, 22 Nov 2041 11:00:00 GMT</pubDate></item>
</channel></rss>"""


def answering(
    body: bytes | str, content_type: str = "application/rss+xml", **headers: str
) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=data, headers={"Content-Type": content_type} | named)

    return answer


async def moved(request: web.Request) -> web.Response:
    raise web.HTTPFound("/feed")


async def seen(handler: Handler, path: str = "feed") -> Probe:
    async with serving(feed=handler, old=moved) as site:
        return await probe(feed_at(f"{site}/{path}"), LIMITS, NOW)


def told(found: Probe) -> str:
    return "\n".join(visit_lines(found, Judge(load_knowledge())))


async def test_everything_is_shown_from_the_address_to_the_last_entry() -> None:
    handler = answering(RSS, ETag='"e1"', Cache_Control="max-age=60")
    found = await seen(handler, "old")
    assert found.failure == ""
    assert [hop.status for hop in found.hops] == [302, 200]
    text = told(found)
    for line in (
        "  ok  (private is set) port ",
        "  ok  (private is set) 127.0.0.1 is not a public address",
        "/old\n",
        "  location: /feed\n",
        "  cache-control: max-age=60\n",
        '  etag: "e1"\n',
        "document: RSS 2.0, ",
        "  read as utf-8: it is valid UTF-8 (header says nothing, document nothing)\n",
        "  asks: ttl: 15 min\n",
        "  asks: skipHours: 1 2 (GMT)\n",
        "  asks: its headers: 60 s\n",
        "  asks: hub: https://hub.example.org/ (not used: the feed does not name itself)\n",
        "entries: 3\n",
        "2026-11-22 11:00 UTC (from published)  سقوط صاروخين",
        "  FLAGGED\n",
        "repeats another (it states no date)",
        "no date (published is not believed: 2041-11-22 11:00 UTC is ahead of now)  افتتاح",
        "  not flagged: no-match",
    ):
        assert line in text, line


async def test_a_feed_of_the_configuration_is_visited_with_its_own_headers() -> None:
    got: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        got.append(request.headers.get("X-Key"))
        return web.Response(text=RSS)

    async with serving(feed=answer) as site:
        url = f"{site}/feed"
        feed = {"name": "A", "url": url, "private": True, "headers": {"X-Key": "canary"}}
        settings = Settings.model_validate({"feeds": [feed]})
        found = await visit(settings, url)
    assert (found.failure, got) == ("", ["canary"])
    assert "canary" not in told(found)


async def test_a_feed_in_a_windows_charset_is_read_and_said_why() -> None:
    body = (RECORDINGS / "cp1256_declared_utf8.rss").read_bytes()
    found = await seen(answering(body))
    assert found.failure == ""
    assert found.charset is not None
    assert (found.charset.found, found.charset.own) == ("cp1256", "utf-8")
    assert "it reads as Arabic so" in told(found)
    assert found.entries


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("cp1256_declared.rss", "it is labelled so, and can be read so"),
        ("utf8_bom.rss", "it begins with a byte order mark"),
        ("utf8_bad_bytes.rss", "nearly all of it is valid UTF-8"),
        ("utf16_unmarked.rss", "it has no byte order mark, but only so it is text"),
    ],
)
async def test_why_a_charset_was_chosen(name: str, why: str) -> None:
    found = await seen(answering((RECORDINGS / name).read_bytes()))
    assert found.charset is not None
    assert found.charset.why == why


CAPTCHA = "<html><head><title>Just a moment...</title></head><body>captcha</body></html>"
PAGE = """<html><head><title>News</title><link rel="alternate" type="application/rss+xml"
 href="/rss.xml"></head><body>x</body></html>"""


@pytest.mark.parametrize(
    ("handler", "failure"),
    [
        (answering(CAPTCHA, "text/html"), "SourceChallenged: It answers with a page titled"),
        (
            answering("x", cf_mitigated="challenge"),
            "SourceChallenged: The publisher answers with a",
        ),
        (answering(PAGE, "text/html"), "SourceIsPage: It is a web page titled"),
        (
            answering((RECORDINGS / "billion_laughs.xml").read_bytes()),
            "SourceInvalid: It declares entities",
        ),
        (
            answering(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"),
            "SourceRefused: Its document is too large",
        ),
        (answering(""), "SourceInvalid: It answers with an empty document"),
    ],
)
async def test_what_cannot_be_read_has_a_name_and_shows_how_far_it_came(
    handler: Handler, failure: str
) -> None:
    found = await seen(handler)
    assert found.failure.startswith(failure)
    assert found.hops[0].status == 200
    assert "answer 1: 200" in told(found)


async def test_a_broken_feed_of_which_nothing_could_be_read_is_a_failure() -> None:
    broken = await seen(answering('<rss version="2.0"><channel><title>x</title><b></c>'))
    empty = await seen(answering('<rss version="2.0"><channel><title>x</title></channel></rss>'))
    some = await seen(answering(RSS.replace("</channel>", "<b></c>")))
    assert "SourceInvalid: Its XML is broken" in failure_of(broken)
    assert (failure_of(empty), failure_of(some)) == ("", "")


async def test_a_page_says_where_its_feed_is() -> None:
    found = await seen(answering(PAGE, "text/html"))
    assert found.links[0].endswith("/rss.xml")
    assert found.links[0].startswith("http://127.0.0.1:")
    assert f"its feed may be: {found.links[0]}" in told(found)


async def test_a_refused_address_shows_the_rule_and_is_not_visited() -> None:
    async with serving(feed=answering(RSS)) as site:
        found = await probe(feed_at(f"{site}/feed", private=False), LIMITS, NOW)
    assert found.failure.startswith("SourceRefused")
    assert found.hops == []
    assert found.rules[-1][1].startswith("port ")
    assert "  BAD 127.0.0.1 is not a public address" in told(found)


async def test_a_name_that_does_not_exist_is_said() -> None:
    found = await probe(feed_at("http://no.such.name.invalid./x"), LIMITS, NOW)
    assert "BAD its host cannot be looked up" in told(found)
    assert found.failure.startswith("SourceUnavailable: Its name")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('<rss version="0.91">', "RSS 0.91"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'>", "Atom"),
        ("<rdf:RDF>", "RSS 1.0 (RDF)"),
        ('{"version": "https://jsonfeed.org/version/1.1"}', "JSON Feed"),
        ("<html>", ""),
    ],
)
def test_kinds_are_named(text: str, kind: str) -> None:
    assert kind_of(text).startswith(kind)
    assert bool(kind_of(text)) == bool(kind)


def test_hints_of_entries_are_not_those_of_the_feed() -> None:
    text = "<sy:updatePeriod>hourly</sy:updatePeriod><item><ttl>1</ttl></item>"
    fetched = Fetched(200, "https://wire.example/rss", text.encode())
    assert list(asks(fetched, text)) == ["updatePeriod: every 60 min"]


def test_a_hub_is_told_by_the_header_too_and_days_by_their_names() -> None:
    text = "<rss><channel><skipDays><day>Sunday</day></skipDays></channel></rss>"
    link = '<https://hub.example/>; rel="hub", <https://wire.example/rss>; rel="self"'
    fetched = Fetched(200, "https://wire.example/rss", text.encode(), headers={"link": link})
    assert list(asks(fetched, text)) == ["skipDays: Sunday", "hub: https://hub.example/"]


def test_a_second_date_stands_in_for_one_that_is_not_believed() -> None:
    early, sound = datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)
    draft = Draft("x", published_at=early, updated_at=sound)
    assert how_dated(draft, NOW) == (
        "from updated; published is not believed: 1970-01-01 00:00 UTC is before 2000"
    )
