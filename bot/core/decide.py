"""Entries + what is remembered + who listens → a verdict for every entry, with its reason.

Pure: the same arguments give the same verdicts, and deciding what was recorded already adds
nothing (the store's unique keys see to the rest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import events
from bot.core.answers import Origin
from bot.core.joining import (
    Read,
    dated,
    grow,
    join_or_open,
    scenes,
    tells_another,
    topics,
    trace,
)
from bot.core.lateness import delay, may_repeat
from bot.core.links import link
from bot.core.model import (
    Alert,
    Card,
    Change,
    Delay,
    Entry,
    Growth,
    Known,
    Match,
    Reading,
    Reason,
    Recall,
    Severity,
    Story,
    Verdict,
    Why,
)
from bot.core.sameness import MAX_EDITS
from bot.core.sketches import told
from bot.core.stories import Stories
from bot.core.turn import Mind, Turn

_EXTRACT_CHARS = 1_000
# Guards of reports that may still add to a story.
_UPDATES = frozenset({"denial", "condemnation", "aftermath", "statistics"})
_STEPS = {
    Change.TAKEN_BACK: Reason.TAKEN_BACK,
    Change.DENIED: Reason.DENIED,
    Change.ALL_CLEAR: Reason.ALL_CLEAR,
    Change.CORRECTED: Reason.CORRECTED,
}


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
        for story in verdict.stories:
            recent.add(story)
        verdicts.append(verdict)
    return tuple(verdicts)


def _verdict(entry: Entry, known: Known | None, recent: Stories, turn: Turn) -> Verdict:
    if known is None:
        return _decide_one(entry, recent, turn)
    if not _reads_otherwise(entry, known):
        return Verdict(entry, Reason.ALREADY_SEEN, Reading())
    # Its own story if it has one, so that who was told of it is not told again; another only
    # where it had none: "breaking, more to follow" has become a report.
    own = recent.get(known.story_id)
    verdict = _decide_one(entry, recent, turn, own)
    return replace(verdict, edited=True)


def _reads_otherwise(entry: Entry, known: Known) -> bool:
    """Whether its wording is not the recorded one, and worth another look."""
    if known.text_hash in {"", entry.text_hash}:
        return False
    return entry.is_page or known.edits < MAX_EDITS


def _decide_one(entry: Entry, recent: Stories, turn: Turn, own: Story | None = None) -> Verdict:
    mind = turn.mind
    scan = mind.matcher.scan(entry.title, entry.body)
    reading = events.read(scan, mind.knowledge, dated(entry, turn))
    origin = Origin(entry.source_id, entry.source_name, entry.lang)
    matches = mind.matcher.watch_matches(scan, reading, origin)
    verdict = Verdict(entry, _silence(reading), reading, detail=reading.guard)
    if not (reading.flag or matches):
        return _update(verdict, (scan, reading), recent, turn, own if entry.is_page else None)
    if age := too_old(entry, turn):
        return replace(verdict, reason=Reason.TOO_OLD, detail=age)
    placed = _edited(verdict, (scan, reading), own, turn)
    placed = placed or _joined(verdict, (scan, reading), recent, turn)
    if placed.story is None:
        return placed
    # Joining a known story still tells every chat that matches: the store drops those that were
    # told already, and a chat whose watch only this report matches must not lose it.
    card = _card(entry, reading, placed.story, turn.now)
    alerts = _alerts(card, matches, mind, delay(entry, card.severity, turn))
    if may_repeat(entry, turn):
        alerts = tuple(replace(alert, may_repeat=True) for alert in alerts)
    return replace(placed, alerts=alerts)


def _edited(verdict: Verdict, read: Read, own: Story | None, turn: Turn) -> Verdict | None:
    """A page that still tells of its ``own`` story in other words; ``None`` if it does not.

    The page behind an entry always does: it is the same report, only all of it.
    """
    if own is None:
        return None
    entry = verdict.entry
    if not entry.is_page and tells_another(own, verdict.reading, trace(entry, read, turn)):
        return None
    return _regrown(replace(verdict, reason=Reason.STORY_GREW, detail=""), read, own, turn)


def _regrown(verdict: Verdict, read: Read, own: Story, turn: Turn) -> Verdict:
    """``own`` with what one of its reports says now; it has no more reports for that."""
    story = grow(own, verdict.entry, read, trace(verdict.entry, read, turn), turn)
    return _grown(replace(verdict, story=replace(story, entries=own.entries)), own)


def _joined(verdict: Verdict, read: Read, recent: Stories, turn: Turn) -> Verdict:
    story, join = join_or_open(verdict.entry, read, recent, turn)
    story, linked = link(story, join)
    reason = Reason.KNOWN_STORY if join.story else Reason.NEW_STORY
    joined = replace(verdict, reason=reason, story=story, detail=told(join), join=join)
    return _grown(replace(joined, linked=linked), join.story)


def _update(
    verdict: Verdict, read: Read, recent: Stories, turn: Turn, own: Story | None = None
) -> Verdict:
    """What tells of no new attack may still add to a story, or take it back."""
    entry, reading = verdict.entry, verdict.reading
    if not (reading.guard in _UPDATES or reading.facts.denial) or too_old(entry, turn):
        return verdict
    if own is not None:
        return _regrown(verdict, read, own, turn)
    joined = _joined(verdict, read, recent, turn)
    before = joined.join.story if joined.join else None
    if before is None or not before.severity:
        return verdict
    return replace(joined, detail=f"{verdict.detail}: {joined.detail}")


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


def too_old(entry: Entry, turn: Turn) -> str:
    """Why this entry is no news any more, ``""`` if it is."""
    if entry.is_seed:
        return ""
    if entry.published_at is None:
        return "undated in the first poll of its feed" if turn.baseline else ""
    policy = turn.policy
    limit = policy.baseline_age if turn.baseline else max(policy.max_age, turn.unread)
    age = turn.now - entry.published_at
    if age <= limit:
        return ""
    return f"published {age // timedelta(minutes=1)} min before it was seen"


def _alerts(
    card: Card, matches: Mapping[int, tuple[Match, ...]], mind: Mind, late: Delay
) -> tuple[Alert, ...]:
    whys: dict[int, list[Why]] = {}
    for watch_id in sorted(matches):
        watch = mind.watches[watch_id]
        if watch.chat_id in mind.audience.chats:
            whys.setdefault(watch.chat_id, []).append(Why(watch.query, matches[watch_id]))
    return tuple(
        Alert(chat_id, replace(card, whys=tuple(why)), late) for chat_id, why in whys.items()
    )


def _card(entry: Entry, reading: Reading, story: Story, now: datetime) -> Card:
    return Card(
        story_id=story.id,
        title=entry.title,
        source_name=entry.source_name,
        link=entry.link,
        topics=topics(reading),
        places=scenes(reading),
        severity=max(reading.severity, Severity.NOTICE) if reading.flag else Severity.NOTICE,
        published_at=entry.published_at,
        seen_at=now,
        whys=(),
        extract=entry.body[:_EXTRACT_CHARS],
        lang=entry.lang,
        life=story.life,
    )
