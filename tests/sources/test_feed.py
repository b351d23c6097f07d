from __future__ import annotations

import pickle
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import Habits, Hints, Poll, PollStatus
from bot.errors import SourceChallenged, SourceEmptied, SourceInvalid, SourceIsPage
from bot.sources import bounds, parsing
from bot.sources.draft import Parsed
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Task, Workers
from tests.sources.servers import feed_at, serving

RECORDINGS = Path(__file__).parent.parent / "recordings"
NOW = datetime(2021, 7, 7, 14, 0, tzinfo=UTC)
SIRENS = "صفارات الإنذار تدوي قرب قاعدة حرير"
CALM = "هدوء حذر في محيط المطار"


def parsed(name: str) -> Parsed:
    return parsing.parse((RECORDINGS / name).read_bytes(), base_url="https://news.example.com/rss")


def rss(*items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>".encode()


@pytest.mark.parametrize(
    "name",
    [
        "cp1256_declared.rss",
        "cp1256_undeclared.rss",
        "cp1256_declared_utf8.rss",
        "cp1256_declared_latin1.rss",
        "iso8859_6_declared.rss",
        "utf8_declared_cp1256.rss",
        "utf8_bom.rss",
        "utf16_bom.rss",
        "utf16_unmarked.rss",
        "control_characters.rss",
        "php_warning.rss",
    ],
)
def test_an_arabic_feed_reads_the_same_however_it_is_encoded(name: str) -> None:
    found = parsed(name)
    assert [draft.title for draft in found.drafts] == [SIRENS, CALM]
    assert found.drafts[0].body.startswith("قال سكان إنهم سمعوا")
    assert found.drafts[0].published_at == datetime(2021, 7, 7, 13, 30, tzinfo=UTC)
    assert found.problem == ""


@pytest.mark.parametrize("before", [b" \n\t", b"\xef\xbb\xbf\n", b"\x00", b"\r\n\r\n"])
def test_what_stands_before_the_declaration_is_no_matter(before: bytes) -> None:
    body = before + (RECORDINGS / "cp1256_declared.rss").read_bytes()
    if before.startswith(b"\xef"):
        body = before + (RECORDINGS / "utf8_bom.rss").read_bytes().removeprefix(b"\xef\xbb\xbf")
    assert [draft.title for draft in parsing.parse(body).drafts] == [SIRENS, CALM]


def test_of_a_feed_that_was_cut_off_all_but_the_last_entry_is_whole() -> None:
    items = [f"<item><title>{SIRENS} {n}</title><guid>{n}</guid></item>" for n in range(5)]
    found = parsing.parse(rss(*items)[:-60])
    assert [draft.guid for draft in found.drafts[:4]] == list("0123")
    assert "broken at line" in found.notes[0]


def test_bad_bytes_in_one_title_leave_the_others_alone() -> None:
    titles = [draft.title for draft in parsed("utf8_bad_bytes.rss").drafts]
    assert titles == [SIRENS, CALM.replace("هدوء", "هدوء\ufffd\ufffd")]


def test_a_broken_feed_gives_what_can_be_read_and_a_note() -> None:
    found = parsed("truncated.rss")
    assert found.drafts[0].title == SIRENS
    assert "broken at line" in found.notes[0]
    assert parsed("unescaped_entities.rss").drafts[1].title == CALM


def test_atom_html_becomes_text_and_a_time_without_zone_is_utc() -> None:
    (draft,) = parsed("atom_no_zone.atom").drafts
    assert draft.title == "شنیده شدن صدای انفجار در اربیل"
    assert draft.body == "گزارش‌های نخستین از چند محله رسیده است.\nعلت هنوز روشن نیست."
    assert draft.link == "https://news.example.com/fa/7"
    assert draft.lang == "fa"
    assert draft.published_at == datetime(2021, 7, 7, 12, 0, tzinfo=UTC)
    assert draft.updated_at == datetime(2021, 7, 7, 8, 0, tzinfo=UTC)


def test_an_entry_says_its_language_itself() -> None:
    item = (
        "<item xmlns:dc='http://purl.org/dc/elements/1.1/'><title>خبر</title>"
        "<dc:language>fa</dc:language></item>"
    )
    (draft,) = parsing.parse(rss(item), base_url="https://news.example.com/rss").drafts
    assert draft.lang == "fa"


def test_rdf_is_read_too() -> None:
    (draft,) = parsed("rdf.rdf").drafts
    assert draft.title == "Rocket lands near Camp Taji"
    assert draft.updated_at == datetime(2021, 7, 7, 7, 0, tzinfo=UTC)


def test_a_json_feed_is_read() -> None:
    first, second = parsed("json_feed.json").drafts
    assert (first.guid, first.link) == ("17", "https://news.example.com/17")
    assert (first.title, first.body) == (
        "Sirens & smoke over Erbil",
        "Sirens sounded.\nSmoke rose.",
    )
    assert first.published_at == datetime(2021, 7, 7, 7, 0, tzinfo=UTC)
    assert (second.title, second.link) == ("A short note without a title.", "")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ((RECORDINGS / "challenge.html").read_bytes(), "convinced of a human"),
        ((RECORDINGS / "front_page.html").read_bytes(), "at https://news.example.com/rss.xml"),
        (b"", "empty document"),
        (b" \n ", "empty document"),
        (b'{"error": "no such feed"}', 'no feed: "no such feed"'),
        (b'{"items": [', "cut short"),
        (b"[" * 100_000, "cut short"),
        (b"<opml version='2.0'/>", "<opml>"),
        (b"Not found", '"Not found"'),
        (b"/etc/hostname", '"/etc/hostname"'),
        (b"http://127.0.0.1:1/feed", '"http://127.0.0.1:1/feed"'),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no feed"),
        ((RECORDINGS / "billion_laughs.xml").read_bytes(), "declares entities"),
        ((RECORDINGS / "external_entity.xml").read_bytes(), "declares entities"),
    ],
)
def test_what_is_no_feed_is_called_by_its_name(body: bytes, says: str) -> None:
    found = parsing.parse(body)
    assert found.drafts == ()
    assert says in found.problem


