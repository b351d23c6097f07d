"""Entries + what is remembered + who listens → a verdict for every entry, with its reason.

Pure: the same arguments give the same verdicts, and deciding what was recorded already adds
nothing (the store's unique keys see to the rest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import events, life
from bot.core.answers import Origin
from bot.core.model import (
    Alert,
    Card,
    Change,
    Entry,
    Finding,
    Grade,
    Growth,
    Join,
    Joined,
    Known,
    Match,
    Reading,
    Reason,
    Recall,
    Scan,
    Severity,
    Step,
    Story,
    StoryState,
    Verdict,
    Why,
)
from bot.core.sketches import grown, opened, story_id, told
from bot.core.stories import Stories
from bot.core.tracer import Tracer
from bot.core.traces import unpacked
from bot.core.turn import Mind, Turn
from bot.core.vetoes import veto

_EXTRACT_CHARS = 1_000
# Guards of reports that may still add to a story.
_UPDATES = frozenset({"denial", "condemnation", "aftermath", "statistics"})
_STEPS = {
    Change.TAKEN_BACK: Reason.TAKEN_BACK,
    Change.ALL_CLEAR: Reason.ALL_CLEAR,
    Change.CORRECTED: Reason.CORRECTED,
}
_AHEAD = timedelta(hours=1)  # a publisher's clock may be fast
_OTHER = frozenset({"again", "place", "weapon"})  # vetoes of a page's own story
# An entry whose wording changes at every poll (a counter, an advertisement) is let be after these.
MAX_EDITS = 3


def decide(
    entries: Iterable[Entry], recall: Recall, turn: Turn, memory: Stories | None = None
) -> tuple[Verdict, ...]:
    """Decide about each entry in order; an earlier one may open the story a later one joins.

    Args:
        entries: Of one source, oldest first.
        recall: Known fingerprints, and the stories inside ``policy.story_window``.
        turn: Everything else.
        memory: The same stories, indexed; it stays as it is. Made of ``recall`` when not given.
    """
    if memory is None:
        memory = Stories.of(turn.mind.knowledge.likeness, recall.stories)
    known, recent = dict(recall.known), memory.branch()
    verdicts = []
    for entry in entries:
        verdict = _verdict(entry, known.get(entry.fingerprint), recent, turn)
        known[entry.fingerprint] = Known(entry.text_hash, MAX_EDITS)
        if verdict.story:
            recent.add(verdict.story)
        verdicts.append(verdict)
    return tuple(verdicts)


def _verdict(entry: Entry, known: Known | None, recent: Stories, turn: Turn) -> Verdict:
    if known is None:
        return _decide_one(entry, recent, turn)
    if known.edits >= MAX_EDITS or known.text_hash in {"", entry.text_hash}:
        return Verdict(entry, Reason.ALREADY_SEEN, Reading())
    # Its own story if it has one, so that who was told of it is not told again; another only
    # where it had none: "breaking, more to follow" has become a report.
    own = recent.get(known.story_id)
    verdict = _decide_one(entry, recent, turn, own)
    return replace(verdict, edited=True)


def _decide_one(entry: Entry, recent: Stories, turn: Turn, own: Story | None = None) -> Verdict:
    mind = turn.mind
    scan = mind.matcher.scan(entry.title, entry.body)
    reading = events.read(scan, mind.knowledge, _dated(entry, turn))
    origin = Origin(entry.source_id, entry.source_name, entry.lang)
    matches = mind.matcher.watch_matches(scan, reading, origin)
    verdict = Verdict(entry, _silence(reading), reading, detail=reading.guard)
    if not (reading.flag or matches):
        return _update(verdict, scan, recent, turn)
    if age := _too_old(entry, turn):
        return replace(verdict, reason=Reason.TOO_OLD, detail=age)
    join = None
    if own is not None and not _tells_another(own, entry, (scan, reading), turn):
        places = mind.knowledge.places
        story = replace(life.grown(own, entry, reading, places, turn.now), entries=own.entries)
        reason = Reason.STORY_GREW
    else:
        story, join = join_or_open(entry, (scan, reading), recent, turn)
        reason = Reason.KNOWN_STORY if join.story else Reason.NEW_STORY
        own = join.story
    # Joining a known story still tells every chat that matches: the store drops those that were
    # told already, and a chat whose watch only this report matches must not lose it.
    alerts = _alerts(_card(entry, reading, story, turn.now), matches, mind)
    detail = told(join) if join else ""
    joined = replace(verdict, reason=reason, story=story, detail=detail, join=join)
    return replace(_grown(joined, own), alerts=alerts)


def _tells_another(own: Story, entry: Entry, read: tuple[Scan, Reading], turn: Turn) -> bool:
    """Whether a page that told of ``own`` tells of another attack by now."""
    scan, reading = read
    if not reading.flag or own.life.state is not StoryState.OPEN:
        return reading.flag
    trace = Tracer.of(turn.mind.knowledge).trace(scan, reading, _dated(entry, turn))
    return veto(trace, unpacked(own.sketch)) in _OTHER


def _update(verdict: Verdict, scan: Scan, recent: Stories, turn: Turn) -> Verdict:
    """What tells of no new attack may still add to a story, or take it back."""
    entry, reading = verdict.entry, verdict.reading
    if not (reading.guard in _UPDATES or reading.facts.denial) or _too_old(entry, turn):
        return verdict
    story, join = join_or_open(entry, (scan, reading), recent, turn)
    if join.story is None or not join.story.severity:
        return verdict
    reason, detail = Reason.KNOWN_STORY, f"{verdict.detail}: {told(join)}"
    joined = replace(verdict, reason=reason, story=story, detail=detail, join=join)
    return _grown(joined, join.story)


def _grown(verdict: Verdict, before: Story | None) -> Verdict:
    """``verdict`` with what those hear who were told of its story ``before``."""
    after = verdict.story
    if before is None or after is None or after.life.edits == before.life.edits:
        return verdict
    steps = len(after.life.steps)
    if steps == len(before.life.steps):
        return replace(verdict, growth=Growth())
    changes = after.life.steps[-1].changes
    reason = next((_STEPS[change] for change in changes if change in _STEPS), Reason.STEPPED_UP)
    return replace(verdict, reason=reason, growth=Growth(steps - 1))


def _silence(reading: Reading) -> Reason:
    return Reason.GUARDED if reading.guard else Reason.NO_MATCH


def _too_old(entry: Entry, turn: Turn) -> str:
    """Why this entry is no news any more, ``""`` if it is."""
    if entry.is_seed:
        return ""
    if entry.published_at is None:
        return "undated in the first poll of its feed" if turn.baseline else ""
    limit = turn.policy.baseline_age if turn.baseline else turn.policy.max_age
    age = turn.now - entry.published_at
    if age <= limit:
        return ""
    return f"published {age // timedelta(minutes=1)} min before it was seen"


def join_or_open(
    entry: Entry, read: tuple[Scan, Reading], recent: Stories, turn: Turn
) -> tuple[Story, Join]:
    """The story this entry joins, grown by it, or the new one it opens; and why.

    Args:
        entry: The entry.
        read: What stands in it, and what ``events`` makes of that.
        recent: Stories it may join.
        turn: Its ``now`` stands in where the entry has no date.
    """
    scan, reading = read
    trace = Tracer.of(turn.mind.knowledge).trace(scan, reading, _dated(entry, turn))
    join = recent.find(trace)
    if join.story is not None and reading.flag and _is_over(join, entry):
        join = Join(nearest=join.story.id, score=join.score, why=join.why, veto="closed")
    if join.story is None:
        story = _new_story(entry, reading, opened(trace), turn.now)
        if recent.get(story.id):  # a page that told of another attack before
            story = replace(story, id=story_id(f"{entry.fingerprint}:{entry.text_hash}"))
        return story, join
    story = life.grown(join.story, entry, reading, turn.mind.knowledge.places, turn.now)
    return replace(story, sketch=grown(join.story.sketch, trace)), join


def _dated(entry: Entry, turn: Turn) -> datetime:
    """When it was published, as far as that can be: nothing is news of tomorrow."""
    at = entry.published_at or turn.now
    return min(at, turn.now + _AHEAD)


def _is_over(join: Join, entry: Entry) -> bool:
    """Whether a report of an attack comes after its story was closed or taken back."""
    story = join.story
    if story is None or story.life.state is StoryState.OPEN:
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


def _severity(reading: Reading) -> Severity:
    """A report that only a watch found is nobody's topic: it is not among "the last stories"."""
    return reading.severity if reading.flag else Severity.NONE


