"""S7: a disk of its own that is really full, and has room again (a small tmpfs; Linux)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash.crowd import Crowd
from tests.crash.world import Tally
from tests.e2e.conftest import ROOT, TOKEN, Running, until

pytestmark = pytest.mark.crash

CrowdOf = Callable[[int], Awaitable[Crowd]]
_MOUNTED = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
_BEGUN = 'mount -t tmpfs -o size=24m none disk && cp var/rasid.db disk/ && exec "$0" -m bot run'


def is_possible() -> bool:
    """Whether this machine lets us mount something for ourselves."""
    if shutil.which("unshare") is None:
        return False
    tried = [*_MOUNTED, "mount -t tmpfs none /mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


class OnDisk(Running):
    """The bot on a disk of 24 MB; ``disk`` is where others see that."""

    disk = Path()

    async def start(self, *args: str, **environ: str) -> None:
        (self.folder / "disk").mkdir()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("RASID_", "TELEGRAM_"))}
        ours = {"PYTHONPATH": str(ROOT), "TELEGRAM_BOT_TOKEN": TOKEN}
        store = {"RASID_STORE__PATH": "disk/rasid.db"}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(*_MOUNTED, _BEGUN, sys.executable),
                cwd=self.folder, env=clean | ours | store, stdout=log, stderr=log,
            )  # fmt: skip
        await until(lambda: "started" in self.told(), "it runs", 30)
        seen = Path(f"/proc/{self.process.pid}/root")
        self.disk = seen / self.folder.relative_to("/") / "disk"

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        # SQLite follows links, and /proc/…/root is one that leads back to our own disks.
        copied = self.folder / "copied"
        shutil.rmtree(copied, ignore_errors=True)
        copied.mkdir()
        for name in ("rasid.db", "rasid.db-wal"):
            shutil.copy(self.disk / name, copied)
        with contextlib.closing(sqlite3.connect(copied / "rasid.db")) as db:
            return db.execute(statement).fetchall()


def fill(disk: Path) -> int:
    """Not a byte is left; how many were."""
    written = 0
    with (disk / "other.bin").open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    written += file.write(bytes(size))
    return written


async def test_a_disk_that_is_really_full_loses_nothing_and_needs_no_restart(
    crowd_of: CrowdOf,
) -> None:
    if not is_possible():
        pytest.skip("nothing can be mounted here")
    crowd = await crowd_of(300)
    running = OnDisk(crowd.running.folder, crowd.sandbox)
    crowd.running = running
    try:
        await filled_and_emptied(crowd, running)
    finally:
        await running.cleanup()


async def filled_and_emptied(crowd: Crowd, running: OnDisk) -> None:
    await running.start()
    disk = running.disk
    crowd.news()
    await crowd.some(60)
    assert fill(disk) > 1_000_000
    with pytest.raises(OSError) as full:  # noqa: PT011 -- the number is looked at
        (disk / "more.bin").write_bytes(b"x" * 4096)
    assert full.value.errno == errno.ENOSPC
    crowd.news()  # it is read while nothing can be written
    await until(lambda: "disk is full" in running.told(), "the operator told", 60)
    known = sum(crowd.arrived().values())
    (disk / "other.bin").unlink()
    began = time.monotonic()
    await crowd.all(within_s=150)
    told = Tally(1, crowd.missing(), crowd.twice(), began=began)
    print(told.told("a disk that is full", before=known))
    assert running.process is not None
    assert running.process.returncode is None
    assert crowd.twice() == crowd.sum_of("uncertain") == 0
    code, ended_s = await running.end()
    assert (code, ended_s < 10) == (0, True)
