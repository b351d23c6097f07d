"""A small broadcast shows what it should, and every figure of a run is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bot.bench import broadcasts, deliver, ending, limiter, news, rssbots
from bot.bench.exchange import STRICT, Exchange, exchanging


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with exchanging(60) as listening:
        yield listening


def test_a_broadcast_keeps_within_the_strict_limiter_and_urgent_alerts_overtake_it(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasts, "_SETTLES_S", 0.2)
    told = asyncio.run(broadcasts._broadcast(exchange, 50, 0.8, 27.0))
    assert told["refused_429"] == 0
    assert told["most_in_a_second"] <= STRICT["per_second"]
    assert told["urgent"]["alerts"] > told["urgent"]["lost"] == 0
    # Behind those that still wait it would take longer.
    assert told["urgent"]["p50_ms"] < 500


def test_without_limits_everything_arrives_once(exchange: Exchange) -> None:
    told = asyncio.run(broadcasts._unpaced(exchange, 40))
    assert told["arrived"] == 40


def test_news_is_told_and_what_is_told_is_measured(exchange: Exchange) -> None:
    told = asyncio.run(news._reports(exchange, 20, 2))
    assert 0 < told["recorded"]["p50_ms"] < told["first_request"]["p50_ms"]


@pytest.mark.crash  # until the last edit: eleven seconds
def test_one_event_is_one_message_here_and_one_for_each_feed_there(exchange: Exchange) -> None:
    told = rssbots.one_event(exchange, 5, 3)
    assert told["ours"]["messages_a_reader"] == 1
    assert told["one_alert_a_match"]["messages_a_reader"] == 3


@pytest.mark.crash  # a whole bot is started; make crash does it more often
def test_the_bot_ends_cleanly(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "_BEGUN", 2)
    told = ending.terminated(exchange, 1, 50)
    assert (told["uncertain"], told["lost"], told["twice"]) == (0, 0, 0)
    assert told["exit_codes"] == [0]


def test_a_peer_that_is_not_installed_is_left_out(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(limiter, "import_module", missing)
    assert "left_out" in limiter.fifo(exchange, 1, 10)
    assert "left_out" in limiter.strict(exchange, 0.1)


def test_every_figure_with_a_limit_is_told() -> None:
    waits = {"p50_ms": 1.0, "p99_ms": 50.0, "most_ms": 60.0}
    sent = {"per_s": 27.0, "refused_429": 0, "cpu_ms": 1.0, "urgent": waits}
    unpaced = {"cpu_ms": 0.7, "per_s": 1_000, "per_s_by_cpu": 1_400}
    ended = {"uncertain": 0, "most_s": 1.0}
    fifo = {"p99_ms": 9.0, "p99_ms_behind_10000_computed": 300_000}
    told = deliver.ratios(sent, sent, unpaced, {"first_request": waits}, ended, fifo)
    assert None not in told.values()
    assert told["aio_rate_limiter_to_urgent"] == 6_000
    parts = {"broadcast": {"at_start": sent, "grown": sent}, "unpaced": unpaced, "news": waits}
    peers = {"aio_rate_limiter": {"without_limiter": fifo, "strict": {}}}
    shown = deliver.table({**parts, **peers, "sigterm": ended, "one_event": {}, "ratios": told})
    assert "urgent_p99_ms" in shown


def test_the_most_within_a_second_is_counted_as_the_limiter_does() -> None:
    assert broadcasts._most_in_a_second([0.0, 0.5, 0.9, 1.0, 1.5]) == 3
