"""A report joins a story: what it adds, and whether the readers of the story are told.

More sources change what is shown, silently; ``steps`` says what is told in a reply that sounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from bot.core.counts import counted
from bot.core.endings import denies_it, is_all_clear, means
from bot.core.harm import has_hurt, suffered
from bot.core.model import Entry, Facts, Grade, Life, Place, Reading, Role, Story, StoryState
from bot.core.scene import category
from bot.core.steps import changes, may_step, step
from bot.core.text import name_key

Places: TypeAlias = Mapping[str, Place]

_MOST_SOURCES = 30  # names that are kept; nobody reads more


def born(entry: Entry, reading: Reading) -> Life:
    """The life of a story that ``entry`` opens."""
    facts = reading.facts
    life = suffered(Life(sure=facts.sure), entry, reading)
    state = StoryState.CLOSED if is_all_clear(reading) else StoryState.OPEN
    counts = counted((), entry, reading)
    return replace(_with_source(life, entry, facts), state=state, counts=counts)


def grown(
    story: Story,
    entry: Entry,
    reading: Reading,
    places: Places,
    now: datetime,
    *,
    rivals: Sequence[Story] = (),
) -> Story:
    """``story`` with one more report.

    Its life has one more edit if what readers see changed, one more step if they should hear it.

    Args:
        story: As it was.
        entry: The report.
        reading: What was understood of it.
        places: The gazetteer by id.
        now: When it is decided.
        rivals: Other stories that it might as well mean.
    """
    meant = (rival for rival in rivals if denies_it(rival, entry, reading, places))
    denied = denies_it(story, entry, reading, places) and means(story, meant, entry)
    before, gone = story.life, denied and not has_hurt(story.life)
    later = replace(
        story,
        severity=max(story.severity, reading.severity) if reading.flag else story.severity,
        places=(*story.places, *_new_bases(story, reading, places)),
        entries=story.entries + 1,
        last_seen_at=now,
        life=_learned(_with_source(before, entry, reading.facts), entry, reading, gone=gone),
    )
    told = tuple(changes(story, later, entry, reading, denied=denied))
    if may_step(before, told, later.life):
        steps = (*before.steps, step(story, later, entry, reading, told))
        later = replace(later, life=replace(later.life, steps=steps))
    if _shown(later) == _shown(story):
        return later
    return replace(later, life=replace(later.life, edits=before.edits + 1))


def _shown(story: Story) -> tuple[object, ...]:
    """What of a story readers see."""
    return replace(story.life, edits=0), story.severity, story.places


# ── who says so ──────────────────────────────────────────────────────────────────────────────


def _with_source(life: Life, entry: Entry, facts: Facts) -> Life:
    name, langs = entry.source_name or entry.source_id, life.langs
    if entry.lang and entry.lang not in langs:
        langs = (*langs, entry.lang)
    what = role(entry, facts)
    if what is Role.DENIAL or name in life.originals or name in life.echoes:
        return replace(life, langs=langs)  # who denies it does not report it
    if what is Role.ECHO:
        return replace(life, echoes=(*life.echoes, name)[:_MOST_SOURCES], langs=langs)
    return replace(life, originals=(*life.originals, name)[:_MOST_SOURCES], langs=langs)


def role(entry: Entry, facts: Facts) -> Role:
    """What a report is to its story."""
    if facts.denial:
        return Role.DENIAL
    name = entry.source_name or entry.source_id
    echo = bool(facts.echo_of) and name_key(facts.echo_of) != name_key(name)
    return Role.ECHO if echo else Role.ORIGINAL


# ── what is new ──────────────────────────────────────────────────────────────────────────────


def _learned(life: Life, entry: Entry, reading: Reading, *, gone: bool) -> Life:
    facts, denials, deniers = reading.facts, life.denials, life.deniers
    if facts.denial and not gone:
        denials = tuple(dict.fromkeys((*denials, facts.denial)))
        if facts.denied_by:
            deniers = {facts.denial: facts.denied_by, **deniers}
    return replace(
        suffered(life, entry, reading),
        counts=counted(life.counts, entry, reading),
        sure=facts.sure or life.sure,
        denials=denials,
        deniers=deniers,
        state=_state(life, reading, gone=gone),
    )


def _state(life: Life, reading: Reading, *, gone: bool) -> StoryState:
    if gone:
        return StoryState.TAKEN_BACK
    closes = life.state is StoryState.OPEN and is_all_clear(reading)
    return StoryState.CLOSED if closes else life.state


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
