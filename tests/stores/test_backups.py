"""Backups of a real file, and what becomes of a real file that is damaged."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import stat
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import AddWatch, Chat, PutChat, Severity
from bot.errors import BackupError, SchemaError, StoreDamaged
from bot.stores.reserve import SIZE, Reserve
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.damage import mend
from bot.stores.sqlite.file import Trouble
from bot.stores.sqlite.files import set_aside
from bot.stores.sqlite.look import Search, State, look
from bot.stores.sqlite.restoring import restore
from bot.stores.sqlite.verifying import verify
from tests.damaging import rows, spoil
from tests.making import NOW, a_batch, a_source, a_verdict

H = timedelta(hours=1)
MUCH = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 8000)
INSERT INTO settings SELECT 'f' || n, hex(randomblob(2000)) FROM numbers
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "rasid.db")
    await opened.put_sources([a_source()], "config")
    await opened.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW)
    yield opened
    with suppress(RuntimeError):  # a test has closed it
        await opened.close()


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    return Backups(tmp_path / "rasid.db", tmp_path / "backups")


async def test_a_backup_holds_what_was_stored_and_only_its_owner_may_read_it(
    store: SqliteStore, backups: Backups
) -> None:
    made = await backups.make(NOW)
    file = backups.path(made)
    assert rows(file, "SELECT id FROM chats") == [(7,)]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [f.name for f in file.parent.iterdir()] == [made.name]
    assert backups.kept() == (made,)


async def test_writing_goes_on_while_a_large_backup_is_made(
    store: SqliteStore, backups: Backups
) -> None:
    await store._write(lambda: store._do(MUCH))
    making = asyncio.create_task(backups.make(NOW))
    worst, writes = 0.0, 0
    while not making.done():
        began = time.monotonic()
        await store.keep("beat", str(writes))
        worst, writes = max(worst, time.monotonic() - began), writes + 1
        await asyncio.sleep(0.001)
    assert (await making).size > 30_000_000
    assert writes > 3
    assert worst < 2.0


Between = Callable[[sqlite3.Connection, Path], object]


class Disturbed(Backups):
    """Something happens before and after its copy is made, and before it looks at that."""

    def __init__(self, database: Path, before: Between, after: Between) -> None:
        super().__init__(database, database.parent / "backups")
        self.before, self.after = before, after

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        before, after = self.before, self.after
        with super()._reading() as connection:

            class Around:
                def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                    if not statement.startswith("VACUUM"):
                        return connection.execute(statement, *values)
                    before(connection, Path(values[0][0]))
                    done = connection.execute(statement, *values)
                    after(connection, Path(values[0][0]))
                    return done

            yield cast("sqlite3.Connection", Around())


def nothing(*_: object) -> None:
    return


def doing(*statements: str) -> Between:
    """Another process writes."""
    return lambda connection, _: [connection.execute(statement) for statement in statements]


_ALERTS = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 10)
SELECT n, hex(randomblob(9)), 1, 1 FROM numbers
"""


async def test_a_backup_is_good_though_news_came_and_old_went_beside_it(
    store: SqliteStore, tmp_path: Path
) -> None:
    for _ in range(3):
        statement = f"INSERT INTO alerts (chat_id, story_id, severity, decided_at) {_ALERTS}"
        await store._write(lambda text=statement: store._do(text))
    news = f"INSERT INTO alerts (chat_id, story_id, severity, decided_at) {_ALERTS}"
    gone = "DELETE FROM alerts WHERE id <= 20"
    backups = Disturbed(tmp_path / "rasid.db", doing(news), doing(gone))
    made = await backups.make(NOW)
    assert rows(backups.path(made), "SELECT count(*) FROM alerts") == [(40,)]


def changed(statement: str) -> Between:
    """The copy lacks, or has, what it should not."""

    def change(_: sqlite3.Connection, part: Path) -> None:
        with closing(sqlite3.connect(part)) as copy, copy:
            copy.execute(statement)

    return change


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (lambda _, part: spoil(part), "damaged|malformed"),
        (changed("DELETE FROM watches"), "0 rows of watches, not 1 to 1"),
        (changed("INSERT INTO watches SELECT 9, 7, 'x', 0"), "2 rows of watches, not 1 to 1"),
        (changed("DELETE FROM alerts WHERE id = 3"), "9 rows of alerts, not 10 to 10"),
        (changed("DELETE FROM chats"), "lacks 1 rows: 7 of chats"),
    ],
    ids=["damaged", "less", "more", "one less", "a chat less"],
)
async def test_a_copy_that_is_not_what_was_copied_is_no_backup(
    store: SqliteStore, tmp_path: Path, after: Between, told: str
) -> None:
    statement = f"INSERT INTO alerts (chat_id, story_id, severity, decided_at) {_ALERTS}"
    await store._write(lambda: store._do(statement))
    backups = Disturbed(tmp_path / "rasid.db", nothing, after)
    with pytest.raises(BackupError, match=told):
        await backups.make(NOW)
    assert list(backups.folder.iterdir()) == []


