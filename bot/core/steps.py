"""Which changes of a story its readers hear of, and whether one more reply may leave.

At most two replies tell of small changes. What happens once is always heard: that a story is
graver than it was, its first dead, a denial, its end.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.counts import counting, has_risen
from bot.core.endings import is_all_clear
from bot.core.harm import has_dead, has_hurt
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

MOST_SMALL = 2
# Each of them happens once to a story, or twice where it grows graver in two steps.
_GRAVE = frozenset({Change.GRAVER, Change.TAKEN_BACK, Change.ALL_CLEAR, Change.DENIED})


def changes(
    story: Story, later: Story, entry: Entry, reading: Reading, *, denied: bool
) -> Iterator[Change]:
    """What a report changes that readers of ``story`` should hear.

    Args:
        story: As it was.
        later: The same with the report.
        entry: The report.
        reading: What was understood of it.
        denied: Whether it surely denies the whole attack.
    """
    life, after, facts = story.life, later.life, reading.facts
    # Nothing is said of what only a watch found, nor after the last word.
    if story.severity is Severity.NONE or life.state is not StoryState.OPEN:
        return
    if denied:
        yield from _denied(life)
        return
    if is_all_clear(reading):
        yield Change.ALL_CLEAR
    if later.severity > story.severity:
        yield Change.GRAVER
    if is_more(facts.killed, life.killed) or is_more(facts.injured, life.injured):
        yield Change.CASUALTIES
    elif _is_less(after.killed, life.killed) or _is_less(after.injured, life.injured):
        yield Change.CORRECTED
    if len(later.places) > len(story.places):
        yield Change.NEW_BASE
    if reading.flag and has_risen(life.counts, counting(entry, reading)):
        yield Change.MORE_WEAPONS
    if facts.sure is Sure.CONFIRMED and life.sure is Sure.UNCONFIRMED:
        yield Change.CONFIRMED


def _denied(life: Life) -> Iterator[Change]:
    """Who was hurt is not denied away: an alert that told of some stands, its denial is told."""
    if not has_hurt(life):
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
    return grave or len(before.steps) < MOST_SMALL


def step(
    story: Story, later: Story, entry: Entry, reading: Reading, told: tuple[Change, ...]
) -> Step:
    """The reply that tells of ``told`` those who know ``story`` as it was."""
    facts, before, after = reading.facts, story.life, later.life
    return Step(
        changes=told,
        title=entry.title,
        source_name=entry.source_name,
        seen_at=later.last_seen_at,
        link=entry.link,
        lang=entry.lang,
        published_at=entry.published_at,
        bases=later.places[len(story.places) :],
        killed=after.killed if after.killed != before.killed else None,
        injured=after.injured if after.injured != before.injured else None,
        counted=counting(entry, reading) if Change.MORE_WEAPONS in told else None,
        denied_by=facts.denied_by if Change.DENIED in told else "",
    )
