"""A database whose file is taken away while it is open: nothing that was written is lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot import config, upkeep, watcher
from bot.core.model import AddWatch, Chat, PutChat
from bot.errors import StoreUnavailable
from bot.flow.pulse import Pulse
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from tests.databases import new_store
from tests.making import NOW

ALL = ("", "-wal", "-shm")


async def opened(path: Path) -> SqliteStore:
    """Somebody has subscribed."""
    store = await new_store(path.parent)
    await store.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW)
    return store


def watches(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [query for (query,) in database.execute("SELECT query FROM watches ORDER BY id")]


@pytest.mark.parametrize("gone", [ALL, ALL[:1]], ids=["all of it", "the file alone"])
async def test_what_was_written_after_the_file_was_deleted_is_there(
    tmp_path: Path, gone: tuple[str, ...]
) -> None:
    path = tmp_path / "rasid.db"
    store = await opened(path)
    assert not store.is_adrift()
    for ending in gone:
        path.with_name(path.name + ending).unlink()
    assert store.is_adrift()
    await store.answer(2, [AddWatch(7, "word")], [], NOW)
    await store.close(rescuing=True)
    assert watches(path) == ["topic:all", "word"]
    again = await SqliteStore.open(path)
    assert len(await again.watches(7)) == 2
    await again.close()


async def test_a_file_that_was_put_in_its_place_is_left_alone_and_ours_lies_beside_it(
    tmp_path: Path,
) -> None:
    path, elsewhere = tmp_path / "rasid.db", tmp_path / "elsewhere"
    elsewhere.mkdir()
    await (await new_store(elsewhere)).close()
    store = await opened(path)
    (elsewhere / "rasid.db").rename(path)
    await store.close(rescuing=True)
    assert watches(tmp_path / "rasid.db.replaced-1") == ["topic:all"]
    assert watches(path) == []  # its own journal, not that of ours


async def checkpoint(store: SqliteStore) -> None:
    everything = "PRAGMA wal_checkpoint(TRUNCATE)"
    await store._run(lambda: store._db.execute(everything).fetchall())


async def grown(path: Path) -> tuple[SqliteStore, Path]:
    """A database that has grown since its backup was made."""
    store = await opened(path)
    backups = Backups(path, path.parent / "backups")
    backup = backups.path(await backups.make(NOW))
    for chat in range(100, 900):
        await store.answer(chat, [PutChat(Chat(chat)), AddWatch(chat, "word")], [], NOW)
    await checkpoint(store)
    assert not store.is_adrift()
    return store, backup


async def test_what_is_copied_over_the_open_file_is_noticed_and_stands_there_unharmed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rasid.db"
    store, backup = await grown(path)
    shutil.copyfile(backup, path)
    assert store.is_adrift()
    with contextlib.suppress(StoreUnavailable):  # it may see a mixture
        for chat in range(900, 910):
            await store.answer(chat, [PutChat(Chat(chat)), AddWatch(chat, "late")], [], NOW)
    await store.close(rescuing=True)
    assert watches(path) == ["topic:all"]
    assert not any("rasid.db-" in name for name in os.listdir(tmp_path))  # noqa: PTH208
    again = await SqliteStore.open(path)
    assert not again.is_adrift()
    await again.close()


async def test_a_file_that_is_cut_to_nothing_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "rasid.db"
    store, _ = await grown(path)
    os.truncate(path, 0)
    assert store.is_adrift()
    await store.close(rescuing=True)
    assert path.stat().st_size == 0
    assert not any("rasid.db-" in name for name in os.listdir(tmp_path))  # noqa: PTH208


async def test_nothing_that_may_be_done_to_a_running_database_is_taken_for_another_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rasid.db"
    store, _ = await grown(path)
    for statement in ("DELETE FROM watches WHERE id > 1", "VACUUM", "PRAGMA user_version = 3"):
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(statement)
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        assert not store.is_adrift()
    for _ in range(3):
        beside = await SqliteStore.open(path)
        await beside.close()
        await checkpoint(store)
        assert not store.is_adrift()
    await store.close(rescuing=True)
    assert watches(path) == ["topic:all"]


SHARED = """
import fcntl, os, sys
file = open(sys.argv[1], "r+b")
try:  # what SQLite locks to be the last one
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
except OSError:
    print("held")
"""


def links() -> list[Path]:
    """What this process has open."""
    return [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]


async def test_looking_takes_no_lock_from_sqlite(tmp_path: Path) -> None:
    path = tmp_path / "rasid.db"
    store = await opened(path)
    beside = await SqliteStore.open(path)

    def held() -> bool:
        asked = [sys.executable, "-c", SHARED, str(path)]
        return subprocess.run(asked, capture_output=True, check=True).stdout == b"held\n"

    assert not store.is_adrift()
    assert await asyncio.to_thread(held)
    assert not beside.is_adrift()
    await beside.close()
    assert await asyncio.to_thread(held)
    await store.close()
    assert not await asyncio.to_thread(held)
    assert str(path) not in [str(link.readlink()) for link in links()]


async def test_where_nothing_was_taken_away_nothing_is_written(tmp_path: Path) -> None:
    store = await opened(tmp_path / "rasid.db")
    await store.close(rescuing=True)
    assert os.listdir(tmp_path) == ["rasid.db"]  # noqa: PTH208 -- no wait in it


async def test_the_running_bot_notices_and_lives_on_with_all_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "_LOOK_S", 0.05)
    (tmp_path / "config.yaml").write_text("")
    settings, path = config.load(tmp_path / "config.yaml", {}), tmp_path / "rasid.db"
    heard: list[list[str]] = []

    async def asked() -> None:
        return

    async def live(news: list[str]) -> None:
        heard.append(news)
        store = await opened(path) if len(heard) == 1 else await SqliteStore.open(path)
        keeping = upkeep.keeping_of(settings, upkeep.backups_of(settings, path), lambda: NOW)
        pulse = Pulse(watcher.steady, asked)
        watching = watcher.Watcher(settings, store, keeping, pulse, lambda: NOW, news)
        try:
            async with watching.running() as damaged:
                if len(heard) == 1:
                    await asyncio.sleep(0.3)  # the watcher has opened it, too
                    path.unlink()
                    await asyncio.wait_for(damaged, 5)
        finally:
            await store.close(rescuing=True)

    await upkeep.keep_alive(settings, path, lambda: NOW + timedelta(minutes=1), live)
    assert heard[0] == []
    assert "was deleted" in heard[1][0]
    assert watches(path) == ["topic:all"]
