"""What happened, where, how sure, how grave: a scan in, a reading out.

The words, conditions and guards are data (``Knowledge``); here is only the mechanism. A condition
is a pair of hits in one sentence with its context near; a guard is a hit that stops the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core import facts, scene
from bot.core.letters import fold
from bot.core.marks import marks
from bot.core.model import (
    Condition,
    Finding,
    Grade,
    Guard,
    Hit,
    Knowledge,
    Place,
    Reading,
    Scan,
    Severity,
    Topic,
    TopicRule,
)
from bot.core.model.reading import LEAD_TOKENS
from bot.core.text import name_key

_DIRECT_WITHIN = 15  # a weapon this near to a base is a direct attack
_ALERT_WITHIN = 25
_PLACE_WITHIN = scene.WITHIN


@dataclass(frozen=True, slots=True)
class _Pair:
    """A condition fulfilled: the hits that did it, in order."""

    condition: Condition
    hits: tuple[Hit, ...]

    @property
    def start(self) -> int:
        return self.hits[0].start

    @property
    def end(self) -> int:
        return self.hits[-1].end


class _Reader:
    """The hits of one scan by category, those of the gazetteer among them."""

    def __init__(self, scan: Scan, knowledge: Knowledge) -> None:
        self.scan = scan
        self.knowledge = knowledge
        self._hits: dict[str, tuple[Hit, ...]] = dict(scan.terms)
        self.scene = scene.Scene(scan, knowledge)
        self._hits |= {name: tuple(hits) for name, hits in self.scene.categories().items()}

    def hits(self, categories: Iterable[str]) -> list[Hit]:
        """Hits of any of ``categories``, in order."""
        found = [hit for category in categories for hit in self._hits.get(category, ())]
        return sorted(found, key=lambda hit: (hit.start, hit.end))

    def sentence(self, hit: Hit) -> int:
        return self.scan.sentences[hit.start]

    def same_field(self, one: Hit, other: Hit) -> bool:
        return (one.start < self.scan.split) == (other.start < self.scan.split)


def read(scan: Scan, knowledge: Knowledge, at: datetime | None = None) -> Reading:
    """What ``scan`` reports, by the rules of ``knowledge``; ``at`` is the date of the entry."""
    reader = _Reader(scan, knowledge)
    findings: list[Finding] = []
    severity, guard = Severity.NONE, ""
    for rule in knowledge.rules:
        pair, stopped_by = _believed(rule, reader)
        guard = guard or stopped_by
        if pair is not None:
            finding = _finding(rule, pair, reader)
            findings.append(finding)
            severity = max(severity, _severity(finding, pair, reader))
    flag = any(finding.grade is Grade.LEAD for finding in findings)
    return Reading(
        findings=tuple(findings),
        places=_all_places(findings, scan),
        severity=severity,
        flag=flag,
        guard="" if flag else guard,
        marks=marks(scan, knowledge),
        facts=facts.read(scan, at),
    )


# ── conditions ───────────────────────────────────────────────────────────────────────────────


def _believed(rule: TopicRule, reader: _Reader) -> tuple[_Pair | None, str]:
    """The first pair no guard stops, and the guard that stopped an earlier one."""
    stopped_by = ""
    for pair in _pairs(rule, reader):
        guard = _guard_of(pair, rule.guards, reader)
        if guard is None:
            return pair, stopped_by
        stopped_by = stopped_by or guard.name
    return None, stopped_by


def _pairs(rule: TopicRule, reader: _Reader) -> list[_Pair]:
    found = [pair for condition in rule.conditions for pair in _fulfilled(condition, reader)]
    return sorted(found, key=lambda pair: pair.start)


def _fulfilled(condition: Condition, reader: _Reader) -> Iterator[_Pair]:
    first = reader.hits(condition.first)
    second = reader.hits(condition.second) if condition.second and first else []
    near = reader.hits(condition.near) if first else []
    for hits in _combinations(first, second, condition, reader):
        pair = _Pair(condition, hits)
        if not condition.near or any(_is_near(hit, pair, reader) for hit in near):
            yield pair


def _combinations(
    first: list[Hit], second: list[Hit], condition: Condition, reader: _Reader
) -> Iterator[tuple[Hit, ...]]:
    if not condition.second:
        yield from ((hit,) for hit in first)
        return
    for one in first:
        for other in second:
            apart = _apart(one, other)
            same = one.start == other.start and one.end == other.end
            if apart > condition.within or same or reader.sentence(one) != reader.sentence(other):
                continue
            yield (one, other) if one.start <= other.start else (other, one)


def _apart(one: Hit, other: Hit) -> int:
    return max(one.start, other.start) - min(one.start, other.start)


def _is_near(hit: Hit, pair: _Pair, reader: _Reader) -> bool:
    """In the pair's sentence or the one before, and within its reach."""
    before = reader.sentence(pair.hits[0]) - reader.sentence(hit)
    return before in (0, 1) and _distance(hit, pair) <= pair.condition.near_within


