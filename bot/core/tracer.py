"""From a report to its trace: its words as stems, its scene, what it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from bot.core import scene
from bot.core.lexemes import Lexeme, lexeme
from bot.core.marks import ACTORS, head_end
from bot.core.model import Facts, Grade, Knowledge, Place, Range, Reading, Scan, Token
from bot.core.model.reading import LEAD_TOKENS
from bot.core.stems import Stems
from bot.core.traces import (
    ARMS,
    BASE,
    BLAST,
    COUNTRY,
    DRONE,
    JET,
    LATER,
    LONE_BASE,
    ROCKET,
    TOWN,
    Trace,
    mark_number,
    number,
    sample,
)

_LEAD_WORDS = 90  # agencies' copies differ in where they are cut, seldom in how they begin
_BODY_WORDS = 25  # a body this long speaks for itself, whatever headline was put above it
_TERMS = 48
_DIGITS = 2  # of a number of explosions at most
_BESIDE = 2  # words between a number and its explosions
_SIGNS = ("@", "/", "_")  # before a part of a handle or of an address
_FAMILIES = {
    ROCKET: ("rocket", "salvo-rocket"),
    DRONE: ("drone", "salvo-drone"),
    JET: ("airstrike",),
    BLAST: ("explosion", "siren", "alert"),
    # Who counts the dead, denies, condemns or gives the all-clear speaks of what happened before.
    LATER: ("casualty", "condemn", "denial", "all-clear", "aftermath", "statistics", "talk"),
}
_SPARED = frozenset({"casualty"})
_AGAIN = "again:"
_COUNTED = "mark.count:"
_WEAPONS = {"drone": DRONE, "rocket-attack": ROCKET, "drone-attack": DRONE}


@dataclass(frozen=True, slots=True)
class Tracer:
    """Makes traces by what is known."""

    knowledge: Knowledge
    stems: Stems

    @classmethod
    def of(cls, knowledge: Knowledge) -> Tracer:
        """The one of this knowledge."""
        return _tracer(knowledge)

    def trace(self, scan: Scan, reading: Reading, at: datetime) -> Trace:
        """What ``scan``, read as ``reading`` and dated ``at``, leaves behind."""
        head, rest = self._spoken(scan)
        words = (head + rest)[:_LEAD_WORDS]
        alone = _sample(rest[:_LEAD_WORDS]) if head and len(rest) >= _BODY_WORDS else ()
        end = head_end(scan)
        where = self._scene(scan, reading, end)
        when = reading.facts.when
        count = _count(scan, reading, end)
        known = self._known_words(scan)
        return Trace(
            at=_minutes(at),
            since=_minutes(when.earliest) if when else 0,
            until=_minutes(when.latest) if when else 0,
            words=len(words),
            flag=int(reading.flag),
            told=_families(scan, reading, end),
            least=count.least,
            most=count.most,
            head=min(len(head), _TERMS),
            marks=tuple(sorted(map(mark_number, _marks(reading)))),
            places=self._numbers(where),
            around=self._numbers({p for key in where for p in self.knowledge.places[key].parents}),
            terms=tuple(dict.fromkeys([word.term for word in words if word.term]))[:_TERMS],
            names=tuple(sorted({w.name for w in words if w.name and w.word not in known})),
            whole=_sample(words),
            body=alone,
        )

    # ── words ────────────────────────────────────────────────────────────────────────────

    def _spoken(self, scan: Scan) -> tuple[list[Lexeme], list[Lexeme]]:
        """The words of the title and of the body."""
        first = min(scan.split, _LEAD_WORDS)
        head = self._lexemes(scan.title, scan.tokens[:first])
        rest = self._lexemes(scan.body, scan.tokens[scan.split : scan.split + first + _LEAD_WORDS])
        if rest[: len(head)] == head:  # channels repeat the headline as the first line
            return [], rest
        return head, rest

    def _lexemes(self, field: str, tokens: Iterable[Token]) -> list[Lexeme]:
        """Without handles, which are signatures: a channel puts its own under everything."""
        return [
            lexeme(token.text, self.stems)
            for token in tokens
            if field[token.start - 1 : token.start] not in _SIGNS
        ]

    def _known_words(self, scan: Scan) -> frozenset[str]:
        """Words of the head that are places or of the lexicon: no names to compare by sound."""
        hits = (hit for by in (scan.places, scan.terms) for many in by.values() for hit in many)
        found = {
            at for hit in hits if hit.start < 2 * _LEAD_WORDS for at in range(hit.start, hit.end)
        }
        tokens = scan.tokens[: 3 * _LEAD_WORDS]
        return frozenset(
            [lexeme(tokens[at].text, self.stems).word for at in found if at < len(tokens)]
        )

    # ── places ───────────────────────────────────────────────────────────────────────────

    def _scene(self, scan: Scan, reading: Reading, end: int) -> list[str]:
        """Where it happened: of the title, else of the head, else of the lead of the findings."""
        told = [p for f in reading.findings if f.grade is Grade.LEAD for p in f.places]
        for found in (_within(scan, scan.split), _within(scan, end), told, _lead(scan, reading)):
            if precise := self._precise(found):
                return precise
        return []

    def _precise(self, found: Iterable[str]) -> list[str]:
        """Without whom they are about, and without what the others lie in."""
        keys_ = [key for key in dict.fromkeys(found) if key not in ACTORS]
        outer = {p for key in keys_ for p in self.knowledge.places[key].parents}
        return [key for key in keys_ if key not in outer]

    def _numbers(self, found: Iterable[str]) -> tuple[int, ...]:
        places = self.knowledge.places
        return tuple(
            sorted(number(key) & ~7 | _sort(places[key]) for key in found if key in places)
        )


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // 60


@lru_cache(maxsize=4)
def _tracer(knowledge: Knowledge) -> Tracer:
    return Tracer(knowledge, Stems(knowledge))


def _sort(place: Place) -> int:
    category = scene.category(place)
    if category == "place.country":
        return COUNTRY
    if category == "place.town":
        return TOWN
    return BASE if len(place.parents) > 1 else LONE_BASE


def _within(scan: Scan, end: int) -> list[str]:
    return [key for key, hits in scan.places.items() if any(hit.start < end for hit in hits)]


def _lead(scan: Scan, reading: Reading) -> list[str]:
    return _within(scan, LEAD_TOKENS) if not reading.flag else []


def _sample(words: Iterable[Lexeme]) -> tuple[int, ...]:
    return sample([word.number for word in words if word.number])


# ── what it tells of ─────────────────────────────────────────────────────────────────────────


def _families(scan: Scan, reading: Reading, end: int) -> int:
    """By the facts, else by the words of the head, else by the topics found."""
    facts = sum({_WEAPONS.get(weapon, ROCKET) for weapon in reading.facts.weapons})
    spared = _SPARED if _is_spared(reading.facts) else frozenset()
    words = sum(
        family
        for family, categories in _FAMILIES.items()
        if any(
            hit.start < end
            for name in categories
            if name not in spared
            for hit in scan.terms.get(name, ())
        )
    )
    told = facts | (words & (JET | BLAST | LATER)) if facts else words
    told |= LATER * _looks_back(reading.facts)
    if told & ARMS or not reading.flag:
        return told
    lead = {f.topic for f in reading.findings if f.grade is Grade.LEAD}
    return told | sum({_WEAPONS[topic] for topic in lead if topic in _WEAPONS})


def _is_spared(facts: Facts) -> bool:
    """Whether it says, of an attack that it tells as news, that nobody was hurt."""
    tolls = [people for people in (facts.killed, facts.injured) if people is not None]
    return bool(tolls) and not any(map(_hurt, tolls)) and facts.denial is None


def _count(scan: Scan, reading: Reading, end: int) -> Range:
    """Of the weapons, by the facts; of the explosions that the head counts where there are none."""
    if reading.facts.count is not None or reading.facts.weapons:
        return reading.facts.count or Range(0, 0)
    counted = {
        hit.end - 1: int(mark.partition(":")[2])
        for mark, hits in scan.terms.items()
        if mark.startswith(_COUNTED)
        for hit in hits
    }
    for hit in scan.terms.get("explosion", ()):
        for at in range(max(hit.start - _BESIDE, 0), min(hit.end, end)):
            if number := counted.get(at) or _figure(scan.tokens[at].text):
                return Range(number, number)
    return Range(0, 0)


def _figure(word: str) -> int:
    return int(word) if word.isdecimal() and len(word) <= _DIGITS else 0


def _looks_back(facts: Facts) -> bool:
    return bool(facts.denial or facts.claimed_by or _hurt(facts.killed) or _hurt(facts.injured))


def _hurt(people: Range | None) -> bool:
    """That nobody was hurt is said of an attack that is told as news, too."""
    return people is not None and people.most > 0


def _marks(reading: Reading) -> set[str]:
    return {*reading.marks, _AGAIN} if reading.facts.again else set(reading.marks)
