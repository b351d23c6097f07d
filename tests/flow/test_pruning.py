"""What is old goes beside everything else, and what people still press says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.model import Delivery, DeliveryState, Heap, Mark, Settlement, Slice
from bot.core.pruning import Bounds, Terms
from bot.flow import pruning
from bot.flow.pruning import Pruning
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.flow.conftest import LAYLA, SAM, Talk, shown
from tests.flow.test_commands import report
from tests.making import NOW, a_batch, a_source, a_verdict
from tests.stores.test_sqlite import LEASE, subscribe

DAY = timedelta(days=1)
TERMS = Terms(days=30 * DAY, dead=90 * DAY, least=3 * DAY)
OLD = "This alert is old: what I knew of it is no longer kept."


class Clock:
    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Counted(SqliteStore):
    """Knows what was asked of it, in order; ``begun`` when it pruned the fourth time."""

    asked: tuple[str, ...] = ()

    async def prune(self, heap: Heap, bounds: Bounds, after: Mark, many: int) -> Slice:
        done = await super().prune(heap, bounds, after, many)
        self.asked += (f"slice of {heap}",)
        if len(self.asked) == 4:
            self.begun.set()
        return done

    async def mark_sending(self, delivery: Delivery, now: datetime) -> bool:
        self.asked += ("send",)
        return await super().mark_sending(delivery, now)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Counted]:
    opened = await new_store(tmp_path, Counted)
    opened.begun = asyncio.Event()
    await opened.put_sources([a_source()], "config")
    await subscribe(opened, *range(1, 100))
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Smaller slices and shorter rests, as everything is smaller here."""
    monkeypatch.setattr(pruning, "ROWS", 10)
    monkeypatch.setattr(pruning, "_REST_S", 0.0)


async def told(kept: Counted, at: datetime = NOW) -> None:
    await kept.record(a_batch(a_verdict(1, *range(1, 100)), at=at))
    while claimed := await kept.claim_deliveries(at, 50, "mine", LEASE):
        for one in claimed:
            await kept.mark_sending(one, at)
            await kept.settle(one, Settlement(DeliveryState.SENT, message_id=one.id), at)
    kept.asked = ()


async def left(store: SqliteStore) -> int:
    found = await store._run(lambda: store._rows("SELECT count(*) AS n FROM deliveries"))
    return int(found[0]["n"])


async def aged(store: SqliteStore, days: int) -> datetime:
    """So many days later, in all of which there was a bot."""
    now = NOW + days * DAY
    await store.keep("pruned", pruning._written(pruning.Aged(now, now - DAY)))
    return now


async def live(prune: Pruning, clock: Clock, days: int) -> None:
    """So many days, with a round in each ten hours."""
    for _ in range(days * 24 // 10):
        clock.now += timedelta(hours=10)
        await prune.prune_due()


async def test_rounds_go_on_until_what_is_old_is_gone(kept: Counted) -> None:
    clock = Clock()
    prune = Pruning(kept, clock, TERMS)
    await told(kept)
    await live(prune, clock, 29)
    assert await left(kept) == 99
    await live(prune, clock, 3)
    assert await left(kept) == 0


async def test_a_clock_that_leaps_a_year_and_comes_back_has_cost_nothing(
    kept: Counted,
) -> None:
    clock = Clock()
    await told(kept)
    await Pruning(kept, clock, TERMS).prune_due()
    clock.now += 365 * DAY
    for _ in range(200):  # and we die and are started again, over and over
        await Pruning(kept, clock, TERMS).prune_due()
    clock.now = NOW + timedelta(minutes=5)
    await Pruning(kept, clock, TERMS).prune_due()
    assert await left(kept) == 99


async def test_who_is_ended_in_the_middle_goes_on_at_the_next_round(kept: Counted) -> None:
    clock = Clock()
    await told(kept)
    clock.now = await aged(kept, 40)
    await kept.put_sources([], "config")
    ending = Pruning(kept, clock, TERMS)
    await ending.tick()
    await kept.begun.wait()
    await ending.cancel()
    assert 0 < await left(kept) < 99
    await Pruning(kept, clock, TERMS).prune_due()
    assert await left(kept) > 0  # not at once: a crash over it must not turn in a circle
    clock.now += timedelta(hours=1)
    await Pruning(kept, clock, TERMS).prune_due()
    assert await left(kept) == 0


async def test_a_send_waits_for_one_slice_and_not_for_the_round(kept: Counted) -> None:
    await told(kept)
    await kept.record(a_batch(a_verdict(2, 99)))
    (urgent,) = await kept.claim_deliveries(NOW, 1, "mine", LEASE)
    kept.asked = ()
    round_ = asyncio.create_task(Pruning(kept, Clock(await aged(kept, 40)), TERMS).prune_due())
    await kept.begun.wait()
    assert await kept.mark_sending(urgent, NOW)
    await round_
    assert len(kept.asked) > 12
    assert kept.asked.index("send") in (4, 5)


async def test_an_old_button_is_told_that_it_is_old(sam: Talk, layla: Talk) -> None:
    await sam.say("/subscribe")
    await report(sam.store, to=SAM)
    await report(layla.store, to=LAYLA)
    card = await sam.store.alert_card(SAM)
    assert card is not None
    assert OLD not in shown(await sam.press(f"1|why|{card.story_id}"))
    for statement in ("entries", "alerts", "deliveries", "stories"):
        await sam.store._write(lambda table=statement: sam.store._do(f"DELETE FROM {table}"))
    answer = await sam.press("1|why|somethingelse")
    assert shown(answer) == answer.toast == OLD
    assert "لم أعد أحتفظ" in shown(await layla.press(f"1|why|{card.story_id}"))
    assert "No report yet" in shown(await sam.say("/recent"))