def _new_story(entry: Entry, reading: Reading, sketch: tuple[int, ...], now: datetime) -> Story:
    return Story(
        id=story_id(entry.fingerprint),
        title=entry.title,
        severity=_severity(reading),
        topics=_topics(reading),
        places=_places(reading),
        first_seen_at=now,
        last_seen_at=now,
        source_name=entry.source_name,
        link=entry.link,
        sketch=sketch,
        lang=entry.lang,
        published_at=entry.published_at,
        life=life.born(entry, reading),
    )


def _told(reading: Reading) -> list[Finding]:
    """What the report is about; what it only mentions where it is about nothing else."""
    if not reading.flag:
        return []
    lead = [finding for finding in reading.findings if finding.grade is Grade.LEAD]
    return lead or list(reading.findings)


def _topics(reading: Reading) -> tuple[str, ...]:
    return tuple(dict.fromkeys(finding.topic for finding in _told(reading)))


def _places(reading: Reading) -> tuple[str, ...]:
    """Where it happened: not the places that only the background names."""
    own = {place for finding in _told(reading) for place in finding.places}
    return tuple(place for place in reading.places if place in own)


def _alerts(card: Card, matches: Mapping[int, tuple[Match, ...]], mind: Mind) -> tuple[Alert, ...]:
    whys: dict[int, list[Why]] = {}
    for watch_id in sorted(matches):
        watch = mind.watches[watch_id]
        if watch.chat_id in mind.audience.chats:
            whys.setdefault(watch.chat_id, []).append(Why(watch.query, matches[watch_id]))
    return tuple(Alert(chat_id, replace(card, whys=tuple(why))) for chat_id, why in whys.items())


def _card(entry: Entry, reading: Reading, story: Story, now: datetime) -> Card:
    return Card(
        story_id=story.id,
        title=entry.title,
        source_name=entry.source_name,
        link=entry.link,
        topics=_topics(reading),
        places=_places(reading),
        severity=max(reading.severity, Severity.NOTICE) if reading.flag else Severity.NOTICE,
        published_at=entry.published_at,
        seen_at=now,
        whys=(),
        extract=entry.body[:_EXTRACT_CHARS],
        lang=entry.lang,
        life=story.life,
    )
