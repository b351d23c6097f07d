"""Pages in the database: the step that brought them, and what a crash may not change."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.model import FullText, Severity, SourceKind, Wanted
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.schema import migrations
from tests.databases import new_store
from tests.making import NOW, a_batch, a_source, a_verdict


@pytest.fixture
async def store(tmp_path: Path):
    opened = await new_store(tmp_path)
    await opened.put_sources([a_source()], "config")
    yield opened
    await opened.close()


def a_page(number: int = 1, host: str = "wire.example", severity: int = 1) -> Wanted:
    return Wanted(f"1:{number}", host, Severity(severity))


async def claimed(store: SqliteStore, after_s: float = 0, limit: int = 9) -> list[str]:
    pages = await store.claim_pages(NOW + timedelta(seconds=after_s), limit)
    return [page.entry.fingerprint for page in pages]


async def test_an_older_database_keeps_its_sources_and_may_have_channels(tmp_path: Path) -> None:
    path = tmp_path / "r.db"
    old = Database(path)
    migrations.apply(old, stop_before="0008_articles")
    for kind in ("feed", "seeds"):
        old.execute(
            "INSERT INTO sources (id, origin, kind, name, url, lang, country, interval_s, private,"
            " etag, failures) VALUES (?, 'config', ?, 'n', ?, 'ar', 'IQ', 300, 1, 'e', 2)",
            [kind, kind, f"https://{kind}.example"],
        )
    old.conn.commit()
    old.close()
    store = await SqliteStore.open(path)
    await store.add_source(a_source(id="c", kind=SourceKind.CHANNEL, url="https://c"), "operator")
    found = {age.source.id: age.source for age in await store.source_ages()}
    assert {name: source.kind.value for name, source in found.items()} == {
        "feed": "feed",
        "seeds": "seeds",
        "c": "channel",
    }
    kept = found["feed"]
    assert (kept.etag, kept.failures, kept.private, kept.full_text) == ("e", 2, True, FullText.AUTO)
    await store.close()
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE sources SET kind = 'other'")


async def test_what_the_operator_wants_of_a_feed_is_kept(store: SqliteStore) -> None:
    await store.put_sources([a_source(full_text=FullText.NEVER)], "config")
    assert (await store.source_ages())[0].source.full_text is FullText.NEVER


async def test_a_page_is_wanted_in_the_transaction_of_its_entry_and_once(
    store: SqliteStore,
) -> None:
    batch = replace(a_batch(a_verdict(1)), pages=(a_page(),))
    await store.record(batch)
    await store.record(batch)
    assert await claimed(store) == ["1:1"]
    assert await claimed(store) == []


async def test_a_page_that_was_read_is_not_wanted_by_a_batch_recorded_again(
    store: SqliteStore,
) -> None:
    verdict = a_verdict(1)
    batch = replace(a_batch(verdict), pages=(a_page(),))
    await store.record(batch)
    (page,) = await store.claim_pages(NOW, 1)
    full = replace(verdict.entry, body="all of it", text_hash="page:1", is_page=True)
    await store.record(a_batch(replace(verdict, entry=full, edited=True)))
    await store.page_settled(page, NOW)
    await store.record(batch)
    assert await claimed(store, 999) == []


async def test_a_page_does_not_change_what_its_feed_is_compared_with(store: SqliteStore) -> None:
    verdict = a_verdict(1)
    stub = replace(verdict.entry, text_hash="stub")
    await store.record(a_batch(replace(verdict, entry=stub)))
    full = replace(stub, body="all of it", text_hash="page:1", is_page=True)
    await store.record(a_batch(replace(verdict, entry=full, edited=True)))
    known = (await store.recall(["1:1"])).known["1:1"]
    assert (known.text_hash, known.edits) == ("stub", 0)


async def test_of_one_host_one_page_at_a_time_and_hosts_side_by_side(store: SqliteStore) -> None:
    pages = (a_page(1, "a"), a_page(2, "a", 3), a_page(3, "b"))
    await store.record(replace(a_batch(*(a_verdict(n) for n in (1, 2, 3))), pages=pages))
    first = await store.claim_pages(NOW, 9)
    assert [page.entry.fingerprint for page in first] == ["1:2", "1:3"]
    assert await claimed(store, 60) == []
    await store.page_settled(first[0], NOW + timedelta(seconds=5))
    assert await claimed(store, 4) == []
    assert await claimed(store, 5) == ["1:1"]


async def test_a_claim_ends_by_itself(store: SqliteStore) -> None:
    await store.record(replace(a_batch(a_verdict(1)), pages=(a_page(),)))
    assert await claimed(store) == ["1:1"]
    assert await claimed(store, 179) == []
    assert await claimed(store, 181) == ["1:1"]


async def test_a_clock_that_was_set_back_stops_no_page(store: SqliteStore) -> None:
    await store.record(replace(a_batch(a_verdict(1)), pages=(a_page(),)))
    assert await claimed(store, 86_401) == []  # a day later it is no news any more
    await store.record(replace(a_batch(a_verdict(2)), pages=(a_page(2),)))
    assert await claimed(store, 80_000) == ["1:2"]
    assert await claimed(store, 0) == ["1:2"]
