"""S7: no room on the disk. What was recorded is sent, what comes waits, nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from bot.core.model import AddWatch, Chat, PutChat
from bot.errors import StoreUnavailable
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.file import Trouble
from tests.flow.bench import Bench
from tests.flow.test_deliver import Scripted, sender
from tests.making import NOW, a_batch, a_poll, a_source, a_verdict, an_entry

CHATS = range(100, 130)
TITLE = "سقوط ثلاثة صواريخ على قاعدة عين الأسد وإصابة خمسة جنود"


async def set_room(store: SqliteStore, pages: int) -> None:
    await store._run(lambda: store._db.execute(f"PRAGMA max_page_count = {pages}").fetchone())


async def no_room(store: SqliteStore) -> None:
    """The file may grow no more, and what was free in it is filled."""
    await set_room(store, 1)
    for size in (100_000, 10_000, 3_000, 1_000, 300, 100):
        with contextlib.suppress(StoreUnavailable):
            for n in range(200):
                await store.keep(f"filler {size} {n}", "x" * size)
    assert store.trouble is Trouble.FULL


async def within(seconds: float, done: object) -> None:
    for _ in range(int(seconds / 0.02)):
        if done():  # type: ignore[operator]
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come")


async def test_with_a_full_disk_sending_goes_on_and_news_waits_until_there_is_room(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store.put_sources([a_source()], "config")
    for n in CHATS:
        await store.answer(n, [PutChat(Chat(n)), AddWatch(n, "topic:all")], [], NOW)
    await store.record(a_batch(a_verdict(1, *CHATS)))
    messenger = Scripted()
    deliver = sender(store, messenger)
    bench = Bench(store, a_poll(an_entry(2, title=TITLE, published_at=NOW)))
    await no_room(store)
    visiting = asyncio.create_task(bench.tick())
    sending = asyncio.create_task(deliver.run())
    await within(15, lambda: len(messenger.arrived) == len(CHATS))
    assert not visiting.done()  # its entry is kept, and waits
    await set_room(store, 1_000_000)
    await asyncio.wait_for(visiting, 10)
    deliver.wake()
    await within(15, lambda: len(messenger.arrived) == 2 * len(CHATS))
    deliver.stop()
    await asyncio.wait_for(sending, 5)
    per_chat = [sum(m.chat_id == n for m in messenger.arrived) for n in CHATS]
    assert per_chat == [2] * len(CHATS)
    assert store.trouble is Trouble.NONE
    assert set(await store.outbox_counts()) == {"sent"}