def _distance(hit: Hit, pair: _Pair) -> int:
    return max(pair.start - hit.start, hit.start - pair.end, 0)


# ── guards ───────────────────────────────────────────────────────────────────────────────────


def _guard_of(pair: _Pair, guards: Sequence[Guard], reader: _Reader) -> Guard | None:
    return next((guard for guard in guards if _stops(guard, pair, reader)), None)


def _stops(guard: Guard, pair: _Pair, reader: _Reader) -> bool:
    near = any(_guard_reaches(guard, hit, pair, reader) for hit in reader.hits(guard.terms))
    if not near or not guard.unless:
        return near
    sentence = reader.sentence(pair.hits[0])
    return not any(reader.sentence(hit) == sentence for hit in reader.hits(guard.unless))


def _guard_reaches(guard: Guard, hit: Hit, pair: _Pair, reader: _Reader) -> bool:
    in_title = hit.start < reader.scan.split
    same_sentence = reader.sentence(hit) == reader.sentence(pair.hits[0])
    of_pair = same_sentence or reader.sentence(hit) == 0 or pair.start >= reader.scan.split
    if guard.title and in_title and of_pair:
        return True
    if guard.sentence and not same_sentence:
        return False
    return reader.same_field(hit, pair.hits[0]) and _distance(hit, pair) <= guard.within


# ── findings ─────────────────────────────────────────────────────────────────────────────────


def _finding(rule: TopicRule, pair: _Pair, reader: _Reader) -> Finding:
    return Finding(
        topic=rule.topic,
        grade=Grade.LEAD if pair.start < LEAD_TOKENS else Grade.MENTION,
        places=tuple(reader.scene.near(pair.start, pair.end)),
        spans=tuple(dict.fromkeys(map(reader.scan.span, pair.hits))),
    )


def _all_places(findings: Sequence[Finding], scan: Scan) -> tuple[str, ...]:
    told = [place for finding in findings for place in finding.places]
    return tuple(dict.fromkeys((*told, *scan.places)))


# ── severity ─────────────────────────────────────────────────────────────────────────────────


def _severity(finding: Finding, pair: _Pair, reader: _Reader) -> Severity:
    if finding.grade is Grade.MENTION:
        return Severity.NOTICE
    full = _uncapped(pair, reader)
    if _any_near(("interception",), pair, 12, reader) and not _harmed(pair, reader):
        full = min(full, Severity.IMPORTANT)
    return min(full, pair.condition.limit)


def _uncapped(pair: _Pair, reader: _Reader) -> Severity:
    def place(category: str, within: int) -> bool:
        return reader.scene.has(category, pair.start, pair.end, within)

    highest = _any_near(("highest",), pair, 4, reader)
    armed = _any_near(("rocket", "drone"), pair, 2, reader)
    at_base = place("place.base", _ALERT_WITHIN)
    direct = armed and place("place.base", _DIRECT_WITHIN)
    if direct or (highest and at_base) or _harmed(pair, reader):
        return Severity.CRITICAL
    if at_base or place("place.town", _PLACE_WITHIN):
        return Severity.IMPORTANT
    return Severity.NOTICE


def _harmed(pair: _Pair, reader: _Reader) -> bool:
    hurt = _any_near(("casualty",), pair, _PLACE_WITHIN, reader)
    return hurt and not _any_near(("no-harm",), pair, _PLACE_WITHIN, reader)


def _any_near(categories: Iterable[str], pair: _Pair, within: int, reader: _Reader) -> bool:
    return any(
        reader.same_field(hit, pair.hits[0]) and _distance(hit, pair) <= within
        for hit in reader.hits(categories)
    )


# ── by name ──────────────────────────────────────────────────────────────────────────────────


def find_place(knowledge: Knowledge, text: str) -> Place | None:
    """The place a person means by ``text``: an id, or any spelling in any script."""
    place = knowledge.places.get(text.strip().lower())
    if place is not None:
        return place
    return _named(knowledge.places.values(), text, knowledge.strict)


def _named(places: Iterable[Place], text: str, strict: frozenset[str]) -> Place | None:
    key = name_key(text)
    loose: Place | None = None
    for place in places:
        for spelling in scene.spellings(place):
            if spelling == text.strip():
                return place
            if key and loose is None and spelling not in strict and name_key(spelling) == key:
                loose = place
    return loose


def find_topic(knowledge: Knowledge, text: str) -> Topic | None:
    """The topic a person means by ``text``: an id, or what it is called in any language."""
    wanted = fold(text.strip()).replace("_", "-")
    for topic in knowledge.topics.values():
        if wanted in (topic.id, topic.id.replace("-", " ")) or _is_called(topic, text):
            return topic
    return None


def _is_called(topic: Topic, text: str) -> bool:
    key = name_key(text)
    return any(name_key(name) == key for name in (*topic.names.values(), *topic.aliases))
