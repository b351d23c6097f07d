"""What is old goes, and nothing else; whatever it ends in, no half of anything is left."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model import (
    Byname,
    Delay,
    Delivery,
    DeliveryState,
    Digest,
    Fault,
    Heap,
    Mark,
    Note,
    Part,
    Settlement,
    Severity,
    Stage,
    Trait,
    Verdict,
)
from bot.core.pruning import MISSED, Bounds
from bot.errors import StoreUnavailable
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.making import NOW, a_batch, a_poll, a_source, a_verdict
from tests.stores.test_life import growing
from tests.stores.test_sqlite import LEASE, subscribe

DAY = timedelta(days=1)
LATER = NOW + 40 * DAY
TABLES = "entries fingerprints stories alerts whys deliveries processed_updates quarantine".split()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    await opened.put_sources([a_source()], "config")
    await subscribe(opened, *range(1, 8))
    yield opened
    await opened.close()


async def pruned(store: SqliteStore, now=LATER, many: int = 3) -> int:
    """One round, in slices as small as can be; how many rows went."""
    before = now - 30 * DAY
    bounds, gone = Bounds(before, before - MISSED, now - 90 * DAY), 0
    for heap in Heap:
        mark: Mark | None = Mark()
        while mark is not None:
            done = await store.prune(heap, bounds, mark, many)
            gone, mark = gone + done.gone, done.rest
    return gone


async def count(store: SqliteStore, table: str) -> int:
    found = await store._run(lambda: store._rows(f"SELECT count(*) AS n FROM {table}"))
    return int(found[0]["n"])


async def counts(store: SqliteStore) -> dict[str, int]:
    return {table: await count(store, table) for table in TABLES}


async def claim(store: SqliteStore, at=NOW) -> tuple[Delivery, ...]:
    return await store.claim_deliveries(at, 8, "mine", LEASE)


async def send_all(store: SqliteStore, state=DeliveryState.SENT, at=NOW) -> None:
    while claimed := await claim(store, at):
        for delivery in claimed:
            await store.mark_sending(delivery, at)
            await store.settle(delivery, Settlement(state, message_id=delivery.id), at)


async def read_whole(store: SqliteStore, *held: Verdict, at=LATER) -> None:
    """The source is read, and these are all that it holds."""
    await store.record(a_batch(*held, poll=a_poll(), at=at))


async def test_what_is_old_goes_with_all_that_hangs_on_it(store: SqliteStore) -> None:
    aliases = (Byname(Trait.LINK, "1:l"), Byname(Trait.TITLE, "1:t"))
    first = a_verdict(1, *range(1, 8))
    first = replace(first, entry=replace(first.entry, aliases=aliases))
    await store.record(a_batch(first))
    await send_all(store)
    await store.record(a_batch(growing(1, step=True), at=NOW))
    await send_all(store, at=NOW + timedelta(minutes=1))
    await read_whole(store)
    assert await pruned(store)
    assert await counts(store) == dict.fromkeys(TABLES, 0)
    assert await count(store, "chats") == await count(store, "watches") == 7


async def test_what_is_young_stays(store: SqliteStore) -> None:
    await store.record(a_batch(a_verdict(1, 1, 2)))
    await send_all(store)
    before = await counts(store)
    await read_whole(store, at=NOW + 20 * DAY)
    assert await pruned(store, NOW + 29 * DAY) == 0
    assert await counts(store) == before


async def test_what_its_feed_still_holds_is_known_for_years(store: SqliteStore) -> None:
    """A year-old entry that a feed serves, dated or not, must not be news again."""
    held = a_verdict(1, 1)
    await store.record(a_batch(held))
    await send_all(store)
    for week in range(1, 60):
        await read_whole(store, held, at=NOW + 7 * week * DAY)
        await pruned(store, NOW + 7 * week * DAY)
    name = Byname(Trait.ENTRY, held.entry.fingerprint)
    assert (await store.sightings([name]))[name].first_at == NOW
    assert await count(store, "alerts") == await count(store, "deliveries") == 0


async def test_a_feed_that_could_not_be_read_is_not_taken_for_an_empty_one(
    store: SqliteStore,
) -> None:
    await store.record(a_batch(a_verdict(1), poll=a_poll()))
    await store.source_failed("wire", "no answer", NOW + 300 * DAY, NOW)
    await pruned(store, NOW + 300 * DAY)
    assert await count(store, "fingerprints") == 1
    await read_whole(store, at=NOW + 301 * DAY)
    await pruned(store, NOW + 301 * DAY)
    assert await count(store, "fingerprints") == 0


async def test_a_poll_that_left_out_what_stayed_says_nothing_of_what_is_held(
    store: SqliteStore,
) -> None:
    await store.record(a_batch(a_verdict(1), poll=a_poll()))
    await store.record(a_batch(poll=a_poll(left_out=1), at=LATER))
    await pruned(store)
    assert await count(store, "fingerprints") == 1


async def test_entries_of_a_source_that_was_removed_go(store: SqliteStore) -> None:
    await store.record(a_batch(a_verdict(1)))
    await store.put_sources([], "config")
    await pruned(store)
    assert await count(store, "entries") == await count(store, "stories") == 0


@pytest.mark.parametrize("state", [DeliveryState.DEAD, DeliveryState.UNCONFIRMED])
async def test_what_did_not_arrive_is_seen_for_longer(store: SqliteStore, state) -> None:
    await store.record(a_batch(a_verdict(1, 1, 2, 3)))
    one, *others = await claim(store, NOW)
    for delivery in (one, *others):
        await store.mark_sending(delivery, NOW)
        settled = Settlement(state if delivery is one else DeliveryState.SENT, error="why")
        await store.settle(delivery, settled, NOW)
    await read_whole(store)
    await pruned(store)
    (letter,) = await store.dead_letters(9)
    assert letter.id == one.id
    assert await store.alert_card(one.chat.id) is not None
    assert await count(store, "alerts") == await count(store, "stories") == 1
    await pruned(store, NOW + 91 * DAY)
    assert await counts(store) == dict.fromkeys(TABLES, 0)


async def test_what_waits_is_never_deleted(store: SqliteStore) -> None:
    await store.record(a_batch(a_verdict(1, *range(1, 8))))
    await read_whole(store)
    await pruned(store, NOW + 365 * DAY)
    assert await count(store, "deliveries") == await count(store, "alerts") == 7
    await send_all(store, at=NOW + 365 * DAY)
    await pruned(store, NOW + 366 * DAY)
    assert await count(store, "deliveries") == 7  # its button may be pressed for as long as any
    await pruned(store, NOW + 396 * DAY)
    assert await count(store, "deliveries") == await count(store, "stories") == 0


async def test_what_is_under_way_is_never_deleted(store: SqliteStore) -> None:
    """Neither what was claimed nor what is leaving, however old; an answer as little as news."""
    await store.record(a_batch(a_verdict(1, 1), a_verdict(2, 2)))
    await read_whole(store)
    chat = await store.chat(3)
    assert chat is not None
    await store.answer(101, [], [(chat, Note(((Part("hello"),),)), None)], NOW)
    claimed = await claim(store)
    assert len(claimed) == 3
    for leaving in ((), claimed[:1], claimed[1:]):
        for delivery in leaving:
            assert await store.mark_sending(delivery, NOW)
        await pruned(store, NOW + 365 * DAY)
        assert await count(store, "deliveries") == 3


async def test_answers_and_updates_go_and_answers_that_wait_do_not(store: SqliteStore) -> None:
    note = Note(((Part("hello"),),))
    chat = await store.chat(1)
    assert chat is not None
    for update_id in range(101, 106):
        await store.answer(update_id, [], [(chat, note, None)], NOW)
    (first,) = await claim(store, NOW)  # one a chat
    await store.settle(first, Settlement(DeliveryState.SENT, message_id=1), NOW)
    await pruned(store)
    assert await count(store, "deliveries") == 4
    assert await count(store, "processed_updates") == 0


async def test_what_broke_us_goes_unless_it_is_to_be_tried_again(store: SqliteStore) -> None:
    for number in range(5):
        fault = Fault(Stage.DECIDE, "wire", f"1:{number}", "t", "e", "t", b"{}", version="1")
        await store.set_aside(fault, NOW)
    (first, *_) = await store.quarantined()
    await store.ask_again(first.id)
    await pruned(store)
    assert await count(store, "quarantine") == 5
    await pruned(store, NOW + 91 * DAY)
    assert [kept.id for kept in await store.quarantined()] == [first.id]


async def test_a_crash_between_any_two_statements_leaves_no_half(store: SqliteStore) -> None:
    await store.record(a_batch(a_verdict(1, *range(1, 8))))
    await send_all(store)
    await read_whole(store)
    whole = {(7, 7, 7), (0, 0, 0)}
    steps = 0
    while (await counts(store))["stories"]:
        steps += 1
        left = iter(range(steps))
        store._db.conn.set_progress_handler(lambda left=left: next(left, None) is None, 50)
        with contextlib.suppress(StoreUnavailable):
            await store.prune(Heap.STORIES, Bounds(LATER, LATER, LATER), Mark(), 100)
        store._db.conn.set_progress_handler(None, 0)
        found = await counts(store)
        assert (found["alerts"], found["whys"], found["deliveries"]) in whole
        if steps == 1:
            await store.prune(Heap.ENTRIES, Bounds(LATER, LATER, LATER), Mark(), 100)
    assert steps > 3
    assert not await store._run(lambda: store._rows("PRAGMA foreign_key_check"))


async def test_a_slice_looks_at_no_more_than_it_may(store: SqliteStore) -> None:
    await store.record(a_batch(*(a_verdict(n, *range(1, 8)) for n in range(1, 9))))
    await send_all(store)
    bounds = Bounds(LATER, LATER, LATER)
    mark: Mark | None = Mark()
    gone = []
    while mark is not None:
        done = await store.prune(Heap.STORIES, bounds, mark, 5)
        gone, mark = [*gone, done.gone], done.rest
    assert max(gone) <= 5 * 3
    assert await count(store, "alerts") == await count(store, "deliveries") == 0


async def test_an_older_database_learns_what_its_feeds_hold_before_anything_goes(
    tmp_path: Path,
) -> None:
    store = await new_store(tmp_path)
    await store.put_sources([a_source()], "config")
    await store.record(a_batch(a_verdict(1), poll=a_poll()))
    await store.close()
    with sqlite3.connect(tmp_path / "rasid.db") as old:
        old.execute("UPDATE sources SET whole_at = NULL")  # as the step leaves it
    store = await new_store(tmp_path)
    await store.record(a_batch(poll=a_poll(left_out=1), at=LATER))
    await pruned(store)
    assert await count(store, "fingerprints") == 1
    await store.close()


async def test_the_lines_of_a_digest_that_still_waits_stay_and_go_with_it(
    store: SqliteStore,
) -> None:
    batch = a_batch(*(a_verdict(n, 7, severity=Severity(2)) for n in range(1, 14)))
    late = tuple(
        replace(v, alerts=tuple(replace(a, delay=Delay.LATE) for a in v.alerts))
        for v in batch.verdicts
    )
    await store.record(replace(batch, verdicts=late))
    assert (await store.outbox_counts())["digested"] == 13
    await pruned(store)
    (digest,) = await claim(store, LATER)
    assert isinstance(digest.payload, Digest)
    assert len(digest.payload.cards) == 13
    await store.mark_sending(digest, LATER)
    await store.settle(digest, Settlement(DeliveryState.SENT, message_id=1), LATER)
    await pruned(store, LATER + 40 * DAY)
    assert await count(store, "deliveries") == 0
