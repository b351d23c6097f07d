"""How the reading of events does on our own sentences: ``python -m tests.corpus.figures``.

Prints precision and recall of the flag by language and by kind, how often topics, places, severity
and guard are as a reader expects them, and every sentence that went wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.core.events import read
from bot.core.matcher import Matcher
from bot.core.model import Grade, Reading
from bot.data import load_knowledge
from tests.corpus import rows

Row = dict[str, Any]


@dataclass
class Score:
    """Flags: right, false and missed."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def count(self, said: bool, wanted: bool) -> None:
        self.right += said and wanted
        self.false += said and not wanted
        self.missed += wanted and not said

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    def __str__(self) -> str:
        told = f"{self.right} right, {self.false} false, {self.missed} missed"
        return f"precision {self.precision:.3f} recall {self.recall:.3f} ({told})"


@dataclass
class Figures:
    """What was measured: flags by group, the share of each field that is right, the misses."""

    flags: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def share(self, name: str) -> float:
        """How often the field ``name`` is as expected."""
        return self.right[name] / self.asked[name]


def measure() -> Figures:
    """Read every sentence of the corpus."""
    knowledge = load_knowledge()
    matcher = Matcher(knowledge, ())
    figures = Figures()
    for row in rows("events"):
        title, body = row.get("title") or row["text"], row.get("body", "")
        reading = read(matcher.scan(title, body), knowledge)
        for group in ("all", row["lang"], f"kind {row['kind']}"):
            figures.flags[group].count(reading.flag, row["flag"])
        for name, as_expected in _fields(row, reading):
            figures.asked[name] += 1
            figures.right[name] += as_expected
            if not as_expected:
                figures.misses.append(f"{name:9}{row['lang']} {title[:90]} | {_said(reading)}")
    return figures


def _fields(row: Row, reading: Reading) -> Iterator[tuple[str, bool]]:
    yield "flag", reading.flag is row["flag"]
    if "no_place" in row:
        yield "no_place", row["no_place"] not in reading.places
    if reading.flag is not row["flag"]:
        return
    if row["flag"]:
        yield "topics", set(row.get("topics", ())) <= _leads(reading)
        yield "places", set(row.get("places", ())) <= set(reading.places)
        if "severity" in row:
            yield "severity", reading.severity == row["severity"]
    elif "guard" in row:
        yield "guard", reading.guard == row["guard"]
        yield "guarded", bool(reading.guard)


def _leads(reading: Reading) -> set[str]:
    return {finding.topic for finding in reading.findings if finding.grade is Grade.LEAD}


def _said(reading: Reading) -> str:
    topics = ",".join(sorted(_leads(reading))) or reading.guard or "nothing"
    return f"{topics} {int(reading.severity)} {','.join(reading.places)}"


def main() -> None:
    """Print it all."""
    figures = measure()
    for miss in sorted(figures.misses):
        print(miss)
    for group, score in figures.flags.items():
        print(f"{group:18}{score}")
    for name, asked in figures.asked.items():
        print(f"{name:18}{figures.right[name]}/{asked} = {figures.share(name):.3f}")


if __name__ == "__main__":
    main()