async def test_who_comes_and_goes_while_it_is_made_spoils_no_backup(
    store: SqliteStore, tmp_path: Path
) -> None:
    chat = "UPDATE chats SET id = 8 WHERE id = 7"
    watch = "INSERT INTO watches (chat_id, query, added_at) VALUES (8, 'a', 0)"
    came = doing("INSERT INTO chats SELECT * FROM was", watch)
    gone = doing("DELETE FROM watches WHERE chat_id = 8", "DELETE FROM chats WHERE id = 8")
    was = "CREATE TABLE was AS SELECT * FROM chats"
    await store._write(lambda: [store._do(was), store._do(chat.replace("chats", "was"))])
    backups = Disturbed(tmp_path / "rasid.db", came, gone)
    made = await backups.make(NOW)
    assert rows(backups.path(made), "SELECT id FROM chats") == [(7,), (8,)]


async def test_what_another_makes_is_waited_for_and_a_stop_ends_the_wait(
    store: SqliteStore, backups: Backups
) -> None:
    backups.folder.mkdir()
    half = backups.folder / ".rasid-20260301T100000Z.db.part"
    half.write_bytes(b"half")
    number = os.open(backups.folder, os.O_RDONLY)
    fcntl.flock(number, fcntl.LOCK_EX)
    making = asyncio.create_task(backups.make(NOW))
    await asyncio.sleep(0.3)
    assert half.read_bytes() == b"half"
    assert not making.done()
    await backups.close()
    with pytest.raises(BackupError, match="another one is being made"):
        await making
    os.close(number)


async def test_a_killed_backup_leaves_nothing_that_counts_and_is_swept_up(
    store: SqliteStore, backups: Backups
) -> None:
    backups.folder.mkdir()
    (backups.folder / ".rasid-20260301T100000Z.db.part").write_bytes(b"half")
    assert backups.kept() == ()
    made = await backups.make(NOW)
    assert [f.name for f in backups.folder.iterdir()] == [made.name]


async def test_a_backup_that_would_fill_the_disk_is_not_made(
    store: SqliteStore, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(BackupError, match="MB free"):
        await backups.make(NOW)
    assert backups.kept() == ()


async def test_a_backup_of_a_damaged_database_is_refused(
    store: SqliteStore, backups: Backups
) -> None:
    await store.close()
    spoil(backups.database)
    with pytest.raises(BackupError):
        await backups.make(NOW)
    assert list(backups.folder.iterdir()) == []


async def test_backups_rotate(store: SqliteStore, backups: Backups) -> None:
    for hour in range(5):
        await backups.make(NOW + hour * H)
    assert await backups.rotate(NOW + 5 * H, hourly=2, daily=0) == 3
    assert sorted(b.taken_at for b in backups.kept()) == [NOW + 3 * H, NOW + 4 * H]


async def test_a_damaged_database_is_moved_aside_and_the_last_good_backup_restored(
    store: SqliteStore, backups: Backups
) -> None:
    await backups.make(NOW)
    newest = backups.path(await backups.make(NOW + H))
    await store.close()
    spoil(newest)
    spoil(backups.database)
    bad = backups.database.read_bytes()
    mended = mend(backups, NOW + 2 * H)
    assert mended is not None
    assert mended.state is State.DAMAGED
    assert mended.backup is not None
    assert mended.backup.taken_at == NOW
    assert mended.aside is not None
    assert mended.aside.read_bytes() == bad
    assert newest.exists()
    assert rows(backups.database, "SELECT id FROM chats") == [(7,)]
    assert mend(backups, NOW + 2 * H) is None


def test_the_journal_goes_with_the_file_it_belongs_to(tmp_path: Path) -> None:
    path = tmp_path / "rasid.db"
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).write_text(ending)
    first = set_aside(path, NOW)
    path.write_text("again")
    second = set_aside(path, NOW)
    assert first is not None
    assert second not in (None, first)
    assert first.with_name(first.name + "-wal").read_text() == "-wal"
    assert not list(tmp_path.glob("rasid.db-*"))


async def test_a_database_that_is_gone_comes_back_and_its_old_journal_does_not(
    store: SqliteStore, backups: Backups
) -> None:
    await backups.make(NOW)
    await store.answer(2, [PutChat(Chat(8))], [], NOW)
    backups.database.unlink()
    mended = mend(backups, NOW)
    assert mended is not None
    assert mended.state is State.MISSING
    assert rows(backups.database, "SELECT id FROM chats") == [(7,)]


def test_without_a_backup_a_new_one_begins_and_says_so(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "rasid.db", tmp_path / "none")
    assert mend(backups, NOW) is None  # the first start
    backups.database.write_bytes(bytes(40_000))  # what a power cut leaves
    mended = mend(backups, NOW)
    assert "no backup: a new one begins" in str(mended)
    assert not backups.database.exists()


