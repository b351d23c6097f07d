"""A report joins a story: what it adds, and whether the readers of the story are told.

More sources change what is shown, silently. A step up (graver, people hurt, another base,
confirmed), a correction, a denial of the whole attack and the all-clear are told in a reply that
sounds: at most three a story, of which the last is kept for how the story ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.core.model import (
    Change,
    Denial,
    Entry,
    Facts,
    Field,
    Grade,
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

Places: TypeAlias = Mapping[str, Place]

MOST_STEPS = 3
_ATTACKS = frozenset({"rocket-attack", "drone-attack"})
ALL_CLEAR = "all-clear"
_ENDINGS = frozenset({Change.TAKEN_BACK, Change.ALL_CLEAR})
_DENIED_WITHIN = timedelta(hours=6)
_MOST_SOURCES = 30  # names that are kept; nobody reads more


def born(entry: Entry, reading: Reading) -> Life:
    """The life of a story that ``entry`` opens."""
    facts = reading.facts
    life = Life(killed=facts.killed, injured=facts.injured, sure=facts.sure)
    state = StoryState.CLOSED if _is_all_clear(reading) else StoryState.OPEN
    return replace(_with_source(life, entry, facts), state=state)


def grown(story: Story, entry: Entry, reading: Reading, places: Places, now: datetime) -> Story:
    """``story`` with one more report.

    Its life has one more edit if what readers see changed, one more step if they should hear it.

    Args:
        story: As it was.
        entry: The report.
        reading: What was understood of it.
        places: The gazetteer by id.
        now: When it is decided.
    """
    before, gone = story.life, _takes_back(story, entry, reading, places)
    life = _learned(_with_source(before, entry, reading.facts), reading, gone=gone)
    severity = max(story.severity, reading.severity) if reading.flag else story.severity
    bases = _new_bases(story, reading, places)
    changes = tuple(_changes(story, reading, bases, gone=gone))
    if _may_step(before, changes, life):
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
    if facts.denial or name in life.originals or name in life.echoes:
        return replace(life, langs=langs)  # who denies it does not report it
    if facts.echo_of and name_key(facts.echo_of) != name_key(name):
        return replace(life, echoes=(*life.echoes, name)[:_MOST_SOURCES], langs=langs)
    return replace(life, originals=(*life.originals, name)[:_MOST_SOURCES], langs=langs)


# ── what is new ──────────────────────────────────────────────────────────────────────────────


def _learned(life: Life, reading: Reading, *, gone: bool) -> Life:
    facts = reading.facts
    denials = life.denials
    if facts.denial and not gone and facts.denial not in denials:
        denials = (*denials, facts.denial)
    return replace(
        life,
        killed=facts.killed or life.killed,
        injured=facts.injured or life.injured,
        sure=facts.sure or life.sure,
        denials=denials,
        state=_state(life, reading, gone=gone),
    )


def _state(life: Life, reading: Reading, *, gone: bool) -> StoryState:
    if gone:
        return StoryState.TAKEN_BACK
    closes = life.state is StoryState.OPEN and _is_all_clear(reading)
    return StoryState.CLOSED if closes else life.state


def _takes_back(story: Story, entry: Entry, reading: Reading, places: Places) -> bool:
    """Whether a report surely denies the very attack that the story tells.

    An alert that is wrongly struck out is worse than one that stands too long: whatever could
    mean another place, weapon or time is only noted.
    """
    facts = reading.facts
    if facts.denial is not Denial.NO_ATTACK or reading.flag or facts.again:
        return False
    at = entry.published_at or story.last_seen_at
    told = story.published_at or story.first_seen_at
    late = abs(at - told) > _DENIED_WITHIN
    then = facts.when is None or facts.when.earliest - _DENIED_WITHIN <= told <= facts.when.latest
    return not late and then and _same_scene(story, reading, places) and _same_weapon(story, facts)


def _same_scene(story: Story, reading: Reading, places: Places) -> bool:
    """Whether it names the most precise place of the story, and none beside what that lies in."""
    told = {key for key in story.places if key in places}
    around = {parent for key in told for parent in places[key].parents}
    precise, named = told - around, set(reading.places)
    return bool(precise) and precise <= named and named <= told | around


def _same_weapon(story: Story, facts: Facts) -> bool:
    ours = {"drone-attack" if weapon == "drone" else "rocket-attack" for weapon in facts.weapons}
    theirs = _ATTACKS.intersection(story.topics)
    return not ours or not theirs or bool(ours & theirs)


def _is_all_clear(reading: Reading) -> bool:
    """Whether its headline, or what leads it where there is none, gives the all-clear."""
    lead = [finding for finding in reading.findings if finding.grade is Grade.LEAD]
    head = [f for f in lead if any(span.field is Field.TITLE for span in f.spans)] or lead
    topics = {finding.topic for finding in head}
    return ALL_CLEAR in topics and topics <= {ALL_CLEAR, "base-alert"}


def _changes(
    story: Story, reading: Reading, bases: tuple[str, ...], *, gone: bool
) -> Iterator[Change]:
    life, facts = story.life, reading.facts
    # Nothing is said of what only a watch found, nor after the last word.
    if story.severity is Severity.NONE or life.state is not StoryState.OPEN:
        return
    if gone:
        yield Change.TAKEN_BACK
        return
    if _is_all_clear(reading):
        yield Change.ALL_CLEAR
    if reading.flag and reading.severity > story.severity:
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


def _new_bases(story: Story, reading: Reading, places: Places) -> tuple[str, ...]:
    """The bases it is about that the story does not know."""
    if not reading.flag:
        return ()
    lead = [finding for finding in reading.findings if finding.grade is Grade.LEAD]
    told = dict.fromkeys(key for finding in lead for key in finding.places)
    return tuple(
        key
        for key in told
        if key not in story.places and key in places and category(places[key]) == "place.base"
    )


# ── telling it ───────────────────────────────────────────────────────────────────────────────


def _may_step(before: Life, changes: tuple[Change, ...], after: Life) -> bool:
    """Whether one more reply may leave; the last is for how it ends, or for the first dead."""
    if not changes:
        return False
    deaths = _is_more(after.killed, before.killed) and not (before.killed and before.killed.most)
    grave = deaths or bool(_ENDINGS.intersection(changes))
    return len(before.steps) < (MOST_STEPS if grave else MOST_STEPS - 1)


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