def test_a_doctype_without_a_subset_is_harmless() -> None:
    (draft,) = parsed("rss091_doctype.rss").drafts
    assert draft.title == "Café near the base closes"


DEEP = 150_000
BOMBS = {
    "depth": rss(f"<item><title>{'<a>' * DEEP}{'</a>' * DEEP}</title></item>"),
    "attributes": rss(f"<item {' '.join(f'a{n}=' + chr(39) * 2 for n in range(60_000))}/>"),
    "attributes where XML is broken": rss(
        f"&<b<item {' '.join(f'a{n}=' + chr(39) * 2 for n in range(60_000))}/>"
    ),
    "tags": rss("<item><title>x</title></item>", "<a/>" * 250_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_before_the_slow_parser_sees_them(name: str) -> None:
    begun = time.process_time()
    found = parsing.parse(BOMBS[name])
    assert found.problem
    assert time.process_time() - begun < 1.0


def test_unclosed_tags_in_a_broken_feed_are_no_depth_bomb() -> None:
    items = [f"<item><title>t{n}</title><description>{'a<br>' * 20}</description></item>"
             for n in range(30)]  # fmt: skip
    assert len(parsing.parse(rss(*items)).drafts) == 30


def test_only_the_newest_500_entries_are_read() -> None:
    items = [f"<item><title>t{n}</title><pubDate>Wed, 07 Jul 2021 {n // 60:02}:{n % 60:02}:00 GMT"
             "</pubDate></item>" for n in range(600)]  # fmt: skip
    found = parsing.parse(rss(*items))
    assert {draft.title for draft in found.drafts} == {f"t{n}" for n in range(100, 600)}
    assert found.notes == ("It holds 600 entries; the newest 500 were read.",)
    assert bounds.MAX_ENTRIES == 500


def test_summary_and_full_text_are_not_said_twice() -> None:
    item = (
        "<item xmlns:content='http://purl.org/rss/1.0/modules/content/'><title>t</title>"
        "<description>Sirens sounded at…</description><content:encoded><![CDATA[<p>Sirens sounded "
        "at\ndawn.</p><p>More.</p>]]></content:encoded></item>"
    )
    assert parsing.parse(rss(item)).drafts[0].body == "Sirens sounded at dawn.\nMore."


def test_the_title_next_to_the_entry_wins_over_one_deeper_inside() -> None:
    item = "<item><title>outer</title><image><title>inner</title></image></item>"
    assert parsing.parse(rss(item)).drafts[0].title == "outer"


def test_an_entry_without_words_is_none() -> None:
    found = parsing.parse(rss("<item><guid>1</guid><title> </title></item>"))
    assert (found.drafts, found.problem) == ((), "")


def test_parsing_can_move_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(parsing.parse)) is parsing.parse  # noqa: S301 - our own bytes
    found = parsed("truncated.rss")
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 900), st.integers(0, 60))
def test_a_damaged_feed_never_raises(noise: bytes, at: int, cut: int) -> None:
    body = (RECORDINGS / "atom_no_zone.atom").read_bytes()
    found = parsing.parse(body[:at] + noise + body[at + cut :])
    assert isinstance(found, Parsed)


