"""``bench stories``: is it the same story, with 5,000 and with 50,000 entries in the window.

A made-up stream of three days: seven in ten are news of their own, one in ten a copy of late, two
in ten flashes of a weapon and a place. What stands in an entry was found before; measured is what
comes after: its trace, the story, and the index following. Times are the processor's.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time
from typing import Any, NamedTuple

from bot.bench import ENTRIES
from bot.bench.language import Press
from bot.core import events
from bot.core.joining import join_or_open
from bot.core.matcher import Matcher
from bot.core.model import Audience, Entry, Join, Joined, Knowledge, Reading, Scan
from bot.core.stories import Stories
from bot.core.turn import Mind, Policy, Turn
from bot.data import load_knowledge

_MEASURED = 3_000
_WINDOW = timedelta(hours=72)
_BYTES = 700
_TITLE = 9  # words
_LATELY = 300
_TOLD = ("rocket", "drone", "explosion")
_START = datetime(2026, 1, 1, tzinfo=UTC)

Figures = dict[str, Any]


class _Read(NamedTuple):
    entry: Entry
    read: tuple[Scan, Reading]


def run(sizes: Sequence[int] = ENTRIES, say: Callable[[str], None] = print) -> Figures:
    """Entries a second at each size, and what the biggest costs compared to the smallest."""
    made = {}
    for size in sizes:
        say(f"{size} entries in the window")
        made[str(size)] = _measured(load_knowledge(), size)
    least, most = made[str(min(sizes))], made[str(max(sizes))]
    return {
        "stream": "made up: see bot/bench/stories.py",
        "sizes": made,
        "cost_ratio": round(most["us"] / least["us"], 2),
    }


def table(figures: Figures) -> str:
    """The figures for people."""
    rows = list(figures["sizes"].items())
    lines = [f"{'':>20}" + "".join(f"{size:>12}" for size, _ in rows)]
    lines += [f"{name:>20}" + "".join(f"{row[name]:>12}" for _, row in rows) for name in rows[0][1]]
    return "\n".join([*lines, "", f"{'cost_ratio':>20} {figures['cost_ratio']}"])


def _measured(knowledge: Knowledge, size: int) -> Figures:
    mind = Mind.with_(Matcher(knowledge), Audience(0, {}, ()))
    stream = _Stream(mind, _WINDOW / size)
    recent = Stories(knowledge.likeness)
    for item in stream.items(size):
        _decided(item, recent, mind)
    gc.collect()
    gc.freeze()
    stories, joined, times = len(recent), 0, []
    for item in stream.items(_MEASURED):
        start = process_time()
        join = _decided(item, recent, mind)
        times.append(process_time() - start)
        joined += join.how is not Joined.NEW
    return {
        "entries_per_s": round(len(times) / sum(times)),
        "us": round(sum(times) / len(times) * 1e6),
        "p99_us": round(sorted(times)[int(len(times) * 0.99)] * 1e6),
        "stories": stories,
        "joined_share": round(joined / len(times), 3),
    }


def _decided(item: _Read, recent: Stories, mind: Mind) -> Join:
    now = item.entry.published_at or _START
    recent.forget(now - _WINDOW)
    story, join = join_or_open(item.entry, item.read, recent, Turn(mind, Policy(), now))
    recent.add(story)
    return join


class _Stream:
    """Entries one after the other, each with what stands in it."""

    def __init__(self, mind: Mind, every: timedelta) -> None:
        self._mind, self._every, self._count = mind, every, 0
        self._press, self._chance = Press(mind.knowledge), Random(2)
        self._lately: list[str] = []
        self._terms = [term for term in mind.knowledge.terms if term.category in _TOLD]
        self._places = list(mind.knowledge.places.values())

    def items(self, count: int) -> Iterator[_Read]:
        for _ in range(count):
            self._count += 1
            yield self._item(*self._written())

    def _item(self, title: str, body: str) -> _Read:
        number = str(self._count)
        at = _START + self._every * self._count
        entry = Entry("bench", number, f"bench:{number}", title, body, published_at=at)
        scan = self._mind.matcher.scan(title, body)
        return _Read(entry, (scan, events.read(scan, self._mind.knowledge)))

    def _written(self) -> tuple[str, str]:
        kind = self._chance.random()
        if kind < 0.2:
            return self._flash(), ""
        if kind < 0.3 and self._lately:
            text = self._chance.choice(self._lately)
            words = text.split()[: -self._chance.randrange(1, 10)]
        else:
            (text,) = self._press.texts(1, _BYTES)
            self._lately = [*self._lately[1 - _LATELY :], text]
            words = text.split()
        return " ".join(words[:_TITLE]), " ".join(words[_TITLE:])

    def _flash(self) -> str:
        term, place = self._chance.choice(self._terms), self._chance.choice(self._places)
        return f"{term.text} {place.name(term.lang)}"
