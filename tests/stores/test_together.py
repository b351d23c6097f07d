"""Writes that come at the same time share a commit, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StoreUnavailable
from bot.stores.sqlite import SqliteStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "rasid.db")
    yield opened
    await opened.close()


def put(store: SqliteStore, key: str):
    return lambda: store._do("INSERT INTO settings VALUES (:key, '')", key=key)


async def kept(store: SqliteStore) -> set[str]:
    rows = await store._run(lambda: store._rows("SELECT key FROM settings"))
    return {row["key"] for row in rows} - {"audience_revision"}


@contextlib.contextmanager
def traced(store: SqliteStore):
    said: list[str] = []
    store._db.conn.set_trace_callback(said.append)
    yield said
    store._db.conn.set_trace_callback(None)


async def test_what_comes_while_one_is_written_is_written_in_one_transaction(store) -> None:
    with traced(store) as said:
        await asyncio.gather(*(store._write(put(store, str(n))) for n in range(9)))
    assert await kept(store) == {str(n) for n in range(9)}
    assert sum(statement == "COMMIT" for statement in said) == 2


async def test_one_that_fails_is_undone_and_told_alone(store: SqliteStore) -> None:
    def broken() -> None:
        put(store, "half")()
        raise ValueError("no")

    jobs = [put(store, "first"), put(store, "second"), broken, put(store, "third")]
    told = await asyncio.gather(*(store._write(job) for job in jobs), return_exceptions=True)
    assert [type(one) for one in told] == [int, int, ValueError, int]
    assert await kept(store) == {"first", "second", "third"}


async def test_a_first_one_that_fails_is_undone_and_the_rest_written(store: SqliteStore) -> None:
    def broken() -> None:
        put(store, "half")()
        raise ValueError("no")

    told = await asyncio.gather(
        store._write(broken), store._write(put(store, "next")), return_exceptions=True
    )
    assert [type(one) for one in told] == [ValueError, int]
    assert await kept(store) == {"next"}


async def test_where_the_file_fails_nobody_is_told_that_it_was_written(store, tmp_path) -> None:
    other = await SqliteStore.open(tmp_path / "rasid.db")
    store._db.conn.execute("PRAGMA busy_timeout = 20")
    other._db.conn.execute("BEGIN IMMEDIATE")
    told = await asyncio.gather(
        *(store._write(put(store, str(n))) for n in range(4)), return_exceptions=True
    )
    other._db.conn.execute("ROLLBACK")
    await other.close()
    assert all(isinstance(one, StoreUnavailable) for one in told)
    assert await kept(store) == set()
    await store._write(put(store, "again"))
    assert await kept(store) == {"again"}


async def test_who_leaves_holds_nobody_up(store: SqliteStore) -> None:
    writes = [asyncio.create_task(store._write(put(store, str(n)))) for n in range(5)]
    await asyncio.sleep(0)
    writes[0].cancel()
    writes[2].cancel()
    await asyncio.wait(writes)
    assert {"1", "3", "4"} <= await kept(store)
    await store._write(put(store, "later"))
    assert "later" in await kept(store)


async def test_nobody_goes_on_before_it_is_committed(store: SqliteStore, tmp_path: Path) -> None:
    reader = await SqliteStore.open(tmp_path / "rasid.db")

    async def write(key: str) -> None:
        await store._write(put(store, key))
        assert key in await kept(reader)

    await asyncio.gather(*(write(str(n)) for n in range(20)))
    await reader.close()


async def test_whoever_looks_at_the_tasks_sees_the_writer(store: SqliteStore) -> None:
    names: set[str] = set()

    def job() -> None:
        names.update(task.get_name() for task in asyncio.all_tasks(loop))

    loop = asyncio.get_running_loop()
    await asyncio.gather(*(store._write(job) for _ in range(3)))
    assert "store writer" in names
