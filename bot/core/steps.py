"""Which changes of a story its readers hear of, and whether one more reply may leave.

At most three replies a story, of which the last is kept for how the story ends, for a denial, and
for the first dead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.core.counts import counting, has_risen
from bot.core.endings import is_all_clear
from bot.core.model import (
    Change,
    Entry,
    Life,
    Range,
    Reading,
    Severity,
    Step,
    Story,
    StoryState,
    Sure,
)

MOST_STEPS = 3
_GRAVE = frozenset({Change.TAKEN_BACK, Change.ALL_CLEAR, Change.DENIED})


def has_dead(life: Life) -> bool:
    """Whether people were reported killed."""
    return life.killed is not None and life.killed.most > 0


def changes(
    story: Story, entry: Entry, reading: Reading, bases: tuple[str, ...], *, denied: bool
) -> Iterator[Change]:
    """What the report changes that readers of ``story`` should hear.

    Args:
        story: As it was.
        entry: The report.
        reading: What was understood of it.
        bases: Those it is about that the story did not know.
        denied: Whether it surely denies the whole attack.
    """
    life, facts = story.life, reading.facts
    # Nothing is said of what only a watch found, nor after the last word.
    if story.severity is Severity.NONE or life.state is not StoryState.OPEN:
        return
    if denied:
        yield from _denied(life)
        return
    if is_all_clear(reading):
        yield Change.ALL_CLEAR
    if reading.flag and reading.severity > story.severity:
        yield Change.GRAVER
    if is_more(facts.killed, life.killed) or is_more(facts.injured, life.injured):
        yield Change.CASUALTIES
    elif _is_less(facts.killed, life.killed) or _is_less(facts.injured, life.injured):
        yield Change.CORRECTED
    if bases:
        yield Change.NEW_BASE
    if reading.flag and has_risen(life.counts, counting(entry, reading)):
        yield Change.MORE_WEAPONS
    if facts.sure is Sure.CONFIRMED and life.sure is Sure.UNCONFIRMED:
        yield Change.CONFIRMED


def _denied(life: Life) -> Iterator[Change]:
    """The dead are not denied away: an alert that tells of some stands, and its denial is told."""
    if not has_dead(life):
        yield Change.TAKEN_BACK
    elif not any(Change.DENIED in step.changes for step in life.steps):
        yield Change.DENIED


def is_more(new: Range | None, known: Range | None) -> bool:
    """Whether more people are hurt than was known, by any reading of both."""
    return new is not None and new.least > (known.most if known else 0)


def _is_less(new: Range | None, known: Range | None) -> bool:
    return new is not None and known is not None and new.most < known.least


def may_step(before: Life, told: tuple[Change, ...], after: Life) -> bool:
    """Whether one more reply may leave that tells of ``told``."""
    if not told:
        return False
    deaths = is_more(after.killed, before.killed) and not has_dead(before)
    grave = deaths or bool(_GRAVE.intersection(told))
    return len(before.steps) < (MOST_STEPS if grave else MOST_STEPS - 1)


def step(
    story: Story, entry: Entry, reading: Reading, told: tuple[Change, ...], now: datetime
) -> Step:
    """The reply that tells readers of ``story``, as it was, of ``told``."""
    facts, life = reading.facts, story.life
    return Step(
        changes=told,
        title=entry.title,
        source_name=entry.source_name,
        seen_at=now,
        link=entry.link,
        lang=entry.lang,
        published_at=entry.published_at,
        killed=facts.killed if facts.killed != life.killed else None,
        injured=facts.injured if facts.injured != life.injured else None,
        counted=counting(entry, reading) if Change.MORE_WEAPONS in told else None,
        denied_by=facts.denied_by if Change.DENIED in told else "",
    )
