"""A real file that is damaged in one way or another, and what becomes of it."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import AddWatch, Chat, PutChat
from bot.errors import BackupError, DatabaseDamaged, StoreDamaged, StoreUnavailable
from bot.flow.keeping import Keeping
from bot.stores.reserve import SIZE, Reserve
from bot.stores.sqlite import SqliteStore, journal, look, restoring
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.damage import Mended, mend
from bot.stores.sqlite.file import Trouble
from bot.stores.sqlite.files import lone_journal
from bot.stores.sqlite.look import Search, State
from bot.stores.sqlite.restoring import restore
from tests.damaging import rows, spoil
from tests.databases import new_store
from tests.making import NOW

H = timedelta(hours=1)
FILLED = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 1500)
INSERT INTO settings SELECT 'f' || n, hex(randomblob(500)) FROM numbers
"""
NEWER = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('rasid', '9', '')"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    await opened.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW)
    yield opened
    with suppress(RuntimeError):  # a test has closed it
        await opened.close()


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    return Backups(tmp_path / "rasid.db", tmp_path / "backups")


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """As a disk that is full: no file may become larger."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


# ── an index ─────────────────────────────────────────────────────────────────────────────────


def leave_out(path: Path, *, row: str) -> None:
    """The index that tells what may leave is told nothing of ``row``, as by a lost page."""
    name = "deliveries_ready"
    (sql,) = rows(path, f"SELECT sql FROM sqlite_master WHERE name = '{name}'")[0]
    columns = sql[: sql.index("WHERE")]
    for text, then in ((f"{columns} WHERE kind = 'nothing' AND state = 'pending'", row), (sql, "")):
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            version = database.execute("PRAGMA schema_version").fetchone()[0]
            database.execute("PRAGMA writable_schema = ON")
            database.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (text, name))
            database.execute(f"PRAGMA schema_version = {version + 1}")
        if then:
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute(then)


WAITS = """
INSERT INTO deliveries (dedup_key, kind, chat_id, lane, severity, payload, not_before_at, added_at,
    state, waits) VALUES ('a:1:s:0', 'alert', 7, 1, 3, '{}', 0, 0, 'pending', 0)
