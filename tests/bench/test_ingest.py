"""The made-up publishers publish what they say, and every measure of a small run is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import aiohttp
import pytest

from bot.bench import costs, ingest, visits
from bot.bench.bombs import BOMBS
from bot.bench.publisher import ENTRIES, ETAG, NEW, Feeds, Publishers, publishing
from bot.sources import feed

TEXTS = [" ".join(f"word{text}x{number}" for number in range(60)) for text in range(60)]


@pytest.fixture(scope="module")
def publishers() -> Iterator[Publishers]:
    with publishing(8, TEXTS) as listening:
        yield listening


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_ROUNDS": 1, "_CHANGED": 8, "_BOMB_ROUNDS": 1}.items():
        monkeypatch.setattr(visits, name, value)


def test_at_each_visit_two_entries_of_25_are_new() -> None:
    feeds = Feeds(TEXTS)
    first, second = (feed.parse(feeds.next_of(b"/news/3")) for _ in range(2))
    assert len(first.drafts) == len({draft.guid for draft in second.drafts}) == ENTRIES
    known = {draft.guid: draft.title for draft in first.drafts}
    again = [draft for draft in second.drafts if draft.guid in known]
    assert len(again) == ENTRIES - NEW
    assert all(known[draft.guid] == draft.title for draft in again)


def test_two_feeds_do_not_tell_the_same_news() -> None:
    feeds = Feeds(TEXTS)
    one, other = (feed.parse(feeds.document(path, 1)) for path in (b"/news/1", b"/news/2"))
    assert {draft.guid for draft in one.drafts}.isdisjoint(draft.guid for draft in other.drafts)


async def test_publishers_stand_at_addresses_of_their_own(publishers: Publishers) -> None:
    async with aiohttp.ClientSession() as session:
        known = {"If-None-Match": ETAG}
        async with session.get(publishers.url(3), headers=known) as same:
            assert same.status == 304
        async with session.get(publishers.url(9, "news"), headers=known) as news:
            assert news.status == 200
        async with session.get(publishers.url(2, "bomb", "crowded")) as bomb:
            assert await bomb.read() == BOMBS["crowded"]()
    assert len({publishers.url(number).split("/")[2] for number in range(8)}) == 8


def test_a_small_run_brings_every_figure(publishers: Publishers) -> None:
    unchanged = visits.unchanged(publishers)
    changed = visits.changed(publishers, TEXTS)
    bombs = visits.bombs(publishers)
    crowd = visits.crowd(publishers, feeds=40, seconds=2)
    assert unchanged["ours"]["feeds_per_s"] > 0
    assert unchanged["bare_aiohttp"]["cpu_ms"] > 0
    assert bombs["bombs"] == len(BOMBS)
    assert crowd["failed"] == 0
    assert crowd["memory_mb"] > 10
    parts = {"unchanged": unchanged, "changed": changed, "bombs": bombs, "crowd": crowd}
    ratios = ingest.ratios(unchanged, changed, bombs, crowd)
    shown = ingest.table(parts | {"ratios": ratios})
    assert all(name in shown for name in ratios)


async def test_a_blocked_event_loop_is_seen_as_lag() -> None:
    async with costs.lagging() as lag:
        await asyncio.sleep(0.02)
        begun = costs.cpu_s()
        while costs.cpu_s() < begun + 0.1:
            pass
        await asyncio.sleep(0.02)
    assert lag.at(1.0) > 80
    assert lag.at(0.0) < 80


async def test_the_work_of_a_child_process_counts() -> None:
    script = (
        "x = 0\nwhile x < 8_000_000: x += 1\nimport sys, time\nprint(flush=True)\ntime.sleep(9)"
    )

    async def through_a_child() -> None:
        child = await asyncio.create_subprocess_exec(
            "python3", "-c", script, stdout=asyncio.subprocess.PIPE
        )
        children.append(child)
        assert child.stdout is not None
        await child.stdout.readline()

    children: list[asyncio.subprocess.Process] = []
    spent = await costs.timed(through_a_child)
    children[0].kill()
    await children[0].wait()
    assert spent.cpu_s > 0.1
