"""Entries + what is remembered + who listens → a verdict for every entry, with its reason.

Pure: the same arguments give the same verdicts, and deciding what was recorded already adds
nothing (the store's unique keys see to the rest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import events, life, stories
from bot.core.answers import Origin
from bot.core.matcher import Matcher
from bot.core.model import (
    Alert,
    Audience,
    Card,
    Change,
    Entry,
    Finding,
    Grade,
    Growth,
    Knowledge,
    Known,
    Match,
    Reading,
    Reason,
    Recall,
    Severity,
    Story,
    Verdict,
    Watch,
    Why,
)

_EXTRACT_CHARS = 1_000
_NOBODY = Watch(0, 0, "")
_STEPS = {
    Change.TAKEN_BACK: Reason.TAKEN_BACK,
    Change.ALL_CLEAR: Reason.ALL_CLEAR,
    Change.CORRECTED: Reason.CORRECTED,
}
# An entry whose wording changes at every poll (a counter, an advertisement) is let be after these.
MAX_EDITS = 3


@dataclass(frozen=True, slots=True)
class Policy:
    """How old news may be.

    Attributes:
        max_age: No entry dated before this alerts; seeds are explicit acts and exempt.
        baseline_age: The same for the first poll of a feed, where undated entries never alert.
        story_window: A later report joins a story that was last told within this time.
    """

    max_age: timedelta = timedelta(hours=24)
    baseline_age: timedelta = timedelta(hours=2)
    story_window: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Mind:
    """What is known and who listens, made ready: one per revision of the audience."""

    knowledge: Knowledge
    audience: Audience
    matcher: Matcher
    watches: Mapping[int, Watch]

    @classmethod
    def of(cls, knowledge: Knowledge, audience: Audience) -> Mind:
        """Build the matcher for this audience."""
        return cls.with_(Matcher(knowledge, audience.watches), audience)

    @classmethod
    def with_(cls, matcher: Matcher, audience: Audience) -> Mind:
        """With a matcher built for this audience already."""
        watches = {watch.id: watch for watch in audience.watches}
        return cls(matcher.knowledge, audience, matcher, watches)

    def following(self, audience: Audience) -> Mind:
        """The same matcher in step with ``audience``: what came and went counts at once."""
        later = Mind.with_(self.matcher, audience)
        for watch in self.watches.values():
            if later.watches.get(watch.id, _NOBODY).query != watch.query:
                self.matcher.remove(watch.id)
        for watch in later.watches.values():
            if self.watches.get(watch.id, _NOBODY).query != watch.query:
                self.matcher.add(watch)
        return later


@dataclass(frozen=True, slots=True)
class Turn:
    """What one decision is made with.

    Attributes:
        mind: Knowledge, audience and matcher.
        policy: Age limits.
        now: The moment of decision.
        baseline: This is the first poll of a feed: what it held before is no news.
    """

    mind: Mind
    policy: Policy
    now: datetime
    baseline: bool = False


def decide(entries: Iterable[Entry], recall: Recall, turn: Turn) -> tuple[Verdict, ...]:
    """Decide about each entry in order; an earlier one may open the story a later one joins.

    Args:
        entries: Of one source, oldest first.
        recall: Known fingerprints, and the stories inside ``policy.story_window``.
        turn: Everything else.
    """
    known, recent = dict(recall.known), {story.id: story for story in recall.stories}
    verdicts = []
    for entry in entries:
        verdict = _verdict(entry, known.get(entry.fingerprint), recent, turn)
        known[entry.fingerprint] = Known(entry.text_hash, MAX_EDITS)
        if verdict.story:
            recent[verdict.story.id] = verdict.story
        verdicts.append(verdict)
    return tuple(verdicts)


def _verdict(entry: Entry, known: Known | None, recent: Mapping[str, Story], turn: Turn) -> Verdict:
    if known is None:
        return _decide_one(entry, tuple(recent.values()), turn)
    if known.edits >= MAX_EDITS or known.text_hash in {"", entry.text_hash}:
        return Verdict(entry, Reason.ALREADY_SEEN, Reading())
    # Its own story if it has one, so that who was told of it is not told again; another only
    # where it had none: "breaking, more to follow" has become a report.
    own = recent.get(known.story_id)
    verdict = _decide_one(entry, tuple(recent.values()), turn, own)
    return replace(verdict, edited=True)


def _decide_one(
    entry: Entry, recent: Sequence[Story], turn: Turn, own: Story | None = None
) -> Verdict:
    mind = turn.mind
    scan = mind.matcher.scan(entry.title, entry.body)
    reading = events.read(scan, mind.knowledge, entry.published_at or turn.now)
    origin = Origin(entry.source_id, entry.source_name, entry.lang)
    matches = mind.matcher.watch_matches(scan, reading, origin)
    verdict = Verdict(entry, _silence(reading), reading, detail=reading.guard)
    if not (reading.flag or matches):
        return verdict
    if age := _too_old(entry, turn):
        return replace(verdict, reason=Reason.TOO_OLD, detail=age)
    if own is not None:
        story = replace(_grown(own, entry, reading, turn), entries=own.entries)
        reason = Reason.STORY_GREW
    else:
        story, reason = join_or_open(entry, reading, recent, turn.now)
        if reason is Reason.KNOWN_STORY:
            own = next(known for known in recent if known.id == story.id)
            story = _grown(own, entry, reading, turn)
    growth = _growth(own, story) if own else None
    # Joining a known story still tells every chat that matches: the store drops those that were
    # told already, and a chat whose watch only this report matches must not lose it.
    alerts = _alerts(_card(entry, reading, story, turn.now), matches, mind)
    return replace(
        verdict,
        reason=_reason(growth, story) or reason,
        story=story,
        alerts=alerts,
        growth=growth,
    )


def _grown(story: Story, entry: Entry, reading: Reading, turn: Turn) -> Story:
    return life.grown(story, entry, reading, turn.mind.knowledge.places, turn.now)


def _growth(before: Story, after: Story) -> Growth | None:
    """What those hear who were told of the story before."""
    if after.life.edits == before.life.edits:
        return None
    steps = len(after.life.steps)
    return Growth(steps - 1 if steps > len(before.life.steps) else None)


def _reason(growth: Growth | None, story: Story) -> Reason | None:
    if growth is None or growth.step is None:
        return None
    changes = story.life.steps[growth.step].changes
    return next((_STEPS[change] for change in changes if change in _STEPS), Reason.STEPPED_UP)


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
    entry: Entry, reading: Reading, recent: Sequence[Story], now: datetime
) -> tuple[Story, Reason]:
    """The story this entry joins, grown by it, or the new one it opens.

    Args:
        entry: The entry.
        reading: What ``events`` makes of it.
        recent: Stories it may join.
        now: When it is decided; stands in where the entry has no date.
    """
    sketch = stories.sketch(entry.title, entry.body, reading.marks)
    at = entry.published_at or now
    joined = stories.find_story(sketch, reading, at, recent)
    if joined is not None:
        severity = max(joined.severity, reading.severity)
        grown = replace(joined, entries=joined.entries + 1, severity=severity, last_seen_at=now)
        return grown, Reason.KNOWN_STORY
    return _new_story(entry, reading, sketch, now), Reason.NEW_STORY


def _new_story(entry: Entry, reading: Reading, sketch: tuple[int, ...], now: datetime) -> Story:
    return Story(
        id=stories.story_id(entry.fingerprint),
        title=entry.title,
        # A report that only a watch found is nobody's topic: it is not among "the last stories".
        severity=reading.severity if reading.flag else Severity.NONE,
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
