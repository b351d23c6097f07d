"""Polls that brought nothing share transactions, and none of them is lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.core.model import Batch, Poll, PollStatus
from bot.errors import StoreUnavailable
from bot.flow.gathering import Gathering
from bot.stores.sqlite import SqliteStore
from tests.making import NOW, a_source

COUNT = 40


def unchanged(number: int) -> Batch:
    name = f"feed-{number}"
    return Batch(name, (), Poll(name, PollStatus.NOT_MODIFIED, etag=f'"{number}"'), NOW)


class Counted(SqliteStore):
    """The store; counts what is asked of it, and says no as often as it is told."""

    asked: list[int]
    refusals: list[Exception]
    breaks_at: Batch | None = None
    is_slow = False

    async def record_all(self, batches: Sequence[Batch]) -> int:
        self.asked.append(len(batches))
        if self.refusals:
            raise self.refusals.pop()
        if self.breaks_at in batches:
            raise RuntimeError("ours")
        if self.is_slow:
            await asyncio.sleep(60)
        return await super().record_all(batches)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Counted]:
    opened = await Counted.open(tmp_path / "rasid.db")
    opened.asked, opened.refusals = [], []
    sources = [a_source(id=f"feed-{n}", url=f"https://wire.news/{n}") for n in range(COUNT)]
    await opened.put_sources(sources, "config")
    yield opened
    await opened.close()


async def polled(store: Counted) -> dict[str, str]:
    ages = await store.source_ages()
    return {age.source.id: age.source.etag for age in ages if age.polled_at == NOW}


async def test_one_is_recorded_at_once_and_a_crowd_in_a_few_transactions(store: Counted) -> None:
    gathering = Gathering(store, lambda: 0.0)
    await asyncio.gather(*(gathering.record(unchanged(n)) for n in range(COUNT)))
    assert await polled(store) == {f"feed-{n}": f'"{n}"' for n in range(COUNT)}
    assert sum(store.asked) == COUNT
    assert len(store.asked) <= 3


async def test_what_the_store_could_not_take_is_offered_again(
    store: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.retry.SEND_CAP_S", 0.0)
    store.refusals = [StoreUnavailable("busy"), StoreUnavailable("busy")]
    await Gathering(store, lambda: 0.0).record(unchanged(1))
    assert store.asked == [1, 1, 1]
    assert list(await polled(store)) == ["feed-1"]


async def test_one_that_breaks_the_store_keeps_none_of_the_others_out(store: Counted) -> None:
    gathering = Gathering(store, lambda: 0.0)
    store.breaks_at = bad = unchanged(3)
    batches = [unchanged(n) for n in range(3)] + [bad] + [unchanged(n) for n in range(4, 8)]
    found = await asyncio.gather(*map(gathering.record, batches), return_exceptions=True)
    assert [n for n, one in enumerate(found) if one] == [3]
    assert set(await polled(store)) == {f"feed-{n}" for n in (0, 1, 2, 4, 5, 6, 7)}
    await gathering.record(unchanged(8))
    assert "feed-8" in await polled(store)


async def test_a_write_that_was_broken_off_takes_nothing_of_others_with_it(store: Counted) -> None:
    gathering = Gathering(store, lambda: 0.0)
    store.is_slow = True
    first, *others = [asyncio.create_task(gathering.record(unchanged(n))) for n in range(5)]
    await asyncio.sleep(0.02)
    first.cancel()
    store.is_slow = False
    await asyncio.wait_for(asyncio.gather(*others), 5)
    assert first.cancelled()
    assert {f"feed-{n}" for n in range(1, 5)} <= set(await polled(store))
