"""The facts of a report in plain words, for people on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.core.model import Facts, Range, When


def fact_lines(facts: Facts) -> Iterator[str]:
    """One line for each thing the report says of its event."""
    if facts.weapons:
        yield "weapon: " + ", ".join(facts.weapons) + _of(facts.count)
    if facts.outcomes:
        yield "outcome: " + ", ".join(facts.outcomes)
    for what, count in (("killed", facts.killed), ("injured", facts.injured)):
        if count is not None:
            yield f"{what}: {shown(count)}"
    if facts.when is not None:
        yield f"when: {_span(facts.when)}"
    yield from _said(facts)


def _said(facts: Facts) -> Iterator[str]:
    if facts.denial is not None:
        yield f"denied: {facts.denial}" + (f", by {facts.denied_by}" if facts.denied_by else "")
    if facts.claimed_by:
        yield f"claimed by: {facts.claimed_by}"
    if facts.echo_of:
        yield f"repeats: {facts.echo_of}"
    if facts.sure is not None:
        yield facts.sure.value
    if facts.exercise:
        yield "an exercise"
    if facts.again:
        yield "another attack, it says"


def shown(count: Range) -> str:
    """A count as people write it."""
    return str(count.least) if count.least == count.most else f"{count.least} to {count.most}"


def _of(count: Range | None) -> str:
    return f" ({shown(count)})" if count is not None else ""


def _span(when: When) -> str:
    first, last = timed(when.earliest), timed(when.latest)
    return last if first == last else f"{first} to {last}"


def timed(at: datetime | None) -> str:
    """A time as the command line writes it."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "no date"
