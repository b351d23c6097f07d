"""The measures of ``bench deliver``, each to run in a process of its own."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.bench.costs import cpu_s
from bot.bench.exchange import STRICT, Arrived, Exchange
from bot.bench.sending import Parts, chats_of, sending
from bot.core.model import Severity
from bot.core.pacing import Limits, Pacing, Rate

Figures = dict[str, Any]

URGENT_EVERY_S = 0.4
_SETTLES_S = 3.0  # a start is not what is meant by sustained
_SECOND = timedelta(seconds=1)
UNPACED = Limits(Rate(100_000, _SECOND, burst=100), Rate(100_000, _SECOND), Rate(100_000, _SECOND))


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def waits(seconds: Sequence[float]) -> Figures:
    """How long some waited, in milliseconds."""
    shares = {"p50_ms": 0.5, "p99_ms": 0.99, "most_ms": 1.0}
    return {name: round(quantile(seconds, share) * 1e3, 1) for name, share in shares.items()}


def pinned() -> None:
    """This process has one core from now on."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


# ── a broadcast against the strict limiter, urgent alerts meanwhile ───────────────────────────


def broadcast(exchange: Exchange, waiting: int, seconds: float, per_second: float) -> Figures:
    """So many important alerts wait; critical ones come now and then."""
    gc.set_threshold(50_000, 20, 50)  # as in ``app``
    return asyncio.run(_broadcast(exchange, waiting, seconds, per_second))


async def _broadcast(
    exchange: Exchange, waiting: int, seconds: float, per_second: float
) -> Figures:
    await exchange.limit(**STRICT)
    everybody = chats_of(exchange)
    after = await exchange.last()
    async with sending(exchange, Pacing(Limits(overall=Rate(per_second, _SECOND)))) as ours:
        await ours.tell(everybody[:waiting], Severity.IMPORTANT)
        await asyncio.sleep(_SETTLES_S)
        cpu, started = cpu_s(), time.time()
        begun = await _urgent(ours, everybody[waiting:], seconds)
        spent, ended = cpu_s() - cpu, time.time()
        arrived = await exchange.arrived(after)
        waited = _waited(begun, arrived)
        counts = await ours.store.outbox_counts()
    within = [one.at for one in arrived if started <= one.at < ended]
    return {
        "pace_per_s": per_second,
        "seconds": round(ended - started),
        "per_s": round((len(within) - 1) / (within[-1] - within[0]), 2),
        "refused_429": ours.messenger.refused,
        "most_in_a_second": _most_in_a_second([one.at for one in arrived]),
        "cpu_ms": round(spent / len(within) * 1e3, 3),
        "still_waiting": counts.get("pending", 0),
        "urgent": {"alerts": len(begun), "lost": len(begun) - len(waited), **waits(waited)},
    }


async def _urgent(ours: Parts, readers: Sequence[int], seconds: float) -> dict[int, float]:
    """A critical alert to one reader after the other; when it was decided."""
    begun: dict[int, float] = {}
    ends = time.monotonic() + seconds
    for chat_id in readers:
        if time.monotonic() >= ends:
            break
        await asyncio.sleep(random.uniform(0.5, 1.5) * URGENT_EVERY_S)
        begun[chat_id] = time.time()
        await ours.tell([chat_id], Severity.CRITICAL)
    await asyncio.sleep(1)  # the last one arrives
    return begun


def _waited(begun: dict[int, float], arrived: Sequence[Arrived]) -> list[float]:
    return [one.at - begun[one.chat_id] for one in arrived if one.chat_id in begun]


def _most_in_a_second(times: Sequence[float]) -> int:
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


# ── as fast as it goes ───────────────────────────────────────────────────────────────────────


def unpaced(exchange: Exchange, messages: int) -> Figures:
    """No limiter, one core: what our own work costs."""
    pinned()
    gc.set_threshold(50_000, 20, 50)
    return asyncio.run(_unpaced(exchange, messages))


async def _unpaced(exchange: Exchange, messages: int) -> Figures:
    await exchange.limit(enabled=False)
    async with sending(exchange, Pacing(UNPACED)) as ours:
        await ours.tell(chats_of(exchange)[-100:], Severity.NOTICE)
        await ours.settled()
        after = await exchange.last()
        cpu = cpu_s()
        recording = time.monotonic()
        await ours.tell(chats_of(exchange)[:messages], Severity.NOTICE)
        recorded_s = time.monotonic() - recording
        await ours.settled()
        spent = cpu_s() - cpu
    times = [one.at for one in await exchange.arrived(after)]
    each_ms = spent / messages * 1e3
    return {
        "messages": messages,
        "arrived": len(times),
        "per_s": round((len(times) - 1) / (times[-1] - times[0])),
        "cpu_ms": round(each_ms, 3),
        "per_s_by_cpu": round(1e3 / each_ms),
        "recorded_ms_each": round(recorded_s / messages * 1e3, 3),
    }
