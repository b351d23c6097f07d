"""Learn the weights of ``bot/data/likeness.yaml`` from ``tests/corpus/stories.yaml``.

    python tools/weigh_likeness.py > bot/data/likeness.yaml

Each report of a stream is compared with the stories before it: its own is right, the others are
wrong. A stream is a few reports of one place, so that each is compared with stories of other
streams too, moved to its hour: of other places, hours apart also of the same. What a veto forbids
teaches nothing. The weights are those of a logistic regression; nothing is left to chance.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from math import exp
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from bot.core import events
from bot.core.likeness import likeness
from bot.core.matcher import Matcher
from bot.core.timing import near_in_time
from bot.core.tracer import Tracer
from bot.core.traces import Trace
from bot.core.vetoes import veto
from bot.core.wording import asked, cosine
from bot.data import load_knowledge

CORPUS = Path(__file__).parent.parent / "tests" / "corpus" / "stories.yaml"
STRANGERS = 6  # stories of other streams a report is compared with
HOURS_LATER = (60, 1_500)  # minutes after which an attack on the same place is another one
ROUNDS, STEPS, PACE, REIN = 4, 400, 0.2, 0.04
# Where the weights start, and what they are drawn back to: the corpus is small.
JUDGED = {
    "bias": -4.0,
    "text": 5.0,
    "names": 1.5,
    "names_differ": -0.5,
    "hours": -1.0,
    "hours_later": -0.3,
    "place_country_same": 1.0,
    "blast_hours": -1.0,
    "aside": -2.0,
    "place_same": 3.0,
    "place_inside": 2.0,
    "place_country": -0.5,
    "place_extra": -2.0,
    "place_missing": -1.5,
    "weapon_same": 1.0,
    "blast_same": 0.7,
    "counts_differ": -0.5,
    "none_flagged": -0.5,
    "names_new": -0.7,
    "stranger": -2.5,
    "place_unknown": -1.0,
}
# The corpus tells more of what follows hours later than of the next attack.
FIXED = {"hours", "hours_later", "blast_hours"}
# Of stories that report no attack the corpus has too few: chosen on its follow-ups by hand.
BY_HAND = {"enough": 0.6, "text_long": 0.42, "text_short": 0.45}


class Pair(NamedTuple):
    """A report, a story of so many traces, and whether it is the report's own."""

    mine: Trace
    theirs: tuple[Trace, ...]
    right: bool
    weight: float


def streams() -> list[list[tuple[dict[str, Any], Trace]]]:
    """The entries of each stream with their traces."""
    knowledge = load_knowledge()
    matcher, tracer = Matcher(knowledge), Tracer.of(knowledge)

    def traced(entry: dict[str, Any]) -> Trace:
        scan = matcher.scan(entry["title"], entry.get("body") or "")
        at = datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
        return tracer.trace(scan, events.read(scan, knowledge, at), at)

    corpus = yaml.safe_load(CORPUS.read_text(encoding="utf-8"))
    return [[(entry, traced(entry)) for entry in stream["entries"]] for stream in corpus]


def pairs(all_streams: list[list[tuple[dict[str, Any], Trace]]]) -> Iterator[Pair]:
    chance = Random(1)
    for stream in all_streams:
        told: dict[int, list[Trace]] = {}
        for entry, trace in stream:
            own = {entry["story"], *entry.get("also", ())}
            if not entry.get("unsure"):
                for story, traces in told.items():
                    yield Pair(trace, tuple(traces), story in own, 1.0)
                yield from strangers(trace, stream, all_streams, chance)
            if entry["story"]:
                told.setdefault(entry["story"], []).append(trace)


def strangers(mine: Trace, own: object, all_streams: list[Any], chance: Random) -> Iterator[Pair]:
    for _ in range(STRANGERS):
        other = chance.choice(all_streams)
        near, later = chance.randrange(120), chance.randrange(*HOURS_LATER)
        if other is own:
            continue
        traces = [trace for _, trace in other[: 1 + chance.randrange(2)]]
        same = any(set(mine.places) & set(trace.places) for trace in traces)
        moved = mine.at - (later if same else near) - traces[-1].at
        yield Pair(mine, tuple(t._replace(at=t.at + moved) for t in traces), False, 0.5)


def learnt(found: list[Pair]) -> dict[str, float]:
    """The weights, after some rounds of choosing the trace of a story that is most alike."""
    weights = dict(JUDGED)
    open_ = [pair for pair in found if not veto(pair.mine, pair.theirs)]
    for _ in range(ROUNDS):
        rows = []
        for pair in open_:
            near = near_in_time(pair.mine, pair.theirs)
            alike = [likeness(pair.mine, t, text(pair.mine, t), weights) for t in near]
            best = max(alike, key=lambda made: made.score)
            rows.append((best.features, pair.right, pair.weight))
        weights = regression(rows)
    return weights


def text(mine: Trace, theirs: Trace) -> float:
    """The likeness of the words of two reports, before anything else was told."""
    return cosine(asked(mine, {}), theirs)


def regression(rows: list[tuple[dict[str, float], bool, float]]) -> dict[str, float]:
    """Weights of the features, by descent along the whole gradient."""
    names = sorted({name for features, _, _ in rows for name in features})
    weights = {name: JUDGED.get(name, 0.0) for name in ["bias", *names]}
    steps = dict.fromkeys(weights, 1e-6)
    for _ in range(STEPS):
        slope = dict.fromkeys(weights, 0.0)
        for features, right, weight in rows:
            total = weights["bias"] + sum(
                weights[n] * v for n, v in features.items() if n in weights
            )
            miss = weight * (right - 1 / (1 + exp(-total)))
            slope["bias"] += miss
            for name, value in features.items():
                if name in weights:
                    slope[name] += miss * value
        for name in weights.keys() - FIXED:
            drawn = REIN * (weights[name] - JUDGED.get(name, 0.0))
            down = slope[name] / len(rows) - drawn
            steps[name] += down * down
            weights[name] += PACE * down / steps[name] ** 0.5
    return weights


def main() -> None:
    """Print the file."""
    weights = learnt(list(pairs(streams())))
    print("# Made by tools/weigh_likeness.py from tests/corpus/stories.yaml; not to be edited.")
    for name, value in {**BY_HAND, **weights}.items():
        print(f"{name}: {round(value, 3)}")


if __name__ == "__main__":
    main()
