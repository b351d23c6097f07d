"""An entry joins a story of late, or opens one, which takes what the entry is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import life
from bot.core.earlier import told_now
from bot.core.model import (
    Denial,
    Entry,
    Finding,
    Grade,
    Join,
    Joined,
    Reading,
    Scan,
    Severity,
    Step,
    Story,
    StoryState,
)
from bot.core.sketches import grown, opened, story_id
from bot.core.stories import Stories
from bot.core.tracer import Tracer
from bot.core.traces import Trace, unpacked
from bot.core.turn import Turn
from bot.core.vetoes import veto

Read = tuple[Scan, Reading]

_AHEAD = timedelta(hours=1)  # a publisher's clock may be fast
_OTHER = frozenset({"again", "place", "weapon", "target"})  # vetoes of a page's own story
# A page is corrected, counts more and looks back. Only where it has a new date, hours later, does
# another number, or a time that it names, mean another attack.
_REDATED = frozenset({"time", "count"})
_REDATED_MIN = 120


def join_or_open(entry: Entry, read: Read, recent: Stories, turn: Turn) -> tuple[Story, Join]:
    """The story this entry joins, grown by it, or the new one it opens; and why.

    Args:
        entry: The entry.
        read: What stands in it, and what ``events`` makes of that.
        recent: Stories it may join.
        turn: Its ``now`` stands in where the entry has no date.
    """
    reading, mine = read[1], trace(entry, read, turn)
    join = _going_on(_latest_denied(recent.find(mine), reading), entry, reading)
    if join.story is not None:
        others = (also.story for also in join.also)
        rivals = tuple(other for other in others if other and _is_open(other))
        return grow(join.story, entry, read, mine, turn, rivals=rivals), join
    story = _new_story(entry, reading, opened(mine), turn.now)
    if recent.get(story.id):  # a page that told of another attack before
        story = replace(story, id=story_id(f"{entry.fingerprint}:{entry.text_hash}"))
    return story, join


def trace(entry: Entry, read: Read, turn: Turn) -> Trace:
    """What the entry leaves behind for comparing."""
    scan, reading = read
    return Tracer.of(turn.mind.knowledge).trace(scan, reading, dated(entry, turn))


def grow(
    story: Story,
    entry: Entry,
    read: Read,
    mine: Trace,
    turn: Turn,
    *,
    rivals: Sequence[Story] = (),
) -> Story:
    """``story`` with one more report, which left ``mine`` behind.

    Args:
        story: As it was.
        entry: The report.
        read: What stands in it, and what was understood of that.
        mine: What it leaves behind for comparing.
        turn: Its knowledge and its time.
        rivals: Other stories that the report might as well have joined.
    """
    scan, reading = read
    news = told_now(scan, reading)
    told = life.grown(story, entry, news, turn.mind.knowledge.places, turn.now, rivals=rivals)
    return replace(told, sketch=grown(story.sketch, mine))


def tells_another(own: Story, reading: Reading, mine: Trace) -> bool:
    """Whether a page that told of ``own`` tells of another attack by now."""
    if not reading.flag or not _is_open(own):
        return reading.flag
    theirs = unpacked(own.sketch)
    why = veto(mine, theirs)
    return why in _OTHER or (why in _REDATED and _is_redated(mine, theirs, why))


def _is_redated(mine: Trace, theirs: Sequence[Trace], why: str) -> bool:
    """Whether a page was dated anew long after its story, and names its time or a number."""
    late = bool(theirs) and mine.at - max(trace.at for trace in theirs) > _REDATED_MIN
    return late and (why == "count" or bool(mine.until))


def dated(entry: Entry, turn: Turn) -> datetime:
    """When it was published, as far as that can be: nothing is news of tomorrow."""
    at = entry.published_at or turn.now
    return min(at, turn.now + _AHEAD)


def _latest_denied(join: Join, reading: Reading) -> Join:
    """``join``, or of several open stories that a denial fits the one that was told last.

    The words of a denial are like those of the first attack as much as like those of the second.
    """
    fitting = [one for one in (join, *join.also) if one.story and _is_open(one.story)]
    if reading.facts.denial is not Denial.NO_ATTACK or reading.flag or len(fitting) < 2:
        return join
    latest = max(fitting, key=lambda one: _told_at(one.story))
    others = tuple(one for one in fitting if one is not latest)
    return replace(latest, why=_rounded(latest), also=tuple(replace(o, also=()) for o in others))


def _told_at(story: Story | None) -> float:
    return (story.published_at or story.first_seen_at).timestamp() if story else 0.0


def _rounded(join: Join) -> tuple[tuple[str, float], ...]:
    return tuple((name, round(value, 2)) for name, value in join.why if value)


def _going_on(join: Join, entry: Entry, reading: Reading) -> Join:
    """``join``, or the surest one to a story that goes on, where that one has ended."""
    if join.story is None or not reading.flag or not _is_over(join, entry):
        return join
    others = [also for also in join.also if not _is_over(also, entry)]
    if others:
        return replace(others[0], why=_rounded(others[0]), also=tuple(others[1:]))
    return Join(nearest=join.story.id, score=join.score, why=join.why, veto="closed")


def _is_open(story: Story) -> bool:
    return story.life.state is StoryState.OPEN


def _is_over(join: Join, entry: Entry) -> bool:
    """Whether a report of an attack comes after its story was closed or taken back."""
    story = join.story
    if story is None or _is_open(story):
        return False
    # Against a denial only the very words that were denied are nothing new.
    if story.life.state is StoryState.TAKEN_BACK and join.how is not Joined.COPY:
        return True
    if entry.published_at is None or not story.life.steps:
        return True
    return entry.published_at > max(_ended_at(step) for step in story.life.steps)


def _ended_at(step: Step) -> datetime:
    """When it was said; no step is of the future, whatever its date says."""
    return min(step.published_at or step.seen_at, step.seen_at)


def _new_story(entry: Entry, reading: Reading, sketch: tuple[int, ...], now: datetime) -> Story:
    return Story(
        id=story_id(entry.fingerprint),
        title=entry.title,
        severity=_severity(reading),
        topics=topics(reading),
        places=scenes(reading),
        first_seen_at=now,
        last_seen_at=now,
        source_name=entry.source_name,
        link=entry.link,
        sketch=sketch,
        lang=entry.lang,
        published_at=entry.published_at,
        life=life.born(entry, reading),
    )


def _severity(reading: Reading) -> Severity:
    """A report that only a watch found is nobody's topic: it is not among "the last stories"."""
    return reading.severity if reading.flag else Severity.NONE


def _told(reading: Reading) -> list[Finding]:
    """What the report is about; what it only mentions where it is about nothing else."""
    if not reading.flag:
        return []
    lead = [finding for finding in reading.findings if finding.grade is Grade.LEAD]
    return lead or list(reading.findings)


def topics(reading: Reading) -> tuple[str, ...]:
    """What the report is about."""
    return tuple(dict.fromkeys(finding.topic for finding in _told(reading)))


def scenes(reading: Reading) -> tuple[str, ...]:
    """Where it happened: not the places that only the background names."""
    own = {place for finding in _told(reading) for place in finding.places}
    return tuple(place for place in reading.places if place in own)