class Publisher:
    """A feed on loopback whose document and validators a test can change."""

    def __init__(self) -> None:
        self.body = rss("<item><title>One</title><guid>1</guid></item>")
        self.headers: dict[str, str] = {}
        self.status = 200

    async def answer(self, request: web.Request) -> web.Response:
        etag = self.headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(status=self.status, body=self.body, headers=self.headers)


@asynccontextmanager
async def polling(
    publisher: Publisher, workers: Workers | None = None, **fields: object
) -> AsyncIterator[Callable[[], Awaitable[Poll]]]:
    """Polls as the store would have it: what a poll leaves behind goes into the next."""
    fetcher = Fetcher(FetchLimits())
    async with serving(feed=publisher.answer) as url:
        source = feed_at(f"{url}/feed", **fields)

        async def poll() -> Poll:
            nonlocal source
            found = await FeedPoller(fetcher, lambda: NOW, workers or Workers()).poll(source)
            source = replace(
                source,
                etag=found.etag,
                last_modified=found.last_modified,
                body_hash=found.body_hash,
                entry_hashes=found.entry_hashes,
            )
            return found

        try:
            yield poll
        finally:
            await fetcher.close()


async def polls(publisher: Publisher, *, times: int = 1, **fields: object) -> list[Poll]:
    async with polling(publisher, **fields) as poll:
        return [await poll() for _ in range(times)]


async def test_an_unchanged_feed_is_read_once_with_validators() -> None:
    publisher = Publisher()
    publisher.headers = {"ETag": '"v1"'}
    first, second, third = await polls(publisher, times=3)
    assert first.status is PollStatus.CHANGED
    assert [entry.title for entry in first.entries] == ["One"]
    assert (second.status, second.entries) == (PollStatus.NOT_MODIFIED, ())
    assert (third.etag, third.body_hash) == ('"v1"', first.body_hash)


async def test_of_a_feed_that_changed_only_the_new_entries_come() -> None:
    publisher = Publisher()
    async with polling(publisher) as poll:
        first = await poll()
        publisher.body = rss(*(f"<item><title>{n}</title><guid>{n}</guid></item>" for n in "12"))
        second = await poll()
        publisher.body = publisher.body.replace(b"<item><title>1", b"<item><title>One")
        third = await poll()
    assert [entry.title for entry in first.entries] == ["One"]
    assert [entry.title for entry in second.entries] == ["1", "2"]
    assert [entry.title for entry in third.entries] == ["One"]
    assert [poll.held for poll in (first, second, third)] == [1, 2, 2]


async def test_a_document_that_takes_too_long_is_a_failure_of_its_own() -> None:
    publisher = Publisher()
    publisher.body = rss("<item><title>t</title></item>", "<b>&nbsp;" * 95_000)
    workers = Workers(limit_s=0.3)
    try:
        async with polling(publisher, workers) as poll:
            with pytest.raises(SourceInvalid, match="takes too long to read"):
                await poll()
            publisher.body = rss(f"<item><title>{'long ' * 2_000}</title></item>")
            assert len((await poll()).entries) == 1
    finally:
        workers.close()


class _Counting(Workers):
    """Counts what is handed over to another process."""

    handed_over = 0

    async def parse(self, task: Task) -> Parsed:
        self.handed_over += 1
        return await super().parse(task)


async def test_no_other_process_is_asked_about_little_news() -> None:
    publisher, workers = Publisher(), _Counting()
    old = [f"<item><title>{n}</title><description>{'w ' * 900}</description></item>" for n in "abc"]
    publisher.body = rss(*old)
    try:
        async with polling(publisher, workers) as poll:
            assert (len((await poll()).entries), workers.handed_over) == (3, 1)
            publisher.body = rss("<item><title>new</title></item>", *old)
            assert [entry.title for entry in (await poll()).entries] == ["new"]
            assert workers.handed_over == 1
            publisher.body = rss(*(old * 5), f"<item><title>{'long ' * 1_000}</title></item>")
            await poll()
            assert workers.handed_over == 2
    finally:
        workers.close()


