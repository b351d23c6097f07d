"""What breaks us is set aside, whole; the rest go on, and another version tries it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.matcher import Matcher
from bot.core.model import (
    Batch,
    Broken,
    Knowledge,
    Poll,
    PollStatus,
    Reason,
    Scan,
    Stage,
    Watch,
)
from bot.data import load_knowledge
from bot.errors import SourceBroken
from bot.flow.intake import PART
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.quarantine import TRIES
from tests.flow.bench import Bench
from tests.making import ATTACK, NOW, a_poll, a_source, an_entry

pytestmark = pytest.mark.usefixtures("fed")

KNOWN = load_knowledge()
POISON = "poison"


class Fragile(Matcher):
    """A matcher that one word breaks."""

    def scan(self, title: str, body: str) -> Scan:
        if POISON in title:
            raise ZeroDivisionError("at https://me:canary@wire.example/rss?key=canary")
        return super().scan(title, body)


class FragileBuilder:
    """Builds matchers as the one of the version before did."""

    async def build(self, knowledge: Knowledge, watches: Sequence[Watch]) -> Matcher:
        return Fragile(knowledge, watches)


def bench(store: SqliteStore, *brings: Poll | Exception, version: str = "1") -> Bench:
    """One that breaks at a word as version 1, and at none as any other."""
    parts = {"builder": FragileBuilder()} if version == "1" else {}
    return Bench(store, *brings, version=version, **parts)


FIRST = an_entry(1, title=f"{ATTACK} {POISON}", text_hash="a")


async def test_an_entry_that_breaks_us_is_set_aside_and_stops_no_other(store, caplog) -> None:
    others = [an_entry(2), an_entry(3), an_entry(4, title="quiet day")]
    verdicts = await bench(store).intake.take(a_source(), a_poll(FIRST, *others))
    assert [v.reason for v in verdicts] == [
        Reason.FAILED,
        Reason.NEW_STORY,
        Reason.KNOWN_STORY,  # what breaks us does not part the others either
        Reason.NO_MATCH,
    ]
    assert await store.outbox_counts() == {"pending": 1}
    (kept,) = await store.quarantined()
    assert (kept.fault.stage, kept.fault.subject) == (Stage.DECIDE, FIRST.fingerprint)
    assert (kept.fault.title, kept.times, kept.fault.version) == (FIRST.title, 1, "1")
    assert "in scan" in kept.fault.trace
    assert kept.fault.error == "ZeroDivisionError: at https://wire.example/rss?…"
    assert "canary" not in kept.fault.trace
    assert "ZeroDivisionError" in caplog.text


async def test_what_is_set_aside_is_let_be_until_another_version_comes(store) -> None:
    old = bench(store)
    for _ in range(3):
        await old.intake.take(a_source(), a_poll(FIRST))
        await old.ingest.quarantine.try_again()
    assert [kept.times for kept in await store.quarantined()] == [1]
    assert await store.after_upgrade("1") == 0


async def test_after_an_upgrade_it_is_read_alerts_and_is_free(store) -> None:
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    assert await store.outbox_counts() == {}
    assert await store.after_upgrade("2") == 1
    new = bench(store, version="2")
    await new.ingest.quarantine.try_again()
    assert await store.outbox_counts() == {"pending": 1}
    assert await store.quarantined() == ()
    assert await new.intake.take(a_source(), a_poll(FIRST))
    assert await store.outbox_counts() == {"pending": 1}
    (way,) = await store.ways(FIRST.fingerprint, 5)
    assert way.reason == "new-story"


async def test_a_crash_while_trying_again_loses_nothing(store, monkeypatch) -> None:
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    await store.after_upgrade("2")

    async def crash(batch):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "record", crash)
        with pytest.raises(KeyboardInterrupt):
            await bench(store, version="2").ingest.quarantine.try_again()
    await bench(store, version="2").ingest.quarantine.try_again()
    assert await store.outbox_counts() == {"pending": 1}


async def test_what_breaks_us_again_is_counted_and_waits_for_the_next_version(store) -> None:
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    (kept,) = await store.quarantined()
    assert await store.ask_again(kept.id)
    for _ in range(3):
        await bench(store).ingest.quarantine.try_again()
    (again,) = await store.quarantined()
    assert (again.id, again.times, again.is_due) == (kept.id, 2, False)


async def test_what_was_old_news_when_it_was_set_aside_is_none_now(store) -> None:
    undated = replace(FIRST, published_at=None)
    await bench(store).intake.take(a_source(), a_poll(undated))
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.quarantine.try_again()
    assert await store.outbox_counts() == {}
    (way,) = await store.ways(FIRST.fingerprint, 5)
    assert way.reason == "too-old"


async def test_an_edit_that_breaks_us_keeps_its_story_and_a_better_one_frees_it(store) -> None:
    sound = replace(FIRST, title=ATTACK, text_hash="b")
    await bench(store).intake.take(a_source(), a_poll(sound))
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    assert len(await store.quarantined()) == 1
    (way,) = await store.ways(FIRST.fingerprint, 5)
    assert (way.reason, way.story is not None) == ("failed", True)
    await bench(store).intake.take(a_source(), a_poll(replace(sound, text_hash="c")))
    assert await store.quarantined() == ()
    assert await store.outbox_counts() == {"pending": 1}


async def test_a_page_that_breaks_us_is_tried_again_as_a_page(store) -> None:
    await bench(store).intake.take(a_source(), a_poll(replace(FIRST, title=ATTACK)))
    page = replace(FIRST, text_hash="page:1", is_page=True)
    await bench(store).intake.reread(a_source(), page)
    (way,) = await store.ways(FIRST.fingerprint, 5)
    assert (way.reason, len(await store.quarantined())) == ("failed", 1)
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.quarantine.try_again()
    (way,) = await store.ways(FIRST.fingerprint, 5)
    assert (way.reason, await store.quarantined()) == ("story-grew", ())


async def test_what_is_tried_again_asks_for_no_page(store) -> None:
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.quarantine.try_again()
    assert await store.claim_pages(NOW, 9) == ()


def broken(body: bytes = b"<rss>") -> SourceBroken:
    return SourceBroken("wire", "Its document breaks our reader.", body, "KeyError: 'x'", "Trace…")


async def test_a_document_that_breaks_the_reader_is_kept_and_its_source_polled_on(store) -> None:
    turns = bench(store, broken(), broken(b"<rss><!-- later -->"), a_poll(an_entry(2)))
    for times in (1, 2):
        await turns.ingest.visit(a_source())
        (kept,) = await store.quarantined()
        assert (kept.fault.stage, kept.times) == (Stage.READ, times)
    assert kept.fault.body == b"<rss><!-- later -->"
    (age,) = await store.source_ages()
    assert (age.error, age.source.failure) == ("Its document breaks our reader.", "broken")
    await turns.ingest.visit(a_source())
    assert await store.quarantined() == ()
    assert await store.outbox_counts() == {"pending": 1}


async def test_after_an_upgrade_the_source_of_a_document_is_read_anew(store) -> None:
    read = a_poll(etag='"e"', body_hash="h", entry_hashes=b"h" * 16)
    await bench(store, read).ingest.visit(a_source())
    await bench(store, broken()).ingest.visit(a_source())
    assert (await store.source_ages())[0].next_due_at > NOW
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.quarantine.try_again()
    (source,) = await store.claim_sources(NOW, 9)
    assert (source.etag, source.body_hash, source.entry_hashes) == ("", "", b"")


async def test_a_source_is_read_anew_not_before_its_publisher_allows_it(store) -> None:
    unchanged = Poll("wire", PollStatus.NOT_MODIFIED, etag='"e"', fresh_s=1800)
    turns = bench(store, broken(), unchanged)
    for _ in range(2):
        await turns.ingest.visit(a_source(held=1))
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.quarantine.try_again()
    assert await store.claim_sources(NOW + timedelta(minutes=29), 9) == ()
    (source,) = await store.claim_sources(NOW + timedelta(minutes=30), 9)
    assert source.etag == ""


async def test_what_is_set_aside_of_a_source_that_is_gone_is_forgotten(store) -> None:
    await bench(store, broken()).ingest.visit(a_source())
    await store.put_sources([], "config")
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.quarantine.try_again()
    assert await store.quarantined() == ()


async def test_documents_among_others_are_set_aside_until_they_can_be_read(store) -> None:
    bad = Broken("a.html", b"<p>", "KeyError: 1", "Trace…")
    poll = a_poll(an_entry(2), broken=(bad, replace(bad, name="b.html")))
    turns = bench(
        store,
        poll,
        Poll("wire", PollStatus.NOT_MODIFIED),
        replace(poll, broken=(bad,)),
    )
    kept = []
    for _ in range(3):
        await turns.ingest.visit(a_source())
        kept.append(sorted((k.fault.title, k.times) for k in await store.quarantined()))
    assert kept == [[("a.html", 1), ("b.html", 1)]] * 2 + [[("a.html", 2)]]


async def test_a_visit_that_crashes_is_set_aside_too(store) -> None:
    await bench(store, RuntimeError("bug")).ingest.visit(a_source())
    (kept,) = await store.quarantined()
    assert (kept.fault.stage, kept.fault.error) == (Stage.POLL, "RuntimeError: bug")
    # Whatever the next visit brings, it did not crash.
    await bench(store, Poll("wire", PollStatus.NOT_MODIFIED)).ingest.visit(a_source())
    assert await store.quarantined() == ()


async def test_large_documents_are_cut_and_of_many_the_newest_are_kept(store, monkeypatch) -> None:
    monkeypatch.setattr("bot.stores.sqlite.quarantine.WHOLE_DOCUMENTS", 2)
    for number in range(4):
        source = a_source(id=f"s{number}")
        await bench(store, broken(b"x" * 300_000)).ingest.visit(source)
    kept = await store.quarantined()
    assert [len(k.fault.body) for k in kept] == [262_144, 262_144, 0, 0]
    assert {k.size for k in kept} == {300_000}


async def test_a_running_bot_tries_again_at_its_next_tick(store) -> None:
    await bench(store).intake.take(a_source(polled_ok_at=NOW), a_poll(FIRST))
    (kept,) = await store.quarantined()
    new = bench(store, Poll("wire", PollStatus.NOT_MODIFIED), version="2")
    await new.tick()
    assert await store.outbox_counts() == {}
    await store.ask_again(kept.id)
    await new.tick()
    assert await store.outbox_counts() == {"pending": 1}


async def test_a_quarantine_that_cannot_be_read_holds_nobody_up(store, monkeypatch, caplog) -> None:
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    await store.after_upgrade("2")

    async def broken(fingerprints, since=None):
        raise RuntimeError("bug")

    new = bench(store, Poll("wire", PollStatus.NOT_MODIFIED), version="2")
    with monkeypatch.context() as patch:
        patch.setattr(store, "recall", broken)
        await new.tick(NOW + timedelta(hours=1))
    assert "tick_crashed work=quarantine" in caplog.text
    assert new.feed.polls == 1
    assert await new.ingest.quarantine.try_again() == 1
    assert await new.ingest.quarantine.try_again() == 0


async def test_an_entry_of_another_shape_stays_where_it_is(store) -> None:
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    (kept,) = await store.quarantined()
    odd = replace(kept.fault, body=b'{"headline": "x"}')
    await store.set_aside(odd, NOW)
    await store.ask_again(kept.id)
    assert await bench(store, version="2").ingest.quarantine.try_again() == 0
    assert [k.is_due for k in await store.quarantined()] == [False]


async def test_what_cannot_even_be_recorded_keeps_out_nobody_and_rests(store, monkeypatch) -> None:
    many = [
        an_entry(n, title=f"{ATTACK} {POISON} {n}", text_hash=str(n)) for n in range(1, PART + 3)
    ]
    await bench(store).intake.take(a_source(), a_poll(*many))
    await store.after_upgrade("2")
    record, tried = store.record, Counter[str]()

    async def breaking(batch: Batch) -> int:
        (verdict,) = batch.verdicts
        tried[verdict.entry.fingerprint] += 1
        if verdict.entry.fingerprint != many[-1].fingerprint:
            raise ValueError("not to be written")
        return await record(batch)

    monkeypatch.setattr(store, "record", breaking)
    new = bench(store, Poll("wire", PollStatus.NOT_MODIFIED), version="2")
    for _ in range(6 * PART):
        await new.tick()
    kept = {k.fault.subject: k.is_due for k in await store.quarantined()}
    assert kept == {entry.fingerprint: False for entry in many[:-1]}
    assert max(tried.values()) <= TRIES


async def test_one_run_tries_all_again_whatever_is_due_first(store) -> None:
    for number in range(PART):
        await bench(store, broken(b"x")).ingest.visit(a_source(id=f"s{number}"))
    await bench(store).intake.take(a_source(), a_poll(FIRST))
    await store.after_upgrade("2")
    await bench(store, version="2").ingest.try_again()
    assert not any(k.is_due for k in await store.quarantined())
    assert "decide" not in await store.quarantine_counts()
