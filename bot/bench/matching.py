"""``bench match``: the matcher from a hundred to a million watches, beside its limit and its peers.

The limit R is what the search library itself needs for the same folded texts when no pattern can
hit, at as many patterns: nobody who searches letters can be quicker. Every size is measured in a
process of its own, on one core (only building takes two, as in the bot); the limit in the same
process and moment as what it is compared to. Times are the processor's, so that a busy machine
shifts them less.
"""

from __future__ import annotations

import gc
import marshal
import os
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, NamedTuple

from bot.bench import WATCHES, peers
from bot.bench.costs import apart
from bot.bench.language import Press
from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Reading, Watch
from bot.core.text import name_key
from bot.data import load_knowledge
from bot.engine.building import build_bytes
from bot.flow.minding import CHANGES

_WARM_UP = 900  # texts that a running bot has read before
_MEASURED = 300
_LONG_BYTES = 8_000
_LONG = 300
_ROUNDS = 5
_NOTHING = Reading()

Figures = dict[str, Any]


def run(sizes: Sequence[int] = WATCHES, say: Callable[[str], None] = print) -> Figures:
    """All figures; the biggest of ``sizes`` is that of the peers and the shares of the limit."""
    most = max(sizes)
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for size in sizes:
            say(f"{size} watches")
            made[str(size)] = apart(_measured, size, "plain", folder)
        say(f"{most} watches, mixed")
        mixed = apart(_measured, most, "mixed", folder)
        say(f"{most} watches, without sounds")
        plain = apart(_measured, most, "exact", folder)
        say("peers")
        rivals = {name: apart(_peer, name, most) for name in peers.PEERS}
    return {
        "texts": "2 KB, made-up press: see bot/bench/language.py",
        "sizes": made,
        "mixed": mixed,
        "exact": plain,
        "peers": rivals,
        "ratios": _ratios(made, mixed, plain, rivals),
    }


def table(figures: Figures) -> str:
    """The figures for people."""
    rows = [*figures["sizes"].items(), ("mixed", figures["mixed"]), ("no sounds", figures["exact"])]
    names = [name for name in rows[0][1] if name not in ("watches", "watches_loaded")]
    lines = [f"{'':>20}" + "".join(f"{kind:>12}" for kind, _ in rows)]
    lines += [f"{name:>20}" + "".join(f"{row[name]:>12}" for _, row in rows) for name in names]
    lines += ["", "peers, microseconds a text:"]
    lines += [
        f"{name:>20} {peer.get('us', peer.get('left_out'))}"
        for name, peer in figures["peers"].items()
    ]
    lines += ["", *(f"{name:>32} {value}" for name, value in figures["ratios"].items())]
    return "\n".join(lines)


def _ratios(
    made: dict[str, Figures], mixed: Figures, exact: Figures, rivals: dict[str, Figures]
) -> Figures:
    most = max(made, key=int)
    ratios = {
        "exact_share_of_limit": exact["share_of_limit"],
        "everything_share_of_limit": made[most]["share_of_limit"],
        "mixed_share_of_limit": mixed["share_of_limit"],
        "warm_to_first_sight": round(made[most]["warm_us"] / made[most]["first_sight_us"], 2),
    }
    if "10000" in made:
        ratios["biggest_to_10000"] = round(made[most]["warm_us"] / made["10000"]["warm_us"], 2)
    for name, rival in rivals.items():
        if "us" in rival:
            ratios[f"faster_than_{name}"] = round(rival["us"] / made[most]["warm_us"], 1)
    return ratios


# ── ours ─────────────────────────────────────────────────────────────────────────────────────


def _measured(size: int, kind: str, folder: str) -> Figures:
    path = Path(folder) / f"{kind}-{size}"
    built = apart(_built, size, kind, path)
    _one_core()
    knowledge = load_knowledge()
    press = Press(knowledge)
    written = _Written(
        press.texts(_WARM_UP + _MEASURED),
        press.texts(_LONG, _LONG_BYTES),
        _queries(press, size, kind),
        press.watches(CHANGES),
    )
    return built | _loaded(knowledge, path) | _timed(knowledge, path, written)


class _Written(NamedTuple):
    """Texts, long texts, the watches of the matcher, and some that come later."""

    texts: Sequence[str]
    longer: Sequence[str]
    queries: Sequence[str]
    later: Sequence[str]


def _built(size: int, kind: str, path: Path) -> Figures:
    """Building as the bot does it, in two processes if there are many watches.

    ``build_s`` is the time of both processors; ``built_in_s`` what passes on a machine that has
    two of them to spare, and more on a busy one.
    """
    knowledge = load_knowledge()
    queries = _queries(Press(knowledge), size, kind)
    asked = [*enumerate(queries)]
    before, start = _processor_s(), perf_counter()
    path.write_bytes(build_bytes(knowledge, asked) if kind != "exact" else _deaf(knowledge, asked))
    return {
        "watches": size,
        "build_s": round(_processor_s() - before, 1),
        "built_in_s": round(perf_counter() - start, 1),
    }


def _processor_s() -> float:
    """The processor's time of this process and of those it started that have ended."""
    return sum(os.times()[:4])