async def test_an_unchanged_feed_is_read_once_without_validators() -> None:
    first, second = await polls(Publisher(), times=2)
    assert (first.status, second.status) == (PollStatus.CHANGED, PollStatus.NOT_MODIFIED)
    assert second.body_hash == first.body_hash != ""


async def test_a_validator_the_server_dropped_is_dropped_here() -> None:
    (poll,) = await polls(Publisher(), etag='"old"', last_modified="old")
    assert (poll.etag, poll.last_modified) == ("", "")


async def test_a_last_modified_of_the_future_is_not_kept() -> None:
    publisher = Publisher()
    publisher.headers = {"Last-Modified": "Fri, 01 Jan 2041 00:00:00 GMT"}
    (poll,) = await polls(publisher)
    assert poll.last_modified == ""
    publisher.headers = {"Last-Modified": "Wed, 07 Jul 2021 13:00:00 GMT"}
    (poll,) = await polls(publisher)
    assert poll.last_modified == "Wed, 07 Jul 2021 13:00:00 GMT"


async def test_an_empty_feed_is_a_poll_that_worked() -> None:
    publisher = Publisher()
    publisher.body = rss()
    (poll,) = await polls(publisher)
    assert (poll.status, poll.entries) == (PollStatus.CHANGED, ())


async def test_a_feed_that_lost_all_its_entries_failed_and_keeps_what_was_known() -> None:
    publisher = Publisher()
    publisher.body = rss()
    with pytest.raises(SourceEmptied, match="used to hold 7 entries"):
        await polls(publisher, held=7)


async def test_a_page_in_place_of_a_feed_is_invalid() -> None:
    publisher = Publisher()
    publisher.body = (RECORDINGS / "front_page.html").read_bytes()
    with pytest.raises(SourceIsPage, match="web page") as failed:
        await polls(publisher)
    assert failed.value.source_id == "feed-1"


async def test_a_page_that_asks_for_a_human_has_a_name_of_its_own() -> None:
    publisher = Publisher()
    publisher.body = (RECORDINGS / "challenge.html").read_bytes()
    with pytest.raises(SourceChallenged, match="human"):
        await polls(publisher)


@pytest.mark.parametrize(
    "body", [b"just words", b'<?xml version="1.0"?><rss><![CDATA[<html>]]>' + b"<a>" * 300]
)
async def test_what_is_no_page_is_not_called_one(body: bytes) -> None:
    publisher = Publisher()
    publisher.body = body
    with pytest.raises(SourceInvalid) as failed:
        await polls(publisher)
    assert type(failed.value) is SourceInvalid


async def test_a_poll_brings_what_the_publisher_asks_for_and_how_much_it_held() -> None:
    publisher = Publisher()
    publisher.headers = {"Cache-Control": "max-age=120"}
    publisher.body = rss("<item><title>One</title></item>").replace(
        b"<channel>", b"<channel><ttl>5</ttl>"
    )
    (poll,) = await polls(publisher)
    assert (poll.fresh_s, poll.hints, poll.held) == (120, Hints(ttl_s=300), 1)
    assert poll.moved_to == ""


async def test_entries_carry_the_source_and_a_stable_fingerprint() -> None:
    publisher = Publisher()
    (first,) = await polls(publisher, lang="en")
    publisher.body = publisher.body.replace(b"One", b"One, corrected")
    (second,) = await polls(publisher)
    old, new = first.entries[0], second.entries[0]
    assert (old.source_id, old.source_name, old.lang) == ("feed-1", "A feed", "en")
    assert old.fingerprint == new.fingerprint
    assert old.fingerprint.startswith("1:")
    assert old.text_hash != new.text_hash


async def test_the_charset_of_the_header_is_used_and_repairs_are_noted() -> None:
    publisher = Publisher()
    publisher.body = rss("<item><title>Взрыв у базы</title></item>".encode().decode())
    publisher.headers = {"Content-Type": "text/xml; charset=windows-1256"}
    (poll,) = await polls(publisher)
    assert poll.entries[0].title == "Взрыв у базы"
    assert "labelled cp1256" in poll.notes[0]


