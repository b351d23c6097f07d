"""``bench deliver``: a broadcast against the sandbox's strict limiter, beside what others do.

The sandbox is a process of its own, so that only our work counts; each measure has a process of its
own too, with the real sender, the real client and a database on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.bench import SECONDS, broadcasts, ending, limiter, news, rssbots
from bot.bench.costs import apart
from bot.bench.exchange import STRICT, exchanging
from bot.core.pacing import Limits

BROADCAST, URGENT = 10_000, 400
_UNPACED, _UNPACED_ROUNDS = 5_000, 3
_REPORTS = 20
_ENDS, _ENDED_IN = 5, 2_000
_READERS, _OUTLETS = 200, 5
_PEER_WAITING, _PEER_STRICT_S = 900, 20

Figures = dict[str, Any]


def run(say: Callable[[str], None] = print, slice_s: int = SECONDS) -> Figures:
    """All figures."""
    limits = Limits()
    with exchanging(BROADCAST + URGENT) as exchange:
        say(f"{BROADCAST} wait, {slice_s} seconds at the pace of a start")
        begun = apart(
            broadcasts.broadcast, exchange, BROADCAST, slice_s, float(limits.overall.count)
        )
        say("the same at the pace that quiet minutes lead to")
        grown = apart(broadcasts.broadcast, exchange, BROADCAST, slice_s, limits.fastest)
        say("without a limiter, on one core")
        rounds = [apart(broadcasts.unpaced, exchange, _UNPACED) for _ in range(_UNPACED_ROUNDS)]
        say(f"from a feed's bytes to the first of {BROADCAST} requests")
        first = apart(news.to_first_request, exchange, BROADCAST, _REPORTS)
        say("the end in the middle of a broadcast")
        ended = apart(ending.terminated, exchange, _ENDS, _ENDED_IN)
        say("AIORateLimiter over httpx")
        fifo = apart(limiter.fifo, exchange, _PEER_WAITING, BROADCAST)
        strict = apart(limiter.strict, exchange, _PEER_STRICT_S)
        say("one event in several feeds")
        event = apart(rssbots.one_event, exchange, _READERS, _OUTLETS)
    unpaced = min(rounds, key=lambda figures: figures["cpu_ms"])
    return {
        "limiter": f"the sandbox's: {STRICT}; loopback",
        "broadcast": {"at_start": begun, "grown": grown},
        "unpaced": unpaced,
        "news": first,
        "sigterm": ended,
        "aio_rate_limiter": {"without_limiter": fifo, "strict": strict},
        "one_event": event,
        "ratios": ratios(begun, grown, unpaced, first, ended, fifo),
    }


def table(figures: Figures) -> str:
    """The figures for people."""
    told = {
        "at the pace of a start": figures["broadcast"]["at_start"],
        "at the pace of quiet minutes": figures["broadcast"]["grown"],
        "unpaced": figures["unpaced"],
        "news": figures["news"],
        "sigterm": figures["sigterm"],
        "AIORateLimiter, no limiter": figures["aio_rate_limiter"]["without_limiter"],
        "AIORateLimiter, strict": figures["aio_rate_limiter"]["strict"],
        "one event": figures["one_event"],
        "ratios": figures["ratios"],
    }
    lines: list[str] = []
    for part, row in told.items():
        lines += ["", f"{part:>32}", *(f"{name:>32} {value}" for name, value in _flat(row))]
    return "\n".join(lines[1:])


def _flat(row: Figures, above: str = "") -> list[tuple[str, Any]]:
    flat: list[tuple[str, Any]] = []
    for name, value in row.items():
        flat += _flat(value, f"{name}.") if isinstance(value, dict) else [(above + name, value)]
    return flat


def ratios(  # noqa: PLR0917 -- one for each measure
    begun: Figures, grown: Figures, unpaced: Figures, first: Figures, ended: Figures, fifo: Figures
) -> Figures:
    """The figures that have limits."""
    urgent_ms = max(begun["urgent"]["p99_ms"], grown["urgent"]["p99_ms"])
    peer_ms = next((v for name, v in fifo.items() if name.startswith("p99_ms_behind")), None)
    return {
        "sustained_per_s_at_start": begun["per_s"],
        "sustained_per_s_grown": grown["per_s"],
        "refused_429": begun["refused_429"] + grown["refused_429"],
        "urgent_p99_ms": urgent_ms,
        "aio_rate_limiter_to_urgent": round(peer_ms / urgent_ms) if peer_ms else None,
        "cpu_ms": unpaced["cpu_ms"],
        "cpu_ms_paced": begun["cpu_ms"],
        "unpaced_per_s": unpaced["per_s"],
        "unpaced_per_s_by_cpu": unpaced["per_s_by_cpu"],
        "first_request_p99_ms": first["first_request"]["p99_ms"],
        "sigterm_uncertain": ended["uncertain"],
        "sigterm_most_s": ended["most_s"],
    }
