"""The facts of the corpus against what is made of it, field by field.

``python -m tests.core.measuring_facts`` prints the share right, and every miss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.core import facts
from bot.core.letters import fold
from bot.core.matcher import Matcher
from bot.core.model import Facts, Range
from bot.core.times import REGION
from bot.data import load_knowledge
from tests.corpus import rows

Row = dict[str, Any]
UNJUDGED = {"fell-short", "unknown"}  # outcomes for which there is no word of our own
FAMILY = {"shell": {"artillery", "mortar", "rocket"}}


@dataclass
class Tally:
    """How many rows tell a field, and those that were read otherwise."""

    of: int = 0
    misses: list[tuple[object, object, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return 1 - len(self.misses) / self.of if self.of else 1.0


@lru_cache(maxsize=1)
def matcher() -> Matcher:
    return Matcher(load_knowledge())


def read(title: str, body: str = "", at: datetime | None = None) -> Facts:
    """The facts of a text."""
    return facts.read(matcher().scan(title, body), at)


def facts_of(row: Row) -> Facts:
    """The facts of one row of the corpus."""
    at = datetime.fromisoformat(row["at"]) if "at" in row else None
    return read(row.get("title") or row["text"], row.get("body", ""), at)


def tallies() -> dict[str, Tally]:
    """The corpus, field by field."""
    told: dict[str, Tally] = {}
    for row in rows("events"):
        seen = facts_of(row)
        for name, (wanted, is_right, got) in _judged(row, seen):
            tally = told.setdefault(name, Tally())
            tally.of += 1
            if not is_right:
                tally.misses.append((wanted, got, row.get("text") or row["title"]))
    return told


def _judged(row: Row, seen: Facts) -> Iterator[tuple[str, tuple[object, bool, object]]]:
    for name in ("count", "killed", "injured"):
        if name in row:
            got = getattr(seen, name)
            yield name, (row[name], _overlap(row[name], got), got)
    for name, judge in _JUDGES.items():
        if name in row:
            is_right, got = judge(row[name], seen)
            yield name, (row[name], is_right, got)
    if "denial" not in row and not row.get("guard"):
        yield "denial absent", ("", seen.denial is None, seen.denial)
    if "attribution" not in row and row["kind"] in {"positive", "flash", "facts", "time"}:
        yield "echo absent", ("", seen.echo_of == "", seen.echo_of)
    if "exercise" not in row and row["flag"]:
        yield "exercise absent", (False, not seen.exercise, seen.exercise)
    if "claimed_by" not in row and row["flag"]:
        yield "claim absent", ("", not seen.claimed_by, seen.claimed_by)


def _overlap(wanted: list[int], got: Range | None) -> bool:
    return got is not None and got.least <= wanted[1] and wanted[0] <= got.most


def _weapon(wanted: str, seen: Facts) -> tuple[bool, object]:
    return bool(FAMILY.get(wanted, {wanted}) & set(seen.weapons)), seen.weapons


def _outcome(wanted: str, seen: Facts) -> tuple[bool, object]:
    return wanted in UNJUDGED or wanted in seen.outcomes, tuple(map(str, seen.outcomes))


def _named(wanted: str, got: str) -> bool:
    one, other = fold(wanted), fold(got)
    return bool(other) and (one in other or other in one)


def _when(wanted: str, seen: Facts) -> tuple[bool, object]:
    if seen.when is None:
        return False, None
    earliest, latest = (moment.astimezone(REGION) for moment in seen.when)
    day, _, hour = wanted.partition("T")
    moment = datetime.fromisoformat(day).replace(tzinfo=REGION, hour=int(hour or 0))
    is_right = earliest.date() == moment.date() or earliest <= moment <= latest
    if hour:
        is_right = earliest <= moment.replace(minute=30) and moment <= latest
    return is_right, f"{earliest:%m-%dT%H:%M}…{latest:%m-%dT%H:%M}"


_JUDGES: dict[str, Callable[[Any, Facts], tuple[bool, object]]] = {
    "weapon": _weapon,
    "outcome": _outcome,
    "denial": lambda wanted, seen: (seen.denial == wanted, seen.denial),
    "denied_by": lambda wanted, seen: (_named(wanted, seen.denied_by), seen.denied_by),
    "claimed_by": lambda wanted, seen: (_named(wanted, seen.claimed_by), seen.claimed_by),
    "source_named": lambda wanted, seen: (_named(wanted, seen.echo_of), seen.echo_of),
    "attribution": lambda wanted, seen: ((wanted == "echo") == bool(seen.echo_of), seen.echo_of),
    "when": _when,
    "exercise": lambda wanted, seen: (seen.exercise == wanted, seen.exercise),
}


def report() -> Iterator[str]:
    """The figures, then the misses."""
    told = sorted(tallies().items())
    for name, tally in told:
        yield f"{name:16} {tally.share:.3f} of {tally.of}"
    for name, tally in told:
        for wanted, got, text in tally.misses:
            yield f"{name}: {wanted} ≠ {got} | {text[:150]}"


if __name__ == "__main__":
    print("\n".join(report()))