def _deaf(knowledge: Knowledge, asked: Sequence[tuple[int, str]]) -> bytes:
    gc.disable()
    watches = [Watch(number, 0, query) for number, query in asked]
    return marshal.dumps(Matcher(knowledge, watches, listener=_Deaf()).kept())


class _Deaf:
    """Listens to nothing."""

    def prepare(self, texts: Iterable[str]) -> None:
        """Nothing is understood."""

    def add(self, number: int, text: str) -> bool:
        """Nothing is heard."""
        return False


def _queries(press: Press, size: int, kind: str) -> list[str]:
    return press.mixed(size) if kind == "mixed" else press.watches(size)


def _loaded(knowledge: Knowledge, path: Path) -> Figures:
    """Loading, and what it adds to the memory of a bot that knows everything but has no watch."""
    return apart(_load, path) | {"cache_mb": round(path.stat().st_size / 1e6, 1)}


def _load(path: Path) -> Figures:
    knowledge = load_knowledge()
    gc.collect()
    before = _memory_mb()
    start = perf_counter()
    kept = marshal.loads(path.read_bytes())  # noqa: S302 (written a minute ago, by us)
    matcher = Matcher(knowledge, kept=kept)
    seconds = perf_counter() - start
    del kept
    gc.collect()
    return {
        "load_s": round(seconds, 2),
        "memory_mb": round(_memory_mb() - before),
        "watches_loaded": matcher.size,
    }


def _timed(knowledge: Knowledge, path: Path, written: _Written) -> Figures:
    kept = marshal.loads(path.read_bytes())  # noqa: S302 (as above)
    matcher = Matcher(knowledge, kept=kept)
    texts, measured = written.texts[:_WARM_UP], written.texts[_WARM_UP:]
    limit = _Limit(written.queries, measured)
    gc.collect()
    gc.freeze()  # as the bot does when it has started
    gc.set_threshold(50_000, 20, 50)
    for text in texts:
        _answers(matcher, text)
    first, hits = _pass(matcher, measured)
    warm, limits = [], []
    for _ in range(_ROUNDS):
        warm.append(_pass(matcher, measured)[0])
        limits.append(limit.pass_())
    return {
        "first_sight_us": round(first, 1),
        "warm_us": round(min(warm), 1),
        "limit_us": round(min(limits), 1),
        "share_of_limit": round(min(limits) / min(warm), 3),
        "matches_a_text": round(hits, 1),
        "p99_8kb_ms": _p99(matcher, written.longer),
        "new_watch_live_ms": _live(matcher, written.later),
    }


def _answers(matcher: Matcher, text: str) -> int:
    """Spans and verdicts, all of them made."""
    return len(matcher.watch_matches(matcher.scan("", text), _NOTHING))


def _pass(matcher: Matcher, texts: Sequence[str]) -> tuple[float, float]:
    """Microseconds and matching watches a text."""
    start = process_time()
    hits = sum([_answers(matcher, text) for text in texts])
    return (process_time() - start) / len(texts) * 1e6, hits / len(texts)


def _p99(matcher: Matcher, texts: Sequence[str]) -> float:
    """Of a single text of 8 KB that was never seen, in milliseconds."""
    times = []
    for text in texts:
        start = process_time()
        _answers(matcher, text)
        times.append((process_time() - start) * 1e3)
    return round(sorted(times)[int(len(times) * 0.99)], 1)


def _live(matcher: Matcher, others: Sequence[str]) -> float:
    """From the call that adds a watch to the first text it fires on; the middle of twenty.

    As many ``others`` came before as make the bot build a new matcher: it is never slower.
    """
    for number, query in enumerate(others, start=1):
        matcher.add(Watch(-number, 0, query))
    times = []
    for number in range(20):
        text = f"قال شهود في نسيرباط{number} وبلدة تلمشوف{number} اليوم"
        start = process_time()
        matcher.add(Watch(-len(others) - number - 1, 0, f"تلمشوف{number}"))
        if not matcher.watch_matches(matcher.scan("", text), _NOTHING):
            raise RuntimeError("a new watch did not fire")
        times.append((process_time() - start) * 1e3)
    return round(statistics.median(times), 1)


class _Limit:
    """The search library over folded letters, with patterns that end in what no text holds."""

    def __init__(self, queries: Sequence[str], texts: Sequence[str]) -> None:
        self._texts = list(padded(texts))
        patterns = dict.fromkeys(f" {' '.join(name_key(query))} \1" for query in queries)
        self._find = peers.limit(list(patterns))

    def pass_(self) -> float:
        start = process_time()
        for text in self._texts:
            self._find(text)
        return (process_time() - start) / len(self._texts) * 1e6


def padded(texts: Iterable[str]) -> Iterator[str]:
    """Folded words between single spaces, as the peers search them."""
    return (f" {' '.join(name_key(text))} " for text in texts)


# ── peers ────────────────────────────────────────────────────────────────────────────────────


def _peer(name: str, size: int) -> Figures:
    _one_core()
    press = Press(load_knowledge())
    texts = press.texts(_WARM_UP + _MEASURED)[_WARM_UP:]
    queries = [" ".join(name_key(query)) for query in press.watches(size)]
    return peers.PEERS[name](list(dict.fromkeys(queries)), list(padded(texts)))


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _memory_mb() -> float:
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
