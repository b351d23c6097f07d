"""Every way to misbehave ends inside its limit with its own sentence, and hurts nobody else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.core.model import Poll, PollStatus
from bot.errors import SourceError
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher
from bot.sources.workers import Workers
from tests.sources.hostile import CASES, LIMITS, PARSE_S, WITHIN_S, Here, Hostile, misbehaving

NOW = datetime(2026, 7, 7, 14, 0, tzinfo=UTC)


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    async with misbehaving() as server:
        yield server


@pytest.fixture
async def poller() -> AsyncIterator[FeedPoller]:
    fetcher, workers = Fetcher(LIMITS, resolver=Here()), Workers(PARSE_S)
    yield FeedPoller(fetcher, lambda: NOW, workers)
    await fetcher.close()
    workers.close()


async def visited(poller: FeedPoller, hostile: Hostile, name: str) -> Poll | SourceError:
    try:
        async with asyncio.timeout(WITHIN_S):
            return await poller.poll(hostile.source(name))
    except SourceError as error:
        return error


def check(name: str, came: Poll | SourceError) -> None:
    case = CASES[name]
    if isinstance(came, Poll):
        assert case.ends is None, f"{name} was read"
        assert (came.status, len(came.entries)) == (PollStatus.CHANGED, case.entries)
        assert case.says in " ".join(came.notes)
        return
    assert type(came) is case.ends, f"{name}: {came!r}"
    assert re.search(case.says, str(came)), f"{name}: {came}"
    assert getattr(came, "retry_after_s", None) == case.waits_s
    assert came.source_id == name


@pytest.mark.parametrize("name", CASES)
async def test_each_ends_inside_its_limit_with_its_own_sentence(
    name: str, hostile: Hostile, poller: FeedPoller
) -> None:
    check(name, await visited(poller, hostile, name))


async def test_all_at_once_they_end_as_they_end_alone_and_the_others_are_read(
    hostile: Hostile, poller: FeedPoller
) -> None:
    honest = [f"honest-{number}" for number in range(20)]
    among = [name for pair in zip(CASES, honest, strict=False) for name in pair]
    names = [*among, *(set(CASES) - set(among))]
    came = dict(
        zip(
            names,
            await asyncio.gather(*(visited(poller, hostile, name) for name in names)),
            strict=True,
        )
    )
    for name in honest:
        poll = came.pop(name)
        assert isinstance(poll, Poll)
        assert [entry.title for entry in poll.entries] == ["Calm at the airport"]
    for name, what in came.items():
        check(name, what)


async def test_a_loop_is_left_after_the_sixth_request(hostile: Hostile, poller: FeedPoller) -> None:
    await visited(poller, hostile, "redirect-loop")
    assert hostile.visits == {"redirect-loop": 6}


def test_the_table_is_as_long_as_promised() -> None:
    assert len(CASES) >= 28


async def test_a_feed_that_is_asked_again_behind_a_304_has_not_moved(
    hostile: Hostile, poller: FeedPoller
) -> None:
    came = await visited(poller, hostile, "304-with-a-body")
    assert isinstance(came, Poll)
    assert came.moved_to == ""
