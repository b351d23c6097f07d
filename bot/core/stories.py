"""The same story? First form: exact and near-exact copies, and nothing else.

A sketch stands for the words of an entry; two sketches tell how many words the entries share.
Near-identical words about another place, weapon, number or day, "again", a toll where there was
none are another attack or news of it: such a mark is a veto, however alike the rest. In doubt
the story is new: that repeats an alert, joining loses one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from bot.core.model import Grade, Reading, Story
from bot.core.morphology import bare, is_stop_word
from bot.core.text import tokenize

_Fact = TypeVar("_Fact")
_KEPT = 64  # hashes of a sketch: the share of common ones is right to about 6 %
_LEAD_WORDS = 90  # agencies' copies differ in where they are cut, seldom in how they begin
_BODY_WORDS = 25  # a body this long speaks for itself, whatever headline was put above it
_ALIKE = 0.4
_SHORT_ALIKE = 0.7
# A flash of few words is written again for the next attack; a long text only for this one.
_SHORT_WORDS = 20
_SHORT_WINDOW = timedelta(minutes=40)
_LONG_WINDOW = timedelta(hours=24)
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
# Marks whose values contradict each other when each report has one the other lacks.
_EITHER = ("count", "day", "part")
_KINDS = (*_EITHER, "again", "toll", "at", "known")


@dataclass(frozen=True, slots=True)
class _Sketch:
    """A sketch read back: size of the text, marks by kind, hashes of all and of the body."""

    words: int
    marks: tuple[frozenset[int], ...]
    whole: frozenset[int]
    body: frozenset[int]

    def of(self, kind: str) -> frozenset[int]:
        """The marks of one kind."""
        return self.marks[_KINDS.index(kind)]


def sketch(title: str, body: str, marks: Iterable[str] = ()) -> tuple[int, ...]:
    """What ``find_story`` compares, of at most some 150 numbers below 2**63.

    Layout: number of words, of marks, of hashes of the whole; then the marks, these hashes, and
    the hashes of the body alone.

    Args:
        title: Of the entry.
        body: Of the entry.
        marks: ``Reading.marks`` of the entry; without them only the words are compared.
    """
    head, rest = _words(title), _words(body)
    if rest[: len(head)] == head:  # channels repeat the headline as the first line
        head = []
    words = (head + rest)[:_LEAD_WORDS]
    whole = _smallest(words)
    alone = _smallest(rest[:_LEAD_WORDS]) if head and len(rest) >= _BODY_WORDS else []
    facts = sorted(map(_mark, marks))
    return (len(words), len(facts), len(whole), *facts, *whole, *alone)


def _words(text: str) -> list[str]:
    return [bare(token.text) for token in tokenize(text)]


def _mark(mark: str) -> int:
    # The last three bits keep the kind readable; a place has one number however it is marked.
    kind, _, value = mark.partition(":")
    return (_hash(value) & ~7) | _KINDS.index(kind)


def _smallest(words: list[str]) -> list[int]:
    """The smallest hashes of the pairs of neighbouring words (of the words, when very few)."""
    telling = [word for word in words if not is_stop_word(word)]
    pairs = {" ".join(pair) for pair in pairwise(telling)}
    return sorted(map(_hash, pairs or set(telling)))[:_KEPT]


def _hash(text: str) -> int:
    # 63 bits, so that SQLite's signed integers hold it; the same in every process.
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def story_id(fingerprint: str) -> str:
    """The id of the story that the entry ``fingerprint`` opens: ten letters, always the same."""
    digest = hashlib.blake2b(fingerprint.encode(), digest_size=7).digest()
    number = int.from_bytes(digest, "big") >> 6
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(45, -1, -5))


def find_story(
    sketch: tuple[int, ...],
    reading: Reading,
    published_or_seen_at: datetime,
    recent: Sequence[Story],
) -> Story | None:
    """The story of ``recent`` that an entry belongs to, the most alike; ``None`` opens a new one.

    Args:
        sketch: Of the entry, as ``sketch`` made it.
        reading: Of the entry; its topics and places must not contradict the story's.
        published_or_seen_at: When the entry was published, else seen.
        recent: Stories inside the window.
    """
    mine = _opened(sketch)
    best: tuple[float, Story] | None = None
    for story in recent:
        likeness = _likeness(mine, _opened(story.sketch))
        if likeness < _ALIKE or (best and likeness <= best[0]):
            continue
        if _may_join(mine, reading, published_or_seen_at, story, likeness):
            best = (likeness, story)
    return best[1] if best else None


@lru_cache(maxsize=16_384)
def _opened(sketch: tuple[int, ...]) -> _Sketch:
    words, marks, whole = sketch[:3] if len(sketch) >= 3 else (0, 0, 0)
    first, second = 3 + marks, 3 + marks + whole
    return _Sketch(
        words,
        _by_kind(sketch[3:first]),
        frozenset(sketch[first:second]),
        frozenset(sketch[second:]),
    )


def _by_kind(marks: Sequence[int]) -> tuple[frozenset[int], ...]:
    return tuple(frozenset(m for m in marks if m & 7 == kind) for kind in range(len(_KINDS)))


def _likeness(one: _Sketch, other: _Sketch) -> float:
    """The share of common word pairs, 0 to 1, of the whole texts or of the bodies alone."""
    pairs = ((one.whole, other.whole), (one.body, other.body))
    return max(_resemblance(a, b) for a, b in pairs)


def _resemblance(one: frozenset[int], other: frozenset[int]) -> float:
    common = one & other
    if not common:
        return 0.0
    size = min(_KEPT, max(len(one), len(other)))
    smallest = sorted(one | other)[:size]
    return len(common.intersection(smallest)) / len(smallest)


def _may_join(mine: _Sketch, reading: Reading, at: datetime, story: Story, likeness: float) -> bool:
    # What a watch alone found tells of no event: a report of one must not vanish in it.
    if reading.flag != (story.severity > 0):
        return False
    theirs = _opened(story.sketch)
    short = min(mine.words, theirs.words) < _SHORT_WORDS
    if likeness < (_SHORT_ALIKE if short else _ALIKE):
        return False
    if _apart(at, story) > (_SHORT_WINDOW if short else _LONG_WINDOW):
        return False
    return not _other_report(mine, theirs) and not _other_event(reading, story)


def _apart(at: datetime, story: Story) -> timedelta:
    times = (story.published_at or story.first_seen_at, story.last_seen_at)
    return min(abs(at - time) for time in times)


def _other_report(mine: _Sketch, theirs: _Sketch) -> bool:
    """Whether the marks tell of another attack, or of something the story does not tell."""
    return (
        any(_contradicts(mine.of(kind), theirs.of(kind)) for kind in _EITHER)
        or mine.of("again") != theirs.of("again")
        or bool(mine.of("toll") - theirs.of("toll"))
        or bool(_values(mine.of("at")) - _values(theirs.of("known")))
    )


def _values(marks: Iterable[int]) -> frozenset[int]:
    return frozenset(mark & ~7 for mark in marks)


def _other_event(reading: Reading, story: Story) -> bool:
    told = [finding for finding in reading.findings if finding.grade is Grade.LEAD]
    places = frozenset(place for finding in told for place in finding.places)
    topics = frozenset(finding.topic for finding in told)
    return _contradicts(places, frozenset(story.places)) or _contradicts(
        topics, frozenset(story.topics)
    )


def _contradicts(one: frozenset[_Fact], other: frozenset[_Fact]) -> bool:
    """Each knows something the other does not; one that only knows less is no contradiction."""
    return bool(one - other) and bool(other - one)
