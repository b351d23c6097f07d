"""The facts of a report and of a story in plain words, for people on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.core.harm import unhurt
from bot.core.model import Count, Facts, Life, Range, When


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


def life_lines(life: Life) -> Iterator[str]:
    """One line for each thing that became of a story."""
    for count, what in ((life.killed, "killed"), (life.injured, "injured")):
        if count is not None:
            yield f"{what}: {shown(count)}"
    for name in unhurt(life):
        yield f"nobody hurt, by {name}"
    for counted in life.counts:
        yield _counted_by(counted)
    for denial in life.denials:
        by = life.deniers.get(denial)
        yield f"denied: {denial}" + (f", by {by}" if by else "")
    yield f"state: {life.state.value}"
    for link in life.linked:
        yield f"may be the same as story {link.story_id}: {link.title}"
    for number, step in enumerate(life.steps, start=1):
        told = ", ".join(change.value for change in step.changes)
        yield f"step {number} at {timed(step.seen_at)}: {told}, by {step.source_name}: {step.title}"


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


def _counted_by(count: Count) -> str:
    """How many weapons one source counts."""
    return f"{', '.join(count.weapons) or 'weapons'}: {shown(count.count)}, by {count.source_name}"


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
