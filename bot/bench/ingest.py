"""``bench ingest``: a thousand publishers on loopback, beside bare clients and feedparser.

The publishers are a process of their own, so that only our work counts; each measure has a process
of its own too. Times are the processor's, of that process and its children, except where a speed
is meant: there the peers take turns with us in the same process and moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.bench import SECONDS, visits
from bot.bench.costs import apart
from bot.bench.language import Press
from bot.bench.polling import INTERVAL_S
from bot.bench.publisher import publishing
from bot.data import load_knowledge

HOSTS, FEEDS = 1_000, 10_000
_TEXTS, _BYTES = 900, 1_000  # 25 of them make 30 KB

Figures = dict[str, Any]


def run(say: Callable[[str], None] = print, slice_s: int = SECONDS) -> Figures:
    """All figures."""
    say("a made-up press")
    texts = apart(_texts)
    with publishing(HOSTS, texts) as publishers:
        say("feeds that have not changed, beside bare clients")
        unchanged = apart(visits.unchanged, publishers)
        say("feeds with two new entries, beside feedparser")
        changed = apart(visits.changed, publishers, texts)
        say("bombs")
        bombs = apart(visits.bombs, publishers)
        say(f"{FEEDS} feeds for {slice_s} seconds")
        crowd = apart(visits.crowd, publishers, FEEDS, slice_s)
    return {
        "publishers": f"{HOSTS} on loopback, made up: see bot/bench/publisher.py",
        "unchanged": unchanged,
        "changed": changed,
        "bombs": bombs,
        "crowd": crowd,
        "ratios": ratios(unchanged, changed, bombs, crowd),
    }


def table(figures: Figures) -> str:
    """The figures for people."""
    lines = [f"{'unchanged':>24}{'feeds/s':>12}{'CPU ms':>12}"]
    lines += [
        f"{name:>24}{row.get('feeds_per_s', row.get('left_out')):>12}{row.get('cpu_ms', ''):>12}"
        for name, row in figures["unchanged"].items()
    ]
    for part in ("changed", "bombs", "crowd", "ratios"):
        lines += ["", f"{part:>24}"]
        lines += [f"{name:>32} {value}" for name, value in figures[part].items()]
    return "\n".join(lines)


def ratios(unchanged: Figures, changed: Figures, bombs: Figures, crowd: Figures) -> Figures:
    """The figures that have limits."""
    ours = unchanged["ours"]
    # Every source is visited once in its interval; one in ten has news.
    an_interval_ms = FEEDS * (0.9 * ours["cpu_ms"] + 0.1 * changed["visit_ms"])
    return {
        "share_of_bare_aiohttp": unchanged["bare_aiohttp"]["our_share"],
        "share_of_bare_aiohttp_by_cpu": unchanged["bare_aiohttp"]["our_share_by_cpu"],
        "cpu_ms_unchanged": ours["cpu_ms"],
        "reading_changed_to_feedparser": round(changed["reading_to_feedparser"], 2),
        "loop_lag_p99_ms": bombs["lag_p99_ms"],
        "core_share_computed": round(an_interval_ms / (INTERVAL_S * 1e3), 3),
        "core_share_measured": crowd["core_share"],
        "memory_mb": crowd["memory_mb"],
    }


def _texts() -> list[str]:
    return Press(load_knowledge()).texts(_TEXTS, _BYTES)
