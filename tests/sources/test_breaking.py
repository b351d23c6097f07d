"""A document that breaks what reads it harms no other, and can be looked at afterwards."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from aiohttp import web

from bot.core.model import Source, SourceKind
from bot.errors import SourceBroken
from bot.sources.breaking import safely
from bot.sources.draft import Draft, Parsed
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.parsing import parse
from bot.sources.seeds import SeedsPoller
from bot.sources.workers import Workers
from tests.sources.servers import feed_at, serving

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RSS = b"<rss version='2.0'><channel><item><title>poison</title></item></channel></rss>"


def now() -> datetime:
    return NOW


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vendor's parser as it is on a bad day."""
    parse = feedparser.parse

    def broken(stream, **kwargs):
        if b"poison" in stream.getvalue():
            raise LookupError("https://me:canary@a.example/?canary")
        return parse(stream, **kwargs)

    monkeypatch.setattr(feedparser, "parse", broken)


def test_what_does_not_break_comes_back_as_it_is() -> None:
    found = Parsed((Draft("title"),))
    assert safely(lambda body: found, b"x") is found


def test_what_breaks_comes_back_with_its_traceback_and_no_password(breaking: None) -> None:
    def read(body: bytes) -> Parsed:
        raise LookupError(f"{body!r} at https://me:canary@a.example/x?canary 42000001:canary")

    found = safely(read, b"x")
    assert found.error == "LookupError: b'x' at https://a.example/x?… <token>"
    assert "in read" in found.trace
    assert "canary" not in found.error + found.trace.partition("LookupError:")[2]
    assert "set aside" in found.problem


def test_a_traceback_of_a_thousand_frames_is_cut_in_the_middle() -> None:
    def deep(depth: int) -> Parsed:
        return deep(depth - 1) if depth else Parsed(notes=(str(1 / depth),))

    found = safely(deep, 500)
    assert "ZeroDivisionError" in found.trace
    assert found.trace.startswith("Traceback")
    assert len(found.trace) < 9_000


async def test_a_feed_that_breaks_the_parser_is_an_error_of_its_own(breaking: None) -> None:
    async def rss(request: web.Request) -> web.Response:
        return web.Response(body=RSS, content_type="application/rss+xml")

    fetcher = Fetcher(FetchLimits())
    async with serving(rss=rss) as site:
        with pytest.raises(SourceBroken) as broken:
            await FeedPoller(fetcher, now, Workers()).poll(feed_at(f"{site}/rss"))
    await fetcher.close()
    assert broken.value.body == RSS
    assert broken.value.error.startswith("LookupError")


async def test_a_seed_that_breaks_the_reader_stops_no_other(breaking: None, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("Sirens at the base\n")
    (tmp_path / "bad.xml").write_bytes(RSS)
    for name in ("good.txt", "bad.xml"):
        os.utime(tmp_path / name, (0, 0))
    folder = Source("seeds", SourceKind.SEEDS, "seeds", str(tmp_path))
    poll = await SeedsPoller(tmp_path, now).poll(folder)
    assert [entry.title for entry in poll.entries] == ["Sirens at the base"]
    (broken,) = poll.broken
    assert (broken.name, broken.body) == ("bad.xml", RSS)
    assert broken.error.startswith("LookupError")


_NEWS = "<item><guid>{0}</guid><title>Rocket hits the base, report {0}</title></item>"


@pytest.mark.parametrize(
    ("poison", "broken"),
    [
        ("<item><guid>x</guid><title>x</title><gml:pos>1 2</gml:pos></item>", 1),
        ("<item><title>x</title><textinput><link>y</link></textinput></item>", 1),
        ("<item><guid>x</guid><title>x &#x110000; &#99999999999;</title></item>", 0),
        ("<item><guid>x</guid><title>x &#55357;&#56832; &#xD83D;</title></item>", 0),
    ],
)
@pytest.mark.parametrize("end", ["</channel></rss>", "&nbsp;</channel></rss>", ""])
def test_an_entry_that_breaks_the_parser_stops_no_other_of_its_feed(
    poison: str, broken: int, end: str
) -> None:
    head = "<rss version='2.0' xmlns:gml='http://www.opengis.net/gml'><channel>"
    body = head + _NEWS.format(1) + poison + _NEWS.format(2) + end
    found = parse(body.encode())
    assert [d.guid for d in found.drafts if d.guid in "12"] == ["1", "2"]
    assert (len(found.broken), found.trace) == (broken, "")
    assert all(b"Rocket" not in one.body and one.trace for one in found.broken)


async def test_a_feed_with_a_poisoned_entry_is_polled_and_names_it() -> None:
    body = f"<rss xmlns:gml='http://www.opengis.net/gml'><channel>{_NEWS.format(1)}<item><title>"
    body += "x</title><gml:pos>1</gml:pos></item></channel></rss>"

    async def rss(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/rss+xml")

    fetcher = Fetcher(FetchLimits())
    async with serving(rss=rss) as site:
        poll = await FeedPoller(fetcher, now, Workers()).poll(feed_at(f"{site}/rss"))
    await fetcher.close()
    assert [entry.title for entry in poll.entries] == ["Rocket hits the base, report 1"]
    assert [one.error for one in poll.broken] == ["KeyError: 'where'"]


async def test_a_poisoned_entry_in_a_seed_stops_no_other(tmp_path: Path) -> None:
    body = f"<rss xmlns:gml='http://www.opengis.net/gml'><channel>{_NEWS.format(1)}<item><title>"
    (tmp_path / "list.rss").write_text(
        f"{body}x</title><gml:pos>1</gml:pos></item></channel></rss>"
    )
    os.utime(tmp_path / "list.rss", (0, 0))
    poll = await SeedsPoller(tmp_path, now).poll(Source("s", SourceKind.SEEDS, "s", str(tmp_path)))
    assert [entry.title for entry in poll.entries] == ["Rocket hits the base, report 1"]
    assert [one.name.partition(" entry ")[0] for one in poll.broken] == ["list.rss"]
