"""Which entries a feed held is known as soon as they are recorded, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.model import PollStatus, Source
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.schema import migrations
from tests.databases import new_store
from tests.making import NOW, a_batch, a_source
from tests.stores.test_sqlite import a_poll

HASHES = bytes(range(32))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    await opened.put_sources([a_source()], "config")
    yield opened
    await opened.close()


async def claimed(store: SqliteStore) -> Source:
    (source,) = await store.claim_sources(NOW + timedelta(hours=1), 9)
    await store.source_failed("wire", "", NOW, NOW)  # due again
    return source


async def test_hashes_come_back_with_the_source(store: SqliteStore) -> None:
    assert (await claimed(store)).entry_hashes == b""
    await store.record(a_batch(poll=a_poll(entry_hashes=HASHES)))
    assert (await claimed(store)).entry_hashes == HASHES
    await store.record(a_batch(poll=a_poll(entry_hashes=b"")))
    assert (await claimed(store)).entry_hashes == b""


async def test_a_feed_that_did_not_change_keeps_its_hashes(store: SqliteStore) -> None:
    await store.record(a_batch(poll=a_poll(entry_hashes=HASHES)))
    await store.record(a_batch(poll=a_poll(status=PollStatus.NOT_MODIFIED)))
    assert (await claimed(store)).entry_hashes == HASHES


async def test_hashes_go_with_their_source_and_stay_with_a_changed_one(store: SqliteStore) -> None:
    await store.record(a_batch(poll=a_poll(entry_hashes=HASHES)))
    await store.put_sources([a_source(name="Renamed")], "config")
    assert (await claimed(store)).entry_hashes == HASHES
    await store.put_sources([], "config")
    await store.record(a_batch(poll=a_poll(entry_hashes=HASHES)))  # it was being visited
    await store.put_sources([a_source()], "config")
    assert (await claimed(store)).entry_hashes == b""


async def test_an_older_database_gets_the_table(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path)
    migrations.apply(old, stop_before="0007_entry_hashes")
    old.close()
    store = await SqliteStore.open(path)
    await store.put_sources([a_source()], "config")
    await store.record(a_batch(poll=a_poll(entry_hashes=HASHES)))
    assert (await claimed(store)).entry_hashes == HASHES
    await store.close()
