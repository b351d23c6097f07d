"""One file, one writer, and nothing told twice or lost."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.answers import Origin
from bot.core.model import (
    AddWatch,
    Chat,
    ChatKind,
    ChatStatus,
    Delay,
    DeliveryKind,
    DeliveryState,
    DropWatch,
    PutChat,
    Settlement,
    Severity,
    SourceKind,
)
from bot.core.trial import Text
from bot.errors import ConfigError, SchemaError, StoreUnavailable
from bot.stores.lock import only_one
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.schema import migrations
from tests.databases import new_store
from tests.making import NOW, a_batch, a_card, a_note, a_poll, a_source, a_verdict, an_entry
from tests.refusals import leaves

EPOCH = NOW - timedelta(days=30_000)

LEASE = timedelta(seconds=60)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


async def subscribe(store: SqliteStore, *chat_ids: int) -> None:
    for chat_id in chat_ids:
        effects = [PutChat(Chat(chat_id)), AddWatch(chat_id, "topic:all")]
        await store.answer(chat_id, effects, [], NOW)


async def claim(
    store: SqliteStore, lease: str = "mine", limit: int = 8, after_s: float = 0, resting=()
):
    now = NOW + timedelta(seconds=after_s)
    return await store.claim_deliveries(now, limit, lease, LEASE, resting=resting)


async def claim_and_send(store: SqliteStore, message_id: int = 1):
    (delivery,) = await claim(store)
    await store.mark_sending(delivery, NOW)
    sent = Settlement(DeliveryState.SENT, message_id=message_id)
    await store.settle(delivery, sent, NOW)
    return delivery


# ── sources ──────────────────────────────────────────────────────────────────────────────────


async def test_a_claimed_source_is_not_due_again_before_its_interval(store: SqliteStore) -> None:
    await store.put_sources([a_source(interval_s=300)], "config")
    assert [s.id for s in await store.claim_sources(NOW, 9)] == ["wire"]
    assert await store.claim_sources(NOW + timedelta(seconds=299), 9) == ()
    assert len(await store.claim_sources(NOW + timedelta(seconds=300), 9)) == 1


async def test_the_due_time_survives_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    first = await SqliteStore.open(path)
    await first.put_sources([a_source()], "config")
    await first.claim_sources(NOW, 9)
    await first.close()
    second = await SqliteStore.open(path)
    await second.put_sources([a_source(name="renamed")], "config")
    assert await second.claim_sources(NOW, 9) == ()
    assert (await second.source_ages())[0].source.name == "renamed"
    await second.close()


async def test_a_source_claimed_before_a_crash_is_due_at_once_after_it(store: SqliteStore) -> None:
    polled = a_source(id="polled", url="https://polled.example/rss")
    await store.put_sources([a_source(), polled], "config")
    await store.claim_sources(NOW, 9)
    later = NOW + timedelta(seconds=2)
    await store.record(replace(a_batch(poll=a_poll(), at=later), source_id="polled"))
    await store.recover(later)
    assert [s.id for s in await store.claim_sources(later, 9)] == ["wire"]


async def test_sources_of_another_origin_stay_when_config_drops_its_own(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    assert await store.add_source(a_source(id="mine", url="https://x.example/"), "operator")
    await store.put_sources([], "config")
    assert [age.source.id for age in await store.source_ages()] == ["mine"]


async def test_the_same_address_is_not_added_twice(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    assert not await store.add_source(a_source(id="other"), "operator")
    assert not await store.remove_source("wire", "operator")


async def test_an_error_is_news_only_once(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    due = NOW + timedelta(minutes=10)
    assert await store.source_failed("wire", "no answer", NOW, due)
    assert not await store.source_failed("wire", "no answer", NOW, due)
    age = (await store.source_ages())[0]
    assert (age.source.failures, age.error, age.next_due_at) == (2, "no answer", due)


async def test_a_poll_that_worked_clears_the_failures_and_keeps_the_validators(
    store: SqliteStore,
) -> None:
    await store.put_sources([a_source()], "config")
    await store.source_failed("wire", "no answer", NOW, NOW)
    poll = a_poll(etag='W/"a"', last_modified="Sun, 22 Nov 2026 11:00:00 GMT", body_hash="1:ff")
    await store.record(a_batch(poll=poll))
    source = (await store.claim_sources(NOW, 1))[0]
    assert (source.etag, source.body_hash, source.failures) == ('W/"a"', "1:ff", 0)
    assert source.polled_ok_at == NOW


# ── ingest ───────────────────────────────────────────────────────────────────────────────────


async def test_recording_a_batch_twice_adds_nothing(store: SqliteStore) -> None:
    await subscribe(store, 7, 8)
    batch = a_batch(a_verdict(1, 7, 8), poll=a_poll(etag="x"))
    assert await store.record(batch) == 2
    assert await store.record(batch) == 0
    assert (await store.outbox_counts()) == {"pending": 2}


async def test_a_chat_is_told_of_a_story_once_whatever_matched(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    copy = a_verdict(2, 7, story_id="story00001")
    assert await store.record(a_batch(copy)) == 0


async def test_a_batch_that_fails_half_way_leaves_nothing(store: SqliteStore) -> None:
    await subscribe(store, 7)
    bad = a_verdict(2, 7)
    object.__setattr__(bad, "detail", None)
    with pytest.raises(sqlite3.IntegrityError):
        await store.record(a_batch(a_verdict(1, 7), bad, poll=a_poll(etag="new")))
    assert (await store.recall(["1:1", "1:2"], NOW)).known == {}
    assert await store.outbox_counts() == {}


async def test_recall_knows_what_was_recorded_and_the_stories_since(store: SqliteStore) -> None:
    await store.record(a_batch(a_verdict(1)))
    recall = await store.recall([f"1:{n}" for n in range(1, 2000)], NOW - timedelta(hours=1))
    assert list(recall.known) == ["1:1"]
    assert [story.id for story in recall.stories] == ["story00001"]
    assert (await store.recall([], NOW + timedelta(hours=1))).stories == ()


async def test_entries_come_back_newest_first_with_where_they_are_from(store: SqliteStore) -> None:
    minute = timedelta(minutes=1)
    for number in (1, 2, 3):
        entry = an_entry(number, title=f"t{number}", body="b", lang="ar", link="https://e.example/")
        verdict = replace(a_verdict(number), entry=entry)
        await store.record(a_batch(verdict, at=NOW + number * minute))
    found = await store.entries_since(NOW + 2 * minute, 9)
    assert [text.title for text in found] == ["t3", "t2"]
    assert found[0] == Text(
        "t3", "b", Origin("wire", "Wire", "ar"), "https://e.example/", NOW + 3 * minute
    )
    assert [text.title for text in await store.entries_since(NOW, 1)] == ["t3"]
    assert await store.entries_since(NOW + 4 * minute, 9) == ()


async def test_an_older_database_loses_its_shadow_and_keeps_its_entries(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    old = Database(path)
    migrations.apply(old, stop_before="0002_no_shadow")
    old.execute(
        "INSERT INTO entries (source_id, fingerprint, title, body, folded, link, source_name, lang,"
        " text_hash, is_seed, reason, detail, flag, severity, seen_at)"
        " VALUES ('wire', '1:1', 't', 'b', 't b', '', 'Wire', 'ar', '', 0, '', '', 0, 0, 5)"
    )
    old.conn.commit()
    old.close()
    store = await SqliteStore.open(path)
    assert [text.body for text in await store.entries_since(EPOCH, 9)] == ["b"]
    await store.record(a_batch(a_verdict(2)))
    assert len(await store.entries_since(EPOCH, 9)) == 2
    await store.close()
    with sqlite3.connect(path) as db:
        names = [row[0] for row in db.execute("SELECT name FROM sqlite_master")]
    assert not [name for name in names if "fts" in name or name.startswith("entries_a")]


async def test_the_audience_is_read_again_only_when_it_changed(store: SqliteStore) -> None:
    await subscribe(store, 7)
    audience = await store.audience(-1)
    assert audience is not None
    assert [w.query for w in audience.watches] == ["topic:all"]
    assert await store.audience(audience.revision) is None
    await store.answer(99, [PutChat(Chat(7, status=ChatStatus.STOPPED))], [], NOW)
    after = await store.audience(audience.revision)
    assert after is not None
    assert after.watches == ()
    assert len(await store.watches(7)) == 1


# ── outbox ───────────────────────────────────────────────────────────────────────────────────


async def test_replies_leave_before_alerts_and_the_gravest_first(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7, severity=Severity.NOTICE), a_verdict(2, 7)))
    await store.answer(5, [], [(Chat(7), a_note(), 3)], NOW)
    claimed = [await claim_and_send(store) for _ in range(3)]
    assert [(d.kind, d.severity) for d in claimed] == [("reply", 2), ("alert", 3), ("alert", 1)]
    assert claimed[0].reply_to == 3
    assert claimed[1].payload == a_card("story00002")


async def test_a_chat_has_one_message_in_flight_and_the_gravest_chat_comes_first(store) -> None:
    await subscribe(store, 7, 8)
    await store.record(a_batch(a_verdict(1, 7), a_verdict(2, 7), a_verdict(3, 7, 8)))
    assert [(d.chat.id, d.id) for d in await claim(store)] == [(7, 1), (8, 4)]
    assert await claim(store, "another") == ()


async def test_what_waits_for_its_chats_pace_keeps_its_turn_and_what_failed_does_not(store) -> None:
    later = NOW + timedelta(seconds=30)
    for update, text in ((1, "first"), (2, "second")):
        await store.answer(update, [], [(Chat(7), a_note(text), None)], NOW)
    (first,) = await claim(store)
    await store.settle(first, Settlement(DeliveryState.PENDING), NOW)
    assert await claim(store, resting=[7]) == ()
    (first,) = await claim(store, after_s=30)
    await store.mark_sending(first, later)
    failed = Settlement(DeliveryState.PENDING, wait=timedelta(seconds=60))
    await store.settle(first, failed, later)
    (second,) = await claim(store, after_s=31)
    assert second.payload == a_note("second")


async def test_what_one_process_leased_another_cannot_mark_or_settle(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    (slow,) = await claim(store, "slow")
    assert await claim(store, "quick") == ()
    (taken,) = await claim(store, "quick", after_s=61)
    late = NOW + timedelta(seconds=62)
    assert not await store.mark_sending(slow, late)
    await store.settle(slow, Settlement(DeliveryState.DEAD), late)
    assert await store.mark_sending(taken, late)
    assert await store.outbox_counts() == {"sending": 1}


async def test_after_a_crash_the_unsent_go_on_and_severity_decides_the_uncertain(
    store: SqliteStore,
) -> None:
    await subscribe(store, 6, 7, 8)
    light = a_verdict(1, 6, severity=Severity.NOTICE)
    await store.record(a_batch(light, a_verdict(2, 7), a_verdict(3, 8)))
    claimed = {d.chat.id: d for d in await claim(store)}
    await store.mark_sending(claimed[6], NOW)
    await store.mark_sending(claimed[7], NOW)
    assert await store.recover(NOW) == (1, 1)
    again = await claim(store, "after")
    assert sorted((d.chat.id, d.uncertain) for d in again) == [(7, 1), (8, 0)]
    assert (await store.dead_letters(5))[0].state == "unconfirmed"


async def test_a_settled_delivery_is_found_by_its_message(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7), a_verdict(2, 7)))
    for message_id in (100, 101):
        await claim_and_send(store, message_id)
    assert await store.alert_card(7, message_id=100) == a_card("story00001")
    assert await store.alert_card(7, story_id="story00002") == a_card("story00002")
    assert await store.alert_card(7) == a_card("story00002")
    assert await store.alert_card(8) is None


async def test_released_leases_are_free_at_once(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    await claim(store)
    await store.release("mine")
    assert len(await claim(store, "next")) == 1


async def test_a_delivery_waits_until_its_time(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    (delivery,) = await claim(store)
    later = NOW + timedelta(seconds=30)
    waiting = Settlement(DeliveryState.PENDING, wait=timedelta(seconds=30), error="asked to wait")
    await store.settle(delivery, waiting, NOW)
    assert await store.next_delivery_at() == later
    assert await claim(store, after_s=29) == ()
    assert len(await claim(store, after_s=30)) == 1


async def test_a_clock_that_was_set_back_delays_nothing(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7), at=NOW + timedelta(days=1)))
    await store.claim_sources(NOW + timedelta(days=1), 9)
    assert len(await store.claim_sources(NOW, 9)) == 1
    assert len(await claim(store)) == 1


async def test_alerts_that_wait_at_stop_do_not_come_after_it(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    stopped = [PutChat(Chat(7, status=ChatStatus.STOPPED))]
    await store.answer(50, stopped, [(Chat(7), a_note("off"), None)], NOW)
    assert [d.kind for d in await claim(store)] == ["reply"]
    assert (await store.outbox_counts())["cancelled"] == 1


async def test_a_gone_chat_keeps_its_watches_and_loses_its_queue(store: SqliteStore) -> None:
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    await leaves(store, Chat(7))
    assert await claim(store) == ()
    assert len(await store.watches(7)) == 1
    chat = await store.chat(7)
    assert chat is not None
    assert chat.status is ChatStatus.GONE


async def test_a_stopped_chat_that_is_gone_stays_stopped(store: SqliteStore) -> None:
    await store.answer(1, [PutChat(Chat(7, status=ChatStatus.STOPPED))], [], NOW)
    await leaves(store, Chat(7))
    chat = await store.chat(7)
    assert chat is not None
    assert chat.status is ChatStatus.STOPPED


@pytest.mark.parametrize("times", [1, 2])
async def test_a_group_that_moves_takes_everything_along(store: SqliteStore, times: int) -> None:
    await subscribe(store, -5)
    await store.record(a_batch(a_verdict(1, -5)))
    for _ in range(times):
        await store.chat_moved(-5, -1005, NOW)
    assert [w.query for w in await store.watches(-1005)] == ["topic:all"]
    (delivery,) = await claim(store)
    assert (delivery.chat.id, delivery.chat.kind) == (-1005, ChatKind.SUPERGROUP)
    assert await store.record(a_batch(a_verdict(1, -1005))) == 0


async def test_a_story_decided_about_while_its_group_moved_is_told_once(store) -> None:
    await subscribe(store, -5)
    await store.chat_moved(-5, -1005, NOW)
    # The first report was decided about before the move, and recorded after it.
    await store.record(a_batch(a_verdict(1, -5)))
    again = a_verdict(2, -1005, story_id="story00001")
    assert await store.record(a_batch(again)) == 1
    await store.chat_moved(-5, -1005, NOW)
    assert [d.chat.id for d in await claim(store)] == [-1005]
    assert await store.outbox_counts() == {"cancelled": 1, "leased": 1}


async def test_what_is_claimed_twice_and_given_back_once_is_still_being_sent(store) -> None:
    """The clock was set ahead between the two, by more than a lease."""
    await subscribe(store, 7)
    await store.record(a_batch(a_verdict(1, 7)))
    (first,) = await claim(store)
    (second,) = await claim(store, after_s=3600)
    assert await store.mark_sending(first, NOW)
    await store.settle(second, Settlement(DeliveryState.PENDING), NOW)
    assert await store.outbox_counts() == {"sending": 1}


async def test_a_line_of_a_digest_decided_about_while_its_group_moved_is_told_once(store) -> None:
    await subscribe(store, -5)
    await store.chat_moved(-5, -1005, NOW)
    for verdict in (a_verdict(1, -5), a_verdict(2, -1005, story_id="story00001")):
        late = tuple(replace(alert, delay=Delay.OLD) for alert in verdict.alerts)
        await store.record(a_batch(replace(verdict, alerts=late)))
    await store.chat_moved(-5, -1005, NOW)
    (one,) = await claim(store, after_s=300)
    assert (one.chat.id, one.kind) == (-1005, DeliveryKind.DIGEST)
    assert await store.outbox_counts() == {"cancelled": 2, "leased": 1, "digested": 1}


async def test_a_group_that_subscribed_under_both_ids_keeps_one_watch(store: SqliteStore) -> None:
    await subscribe(store, -5, -1005)
    await store.chat_moved(-5, -1005, NOW)
    assert len(await store.watches(-1005)) == 1


# ── commands ─────────────────────────────────────────────────────────────────────────────────


async def test_an_update_is_answered_once(store: SqliteStore) -> None:
    effects = [PutChat(Chat(7)), AddWatch(7, "topic:all")]
    assert await store.answer(1, effects, [(Chat(7), a_note(), None)], NOW)
    assert not await store.answer(1, [DropWatch(7, 1)], [(Chat(7), a_note(), None)], NOW)
    assert len(await store.watches(7)) == 1
    assert await store.outbox_counts() == {"pending": 1}


async def test_the_same_update_number_of_another_bot_is_another_update(tmp_path: Path) -> None:
    for bot_id in (1, 2):
        store = await SqliteStore.open(tmp_path / "r.db", bot_id=bot_id)
        assert await store.answer(1, [], [], NOW)
        await store.close()


async def test_a_watch_of_another_chat_cannot_be_dropped(store: SqliteStore) -> None:
    await subscribe(store, 7, 8)
    theirs = (await store.watches(7))[0]
    await store.answer(50, [DropWatch(8, theirs.id)], [], NOW)
    assert await store.watches(7) == (theirs,)


# ── the file ─────────────────────────────────────────────────────────────────────────────────


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("not a database, " * 100)
    with pytest.raises(SchemaError, match="is not a database of Rasid"):
        await SqliteStore.open(path)
    assert path.read_text().startswith("not a database")


async def test_somebody_elses_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE customers (id INTEGER)")
    with pytest.raises(SchemaError, match=r"another file"):
        await SqliteStore.open(path)


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    await (await SqliteStore.open(path)).close()
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('rasid', '9999_future', '')"
        )
    with pytest.raises(SchemaError, match="newer Rasid"):
        await SqliteStore.open(path)


async def test_an_old_database_is_not_touched_without_migrate(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no"):
        await SqliteStore.open(tmp_path / "new.db", migrate=False)
    assert list(os.scandir(tmp_path)) == []
    (tmp_path / "new.db").touch()
    with pytest.raises(SchemaError, match="python -m bot migrate"):
        await SqliteStore.open(tmp_path / "new.db", migrate=False)


async def test_a_writer_in_another_process_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    store = await SqliteStore.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO settings VALUES ('k', 'v')")
    import asyncio

    waiting = asyncio.create_task(subscribe(store, 7))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    assert len(await store.watches(7)) == 1
    await store.close()


async def test_who_is_ending_waits_for_another_process_a_moment_only(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    store = await SqliteStore.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.hurry()
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="locked"):
        await subscribe(store, 7)
    await store.close()
    other.close()
    assert time.monotonic() - began < 2


async def test_what_comes_from_nowhere_else_again_is_on_the_disk_before_it_is_confirmed(
    store: SqliteStore,
) -> None:
    said: list[str] = []
    store._db.conn.set_trace_callback(said.append)

    async def synced(turn: Awaitable[object]) -> bool:
        """Whether its commit waits for the disk, and none after it does."""
        said.clear()
        await turn
        told = [word for word in said if "synchronous" in word]
        assert await store._run(lambda: store._rows("PRAGMA synchronous")) == [{"synchronous": 1}]
        return told == [f"PRAGMA synchronous = {level}" for level in ("FULL", "NORMAL")]

    assert await synced(subscribe(store, 7))
    assert await synced(store.record(a_batch(a_verdict(1, 7))))
    assert await synced(store.add_source(a_source(), "operator"))
    # Undone with the validators of its feed, it is read again.
    assert not await synced(store.record(a_batch(a_verdict(2))))
    # A message whose mark is undone comes twice, and is not lost.
    (one,) = await store.claim_deliveries(NOW, 9, "l", LEASE)
    assert not await synced(store.mark_sending(one, NOW))
    assert not await synced(store.settle(one, Settlement(DeliveryState.SENT, message_id=1), NOW))


async def test_a_full_disk_is_said_and_passes(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "r.db")
    pages = await store._run(lambda: store._db.execute("PRAGMA page_count").fetchone()[0])
    await store._run(lambda: store._db.execute(f"PRAGMA max_page_count = {pages}"))
    big = a_verdict(1)
    object.__setattr__(big, "detail", "كلمة " * 100_000)
    with pytest.raises(StoreUnavailable, match="full"):
        await store.record(a_batch(big))
    await store._run(lambda: store._db.execute("PRAGMA max_page_count = 1000000"))
    await store.record(a_batch(big))
    assert list((await store.recall(["1:1"], NOW)).known) == ["1:1"]
    await store.close()


def test_two_names_of_one_database_are_one(tmp_path: Path) -> None:
    path, link = tmp_path / "rasid.db", tmp_path / "elsewhere" / "other.db"
    link.parent.mkdir()
    link.symlink_to(path)
    for held, asked in ((path, link), (link, path)):
        with only_one(held), pytest.raises(ConfigError, match="another Rasid"), only_one(asked):
            raise AssertionError("two of them")


def test_only_one_process_sends_from_a_database(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    with only_one(path), pytest.raises(ConfigError, match="another Rasid"), only_one(path):
        pass
    with only_one(path):
        assert path.with_name("r.db.lock").exists()


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "r.db"
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        await SqliteStore.open(path)
    with pytest.raises(ConfigError, match="cannot be used"), only_one(path):
        pass


async def test_a_seeds_folder_is_a_source_too(store: SqliteStore) -> None:
    seeds = a_source(id="seeds", kind=SourceKind.SEEDS, url="/var/lib/rasid/seeds")
    await store.put_sources([seeds], "seeds")
    assert (await store.claim_sources(NOW, 1))[0].kind is SourceKind.SEEDS


async def test_a_new_database_is_for_its_owners_eyes(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "new.db")
    await store.answer(1, [PutChat(Chat(7))], [], NOW)
    modes = {entry.stat().st_mode & 0o777 for entry in os.scandir(tmp_path)}
    assert modes == {0o600}
    await store.close()
