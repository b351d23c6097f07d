"""One life after another: what ends them, what is waited for, and that a stop is never lost."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import config, upkeep
from bot.config import Settings
from bot.core.model import Chat, PutChat
from bot.errors import BackupError, StoreAdrift, StoreDamaged
from bot.stores.reserve import Reserve
from bot.stores.sqlite import SqliteStore, look
from bot.stores.sqlite.backups import Backups
from bot.stores.sqlite.damage import Mended, mend
from bot.stores.sqlite.look import Search
from bot.wiring import assembled
from tests.databases import new_store
from tests.making import NOW
from tests.stores.test_mending import WAITS, cancelled, leave_out, rows, spoil

H = timedelta(hours=1)


class Spied:
    """The real ``mend``, and how it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.searches: list[Search] = []
        self.found: list[Mended | None] = []
        monkeypatch.setattr(upkeep, "mend", self)

    def __call__(self, backups: Backups, now: object, search: Search) -> Mended | None:
        self.searches.append(search)
        self.found.append(mend(backups, NOW + H, search))
        return self.found[-1]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config.yaml").write_text(f"backups:\n  folder: {tmp_path / 'backups'}\n")
    return config.load(tmp_path / "config.yaml", {})


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A database with a chat."""
    store = await new_store(tmp_path)
    await store.answer(1, [PutChat(Chat(7))], [], NOW)
    await store.close()
    return tmp_path / "rasid.db"


class Lives:
    """Each begins with what it is told, and ends as was said."""

    def __init__(self, *ends: Exception) -> None:
        self.ends = list(ends)
        self.news: list[list[str]] = []

    async def __call__(self, news: list[str]) -> None:
        self.news.append(list(news))
        if self.ends:
            raise self.ends.pop(0)


async def test_after_damage_it_is_looked_for_long_and_in_the_indexes_and_then_believed(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spied, lives = Spied(monkeypatch), Lives(StoreDamaged("x"), StoreDamaged("x"))
    await Backups(path, settings.backups.folder).make(NOW)
    await upkeep.keep_alive(settings, path, lambda: NOW, lives)
    asked = [(s.patience_s, s.thorough, s.insist) for s in spied.searches]
    assert asked == [(20, False, False), (900, True, False), (900, True, True)]
    assert [found is None for found in spied.found] == [True, True, False]
    assert lives.news[:2] == [[], []]
    assert "no fault was seen" in lives.news[2][0]


async def test_a_file_that_was_taken_away_is_not_taken_for_damage(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spied, lives = Spied(monkeypatch), Lives(StoreAdrift("x"), StoreAdrift("x"))
    await Backups(path, settings.backups.folder).make(NOW)
    await upkeep.keep_alive(settings, path, lambda: NOW, lives)
    assert [s.thorough for s in spied.searches] == [False] * 3
    assert lives.news == [[], ["x"], ["x"]]


async def test_damage_once_a_day_ends_no_run(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_LATELY_S", 0.0)
    lives = Lives(*(StoreDamaged("x") for _ in range(9)))
    await upkeep.keep_alive(settings, path, lambda: NOW, lives)
    assert len(lives.news) == 10


async def test_an_index_that_breaks_is_mended_within_two_lives(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "SMALL_BYTES", 0)
    leave_out(path, row=WAITS)
    lives: list[list[str]] = []

    async def live(news: list[str]) -> None:
        lives.append(list(news))
        await cancelled(path)

    await upkeep.keep_alive(settings, path, lambda: NOW, live)
    assert lives[0] == []
    assert "An index of the database was wrong" in lives[1][0]
    assert len(lives) == 2


class Told:
    """The operator, who is told."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def __call__(self, news: str) -> None:
        self.heard.append(news)