async def test_a_file_that_was_never_ours_is_left_alone(tmp_path: Path) -> None:
    backups = Backups(tmp_path / "rasid.db", tmp_path / "none")
    backups.database.write_text("my diary, which is no database\n" * 100)
    assert mend(backups, NOW) is None
    with pytest.raises(SchemaError):
        await SqliteStore.open(backups.database)
    assert backups.database.read_text().startswith("my diary")


async def test_a_look_at_a_huge_file_ends(store: SqliteStore, backups: Backups) -> None:
    assert look(backups.database, Search(patience_s=-1), is_ours=True) == (State.GOOD, "")


async def test_a_page_that_breaks_while_we_run_is_noticed(
    store: SqliteStore, backups: Backups
) -> None:
    heard: list[bool] = []
    store.damaged = lambda: heard.append(True)
    await store._run(lambda: store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    spoil(backups.database)
    await store._run(lambda: store._db.execute("PRAGMA shrink_memory").fetchall())
    with pytest.raises(StoreDamaged):
        await store.source_ages()
    assert heard
    assert store.trouble is Trouble.DAMAGED


async def test_a_full_disk_is_noticed_and_so_is_that_it_is_over(store: SqliteStore) -> None:
    pages = await store._run(lambda: store._db.execute("PRAGMA page_count").fetchone()[0])
    await store._run(lambda: store._db.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    with pytest.raises(Exception, match="full"):
        await store.keep("big", "x" * 100_000)
    assert store.trouble is Trouble.FULL
    await store._run(lambda: store._db.execute("PRAGMA max_page_count = 1000000").fetchone())
    await store.keep("big", "x" * 100_000)
    assert store.trouble is Trouble.NONE


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_a_name_leads_out_of_the_folder_by_no_way(name: str) -> None:
    backups = Backups(Path("/nowhere/rasid.db"), Path("/nowhere/backups"))
    for tried in (
        name,
        f"../{name}",
        f"/{name}",
        f"{name}\0",
        f"../rasid-20260301T120000Z.db{name}",
    ):
        with pytest.raises(BackupError):
            backups.named(tried)


async def test_a_link_is_no_backup(store: SqliteStore, backups: Backups) -> None:
    made = await backups.make(NOW)
    (backups.folder / "rasid-20260301T130000Z.db").symlink_to(backups.path(made))
    assert backups.kept() == (made,)
    with pytest.raises(BackupError):
        backups.named("rasid-20260301T130000Z.db")


async def test_what_waited_in_a_backup_goes_out_marked_if_it_is_grave(
    store: SqliteStore, backups: Backups
) -> None:
    for n in (1, 2, 3):
        await store.record(a_batch(a_verdict(n, 7, severity=Severity(n))))
    made = await backups.make(NOW)
    await store.close()
    set_aside(backups.database, NOW)
    restore(backups, made, NOW + H)
    again = await SqliteStore.open(backups.database)
    assert await again.after_restore(NOW + H, 24 * H) == (2, 1)
    assert await again.after_restore(NOW + H, 24 * H) is None
    waiting = await again.claim_deliveries(NOW + H, 9, "l", H)
    assert {d.uncertain for d in waiting} == {1}
    assert (await again.outbox_counts())["unconfirmed"] == 1
    restored = await again.restored()
    assert restored is not None
    assert (restored.taken_at, restored.at) == (NOW, NOW + H)
    await again.answer(3, [AddWatch(7, "topic:explosion")], [], NOW)
    assert max(w.id for w in await again.watches(7)) > 100_000
    await again.close()


async def test_what_waited_too_long_in_a_backup_is_not_sent_however_grave(
    store: SqliteStore, backups: Backups
) -> None:
    for n in (1, 2, 3):
        await store.record(a_batch(a_verdict(n, 7, severity=Severity(n))))
    made = await backups.make(NOW)
    await store.close()
    restore(backups, made, NOW + 30 * H)
    again = await SqliteStore.open(backups.database)
    assert await again.after_restore(NOW + 30 * H, 24 * H) == (0, 3)
    assert dict(await again.outbox_counts()) == {"unconfirmed": 3}
    await again.close()


def test_the_reserve_is_laid_in_given_up_and_laid_in_again(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "rasid.db")
    for _ in range(2):
        reserve.keep()
        assert reserve.path.stat().st_blocks * 512 >= SIZE
        assert reserve.spend()
        assert not reserve.spend()
    assert not reserve.spend_if_needed()


def test_without_plenty_of_room_nothing_is_laid_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = Reserve(tmp_path / "rasid.db")
    reserve.keep()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=100_000))
    assert reserve.spend_if_needed()
    reserve.keep()
    assert not reserve.path.exists()


def test_what_is_no_database_is_no_backup(tmp_path: Path) -> None:
    file = tmp_path / "x.db"
    file.write_text("no")
    with pytest.raises(BackupError):
        verify(file)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other, other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(BackupError, match="no database of Rasid"):
        verify(tmp_path / "other.db")
