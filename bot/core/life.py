"""A report joins a story: what it adds, and whether the readers of the story are told.

More sources change what is shown, silently. A step up (graver, people hurt, another base,
confirmed), a correction, a denial of the whole attack and the all-clear are told in a reply that
sounds: at most three a story, of which the last is kept for how the story ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.core.model import (
    Change,
    Denial,
    Entry,
    Facts,
    Life,
    Place,
    Range,
    Reading,
    Severity,
    Step,
    Story,
    StoryState,
    Sure,
)
from bot.core.scene import category
from bot.core.text import name_key

MOST_STEPS = 3
ALL_CLEAR = "all-clear"
_ENDINGS = frozenset({Change.CORRECTED, Change.TAKEN_BACK, Change.ALL_CLEAR})
_MOST_SOURCES = 30  # names that are kept; nobody reads more


def born(entry: Entry, reading: Reading) -> Life:
    """The life of a story that ``entry`` opens."""
    facts = reading.facts
    life = Life(killed=facts.killed, injured=facts.injured, sure=facts.sure)
    state = StoryState.CLOSED if _is_all_clear(reading) else StoryState.OPEN
    return replace(_with_source(life, entry, facts), state=state)


def grown(
    story: Story, entry: Entry, reading: Reading, places: Mapping[str, Place], now: datetime
) -> Story:
    """``story`` with one more report.

    Its life has one more edit if what readers see changed, one more step if they should hear it.

    Args:
        story: As it was.
        entry: The report.
        reading: What was understood of it.
        places: The gazetteer by id.
        now: When it is decided.
    """
    before = story.life
    life = _learned(_with_source(before, entry, reading.facts), reading)
    severity = max(story.severity, reading.severity) if reading.flag else story.severity
    bases = _new_bases(story, reading, places)
    changes = tuple(_changes(story, reading, bases))
    if _may_step(before, changes):
        step = replace(_step(entry, before, life, now), changes=changes, bases=bases)
        life = replace(life, steps=(*before.steps, step))
    if _shown(life) != _shown(before) or severity != story.severity or bases:
        life = replace(life, edits=before.edits + 1)
    return replace(
        story,
        severity=severity,
        places=tuple(dict.fromkeys((*story.places, *bases))),
        entries=story.entries + 1,
        last_seen_at=now,
        life=life,
    )


def _shown(life: Life) -> Life:
    """What of a life readers see."""
    return replace(life, edits=0)


# ── who says so ──────────────────────────────────────────────────────────────────────────────


def _with_source(life: Life, entry: Entry, facts: Facts) -> Life:
    name, langs = entry.source_name or entry.source_id, life.langs
    if entry.lang and entry.lang not in langs:
        langs = (*langs, entry.lang)
    if name in life.originals or name in life.echoes:
        return replace(life, langs=langs)
    if facts.echo_of and name_key(facts.echo_of) != name_key(name):
        return replace(life, echoes=(*life.echoes, name)[:_MOST_SOURCES], langs=langs)
    return replace(life, originals=(*life.originals, name)[:_MOST_SOURCES], langs=langs)


# ── what is new ──────────────────────────────────────────────────────────────────────────────


def _learned(life: Life, reading: Reading) -> Life:
    facts = reading.facts
    denials = life.denials
    if facts.denial and facts.denial not in (Denial.NO_ATTACK, *denials):
        denials = (*denials, facts.denial)
    return replace(
        life,
        killed=facts.killed or life.killed,
        injured=facts.injured or life.injured,
        sure=facts.sure or life.sure,
        denials=denials,
        state=_state(life, reading),
    )


def _state(life: Life, reading: Reading) -> StoryState:
    if reading.facts.denial is Denial.NO_ATTACK:
        return StoryState.TAKEN_BACK
    if life.state is StoryState.TAKEN_BACK:
        return StoryState.OPEN if _confirms(reading) else life.state
    return StoryState.CLOSED if _is_all_clear(reading) else life.state


def _confirms(reading: Reading) -> bool:
    return reading.flag and reading.facts.sure is Sure.CONFIRMED


def _is_all_clear(reading: Reading) -> bool:
    topics = {finding.topic for finding in reading.findings}
    return topics == {ALL_CLEAR}


def _changes(story: Story, reading: Reading, bases: tuple[str, ...]) -> Iterator[Change]:
    life, facts = story.life, reading.facts
    if facts.denial is Denial.NO_ATTACK:
        if life.state is not StoryState.TAKEN_BACK:
            yield Change.TAKEN_BACK
        return
    if life.state is StoryState.TAKEN_BACK:
        if _confirms(reading):  # it happened after all
            yield Change.CONFIRMED
        return
    if _is_all_clear(reading) and life.state is StoryState.OPEN:
        yield Change.ALL_CLEAR
    if reading.flag and reading.severity > story.severity > Severity.NONE:
        yield Change.GRAVER
    if _is_more(facts.killed, life.killed) or _is_more(facts.injured, life.injured):
        yield Change.CASUALTIES
    elif _is_less(facts.killed, life.killed) or _is_less(facts.injured, life.injured):
        yield Change.CORRECTED
    if bases:
        yield Change.NEW_BASE
    if facts.sure is Sure.CONFIRMED and life.sure is Sure.UNCONFIRMED:
        yield Change.CONFIRMED


def _is_more(new: Range | None, known: Range | None) -> bool:
    """Whether more people are hurt than was known, by any reading of both."""
    return new is not None and new.least > (known.most if known else 0)


def _is_less(new: Range | None, known: Range | None) -> bool:
    return new is not None and known is not None and new.most < known.least


def _new_bases(story: Story, reading: Reading, places: Mapping[str, Place]) -> tuple[str, ...]:
    told = [place for finding in reading.findings for place in finding.places]
    if not reading.flag:
        return ()
    return tuple(
        key
        for key in dict.fromkeys(told)
        if key not in story.places and key in places and category(places[key]) == "place.base"
    )


# ── telling it ───────────────────────────────────────────────────────────────────────────────


def _may_step(life: Life, changes: tuple[Change, ...]) -> bool:
    if not changes:
        return False
    most = MOST_STEPS if _ENDINGS.intersection(changes) else MOST_STEPS - 1
    return len(life.steps) < most


def _step(entry: Entry, before: Life, after: Life, now: datetime) -> Step:
    return Step(
        changes=(),
        title=entry.title,
        source_name=entry.source_name,
        seen_at=now,
        link=entry.link,
        lang=entry.lang,
        published_at=entry.published_at,
        killed=after.killed if after.killed != before.killed else None,
        injured=after.injured if after.injured != before.injured else None,
    )
