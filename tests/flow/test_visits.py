"""What follows a visit: when the next one is, what the operator hears, where a source has gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web

from bot.core.model import Poll, PollStatus, Source
from bot.errors import SourceGone, SourceMissing, SourceUnavailable, StoreUnavailable
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers
from tests.flow.bench import Bench
from tests.making import NOW, a_poll, a_source, an_entry
from tests.sources.servers import feed_at, serving

pytestmark = pytest.mark.usefixtures("fed")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEW = "https://new.example/rss"


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.getMessage().startswith(event + " ")]


async def test_a_feed_that_is_gone_is_told_once_and_polled_every_six_hours(store, caplog) -> None:
    bench = Bench(store, SourceGone("wire", "It answers 410."))
    for turn in range(9):
        await bench.tick(NOW + turn * 7 * HOUR)
    assert len(told(caplog, "source_gone")) == 1
    age = await bench.age()
    assert (age.source.failures, age.source.failure) == (9, "gone")
    assert age.next_due_at == bench.now + 6 * HOUR


async def test_a_page_that_is_missing_is_gone_after_a_week(store, caplog) -> None:
    bench = Bench(store, SourceMissing("wire", "It answers 404."))
    for turn in range(8):
        await bench.tick(NOW + turn * DAY)
        assert not told(caplog, "source_gone")
        # In between our own network is down: that is no news of the feed.
        bench.feed.brings = [SourceUnavailable("wire", "no network")]
        await bench.tick(NOW + turn * DAY + 12 * HOUR)
        bench.feed.brings = [SourceMissing("wire", "It answers 404.")]
    await bench.tick(NOW + 8 * DAY)
    assert len(told(caplog, "source_gone")) == 1
    bench.feed.brings = [a_poll(an_entry(published_at=NOW + 9 * DAY))]
    await bench.tick(NOW + 9 * DAY)
    age = await bench.age()
    assert (age.source.gone_at, age.source.failure, age.error) == (None, "", "")
    assert await store.outbox_counts() == {"pending": 1}


async def test_a_move_is_settled_after_three_polls_over_two_days(store, caplog) -> None:
    poll = a_poll(status=PollStatus.NOT_MODIFIED, moved_to=NEW + "?key=canary")
    bench = Bench(store, poll)
    for hours in (0, 24, 47):
        await bench.tick(NOW + hours * HOUR)
    assert (await bench.age()).source.moved_url == ""
    assert (await bench.age()).source.move.polls == 3
    await bench.tick(NOW + 48 * HOUR)
    assert (await bench.age()).source.address == NEW + "?key=canary"
    assert len(told(caplog, "source_moved")) == 1
    assert "canary" not in caplog.text


async def test_a_move_to_where_another_source_is_is_told_once_and_not_done(store, caplog) -> None:
    await store.add_source(a_source(id="other", url=NEW, interval_s=86_400, pinned=True), "config")
    bench = Bench(store, a_poll(status=PollStatus.NOT_MODIFIED, moved_to=NEW))
    for hours in (0, 24, 48, 72):
        bench.now = NOW + hours * HOUR
        (source,) = [a.source for a in await store.source_ages() if a.source.id == "wire"]
        await bench.ingest.visit(source)
    assert len(told(caplog, "source_not_moved")) == 1
    assert not told(caplog, "source_moved")


async def test_a_store_that_is_busy_at_the_end_of_a_visit_does_not_make_it_a_failure(
    store, monkeypatch
) -> None:
    async def failing(*_: object) -> bool:
        raise StoreUnavailable("database is locked")

    bench = Bench(store, a_poll(status=PollStatus.NOT_MODIFIED, moved_to=NEW))
    monkeypatch.setattr(store, "move_source", failing)
    for hours in (0, 24, 48):
        await bench.tick(NOW + hours * HOUR)
    age = await bench.age()
    assert (age.source.failures, age.source.move.polls, age.source.moved_url) == (0, 3, "")


async def test_the_hours_of_a_feed_are_learnt_from_what_it_brings(store) -> None:
    entries = [an_entry(n, title=f"هدوء {n}") for n in range(45)]
    bench = Bench(store, a_poll(*entries))
    await bench.tick(NOW)
    assert sum((await bench.age()).source.rhythm.counts) == pytest.approx(45, rel=0.01)
    learnt = (await bench.age()).source.rhythm
    await bench.tick(NOW + HOUR)
    assert (await bench.age()).source.rhythm == learnt


async def test_a_flagged_report_makes_the_sources_of_its_country_quicker(store) -> None:
    await store.put_sources(
        [
            a_source(),
            a_source(id="iq", url="https://iq.example/", country="iq", interval_s=3600),
            a_source(id="fr", url="https://fr.example/", country="fr", interval_s=3600),
        ],
        "config",
    )
    quiet = Bench(store, a_poll(status=PollStatus.NOT_MODIFIED))
    await quiet.tick(NOW)
    bench = Bench(store, a_poll(an_entry()))
    await bench.ingest.visit(a_source(polled_ok_at=NOW))
    due = {age.source.id: age.next_due_at for age in await store.source_ages()}
    assert due["wire"] == NOW + timedelta(minutes=1)
    assert due["iq"] is not None
    assert due["iq"] <= NOW + timedelta(seconds=90)
    assert due["fr"] == NOW + HOUR


async def test_where_a_hub_brings_the_news_visits_are_rarer_until_it_breaks(store) -> None:
    async def slower(_: Source, wait: timedelta) -> timedelta:
        return wait * 4

    unchanged = a_poll(status=PollStatus.NOT_MODIFIED)
    bench = Bench(store, unchanged)
    bench.intake.pace = slower
    await bench.tick(NOW)
    age = await bench.age()
    assert (age.next_due_at, age.source.wait) == (NOW + HOUR / 3, HOUR / 3)
    await bench.intake.take_pushed(age.source, [an_entry()])
    assert (await bench.age()).next_due_at <= NOW + timedelta(seconds=90)
    await store.put_sources([a_source(pinned=True)], "config")
    (pinned,) = [age.source for age in await store.source_ages()]
    await bench.intake.take(pinned, unchanged)
    assert (await bench.age()).next_due_at == NOW + timedelta(minutes=5)


# ── with a real server ───────────────────────────────────────────────────────────────────────


class Publisher:
    """Answers as the test says; remembers where it was asked, and with which validator."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.answer = self.fine

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers.get("If-None-Match")))
        if request.path == "/old":
            return web.Response(status=301, headers={"Location": "/new"})
        return self.answer()

    def fine(self) -> web.Response:
        body = b"<rss><channel><ttl>30</ttl><item><title>One</title></item></channel></rss>"
        return web.Response(body=body, headers={"ETag": '"good"'})

    def empty(self) -> web.Response:
        return web.Response(body=b"<rss version='2.0'><channel></channel></rss>")

    def page(self) -> web.Response:
        return web.Response(body=b"<!doctype html><html><title>Sale!</title></html>")


