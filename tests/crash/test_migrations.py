"""S1: a database of the first version, brought up to this one and killed on the way."""

from __future__ import annotations

import asyncio
import mmap
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.sameness import text_hash
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.schema import STEPS, migrations
from tests.crash import traps
from tests.crash.world import Tally

_OLD = (
    "INSERT INTO sources (id, origin, kind, name, url, lang, country, interval_s, private, etag)"
    " VALUES ('wire', 'config', 'feed', 'Wire', 'https://wire.example/', 'ar', '', 300, 0, 'e1')",
    "INSERT INTO stories (id, title, lang, source_name, link, severity, topics, places, sketch,"
    " first_seen_at, last_seen_at) VALUES ('s1', 'T', 'ar', 'Wire', '', 2, '[]', '[]', '[]', 5, 5)",
    "INSERT INTO entries (source_id, fingerprint, title, body, folded, link, source_name, lang,"
    " text_hash, is_seed, reason, detail, flag, severity, story_id, seen_at)"
    " VALUES ('wire', '1:1', 't', 'b', 't b', '', 'Wire', 'ar', 'old', 0, '', '', 1, 2, 's1', 5)",
    "INSERT INTO chats (id, kind, lang, status, changed_at) VALUES (7, 'private', 'ar', 'active',"
    " 5)",
    "INSERT INTO watches (chat_id, query, added_at) VALUES (7, 'topic:all', 5)",
    "INSERT INTO alerts (chat_id, story_id, severity, decided_at) VALUES (7, 's1', 2, 5)",
    "INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, lane, severity, payload, state,"
    " not_before_at, added_at) VALUES ('a:7:s1:0', 'alert', 7, 's1', 1, 2, '{}', 'pending', 5, 5)",
    "INSERT INTO processed_updates VALUES (1, 1, 5)",
)
_KEPT = "sources stories entries chats watches alerts deliveries processed_updates".split()


def schema(path: Path) -> list[tuple[str, str]]:
    """Every table and index, as SQLite wrote it down."""
    with closing(sqlite3.connect(path)) as db:
        told = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        return db.execute(told).fetchall()


def grown(path: Path) -> dict[int, list[tuple[str, str]]]:
    """The schema after each step of somebody who used the first version; ``path`` stays there."""
    known, later = {}, path.with_name("later.db")
    database = Database(path)
    migrations.apply(database, stop_before=STEPS[1])
    for statement in _OLD:
        database.execute(statement)
    database.conn.commit()
    database.conn.close()
    shutil.copy(path, later)
    database = Database(later)
    for number in range(1, len(STEPS) + 1):
        migrations.apply(database, stop_before=STEPS[number : number + 1])
        known[number] = schema(later)
    database.conn.close()
    return known


def opened(path: Path) -> None:
    async def both() -> None:
        store = await SqliteStore.open(path)
        await store.close()

    asyncio.run(both())


def killed(path: Path, last: int, shared: mmap.mmap) -> bool:
    """Whether a process that opens it died before its statement number ``last``."""
    child = os.fork()
    if not child:
        code = 1
        try:
            traps.at_statements(traps.Steps(shared, last, traps.die))
            opened(path)
            code = 0
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in {0, traps.KILLED}
    return code == traps.KILLED


def steps_of(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT name FROM _sqlite_migrations ORDER BY rowid")]


def is_whole(path: Path, whole: list[tuple[str, str]]) -> None:
    """Everything of this version is there, and everything of the first."""
    assert steps_of(path) == list(STEPS)
    assert schema(path) == whole
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        counts = [db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _KEPT]
        assert counts == [1] * len(_KEPT)
        (hashed,) = db.execute("SELECT text_hash FROM entries").fetchone()
        assert hashed == text_hash("t", "b")


@pytest.mark.parametrize(
    "each", [61, pytest.param(1, marks=pytest.mark.crash)], ids=["some", "every"]
)
def test_a_database_whose_migration_was_killed_opens_again_and_is_complete(
    tmp_path: Path, each: int
) -> None:
    first, path = tmp_path / "first.db", tmp_path / "now" / "rasid.db"
    known = grown(first)
    shared, tally, last, reached = mmap.mmap(-1, 16), Tally(), 1, set()
    while True:
        shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir()
        shutil.copy(first, path)
        if not killed(path, last, shared):
            break
        # Whole steps or nothing of them.
        step = len(steps_of(path))
        assert schema(path) == known[step], f"killed before statement {last}"
        opened(path)
        is_whole(path, known[len(STEPS)])
        tally.add(1, 0)
        reached.add(step)
        last += each
    print(tally.told("killed while a database is migrated", steps=len(reached)))
    assert tally.crashes * each >= 150
    assert each > 1 or reached == set(range(1, len(STEPS)))
