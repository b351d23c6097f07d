"""A clock that was ahead and is right again: nothing waits for the wrong hour to come twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model import (
    AddWatch,
    Chat,
    Course,
    DeliveryState,
    Hints,
    Move,
    PutChat,
    Rhythm,
    Settlement,
)
from bot.stores.sqlite import SqliteStore
from tests.making import NOW, a_batch, a_poll, a_source, a_verdict

AHEAD = NOW + timedelta(hours=1)
MINUTE, LEASE = timedelta(minutes=1), timedelta(seconds=90)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    return tmp_path / "rasid.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(path)
    await opened.put_sources([a_source()], "config")
    await opened.answer(1, [PutChat(Chat(7)), AddWatch(7, "topic:all")], [], NOW)
    yield opened
    await opened.close()


async def visit_ahead(store: SqliteStore) -> None:
    """The source is visited by the wrong clock, and due five minutes later."""
    assert len(await store.claim_sources(AHEAD, 9)) == 1
    wait = 5 * MINUTE
    course = Course(AHEAD + wait, AHEAD, AHEAD, wait, Rhythm(), Hints(), 1, Move())
    await store.record(replace(a_batch(a_verdict(1, 7), poll=a_poll(), at=AHEAD), course=course))


async def fail_ahead(store: SqliteStore) -> None:
    """The alert is tried by the wrong clock, and to be tried again after a minute."""
    (delivery,) = await store.claim_deliveries(AHEAD, 9, "mine", LEASE)
    assert await store.mark_sending(delivery, AHEAD)
    again = Settlement(DeliveryState.PENDING, None, MINUTE, "no connection")
    await store.settle(delivery, again, AHEAD)


async def test_a_source_waits_as_long_as_it_was_to_and_no_hour_more(store: SqliteStore) -> None:
    await visit_ahead(store)
    assert await store.claim_sources(NOW, 9) == ()
    assert await store.claim_sources(NOW + 4 * MINUTE, 9) == ()
    assert len(await store.claim_sources(NOW + 5 * MINUTE, 9)) == 1


async def test_a_delivery_waits_as_long_as_it_was_to_and_no_hour_more(store: SqliteStore) -> None:
    await visit_ahead(store)
    await fail_ahead(store)
    assert await store.claim_deliveries(NOW, 9, "mine", LEASE) == ()
    assert len(await store.claim_deliveries(NOW + MINUTE, 9, "mine", LEASE)) == 1


async def test_a_lease_of_the_wrong_hour_runs_out_in_its_time(store: SqliteStore) -> None:
    await visit_ahead(store)
    assert len(await store.claim_deliveries(AHEAD, 9, "mine", LEASE)) == 1
    assert await store.claim_deliveries(NOW, 9, "mine", LEASE) == ()
    assert len(await store.claim_deliveries(NOW + LEASE, 9, "mine", LEASE)) == 1


async def test_a_start_by_the_right_clock_after_one_by_the_wrong(
    store: SqliteStore, path: Path
) -> None:
    await visit_ahead(store)
    await fail_ahead(store)
    another = await SqliteStore.open(path)
    await another.recover(NOW)
    assert len(await another.claim_sources(NOW + 5 * MINUTE, 9)) == 1
    assert len(await another.claim_deliveries(NOW + MINUTE, 9, "mine", LEASE)) == 1
    await another.close()


@pytest.mark.parametrize(("back", "minds"), [(timedelta(seconds=1), False), (2 * MINUTE, True)])
async def test_a_clock_that_is_kept_right_moves_by_a_second_and_nothing_is_done(
    store: SqliteStore, back: timedelta, minds: bool
) -> None:
    await store.claim_deliveries(NOW, 9, "mine", LEASE)
    assert store._was_set_back(NOW - back) is minds
    assert not store._was_set_back(NOW + MINUTE)


async def test_what_was_added_ahead_and_tried_since_by_the_right_clock_waits_as_it_was_asked_to(
    store: SqliteStore,
) -> None:
    await visit_ahead(store)
    (delivery,) = await store.claim_deliveries(NOW, 9, "mine", LEASE)
    assert await store.mark_sending(delivery, NOW)
    asked = Settlement(DeliveryState.PENDING, None, MINUTE, "RetryAfter: flood")
    await store.settle(delivery, asked, NOW)
    await store.recover(NOW)
    assert await store.claim_deliveries(NOW + MINUTE / 2, 9, "mine", LEASE) == ()
    assert len(await store.claim_deliveries(NOW + MINUTE, 9, "mine", LEASE)) == 1
