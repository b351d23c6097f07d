"""What happened, where, how sure, how grave: a scan in, a reading out.

The words, conditions and guards are data (``Knowledge``); here is only the mechanism. A condition
is a pair of hits in one sentence with its context near; a guard is a hit that stops the pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core import facts, scene
from bot.core.conditions import Pair, pairs
from bot.core.found import Found
from bot.core.guarding import guard_of, unsaid
from bot.core.letters import fold
from bot.core.marks import marks
from bot.core.model import (
    Finding,
    Grade,
    Knowledge,
    Place,
    Reading,
    Scan,
    Severity,
    Topic,
    TopicRule,
)
from bot.core.severity import severity_of
from bot.core.text import name_key


def read(scan: Scan, knowledge: Knowledge, at: datetime | None = None) -> Reading:
    """What ``scan`` reports, by the rules of ``knowledge``; ``at`` is the date of the entry."""
    found = Found(scan, knowledge)
    findings: list[Finding] = []
    severity, guard = Severity.NONE, ""
    for rule in knowledge.rules:
        pair, stopped_by = _believed(rule, found)
        guard = guard or stopped_by
        if pair is not None:
            finding = _finding(rule, pair, found)
            findings.append(finding)
            severity = max(severity, severity_of(finding, pair, found))
    flag = any(finding.grade is Grade.LEAD for finding in findings)
    return Reading(
        findings=tuple(findings),
        places=_all_places(findings, scan),
        severity=severity,
        flag=flag,
        guard="" if flag else guard or unsaid(found, knowledge),
        marks=marks(scan, knowledge),
        facts=facts.read(scan, at),
    )


def _believed(rule: TopicRule, found: Found) -> tuple[Pair | None, str]:
    """The first pair no guard stops, and the guard that stopped an earlier one."""
    stopped_by = ""
    for pair in pairs(rule, found):
        guard = guard_of(pair, rule.guards, found)
        if guard is None:
            return pair, stopped_by
        stopped_by = stopped_by or guard.name
    return None, stopped_by


# ── findings ─────────────────────────────────────────────────────────────────────────────────


def _finding(rule: TopicRule, pair: Pair, found: Found) -> Finding:
    return Finding(
        topic=rule.topic,
        grade=Grade.LEAD if pair.start < found.lead else Grade.MENTION,
        places=tuple(found.scene.near(pair.start, pair.end)),
        spans=tuple(dict.fromkeys(map(found.scan.span, pair.hits))),
    )


def _all_places(findings: Sequence[Finding], scan: Scan) -> tuple[str, ...]:
    told = [place for finding in findings for place in finding.places]
    return tuple(dict.fromkeys((*told, *scan.places)))


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