"""


async def cancelled(path: Path) -> None:
    """What writes to the row that the index misses."""
    store = await SqliteStore.open(path)
    try:
        await store._write(lambda: store._do("UPDATE deliveries SET state = 'cancelled'"))
    finally:
        await store.close()


async def test_an_index_that_misses_a_row_is_built_anew_and_nothing_is_lost(
    store: SqliteStore, backups: Backups
) -> None:
    await store.close()
    path = backups.database
    leave_out(path, row=WAITS)
    assert rows(path, "PRAGMA quick_check(1)") == [("ok",)]
    with pytest.raises(StoreDamaged):
        await cancelled(path)
    mended = mend(backups, NOW)
    assert mended is not None
    assert (mended.state, mended.aside, mended.backup) == (State.INDEX, None, None)
    assert "nothing is lost" in str(mended)
    assert rows(path, "SELECT count(*) FROM deliveries") == [(1,)]
    await cancelled(path)
    assert mend(backups, NOW) is None


async def test_a_large_file_is_asked_for_its_indexes_once_there_is_damage(
    store: SqliteStore, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.close()
    leave_out(backups.database, row=WAITS)
    monkeypatch.setattr(look, "SMALL_BYTES", 0)
    assert mend(backups, NOW) is None
    mended = mend(backups, NOW, Search(thorough=True))
    assert mended is not None
    assert mended.state is State.INDEX


async def test_an_index_that_cannot_be_built_anew_is_damage(
    store: SqliteStore, backups: Backups
) -> None:
    await backups.make(NOW)
    await store.close()
    leave_out(backups.database, row=WAITS)
    with no_file_over(backups.database.stat().st_size // 2), pytest.raises(StoreUnavailable):
        mend(backups, NOW)
    twice = WAITS.replace("deliveries", "twice").replace("a:1:s:0", "one")
    with closing(sqlite3.connect(backups.database)) as database, database:
        database.execute("CREATE TABLE twice AS SELECT * FROM deliveries WHERE 0")
        database.execute("CREATE UNIQUE INDEX onced ON twice (dedup_key) WHERE kind = 'none'")
        database.execute(twice)
        database.execute(twice)
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_master SET sql = 'CREATE UNIQUE INDEX onced ON twice (dedup_key)'"
            " WHERE name = 'onced'"
        )
    mended = mend(backups, NOW + H)
    assert mended is not None
    assert mended.state is State.DAMAGED
    assert mended.backup is not None


async def test_damage_that_nobody_sees_is_believed_where_there_is_a_backup(
    store: SqliteStore, backups: Backups
) -> None:
    await store.close()
    assert mend(backups, NOW, Search(thorough=True, insist=True)) is None
    await backups.make(NOW)
    mended = mend(backups, NOW + H, Search(thorough=True, insist=True))
    assert mended is not None
    assert mended.backup is not None
    assert "no fault was seen" in str(mended)


# ── no room, no disk ─────────────────────────────────────────────────────────────────────────


async def damaged(store: SqliteStore, backups: Backups) -> None:
    """A large database with a backup, whose disk has spoilt it."""
    await store._write(lambda: store._do(FILLED))
    await backups.make(NOW)
    await store.close()
    spoil(backups.database)


async def test_where_there_is_no_room_to_restore_all_stays_as_it_was(
    store: SqliteStore, backups: Backups, tmp_path: Path
) -> None:
    await damaged(store, backups)
    before = files(tmp_path)
    with no_file_over(500_000), pytest.raises(BackupError, match="could not be restored"):
        mend(backups, NOW + H)
    assert files(tmp_path) == before
    mended = mend(backups, NOW + 2 * H)
    assert mended is not None
    assert mended.backup is not None
    assert rows(backups.database, "SELECT id FROM chats") == [(7,)]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=40m", "none", str(mounted)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    yield mounted
    subprocess.run(["umount", str(mounted)], check=True)


def fill(file: Path, left: int) -> None:
    """Let ``file`` take all the room but ``left``."""
    had = file.stat().st_size if file.exists() else 0
    with file.open("ab") as opened:
        free = shutil.disk_usage(file.parent).free
        os.posix_fallocate(opened.fileno(), 0, had + free - left)


async def test_the_room_that_is_missing_is_told_and_the_reserve_given_up_for_it(
    store: SqliteStore, backups: Backups, disk: Path
) -> None:
    await damaged(store, backups)
    path = disk / "rasid.db"
    shutil.copy(backups.database, path)
    reserve, small = Reserve(path).path, Backups(path, backups.folder)
    with reserve.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, SIZE)
    fill(disk / "other", left=500_000)
    assert mend(small, NOW + H) is not None
    assert not reserve.exists()
    spoil(path)
    fill(disk / "other", left=0)
    with pytest.raises(BackupError, match=r"no room .* [2-4] MB more are needed in"):
        mend(small, NOW + 2 * H)
    assert path.exists()


async def test_with_the_backups_disk_not_mounted_nothing_begins_empty(
    store: SqliteStore, backups: Backups, tmp_path: Path
) -> None:
    await damaged(store, backups)
    backups.folder.rename(tmp_path / "elsewhere")
    for there in (False, True):  # the place where it is mounted may be there
        backups.folder.mkdir() if there else None
        for gone in (False, True):
            backups.database.unlink() if gone and not there else None
            with pytest.raises(BackupError, match="Is its disk not mounted"):
                mend(backups, NOW + H)
    backups.folder.rmdir()
    (tmp_path / "elsewhere").rename(backups.folder)
    assert mend(backups, NOW + H) is not None


async def test_who_deletes_the_note_too_begins_anew(store: SqliteStore, backups: Backups) -> None:
    await damaged(store, backups)
    shutil.rmtree(backups.folder)
    backups.database.unlink()
    backups.note.unlink()
    assert mend(backups, NOW + H) is None


async def test_where_no_backup_is_good_nothing_begins_empty(
    store: SqliteStore, backups: Backups, tmp_path: Path
) -> None:
    await damaged(store, backups)
    spoil(backups.path(backups.kept()[0]))
    before = files(tmp_path)
    with pytest.raises(BackupError, match=r"no backup in .* can be used"):
        mend(backups, NOW + H)
    assert files(tmp_path) == before


async def test_a_restore_that_fails_leaves_the_database_at_its_place(
    store: SqliteStore, backups: Backups, tmp_path: Path
) -> None:
    await store._write(lambda: store._do(FILLED))
    made = await backups.make(NOW)
    await store.answer(2, [PutChat(Chat(8))], [], NOW)
    await store.close()
    before = files(tmp_path)
    with no_file_over(500_000), pytest.raises(BackupError):
        restore(backups, made, NOW + H)
    assert files(tmp_path) == before
    aside = restore(backups, made, NOW + H)
    assert aside is not None
    assert rows(aside, "SELECT count(*) FROM chats") == [(2,)]


async def test_what_was_put_aside_comes_back_where_the_copy_cannot_be_named(
    store: SqliteStore, backups: Backups, tmp_path: Path
) -> None:
    await store.close()
    before = files(tmp_path)
    with pytest.raises(FileNotFoundError):
        restoring._in_its_place(tmp_path / "nothing", backups.database, NOW)
    assert files(tmp_path) == before


async def test_a_stop_breaks_off_the_restoring(
    store: SqliteStore, backups: Backups, tmp_path: Path
) -> None:
    await damaged(store, backups)
    before = files(tmp_path)
    with pytest.raises(BackupError, match="broken off"):
        restoring.restore_last(backups, backups.kept(), NOW + H, lambda: True)
    assert files(tmp_path) == before


async def test_a_long_look_ends_as_soon_as_we_are_to_stop(
    store: SqliteStore, backups: Backups
) -> None:
    many = FILLED.replace("1500", "150000").replace("500", "20")
    await store._write(lambda: store._do(many))
    await store.close()
    asked: list[float] = []

    def halt() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 2

    assert look.look(backups.database, Search(halt=halt), is_ours=True) == (State.GOOD, "")
    assert len(asked) == 3


# ── in one step, and only for its owner ──────────────────────────────────────────────────────

_heard: list[tuple[object, ...]] = []
_hooked: list[Path] = []


def _hook(event: str, told: tuple[object, ...]) -> None:
    if _hooked and event in {"open", "os.rename"}:
        _heard.append((event, *told))


async def test_a_backup_becomes_the_database_in_one_step_and_only_its_owner_may_read_it(
    store: SqliteStore, backups: Backups
) -> None:
    made = await backups.make(NOW)
    await store.close()
    sys.addaudithook(_hook)
    old = os.umask(0)
    try:
        _hooked.append(backups.database)
        restore(backups, made, NOW + H)
    finally:
        _hooked.clear()
        os.umask(old)
    path = backups.database
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    opened = [told[1:3] for told in _heard if told[0] == "open"]
    assert str(path) not in [str(name) for name, _ in opened]
    renamed = [tuple(map(str, told[1:3])) for told in _heard if told[0] == "os.rename"]
    assert renamed[-1] == (str(path.with_name(".rasid.db.restoring")), str(path))


async def test_the_copy_is_readable_by_its_owner_alone_while_it_is_made(
    store: SqliteStore, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await backups.make(NOW)
    await store.close()
    backups.path(made).chmod(0o644)
    seen: list[int] = []
    remember = restoring.remember

    def looked(part: Path, *told: Any) -> None:
        seen.append(stat.S_IMODE(part.stat().st_mode))
        remember(part, *told)

    monkeypatch.setattr(restoring, "remember", looked)
    restore(backups, made, NOW)
    assert seen == [0o600]


# ── a journal without its database ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_there", [True, False], ids=["empty", "gone"])
@pytest.mark.parametrize("with_backup", [True, False])
async def test_a_journal_whose_database_is_lost_is_put_aside_whole(
    store: SqliteStore, tmp_path: Path, *, is_there: bool, with_backup: bool
) -> None:
    lost = await losing(store, tmp_path, is_there=is_there)
    if with_backup:
        await Backups(tmp_path / "rasid.db", lost.folder).make(NOW)
    left = lone_journal(lost.database)
    assert left is not None
    held = left.read_bytes()
    mended = mend(lost, NOW)
    assert mended is not None
    assert (mended.backup is not None) == with_backup
    kept = list(lost.database.parent.glob("*.damaged-*-wal"))
    assert [file.read_bytes() for file in kept] == [held]


@pytest.mark.parametrize("is_there", [True, False], ids=["empty", "gone"])
async def test_looking_leaves_such_a_journal_alone_and_a_start_puts_it_aside(
    store: SqliteStore, tmp_path: Path, *, is_there: bool
) -> None:
    lost = await losing(store, tmp_path, is_there=is_there)
    before = files(lost.database.parent)
    for how in ({"read_only": True}, {"migrate": False}):
        with pytest.raises(StoreUnavailable, match="is gone or empty"):
            await SqliteStore.open(lost.database, **how)  # type: ignore[arg-type]
    with pytest.raises(BackupError):
        await lost.make(NOW)
    assert files(lost.database.parent) == before
    await (await SqliteStore.open(lost.database)).close()
    held = before["rasid.db-wal"]
    assert held in files(lost.database.parent).values()


async def losing(store: SqliteStore, folder: Path, *, is_there: bool) -> Backups:
    """Another database, of which its journal is left."""
    lost = folder / "lost"
    lost.mkdir()
    shutil.copy(folder / "rasid.db-wal", lost / "rasid.db-wal")
    if is_there:
        (lost / "rasid.db").touch()
    return Backups(lost / "rasid.db", lost / "backups")


# ── a page that cannot be read ───────────────────────────────────────────────────────────────


def blind(path: Path) -> None:
    """From now on no connection that is open to ``path`` reads anything: a disk at its end."""
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            if link.readlink() == path:
                other = os.open(path, os.O_WRONLY)
                os.dup2(other, int(link.name))
                os.close(other)


async def test_pages_that_cannot_be_read_again_and_again_are_damage(
    store: SqliteStore, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bool] = []
    store.damaged = lambda: heard.append(True)
    checkpointed = "PRAGMA wal_checkpoint(TRUNCATE)"
    await store._run(lambda: store._db.execute(checkpointed).fetchall())
    await store._run(lambda: store._db.execute("PRAGMA shrink_memory").fetchall())
    blind(backups.database)
    for _ in range(5):
        with pytest.raises(StoreUnavailable) as told:
            await store.source_ages()
        assert not isinstance(told.value, StoreDamaged)  # a disk may be away for a moment
    assert not heard
    monkeypatch.setattr(look, "_FOR_S", 0.0)
    with pytest.raises(StoreDamaged):
        await store.source_ages()
    assert heard
    assert store.trouble is Trouble.DAMAGED


class Blind(sqlite3.Connection):
    """Opens the file and then can read none of it."""

    path: Path
    times = 0

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement.startswith("PRAGMA") and Blind.times:
            Blind.times -= 1
            super().execute("SELECT count(*) FROM sqlite_master").fetchall()  # takes its lock
            blind(self.path)
        return super().execute(statement, *values)


@pytest.mark.parametrize(("times", "is_lost"), [(2, False), (9, True)])
async def test_a_file_whose_pages_cannot_be_read_is_replaced_unless_it_was_for_a_moment(
    store: SqliteStore,
    backups: Backups,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    *,
    is_lost: bool,
) -> None:
    await backups.make(NOW)
    await store.close()
    Blind.path, Blind.times = backups.database, times
    connect = sqlite3.connect

    def opened(path: Any, **told: Any) -> sqlite3.Connection:
        is_it = path == backups.database
        return connect(path, **told, factory=Blind if is_it else sqlite3.Connection)

    monkeypatch.setattr(look, "_PAUSE_S", 0.01)
    monkeypatch.setattr("bot.stores.sqlite.look.sqlite3.connect", opened)
    mended: Mended | None = mend(backups, NOW + H)
    assert (mended is not None) == is_lost
    assert mended is None or mended.backup is not None


# ── damage that a backup finds ───────────────────────────────────────────────────────────────


async def test_a_backup_that_meets_damage_says_so_to_the_store_at_once(
    store: SqliteStore, backups: Backups
) -> None:
    heard: list[bool] = []
    store.damaged = lambda: heard.append(True)
    await store._write(lambda: store._do(FILLED))
    checkpointed = "PRAGMA wal_checkpoint(TRUNCATE)"
    await store._run(lambda: store._db.execute(checkpointed).fetchall())
    with backups.database.open("r+b") as file:
        file.seek(backups.database.stat().st_size - 16384)
        file.write(os.urandom(16384))
    with pytest.raises(DatabaseDamaged):
        await backups.make(NOW)
    keeping = Keeping(backups, lambda: NOW, H, 24, 14, store.found_damaged)
    await keeping.make()
    assert heard
    assert store.trouble is Trouble.DAMAGED


async def test_a_backup_that_has_no_room_says_nothing_of_damage(
    store: SqliteStore, backups: Backups
) -> None:
    await store._write(lambda: store._do(FILLED))
    heard: list[bool] = []
    keeping = Keeping(backups, lambda: NOW, H, 24, 14, lambda: heard.append(True))
    with no_file_over(100_000):
        await keeping.make()
    assert keeping.error
    assert not heard


# ── which backup ─────────────────────────────────────────────────────────────────────────────


async def test_a_backup_of_a_newer_version_is_passed_by_and_that_is_said(
    store: SqliteStore, backups: Backups
) -> None:
    older = await backups.make(NOW)
    await store.close()
    made = backups.folder / f"rasid-{NOW + H:%Y%m%dT%H%M%SZ}.db"
    shutil.copy(backups.path(older), made)
    with closing(sqlite3.connect(made)) as copy, copy:
        copy.execute(NEWER)
    spoil(backups.database)
    mended = mend(backups, NOW + 2 * H)
    assert mended is not None
    assert mended.backup == older
    assert "written by a newer Rasid (step 9)" in str(mended)
    await (await SqliteStore.open(backups.database)).close()


async def test_two_names_of_one_file_are_mended_at_its_place(
    store: SqliteStore, tmp_path: Path
) -> None:
    await store.close()
    other = tmp_path / "other"
    other.mkdir()
    link = other / "rasid.db"
    link.symlink_to(tmp_path / "rasid.db")
    backups = Backups(link, other / "backups")
    await backups.make(NOW)
    spoil(tmp_path / "rasid.db")
    mended = mend(backups, NOW + H)
    assert mended is not None
    assert mended.aside is not None
    assert mended.aside.parent == tmp_path
    assert link.is_symlink()
    assert rows(tmp_path / "rasid.db", "SELECT id FROM chats") == [(7,)]


async def test_two_backups_at_once_are_both_made(store: SqliteStore, backups: Backups) -> None:
    await store._write(lambda: store._do(FILLED))
    other = Backups(backups.database, backups.folder)
    made = await asyncio.gather(backups.make(NOW), other.make(NOW + H))
    assert set(made) == set(backups.kept())
    assert len(made) == 2


# ── a journal that is damaged in its midst ───────────────────────────────────────────────────


async def killed(store: SqliteStore, folder: Path) -> Backups:
    """A database whose process was killed after fifty chats came; the journal holds them."""
    for chat in range(100, 150):
        await store.answer(chat, [PutChat(Chat(chat))], [], NOW)
    lost = folder / "killed"
    lost.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{folder / 'rasid.db'}{ending}", f"{lost / 'rasid.db'}{ending}")
    return Backups(lost / "rasid.db", lost / "backups")


async def test_what_a_damaged_journal_lost_is_told_and_settled_as_after_a_restore(
    store: SqliteStore, tmp_path: Path
) -> None:
    backups = await killed(store, tmp_path)
    path, wal = backups.database, backups.database.with_name("rasid.db-wal")
    text = bytearray(wal.read_bytes())
    text[len(text) // 2] ^= 0xFF
    wal.write_bytes(bytes(text))
    mended = mend(backups, NOW)
    assert mended is not None
    assert (mended.state, mended.backup) == (State.JOURNAL, None)
    assert mended.aside is not None
    assert mended.aside.read_bytes() == bytes(text)
    assert 1 < rows(path, "SELECT count(*) FROM chats")[0][0] < 51
    again = await SqliteStore.open(path)
    restored = await again.restored()
    assert restored is not None
    assert restored.at == NOW
    assert await again.after_restore(NOW, 24 * H) == (0, 0)
    await again.answer(999, [PutChat(Chat(999))], [], NOW)
    # Killed once more: what is told once is not told again.
    other = tmp_path / "again"
    other.mkdir()
    for ending in ("", "-wal"):
        shutil.copy(f"{path}{ending}", f"{other / 'rasid.db'}{ending}")
    await again.close()
    assert mend(Backups(other / "rasid.db", other / "backups"), NOW + H) is None


@pytest.mark.parametrize("cut", [0, 1, 3000, 9000])
async def test_a_journal_that_ends_somewhere_lost_nothing_that_was_committed_before(
    store: SqliteStore, tmp_path: Path, cut: int
) -> None:
    backups = await killed(store, tmp_path)
    wal = backups.database.with_name("rasid.db-wal")
    os.truncate(wal, wal.stat().st_size - cut)
    assert mend(backups, NOW) is None
    assert len(rows(backups.database, "SELECT id FROM chats")) >= 48


async def test_what_a_transaction_left_that_was_never_committed_is_no_loss(
    store: SqliteStore, tmp_path: Path
) -> None:
    spilled = ("PRAGMA cache_size = 10", "BEGIN", FILLED)
    for statement in spilled:
        await store._run(lambda text=statement: store._db.execute(text))
    await store._run(lambda: store._db.execute("ROLLBACK"))
    backups = await killed(store, tmp_path)
    assert mend(backups, NOW) is None
    assert len(rows(backups.database, "SELECT id FROM chats")) == 51


async def test_what_is_left_of_the_journals_last_run_is_no_loss(
    store: SqliteStore, tmp_path: Path
) -> None:
    everything = "PRAGMA wal_checkpoint(RESTART)"
    await store._write(lambda: store._do(FILLED))
    for chat in range(20, 40):
        await store.answer(chat, [PutChat(Chat(chat))], [], NOW)
    await store._run(lambda: store._db.execute(everything).fetchall())
    backups = await killed(store, tmp_path)
    assert mend(backups, NOW) is None
    assert len(rows(backups.database, "SELECT id FROM chats")) == 71


async def test_a_backup_whose_index_misses_a_row_is_passed_by(
    store: SqliteStore, backups: Backups
) -> None:
    good = await backups.make(NOW)
    bad = backups.path(await backups.make(NOW + H))
    await store.close()
    leave_out(bad, row=WAITS)
    spoil(backups.database)
    mended = mend(backups, NOW + 2 * H)
    assert mended is not None
    assert mended.backup == good
    assert "is damaged: row 1 missing from index" in str(mended)


async def test_a_damaged_journal_that_cannot_be_kept_is_told_of_all_the_same(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = await killed(store, tmp_path)
    wal = backups.database.with_name("rasid.db-wal")
    text = bytearray(wal.read_bytes())
    text[len(text) // 2] ^= 0xFF
    wal.write_bytes(bytes(text))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(journal, "copyfile", full)
    mended = mend(backups, NOW)
    assert mended is not None
    assert (mended.state, mended.aside) == (State.JOURNAL, None)
    assert "no room" in str(mended)