async def test_half_a_letter_in_a_json_feed_costs_no_entry() -> None:
    publisher = Publisher()
    publisher.body = (
        b'{"version": "https://jsonfeed.org/version/1.1", "items": ['
        b'{"id": "1", "title": "One"}, {"id": "2", "title": "Two", "language": "\\ud83d"}]}'
    )
    (poll,) = await polls(publisher, times=1)
    assert [(e.title, e.lang.encode()) for e in poll.entries] == [("One", b""), ("Two", b"")]


async def test_the_links_of_a_feed_with_a_password_do_not_show_it() -> None:
    async def answering(_: web.Request) -> web.Response:
        return web.Response(body=rss("<item><title>One</title><link>/a/1</link></item>"))

    fetcher = Fetcher(FetchLimits())
    async with serving(feed=answering) as url:
        source = feed_at(f"{url}/feed".replace("//", "//me:canary@"))
        poll = await FeedPoller(fetcher, lambda: NOW, Workers()).poll(source)
    await fetcher.close()
    assert [entry.link for entry in poll.entries] == [f"{url}/a/1"]


@pytest.mark.parametrize(
    ("date", "zoneless"),
    [("Wed, 07 Jul 2021 12:00:00", True), ("Wed, 07 Jul 2021 12:00:00 GMT", False), ("", False)],
)
def test_a_draft_knows_whether_its_date_had_a_zone(date: str, zoneless: bool) -> None:
    (draft,) = parsing.parse(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>")).drafts
    assert draft.zoneless is zoneless


async def test_a_poll_brings_what_its_feed_was_seen_to_do() -> None:
    publisher = Publisher()
    item = "<item><title>t{n}</title><link>http://a.org/{n}</link><guid>same</guid></item>"
    publisher.body = rss("".join(item.replace("{n}", str(n)) for n in range(9)))
    (poll,) = await polls(publisher)
    assert poll.habits == Habits(rung=1)
    assert len({entry.fingerprint for entry in poll.entries}) == 9
    assert all(entry.aliases for entry in poll.entries)


async def test_a_server_that_answers_304_for_ever_is_asked_for_all_once_a_day() -> None:
    asked: list[bool] = []

    async def feed(request: web.Request) -> web.Response:
        asked.append("If-None-Match" in request.headers)
        if asked[-1]:
            return web.Response(status=304)
        item = f"<item><title>{SIRENS} {len(asked)}</title></item>"
        return web.Response(body=rss(item), headers={"ETag": '"for ever"'})

    now, fetcher = [NOW], Fetcher(FetchLimits())
    poller, days = FeedPoller(fetcher, lambda: now[0], Workers()), 0
    async with serving(feed=feed) as site:
        source = feed_at(f"{site}/feed")
        for _ in range(24 * 5):
            poll = await poller.poll(source)
            days += bool(poll.entries)
            validators = {"etag": poll.etag, "body_hash": poll.body_hash}
            source = replace(source, **validators, polled_ok_at=now[0])
            now[0] += timedelta(hours=1)
    await fetcher.close()
    assert asked.count(False) == days
    assert days in (5, 6)


async def test_a_feed_that_never_changes_is_read_whole_once_a_week() -> None:
    """What is not met for long is forgotten, and must not be news when something else changes."""
    body = rss("".join(f"<item><title>{SIRENS} {n}</title></item>" for n in range(3)))

    async def feed(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"ETag": '"the same"'})

    now, fetcher = [NOW], Fetcher(FetchLimits())
    poller, whole = FeedPoller(fetcher, lambda: now[0], Workers()), []
    async with serving(feed=feed) as site:
        source = feed_at(f"{site}/feed")
        for hour in range(0, 24 * 29, 6):
            poll = await poller.poll(source)
            source = replace(source, body_hash=poll.body_hash, polled_ok_at=now[0])
            if poll.is_whole:
                assert len(poll.entries) == poll.held == 3
                source = replace(source, entry_hashes=poll.entry_hashes, whole_at=now[0])
                whole.append(hour / 24)
            now[0] += timedelta(hours=6)
    await fetcher.close()
    gaps = [later - earlier for earlier, later in pairwise(whole)]
    assert len(whole) in (4, 5, 6)
    assert max(gaps) <= 8


@pytest.mark.parametrize(
    "before", ["[Sun Nov 22] PHP Warning: x\n", "{notice}\n<?xml version='1.0'?>"]
)
def test_a_warning_in_brackets_before_a_feed_makes_no_json_of_it(before: str) -> None:
    found = parsing.parse(before.encode() + rss(f"<item><title>{SIRENS}</title></item>"))
    assert [draft.title for draft in found.drafts] == [SIRENS]
