"""What ends a story: a denial that surely means the very attack it tells of, and the all-clear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.core.model import Denial, Entry, Facts, Field, Grade, Place, Reading, Story

_ATTACKS = frozenset({"rocket-attack", "drone-attack"})
_ALL_CLEAR = "all-clear"
_DENIED_WITHIN = timedelta(hours=6)
_FRESH = timedelta(hours=1)


def denies_it(story: Story, entry: Entry, reading: Reading, places: Mapping[str, Place]) -> bool:
    """Whether a report surely denies the very attack that the story tells.

    An alert that is wrongly struck out is worse than one that stands too long: whatever could
    mean another place, weapon or time is only noted.
    """
    facts = reading.facts
    if facts.denial is not Denial.NO_ATTACK or reading.flag or facts.again:
        return False
    at = entry.published_at or story.last_seen_at
    told = _told_at(story)
    late = abs(at - told) > _DENIED_WITHIN
    then = facts.when is None or facts.when.earliest - _DENIED_WITHIN <= told <= facts.when.latest
    return not late and then and _same_scene(story, reading, places) and _same_weapon(story, facts)


def means(story: Story, rivals: Iterable[Story], entry: Entry) -> bool:
    """Whether a denial that fits ``story`` and ``rivals`` surely means the first.

    It does where that was told within the hour, and each of the others two hours ago or more.
    """
    at = entry.published_at or story.last_seen_at
    fresh = timedelta(0) <= at - _told_at(story) <= _FRESH
    return all(fresh and at - _told_at(rival) >= 2 * _FRESH for rival in rivals)


def _told_at(story: Story) -> datetime:
    return story.published_at or story.first_seen_at


def _same_scene(story: Story, reading: Reading, places: Mapping[str, Place]) -> bool:
    """Whether it names the most precise place of the story, and none beside what that lies in."""
    told = {key for key in story.places if key in places}
    around = {parent for key in told for parent in places[key].parents}
    precise, named = told - around, set(reading.places)
    return bool(precise) and precise <= named and named <= told | around


def _same_weapon(story: Story, facts: Facts) -> bool:
    ours = {"drone-attack" if weapon == "drone" else "rocket-attack" for weapon in facts.weapons}
    theirs = _ATTACKS.intersection(story.topics)
    return not ours or not theirs or bool(ours & theirs)


def is_all_clear(reading: Reading) -> bool:
    """Whether its headline, or what leads it where there is none, gives the all-clear."""
    lead = [finding for finding in reading.findings if finding.grade is Grade.LEAD]
    head = [f for f in lead if any(span.field is Field.TITLE for span in f.spans)] or lead
    topics = {finding.topic for finding in head}
    return _ALL_CLEAR in topics and topics <= {_ALL_CLEAR, "base-alert"}
