"""The watcher's thread beside a real loop; a database that is damaged again and again."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import config, upkeep
from bot.config import Settings
from bot.core import stalls
from bot.errors import StoreDamaged
from bot.stores.sqlite import SqliteStore
from tests.test_safekeeping import Taker, hook

__all__ = ["hook"]


def now() -> datetime:
    return datetime.now(UTC)


async def answers() -> None:
    return


def settings_of(folder: Path, text: str = "") -> Settings:
    (folder / "config.yaml").write_text(text)
    return config.load(folder / "config.yaml", {})


async def test_a_blocked_loop_is_told_while_it_is_blocked(
    tmp_path: Path, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalls, "_LOOP_S", 1.5)
    monkeypatch.setattr(upkeep, "_TICK_S", 0.1)
    settings = settings_of(tmp_path, f"notify:\n  webhook_url: {hook}\n")
    store = await SqliteStore.open(tmp_path / "rasid.db")
    kept = upkeep.upkeep_of(settings, store, answers, now, ["The database was damaged."])
    async with kept.running():
        await asyncio.sleep(1)
        assert ["damaged" in heard for heard in Taker.heard] == [True]
        blocked_until = time.monotonic() + 8
        while time.monotonic() < blocked_until and len(Taker.heard) < 2:
            time.sleep(0.05)  # noqa: ASYNC251 -- that is the fault
        assert "main loop is blocked" in Taker.heard[1]
    began = time.monotonic()
    await store.close()
    assert time.monotonic() - began < 1


async def test_the_watcher_ends_at_once_when_the_bot_does(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "rasid.db")
    kept = upkeep.upkeep_of(settings_of(tmp_path), store, answers, now, [])
    async with kept.running():
        await asyncio.sleep(0.3)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    await store.close()


async def test_an_operator_who_does_not_answer_holds_up_no_end(tmp_path: Path) -> None:
    silent = await asyncio.start_server(lambda reader, writer: reader.read(), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    settings = settings_of(tmp_path, f"notify:\n  webhook_url: http://127.0.0.1:{port}/\n")
    store = await SqliteStore.open(tmp_path / "rasid.db")
    async with upkeep.upkeep_of(settings, store, answers, now, ["x"]).running():
        await asyncio.sleep(1)
        began = time.monotonic()
    assert time.monotonic() - began < 3
    await store.close()
    silent.close()


async def test_a_disk_that_damages_everything_ends_the_run(tmp_path: Path) -> None:
    lives: list[list[str]] = []

    async def live(news: list[str]) -> None:
        lives.append(news)
        raise StoreDamaged("again")

    with pytest.raises(StoreDamaged):
        await upkeep.keep_alive(settings_of(tmp_path), tmp_path / "rasid.db", now, live)
    assert 2 <= len(lives) <= 5