async def test_a_stop_while_the_database_is_mended_is_obeyed(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, lives, looks = upkeep.Waiting(asyncio.Event(), Told()), Lives(StoreDamaged("x")), [0]
    loop = asyncio.get_running_loop()

    def long(_: Backups, now: object, search: Search) -> None:
        looks[0] += 1
        if looks[0] == 2:  # a large file: up to a quarter of an hour
            loop.call_soon_threadsafe(waiting.stopped.set)
            ends = time.monotonic() + 20
            while not search.halt() and time.monotonic() < ends:
                time.sleep(0.01)

    monkeypatch.setattr(upkeep, "mend", long)
    began = time.monotonic()
    await upkeep.keep_alive(settings, path, lambda: NOW, lives, waiting)
    assert time.monotonic() - began < 5
    assert (looks[0], len(lives.news)) == (2, 1)


async def test_what_was_mended_as_the_stop_came_is_told_all_the_same(
    settings: Settings, path: Path
) -> None:
    await Backups(path, settings.backups.folder).make(NOW)
    spoil(path)
    waiting = upkeep.Waiting(Late(path.parent), told := Told())
    await upkeep.keep_alive(settings, path, lambda: NOW, lives := Lives(), waiting)
    assert not lives.news
    assert "took its place" in told.heard[0]


class Late(asyncio.Event):
    """Is set as soon as the database has been put aside."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def is_set(self) -> bool:
        return any(self.folder.glob("rasid.db.damaged-*"))


async def without_backups(settings: Settings, path: Path) -> Path:
    """It is damaged, and the disk with its backups is not there; where they are."""
    folder = settings.backups.folder
    await Backups(path, folder).make(NOW)
    folder.rename(elsewhere := folder.with_name("elsewhere"))
    spoil(path)
    return elsewhere


async def test_what_hinders_is_told_once_and_tried_again_until_it_is_over(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_AGAIN_S", 0.1)
    elsewhere = await without_backups(settings, path)
    told, lives = Told(), Lives()
    waiting = upkeep.Waiting(asyncio.Event(), told)
    living = asyncio.create_task(upkeep.keep_alive(settings, path, lambda: NOW, lives, waiting))
    await asyncio.sleep(0.5)
    assert len(told.heard) == 1
    assert "Is its disk not mounted" in told.heard[0]
    assert not lives.news
    elsewhere.rename(settings.backups.folder)
    await asyncio.wait_for(living, 10)
    assert "took its place" in lives.news[0][0]
    store = await SqliteStore.open(path)
    assert await store.chat(7) is not None
    await store.close()


async def test_while_it_waits_a_stop_is_obeyed_though_the_operator_does_not_answer(
    settings: Settings, path: Path
) -> None:
    await without_backups(settings, path)

    async def hangs(_: str) -> None:
        await asyncio.sleep(60)

    waiting = upkeep.Waiting(asyncio.Event(), hangs)
    asyncio.get_running_loop().call_later(0.3, waiting.stopped.set)
    began, lives = time.monotonic(), Lives()
    await upkeep.keep_alive(settings, path, lambda: NOW, lives, waiting)
    assert time.monotonic() - began < 5
    assert not lives.news


async def test_a_run_that_ends_by_itself_waits_for_nothing(settings: Settings, path: Path) -> None:
    await without_backups(settings, path)
    with pytest.raises(BackupError, match="Is its disk not mounted"):
        await upkeep.keep_alive(settings, path, lambda: NOW, Lives())
    assert os.access(path, os.R_OK)


async def test_on_a_full_disk_the_reserve_is_given_up_before_anything_begins(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = Reserve(path)
    reserve.keep()
    assert reserve.path.exists()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=100_000))
    await upkeep.keep_alive(settings, path, lambda: NOW, Lives())
    assert not reserve.path.exists()


async def test_damage_that_the_look_did_not_reach_and_the_opening_meets_is_mended(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Backups(path, settings.backups.folder).make(NOW)
    where = "SELECT rootpage FROM sqlite_master WHERE name = '_sqlite_migrations'"
    page = rows(path, where)[0][0]
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))
    opened: list[bool] = []

    async def live(_: list[str]) -> None:
        store = await SqliteStore.open(path)
        opened.append(await store.chat(7) is not None)
        await store.close()

    def late(backups: Backups, now: datetime, search: Search) -> Mended | None:
        return mend(backups, now, search) if search.thorough else None  # a large file

    monkeypatch.setattr(upkeep, "mend", late)
    await upkeep.keep_alive(settings, path, lambda: NOW, live)
    assert opened == [True]


async def test_the_parts_of_a_bot_tell_its_store_of_damage(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", token := "4200000001:AAnobody-canary_token_of_a_bot00")
    async with assembled(settings, token, []) as rasid:
        heard: list[bool] = []
        rasid.store.damaged = lambda: heard.append(True)
        rasid.keeping.damaged()
        assert heard
