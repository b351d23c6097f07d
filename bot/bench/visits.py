"""The measures of ``bench ingest``, each to run in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from statistics import median
from typing import Any

from bot.bench import clients
from bot.bench.bombs import BOMBS
from bot.bench.costs import Lag, Spent, lagging, memory_mb, timed
from bot.bench.polling import INTERVAL_S, LATER, Polling, polling, sources_at
from bot.bench.publisher import Feeds, Publishers
from bot.core.model import Source, SourceKind
from bot.engine.local import LocalEngine
from bot.errors import SourceError
from bot.sources.feed import FeedPoller
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.workers import Workers

_AT_ONCE = 100
_ROUNDS, _NEWS_ROUNDS = 5, 3  # more, and the news would look hours off the time
_CHANGED, _PARSED = 200, 50
_BOMB_ROUNDS = 8
_BOMBS_AT_ONCE = 4
_NEWS_IN = 10  # one in so many feeds has news
_BEGUN = LATER + timedelta(minutes=11)  # all feeds were read before, and wait to be spread
_TICK_S = 1.0  # as polling.tick_s is by itself

Figures = dict[str, Any]
Work = Callable[[], Awaitable[object]]


def unchanged(publishers: Publishers) -> Figures:
    """Feeds that have not changed: ours, and bare clients in turns with us."""
    return asyncio.run(_taking_turns(publishers))


async def _taking_turns(publishers: Publishers) -> Figures:
    count = publishers.hosts
    sources = sources_at(publishers, count)
    urls = [source.url for source in sources]
    # What is read whole once a day is compared with what was read before.
    async with polling(sources, _AT_ONCE, etag="") as ours:
        await ours.round(count)  # the first visit makes the matcher
        told = await _best_of(
            {
                "ours": lambda: ours.round(count),
                "bare_aiohttp": lambda: clients.bare_aiohttp(urls, _AT_ONCE),
                "httpx": lambda: clients.httpx(urls, _AT_ONCE),
            },
            count,
        )
        if ours.poller.failed:
            raise RuntimeError(f"{ours.poller.failed} visits failed")
    return told


async def _best_of(rivals: dict[str, Work], count: int) -> Figures:
    spent: dict[str, list[Spent]] = {name: [] for name in rivals}
    missing: dict[str, str] = {}
    for _ in range(_ROUNDS):
        for name, visit_all in rivals.items():
            try:
                spent[name].append(await timed(visit_all))
            except ImportError as error:
                missing[name] = f"{error.name} is not installed"
    return {
        name: _speed(rounds, count) | _shares(spent["ours"], rounds)
        if rounds
        else {"left_out": missing[name]}
        for name, rounds in spent.items()
    }


def _speed(rounds: Sequence[Spent], count: int) -> Figures:
    return {
        "feeds_per_s": round(count / min(spent.wall_s for spent in rounds)),
        "cpu_ms": round(min(spent.cpu_s for spent in rounds) / count * 1e3, 3),
    }


def _shares(ours: Sequence[Spent], theirs: Sequence[Spent]) -> Figures:
    """Our speed as a share of theirs; of each round, for they stand close in time, the middle."""
    pairs = list(zip(ours, theirs, strict=True))
    return {
        "our_share": round(median(them.wall_s / we.wall_s for we, them in pairs), 2),
        "our_share_by_cpu": round(median(them.cpu_s / we.cpu_s for we, them in pairs), 2),
    }


def changed(publishers: Publishers, texts: Sequence[str]) -> Figures:
    """Feeds with two new entries: the whole visit, its parts, and feedparser on the documents."""
    feeds = Feeds(texts)
    documents = [feeds.document(b"/news/%d" % number, 9) for number in range(_PARSED)]
    rounds = asyncio.run(_with_news(publishers, documents))
    parts = {name: round(median(each[name] for each in rounds), 3) for name in rounds[0]}
    return parts | {"document_kb": round(median(map(len, documents)) / 1e3, 1)}


async def _with_news(publishers: Publishers, documents: Sequence[bytes]) -> list[Figures]:
    sources = sources_at(publishers, _CHANGED, lambda _: "news")
    async with polling(sources, _AT_ONCE, ago=LATER * _NEWS_ROUNDS) as ours:
        await ours.round(_CHANGED)  # all their entries are new at the first visit
        rounds = [await _news_once(ours, documents) for _ in range(_NEWS_ROUNDS)]
        if ours.poller.failed:
            raise RuntimeError(f"{ours.poller.failed} visits failed")
    return rounds


async def _news_once(ours: Polling, documents: Sequence[bytes]) -> Figures:
    await ours.round(_CHANGED)  # what the round before has left unrecorded
    whole = await timed(lambda: ours.round(_CHANGED))
    ours.clock.moved = ours.clock() + LATER
    due = await ours.store.claim_sources(ours.clock(), _CHANGED)
    poll = await timed(lambda: _each(ours.poller.poll, due, _AT_ONCE))
    fetch = await timed(lambda: _each(ours.fetcher.get, due, _AT_ONCE))
    theirs = clients.feedparser_ms(documents)
    return {
        "visit_ms": _ms(whole),
        "poll_ms": _ms(poll),
        "fetch_ms": _ms(fetch),
        "reading_ms": _ms(poll) - _ms(fetch),
        "feedparser_ms": theirs,
        "reading_to_feedparser": (_ms(poll) - _ms(fetch)) / theirs,
    }


async def _each(
    visit: Callable[[Source], Awaitable[object]], sources: Iterable[Source], at_once: int
) -> None:
    waiting = iter(sources)

    async def one_after_the_other() -> None:
        for source in waiting:
            with suppress(SourceError):
                await visit(source)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


def _ms(spent: Spent) -> float:
    return spent.cpu_s / _CHANGED * 1e3


def bombs(publishers: Publishers) -> Figures:
    """How late the event loop is while bombs are read, some at a time."""
    return asyncio.run(_under_fire(publishers))


async def _under_fire(publishers: Publishers) -> Figures:
    names = list(chain.from_iterable([BOMBS] * _BOMB_ROUNDS))
    sources = [
        Source(name, SourceKind.FEED, name, publishers.url(at, "bomb", name), private=True)
        for at, name in enumerate(names)
    ]
    fetcher, workers = Fetcher(FetchLimits()), Workers()
    poller = FeedPoller(fetcher, lambda: datetime.now(UTC), workers)
    async with lagging() as lag:
        spent = await timed(lambda: _each(poller.poll, sources, _BOMBS_AT_ONCE))
    await fetcher.close()
    workers.close()
    each_ms = round(spent.cpu_s / len(sources) * 1e3)
    return {"bombs": len(sources), "cpu_ms_each": each_ms} | _lateness(lag)


def _lateness(lag: Lag) -> Figures:
    shares = {"lag_p50_ms": 0.5, "lag_p99_ms": 0.99, "lag_most_ms": 1.0}
    return {name: lag.at(share) for name, share in shares.items()}


def crowd(publishers: Publishers, feeds: int, seconds: int) -> Figures:
    """Many feeds as the bot visits them, ticks and all: processor, memory, and who waits."""
    return asyncio.run(_for_a_while(publishers, feeds, seconds))


async def _for_a_while(publishers: Publishers, feeds: int, seconds: int) -> Figures:
    def kind(number: int) -> str:
        return "same" if number % _NEWS_IN else "news"

    async with polling(sources_at(publishers, feeds, kind), at_once=16, ago=_BEGUN) as ours:
        await ours.round(feeds)  # everything was read before
        await _spread(ours, feeds)
        ours.clock.moved = None
        before = ours.poller.ended
        async with lagging() as lag:
            spent = await timed(lambda: _ticking(ours, seconds))
        return {
            "feeds": feeds,
            "seconds": seconds,
            "visits": ours.poller.ended - before,
            "visits_expected": feeds * seconds // INTERVAL_S,
            "failed": ours.poller.failed,
            "core_share": round(spent.cpu_s / spent.wall_s, 3),
            "memory_mb": round(memory_mb()),
        } | _lateness(lag)


async def _spread(ours: Polling, feeds: int) -> None:
    """Make as many due in each second to come as are on any other day."""
    begins = datetime.now(UTC) - timedelta(seconds=INTERVAL_S)
    for second in range(INTERVAL_S):
        at = begins + timedelta(seconds=second)
        await ours.store.claim_sources(at, -(-feeds // INTERVAL_S))


async def _ticking(ours: Polling, seconds: int) -> None:
    engine = LocalEngine()
    engine.every(timedelta(seconds=_TICK_S), ours.ingest.tick, "poll")
    await engine.start()
    await asyncio.sleep(seconds - 0.5)  # between two ticks
    await engine.stop()
