"""``python -m bot run`` is asked to end in the middle of a broadcast."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bot.bench.exchange import STRICT, TOKEN, Exchange
from bot.bench.sending import chats_of, introduce, told
from bot.core.model import Severity
from bot.stores.sqlite import SqliteStore

Figures = dict[str, Any]

_ROOT = Path(__file__).parents[2]
_BEGUN = 20  # messages after which it is asked to end


def terminated(exchange: Exchange, times: int, waiting: int) -> Figures:
    """So often, each time with a database of its own."""
    ends = [asyncio.run(_terminated(exchange, waiting)) for _ in range(times)]
    return {
        "times": times,
        "most_s": round(max(end["s"] for end in ends), 2),
        "uncertain": sum(end["uncertain"] for end in ends),
        "lost": sum(end["lost"] for end in ends),
        "twice": sum(end["twice"] for end in ends),
        "exit_codes": sorted({end["code"] for end in ends}),
    }


async def _terminated(exchange: Exchange, waiting: int) -> Figures:
    await exchange.limit(**STRICT)
    after = await exchange.last()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "rasid.db"
        await _fill(database, exchange, waiting)
        _configure(Path(folder), exchange)
        code, seconds = await _run(Path(folder), database, exchange, after)
        counts = await _counts(database)
    arrived = Counter(one.chat_id for one in await exchange.arrived(after))
    return {
        "code": code,
        "s": seconds,
        "uncertain": counts.get("sending", 0) + counts.get("leased", 0),
        # What is not pending any more has arrived, and what has arrived is not pending.
        "lost": waiting - counts.get("pending", 0) - len(arrived),
        "twice": sum(arrived.values()) - len(arrived),
    }


async def _fill(database: Path, exchange: Exchange, waiting: int) -> None:
    store = await SqliteStore.open(database, bot_id=int(TOKEN.split(":")[0]))
    readers = chats_of(exchange)[:waiting]
    await introduce(store, readers)
    await store.record(told(1, readers, Severity.IMPORTANT))
    await store.close()


def _configure(folder: Path, exchange: Exchange) -> None:
    (folder / "seeds").mkdir()
    (folder / "config.yaml").write_text(
        f"telegram:\n  base_url: {exchange.api_url}\n  file_url: {exchange.file_url}\n"
    )


async def _run(folder: Path, database: Path, exchange: Exchange, after: int) -> tuple[int, float]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("RASID_", "TELEGRAM_"))}
    own = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "RASID_STORE__PATH": str(database),
        "PYTHONPATH": f"{_ROOT}:{clean.get('PYTHONPATH', '')}",
    }
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=folder, env=clean | own, stdout=log, stderr=log
        )
    await exchange.wait_for(_BEGUN, after)
    await asyncio.sleep(random.uniform(0, 0.2))
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = await asyncio.wait_for(process.wait(), 30)
    return code, time.monotonic() - begun


async def _counts(database: Path) -> dict[str, int]:
    store = await SqliteStore.open(database, migrate=False, read_only=True)
    counts = dict(await store.outbox_counts())
    await store.close()
    return counts
