"""The watcher's thread beside a real loop; a database that is damaged again and again."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from bot import config, upkeep, watcher
from bot.config import Settings
from bot.core import stalls
from bot.errors import ConfigError, StoreDamaged
from bot.flow.pulse import Pulse
from bot.stores.sqlite import SqliteStore
from tests.test_safekeeping import Taker, hook

__all__ = ["hook"]


def now() -> datetime:
    return datetime.now(UTC)


async def answers() -> None:
    return


def watching(settings: Settings, store: SqliteStore, *news: str) -> watcher.Watcher:
    keeping = upkeep.keeping_of(settings, upkeep.backups_of(settings, store.path), now)
    pulse = Pulse(watcher.steady, answers)
    return watcher.Watcher(settings, store, keeping, pulse, now, list(news))


def settings_of(folder: Path, text: str = "") -> Settings:
    (folder / "config.yaml").write_text(text)
    return config.load(folder / "config.yaml", {})


async def test_a_blocked_loop_is_told_while_it_is_blocked(
    tmp_path: Path, hook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalls, "_LOOP_S", 1.5)
    monkeypatch.setattr(watcher, "_TICK_S", 0.1)
    settings = settings_of(tmp_path, f"notify:\n  webhook_url: {hook}\n")
    store = await SqliteStore.open(tmp_path / "rasid.db")
    kept = watching(settings, store, "The database was damaged.")
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


class Asking(threading.Thread):
    """A monitor, which is never in our loop: asks again and again until it is answered so."""

    def __init__(self, port: int, path: str, status: int) -> None:
        super().__init__(daemon=True)
        self.url, self.status = f"http://127.0.0.1:{port}{path}", status
        self.told: dict[str, Any] = {}
        self.start()

    def run(self) -> None:
        for _ in range(100):
            status, told = self._asked()
            if status == self.status:
                self.told = told
                return
            time.sleep(0.05)

    def _asked(self) -> tuple[int, dict[str, Any]]:
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, json.load(error)


async def test_a_blocked_loop_is_answered_for_from_another_thread(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stalls, "_LOOP_S", 0.5)
    monkeypatch.setattr(watcher, "_TICK_S", 0.1)
    settings = settings_of(tmp_path, f"web:\n  health_port: {unused_tcp_port}\n")
    store = await SqliteStore.open(tmp_path / "rasid.db")
    async with watching(settings, store).running():
        ready = Asking(unused_tcp_port, "/readyz", 200)
        await asyncio.to_thread(ready.join)
        assert ready.told["wrong"] == {}
        assert ready.told["sources"] == {"all": 0, "fresh": 0, "waiting": 0}
        blocked = [Asking(unused_tcp_port, path, 503) for path in ("/readyz", "/livez")]
        for monitor in blocked:
            monitor.join()  # on the loop itself: that is the fault
        assert "main loop is blocked" in blocked[0].told["wrong"]["loop"]
        assert blocked[1].told == {"alive": False}
        again = Asking(unused_tcp_port, "/livez", 200)
        await asyncio.to_thread(again.join)
        assert again.told == {"alive": True}
    await store.close()


async def test_a_port_that_is_taken_ends_the_run_and_names_its_key(tmp_path: Path) -> None:
    taken = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    settings = settings_of(tmp_path, f"web:\n  health_port: {port}\n")
    assert any(row.endswith(f":{port:04X}") for row in listening())
    store = await SqliteStore.open(tmp_path / "rasid.db")
    with pytest.raises(ConfigError, match=r"web\.health_port"):
        async with watching(settings, store).running():
            raise AssertionError("it runs")
    await store.close()
    taken.close()


async def test_many_chats_that_refuse_us_are_a_sign(tmp_path: Path) -> None:
    store, at = await SqliteStore.open(tmp_path / "rasid.db"), now()
    kept = watching(settings_of(tmp_path), store)
    kept.pulse.begin()
    assert kept._look().refused_since is None
    kept.held_since = lambda: at
    assert kept._look().refused_since == at
    await store.close()


async def test_a_disk_that_has_gone_is_a_sign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(path: Path) -> None:
        raise OSError(5, "Input/output error")

    store = await SqliteStore.open(tmp_path / "rasid.db")
    kept = watching(settings_of(tmp_path), store)
    kept.pulse.begin()
    assert kept._look().disk_error == ""
    monkeypatch.setattr("shutil.disk_usage", gone)
    assert kept._look().disk_error == "Input/output error"
    await store.close()


async def test_nothing_listens_unless_it_is_asked_for(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "rasid.db")
    before = listening()
    async with watching(settings_of(tmp_path), store).running():
        await asyncio.sleep(0.2)
        assert listening() == before
    await store.close()


def listening() -> set[str]:
    """The sockets of this process that others can connect to (Linux)."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    ours = {str(link.readlink()) for link in links}
    tables = [Path(f"/proc/self/net/{kind}") for kind in ("tcp", "tcp6")]
    rows = [row.split() for t in tables if t.exists() for row in t.read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in ours}


async def test_the_watcher_ends_at_once_when_the_bot_does(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "rasid.db")
    kept = watching(settings_of(tmp_path), store)
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
    async with watching(settings, store, "x").running():
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
