"""The polling half: from a poll to the outbox, in transactions that a crash cannot split."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.model import (
    AddWatch,
    Chat,
    Poll,
    PollStatus,
    PutChat,
    Reason,
    Source,
)
from bot.errors import SourceInvalid, SourceUnavailable, StoreUnavailable
from tests.flow.bench import Bench
from tests.making import ATTACK, NOW, a_poll, a_source, an_entry

pytestmark = pytest.mark.usefixtures("fed")


async def test_a_new_report_wakes_the_sender_and_records_the_validators(store) -> None:
    bench = Bench(store, a_poll(an_entry(), etag='"e1"'))
    await bench.ingest.visit(a_source())
    assert await store.outbox_counts() == {"pending": 1}
    assert bench.woken == 1
    assert (await store.claim_sources(NOW + timedelta(minutes=5), 1))[0].etag == '"e1"'


async def test_an_unchanged_feed_counts_as_polled_and_wakes_nobody(store) -> None:
    bench = Bench(store, Poll("wire", PollStatus.NOT_MODIFIED, etag='"e1"'))
    await bench.ingest.visit(a_source())
    assert (await bench.age()).source.polled_ok_at == NOW
    assert bench.woken == 0


async def test_a_failed_poll_is_logged_once_and_backs_off(store, caplog) -> None:
    bench = Bench(store, SourceInvalid("wire", "a page where the feed was"))
    for failures in range(3):
        await bench.ingest.visit(a_source(failures=failures))
    told = [r for r in caplog.records if "source_failed" in r.message]
    assert len(told) == 1
    age = await bench.age()
    assert age.next_due_at == NOW + timedelta(seconds=1200)
    assert age.error == "a page where the feed was"


async def test_a_feed_that_does_not_answer_is_asked_again_within_a_quarter_of_an_hour(
    store,
) -> None:
    # It may be our own network: two hours without it must not make the news six hours late.
    bench = Bench(store, SourceUnavailable("wire", "no answer from wire.example"))
    await bench.ingest.visit(a_source(failures=50))
    age = await bench.age()
    assert age.next_due_at == NOW + timedelta(minutes=15)


async def test_an_entry_whose_edit_makes_it_a_report_alerts_then(store) -> None:
    bench = Bench(store)
    first = an_entry(title="عاجل: التفاصيل بعد قليل", text_hash="a")
    await bench.intake.take(a_source(), a_poll(first))
    assert await store.outbox_counts() == {}
    await bench.intake.take(a_source(), a_poll(an_entry(text_hash="b")))
    assert await store.outbox_counts() == {"pending": 1}
    await bench.intake.take(a_source(), a_poll(an_entry(title=f"{ATTACK} (2)", text_hash="c")))
    assert await store.outbox_counts() == {"pending": 1}


async def test_an_entry_that_changes_at_every_poll_is_let_be(store) -> None:
    bench = Bench(store)
    reasons = []
    for turn in range(6):
        entry = an_entry(title=f"هدوء، عدد القراء {turn}", text_hash=str(turn))
        reasons += [v.reason for v in await bench.intake.take(a_source(), a_poll(entry))]
    assert reasons == [Reason.NO_MATCH] * 4 + [Reason.ALREADY_SEEN] * 2


async def test_a_poller_that_crashes_stops_neither_the_others_nor_its_own_next_poll(store) -> None:
    bench = Bench(store, RuntimeError("bug"), a_poll(an_entry()))
    await bench.ingest.visit(a_source())
    assert (await bench.age()).error.startswith("an error of ours")
    await bench.ingest.visit(a_source())
    assert await store.outbox_counts() == {"pending": 1}


async def test_the_validators_of_a_large_poll_are_recorded_only_with_its_last_entry(
    store, monkeypatch
) -> None:
    entries = [an_entry(n, title=f"{ATTACK} {n}") for n in range(45)]
    record, recorded = store.record, []

    async def crash_on_the_third(batch):
        if len(recorded) == 2:
            raise KeyboardInterrupt
        recorded.append(batch)
        return await record(batch)

    monkeypatch.setattr(store, "record", crash_on_the_third)
    with pytest.raises(KeyboardInterrupt):
        await Bench(store).intake.take(a_source(), a_poll(*entries, etag="new"))
    assert [b.poll for b in recorded] == [None, None]
    monkeypatch.undo()
    assert (await store.claim_sources(NOW, 1))[0].etag == ""
    await Bench(store).intake.take(a_source(), a_poll(*entries, etag="new"))
    assert (await store.claim_sources(NOW + timedelta(days=1), 1))[0].etag == "new"
    assert len((await store.recall([e.fingerprint for e in entries], NOW)).known) == 45


async def test_a_store_that_does_not_answer_is_asked_again_with_the_same_poll(
    store, monkeypatch
) -> None:
    bench = Bench(store, a_poll(an_entry()))
    record, failures = store.record, iter([True])

    async def failing(batch):
        if next(failures, False):
            raise StoreUnavailable("database is locked")
        return await record(batch)

    monkeypatch.setattr(store, "record", failing)
    await bench.ingest.visit(a_source())
    assert bench.feed.polls == 1
    assert await store.outbox_counts() == {"pending": 1}


async def test_two_sources_that_tell_the_same_in_one_moment_meet_in_one_story(store) -> None:
    other = a_source(id="other", url="https://other.example/rss")
    await store.add_source(other, "operator")
    bench = Bench(store)
    copy = an_entry(2, source_id="other")
    await asyncio.gather(
        bench.intake.take(a_source(), a_poll(an_entry(1))),
        bench.intake.take(other, a_poll(copy, source_id="other")),
    )
    assert await store.outbox_counts() == {"pending": 1}
    assert [s.entries for s in await store.latest_stories(5)] == [2]


async def test_the_stories_are_read_once_and_again_when_recording_failed(
    store, monkeypatch
) -> None:
    bench, asked = Bench(store), []
    recall, record = store.recall, store.record

    async def asking(fingerprints, since=None):
        asked.append(since)
        return await recall(fingerprints, since)

    async def failing(batch):
        monkeypatch.setattr(store, "record", record)
        raise StoreUnavailable("database is locked")

    monkeypatch.setattr(store, "recall", asking)
    for number in (1, 2):
        await bench.intake.take(a_source(), a_poll(an_entry(number)))
    assert [since is not None for since in asked].count(True) == 1
    monkeypatch.setattr(store, "record", failing)
    await bench.intake.take(a_source(), a_poll(an_entry(3)))
    assert [since is not None for since in asked].count(True) == 2
    assert [s.entries for s in await store.latest_stories(5)] == [3]


async def test_a_restart_joins_what_was_told_before_it(store) -> None:
    await Bench(store).intake.take(a_source(), a_poll(an_entry(1)))
    await Bench(store).intake.take(a_source(), a_poll(an_entry(2)))
    await Bench(store).intake.take(a_source(), a_poll(an_entry(3)))
    assert [s.entries for s in await store.latest_stories(5)] == [3]


async def test_a_new_subscriber_counts_from_the_next_entry_on(store) -> None:
    bench = Bench(store)
    await bench.intake.take(a_source(), a_poll(an_entry(1)))
    await store.answer(2, [PutChat(Chat(8)), AddWatch(8, "عين الاسد")], [], NOW)
    await bench.intake.take(a_source(), a_poll(an_entry(2, title="حريق قرب عين الأسد")))
    claimed = await store.claim_deliveries(NOW, 8, "x", timedelta(seconds=9))
    assert sorted(d.chat.id for d in claimed) in ([7, 8], [7, 7, 8])


async def test_a_tick_claims_what_is_due_once_and_does_not_wait_for_it(store) -> None:
    bench = Bench(store, a_poll(an_entry()), delay_s=0.05)
    await bench.ingest.tick()
    await bench.ingest.tick()
    assert bench.feed.polls <= 1
    await bench.ingest.drain()
    assert bench.feed.polls == 1
    assert await store.outbox_counts() == {"pending": 1}


async def test_the_first_poll_of_a_feed_is_its_baseline(store) -> None:
    bench = Bench(store)
    old = an_entry(published_at=NOW - timedelta(hours=5))
    await bench.intake.take(a_source(), a_poll(old))
    assert await store.outbox_counts() == {}
    polled = a_source(polled_ok_at=NOW)
    await bench.intake.take(polled, a_poll(an_entry(2, published_at=old.published_at)))
    assert await store.outbox_counts() == {"pending": 1}


async def test_all_that_is_due_is_visited_after_one_tick_and_never_too_many_at_once(store) -> None:
    many = [a_source(id=f"f{n}", url=f"https://wire{n}.example/") for n in range(40)]
    await store.put_sources(many, "config")
    bench = Bench(store, Poll("wire", PollStatus.NOT_MODIFIED), delay_s=0.002, at_once=6)
    under_way: list[int] = []
    poll = bench.feed.poll

    async def watched(source: Source) -> Poll:
        under_way.append(len(bench.ingest._rounds._visits))
        return await poll(source)

    bench.feed.poll = watched  # type: ignore[method-assign]
    await store.claim_sources(NOW, 0)  # new sources are spread over some seconds
    bench.now += timedelta(minutes=1)
    await bench.tick()
    assert bench.feed.polls == 40
    assert max(under_way) <= 6


async def test_a_host_that_hangs_holds_up_its_own_feeds_alone(store) -> None:
    slow = [a_source(id=f"s{n}", url=f"https://slow.example/{n}") for n in range(40)]
    await store.put_sources([*slow, a_source(id="quick", url="https://quick.example/")], "config")
    bench = Bench(store, Poll("wire", PollStatus.NOT_MODIFIED), at_once=6)
    polled: list[str] = []

    async def hanging(source: Source) -> Poll:
        polled.append(source.id)
        await asyncio.sleep(0.01 if source.id == "quick" or len(polled) > 4 else 1)
        return Poll(source.id, PollStatus.NOT_MODIFIED)

    bench.feed.poll = hanging  # type: ignore[method-assign]
    await store.claim_sources(NOW, 0)
    bench.now += timedelta(minutes=1)
    await bench.ingest.tick()
    await asyncio.sleep(0.5)
    assert polled == ["s0", "quick"]
    bench.now += timedelta(hours=1)  # the claims of those that wait are over by now
    await bench.ingest.tick()
    await bench.ingest.drain()
    assert [polled.count(f"s{n}") for n in range(40)] == [1] * 40


async def test_breaking_off_claims_nothing_more(store) -> None:
    many = [a_source(id=f"f{n}", url=f"https://wire{n}.example/") for n in range(40)]
    await store.put_sources(many, "config")
    bench = Bench(store, Poll("wire", PollStatus.NOT_MODIFIED), delay_s=5, at_once=6)
    await bench.ingest.tick()
    await asyncio.sleep(0.05)
    await bench.ingest.cancel()
    assert bench.feed.polls == 6


async def test_a_new_watch_is_known_before_the_next_entry_comes(store) -> None:
    bench = Bench(store, Poll("wire", PollStatus.NOT_MODIFIED))
    await bench.tick()
    before = bench.intake._minds.revision
    await store.answer(2, [AddWatch(7, "drones")], [], NOW)
    await bench.tick()
    assert 0 <= before < bench.intake._minds.revision


async def test_many_feeds_of_one_slow_host_hold_up_only_one_another(store) -> None:
    slow = [a_source(id=f"s{n}", url=f"https://slow.example/{n}") for n in range(40)]
    other = a_source(id="other", url="https://other.example/")
    await store.put_sources([*slow, other], "config")
    bench = Bench(store, Poll("wire", PollStatus.NOT_MODIFIED), at_once=4)
    visited: list[str] = []
    most, answers = 0, asyncio.Event()

    async def poll(source: Source) -> Poll:
        nonlocal most
        visited.append(source.id)
        if source.host == "slow.example":
            most = max(most, sum(one.startswith("s") for one in visited))
            await answers.wait()
        return Poll(source.id, PollStatus.NOT_MODIFIED)

    bench.feed.poll = poll  # type: ignore[method-assign]
    await store.claim_sources(NOW, 0)  # new sources are spread over some seconds
    bench.now += timedelta(minutes=1)
    for _ in range(2):  # what is claimed once more meanwhile is not visited twice
        await bench.ingest.tick()
        bench.now += timedelta(minutes=10)
    await asyncio.sleep(0.05)
    assert most == 1
    assert "other" in visited
    answers.set()
    await bench.ingest.drain()
    assert {f"s{n}" for n in range(40)} < set(visited)
    assert visited.count("s0") == 1
    await bench.tick(bench.now + timedelta(hours=1))
    assert visited.count("s0") == 2