async def test_from_the_first_redirect_to_the_new_address_and_through_its_bad_days(store) -> None:
    publisher, fetcher = Publisher(), Fetcher(FetchLimits(total_s=5))
    async with serving(old=publisher.serve, new=publisher.serve) as url:
        await store.put_sources([feed_at(f"{url}/old")], "config")
        bench = Bench(store, poller=lambda _: FeedPoller(fetcher, lambda: NOW, Workers()))
        for hours in (0, 24, 48):
            await bench.tick(NOW + hours * HOUR)
        assert [path for path, _ in publisher.asked] == ["/old", "/new"] * 3
        assert (await bench.age()).next_due_at == bench.now + timedelta(minutes=30)
        for answer, failure in (("empty", "emptied"), ("page", "page")):
            publisher.answer = getattr(publisher, answer)
            await bench.tick(bench.now + HOUR)
            source = (await bench.age()).source
            assert (source.failure, source.etag, source.held) == (failure, '"good"', 1)
        publisher.answer = publisher.fine
        await bench.tick(bench.now + HOUR)
        assert publisher.asked[6:] == [("/new", '"good"')] * 3
        assert (await bench.age()).source.failure == ""
    await fetcher.close()


async def test_a_source_that_is_wanted_once_a_day_is_visited_once_a_day(store) -> None:
    # So long a wait is no sign of a clock that was set back.
    await store.put_sources([a_source(interval_s=86_400, pinned=True)], "config")
    bench = Bench(store, a_poll(status=PollStatus.NOT_MODIFIED))
    for seconds in range(5):
        await bench.tick(NOW + timedelta(seconds=seconds))
    assert bench.feed.polls == 1
    await bench.tick(NOW + DAY + timedelta(seconds=5))
    assert bench.feed.polls == 2
    back = NOW - 2 * DAY  # now it was set back: from then on it waits as long as it was to
    for later, polls in ((timedelta(), 2), (DAY - HOUR, 2), (DAY + HOUR, 3)):
        await bench.tick(back + later)
        assert bench.feed.polls == polls


class Busy:
    """The method of a store that does not answer at first."""

    def __init__(self, store: object, name: str) -> None:
        self.really, self.asked = getattr(store, name), 0

    async def __call__(self, *args: object) -> object:
        self.asked += 1
        if self.asked == 1:
            raise StoreUnavailable("database is locked")
        return await self.really(*args)


async def test_a_busy_store_is_no_error_of_ours_when_a_visit_fails(store, monkeypatch) -> None:
    monkeypatch.setattr(store, "source_failed", Busy(store, "source_failed"))
    bench = Bench(store, SourceUnavailable("wire", "no answer from wire.example"))
    await bench.ingest.visit(a_source())
    assert (await bench.age()).error == "no answer from wire.example"
    assert await store.quarantined() == ()


async def test_a_busy_store_does_not_make_a_good_visit_a_failure(store) -> None:
    heard: list[int] = []

    class Hearing:
        async def polled(self, source: Source, poll: Poll, new: int) -> None:
            heard.append(new)

    bench = Bench(store, a_poll(an_entry()))
    bench.ingest.polled = Busy(Hearing(), "polled")  # type: ignore[assignment]
    await bench.ingest.visit(a_source())
    assert heard == [1]
    assert (await bench.age()).source.failures == 0


async def test_a_crash_is_set_aside_when_the_store_is_there_again(store, monkeypatch) -> None:
    monkeypatch.setattr(store, "set_aside", Busy(store, "set_aside"))
    bench = Bench(store, ZeroDivisionError())
    await bench.ingest.visit(a_source())
    assert len(await store.quarantined()) == 1
    assert (await bench.age()).source.failure == "crashed"


async def test_what_goes_wrong_after_the_record_is_no_failure_of_the_visit(store, caplog) -> None:
    async def polled(*_: object) -> None:
        raise RuntimeError("bug")

    bench = Bench(store, a_poll(an_entry()))
    bench.ingest.polled = polled
    await bench.ingest.visit(a_source())
    assert await store.outbox_counts() == {"pending": 1}
    assert (await bench.age()).source.failures == 0
    assert "tick_crashed work=polled" in caplog.text
