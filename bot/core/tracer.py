"""From a report to its trace: its words as stems, its scene, what it tells of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from bot.core import scene
from bot.core.marks import ACTORS, head_end
from bot.core.model import Facts, Grade, Knowledge, Place, Range, Reading, Scan
from bot.core.model.reading import LEAD_TOKENS
from bot.core.morphology import bare, is_stop_word
from bot.core.skeleton import consonants, keys, script
from bot.core.stems import Stems, stem, without_clitics
from bot.core.traces import (
    ARMS,
    BASE,
    BLAST,
    COUNTRY,
    DRONE,
    JET,
    KEPT,
    LATER,
    LONE_BASE,
    ROCKET,
    TOWN,
    Trace,
    mark_number,
    number,
)

_LEAD_WORDS = 90  # agencies' copies differ in where they are cut, seldom in how they begin
_BODY_WORDS = 25  # a body this long speaks for itself, whatever headline was put above it
_TERMS = 48
_DIGITS = 3  # of a number of weapons at most
_NAME_CONSONANTS = 2
_SIGNS = ("@", "/", "_")  # before a part of a handle or of an address
_FAMILIES = {
    ROCKET: ("rocket", "salvo-rocket"),
    DRONE: ("drone", "salvo-drone"),
    JET: ("airstrike",),
    BLAST: ("explosion", "siren", "alert"),
    # Who counts the dead, denies, condemns or gives the all-clear speaks of what happened before.
    LATER: ("casualty", "condemn", "denial", "all-clear", "aftermath", "statistics", "talk"),
}
_AGAIN = "again:"
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
        head, rest = _told_words(scan)
        words = (head + rest)[:_LEAD_WORDS]
        alone = _sample(rest[:_LEAD_WORDS]) if head and len(rest) >= _BODY_WORDS else ()
        where = self._scene(scan, reading)
        when = reading.facts.when
        count = _count(reading)
        terms, telling = self._terms(words, _known_words(scan))
        return Trace(
            at=_minutes(at),
            since=_minutes(when.earliest) if when else 0,
            until=_minutes(when.latest) if when else 0,
            words=len(words),
            flag=int(reading.flag),
            told=_families(scan, reading),
            least=count.least,
            most=count.most,
            head=min(len(head), _TERMS),
            marks=tuple(sorted(map(mark_number, _marks(reading)))),
            places=self._numbers(where),
            around=self._numbers({p for key in where for p in self.knowledge.places[key].parents}),
            terms=terms,
            names=_sounds(telling),
            whole=_sample(words),
            body=alone,
        )

    # ── words ────────────────────────────────────────────────────────────────────────────

    def _terms(self, words: Sequence[str], known: Set[str]) -> tuple[tuple[int, ...], list[str]]:
        """The hashes of the stems, and the words that are neither common nor ``known``."""
        found: dict[int, None] = {}
        telling = []
        for word in words:
            if len(word) < 2 or is_stop_word(word):
                continue
            root = stem(word, self.stems)
            common = word.isdecimal() or self._is_common(word, root)
            found[number(root) & ~1 | common] = None
            if not common and word not in known:
                telling.append(without_clitics(word)[-1])
        return tuple(found)[:_TERMS], telling

    def _is_common(self, word: str, root: str) -> bool:
        known = self.knowledge.common
        return root in known or word in known or bare(word) in known

    # ── places ───────────────────────────────────────────────────────────────────────────

    def _scene(self, scan: Scan, reading: Reading) -> list[str]:
        """Where it happened: of the title, else of the head, else of the lead of the findings."""
        told = [p for f in reading.findings if f.grade is Grade.LEAD for p in f.places]
        end = head_end(scan)
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


def _known_words(scan: Scan) -> frozenset[str]:
    """The words of the head that are places or of the lexicon: no names to compare by sound."""
    hits = (hit for found in (scan.places, scan.terms) for many in found.values() for hit in many)
    tokens = scan.tokens
    return frozenset(
        _plain(tokens[at].text)
        for hit in hits
        if hit.start < 2 * _LEAD_WORDS
        for at in range(hit.start, hit.end)
    )


def _plain(word: str) -> str:
    """A folded word without article, its drawn-out letters said once: يزددددد."""
    if len(word) > 3 and word[-1] == word[-2] == word[-3]:
        word = word.rstrip(word[-1]) + word[-1]
    return bare(word)


def _told_words(scan: Scan) -> tuple[list[str], list[str]]:
    """The words of the title and of the body, without articles."""
    head = list(_spoken(scan, 0, min(scan.split, _LEAD_WORDS)))
    rest = list(_spoken(scan, scan.split, scan.split + len(head) + _LEAD_WORDS))
    if rest[: len(head)] == head:  # channels repeat the headline as the first line
        return [], rest
    return head, rest


def _spoken(scan: Scan, start: int, end: int) -> Iterator[str]:
    """Words without articles; handles are signatures: a channel puts its own under everything."""
    field = scan.title if start < scan.split else scan.body
    for token in scan.tokens[start:end]:
        if field[token.start - 1 : token.start] not in _SIGNS:
            yield _plain(token.text)


def _sample(words: Sequence[str]) -> tuple[int, ...]:
    """The smallest hashes of the pairs of neighbouring words (of the words, when very few)."""
    telling = [word for word in words if not is_stop_word(word)]
    pairs = {" ".join(pair) for pair in pairwise(telling)}
    return tuple(sorted(map(number, pairs or set(telling)))[:KEPT])


def _sounds(words: Sequence[str]) -> tuple[int, ...]:
    distinct = list(dict.fromkeys(words))
    found = {
        key
        for word, key in zip(distinct, keys(distinct), strict=True)
        if script(word) and consonants(key) >= _NAME_CONSONANTS
    }
    return tuple(sorted(map(number, found)))


# ── what it tells of ─────────────────────────────────────────────────────────────────────────


def _families(scan: Scan, reading: Reading) -> int:
    """By the facts, else by the words of the head, else by the topics found."""
    facts = sum({_WEAPONS.get(weapon, ROCKET) for weapon in reading.facts.weapons})
    end = head_end(scan)
    words = sum(
        family
        for family, categories in _FAMILIES.items()
        if any(hit.start < end for name in categories for hit in scan.terms.get(name, ()))
    )
    told = facts | (words & (JET | BLAST | LATER)) if facts else words
    told |= LATER * _looks_back(reading.facts)
    if told & ARMS or not reading.flag:
        return told
    lead = {f.topic for f in reading.findings if f.grade is Grade.LEAD}
    return told | sum({_WEAPONS[topic] for topic in lead if topic in _WEAPONS})


def _count(reading: Reading) -> Range:
    """Of the weapons: by the facts, else the one figure that the head gives."""
    if reading.facts.count is not None:
        return reading.facts.count
    given = [mark.removeprefix("count:") for mark in reading.marks if mark.startswith("count:")]
    if len(given) != 1 or not given[0].isdecimal() or len(given[0]) > _DIGITS:
        return Range(0, 0)
    return Range(int(given[0]), int(given[0]))


def _looks_back(facts: Facts) -> bool:
    return bool(facts.denial or facts.claimed_by or facts.killed or facts.injured)


def _marks(reading: Reading) -> set[str]:
    return {*reading.marks, _AGAIN} if reading.facts.again else set(reading.marks)
