"""The same story? An index of the stories of late, asked for each report as it arrives.

Three ways to join: a copy (nearly the same words), the same event (place, weapon, time and words
weighed, no veto), and, where neither reports an attack, much the same words. Nothing is looked at
but what may be alike: stories are found by rare words, by pairs of words and by place and hour.
What is found does not depend on the order in which stories were added, so that a restart that
fills the index from the store decides the same.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from heapq import heappop, heappush, nlargest

from bot.core.copies import copied
from bot.core.likeness import Weights, is_enough, is_hopeless, likeness
from bot.core.model import Join, Joined, Story
from bot.core.postings import Postings
from bot.core.sketches import HOUR, asked_places, place_keys, sample_keys, term_keys
from bot.core.timing import horizon, near_in_time
from bot.core.traces import Trace, unpacked
from bot.core.vetoes import veto
from bot.core.wording import Asked, asked, cosine

_RARE = 40  # a word of more stories than this leads to none of them
_ASKED_TERMS = 8
_WORDED, _NEARBY = 8, 15  # stories looked at for their words, for their place and hour
_HOURS_BACK, _HOURS_FLAGGED = 12, 3
_CROWD = 25  # what so many stories share tells them not apart


@dataclass(slots=True)
class _Kept:
    """A story without its sketch, and that in little room; ``seen`` is its last sign of life."""

    story: Story
    sketch: array[int]
    number: int

    @property
    def whole(self) -> Story:
        return replace(self.story, sketch=tuple(self.sketch))


@dataclass(slots=True)
class Stories:
    """Stories that reports may join.

    Attributes:
        weights: Of the features (``bot/data/likeness.yaml``).
        below: The stories this is a branch of.
    """

    weights: Weights
    below: Stories | None = None
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _ids: dict[int, str] = field(default_factory=dict)
    _next: int = 0
    _oldest: list[tuple[datetime, str, int]] = field(default_factory=list)
    _terms: Postings = field(default_factory=Postings)
    _samples: Postings = field(default_factory=Postings)
    _places: Postings = field(default_factory=Postings)

    @classmethod
    def of(cls, weights: Weights, stories: Iterable[Story]) -> Stories:
        """With ``stories`` in it."""
        made = cls(weights)
        for story in stories:
            made.add(story)
        return made

    def branch(self) -> Stories:
        """The same stories; what is added to the branch is not added here."""
        return Stories(self.weights, self)

    # ── what is kept ─────────────────────────────────────────────────────────────────────

    def __len__(self) -> int:
        return len(self._kept) + (len(self.below) if self.below else 0)

    def get(self, story_id: str) -> Story | None:
        """The story of this id."""
        kept = self._find_kept(story_id)
        return kept.whole if kept else None

    def _find_kept(self, story_id: str) -> _Kept | None:
        return self._kept.get(story_id) or (self.below and self.below._find_kept(story_id)) or None

    def add(self, story: Story) -> None:
        """Keep ``story``, in place of what it was before."""
        self._drop(story.id)
        self._next += 1
        kept = _Kept(replace(story, sketch=()), array("q", story.sketch), self._next)
        self._kept[story.id], self._ids[kept.number] = kept, story.id
        heappush(self._oldest, (story.last_seen_at, story.id, kept.number))
        for postings, key in self._keys(kept):
            postings.add(key, kept.number)

    def forget(self, before: datetime) -> None:
        """Drop the stories that nobody told since ``before``."""
        while self._oldest and self._oldest[0][0] < before:
            _, story_id, number = heappop(self._oldest)
            kept = self._kept.get(story_id)
            if kept is not None and kept.number == number:
                self._drop(story_id)

    def _drop(self, story_id: str) -> None:
        kept = self._kept.pop(story_id, None)
        if kept is not None:
            for postings, key in self._keys(kept):
                postings.discard(key, kept.number)
            del self._ids[kept.number]

    def _keys(self, kept: _Kept) -> Iterator[tuple[Postings, int]]:
        traces = unpacked(kept.sketch)
        for postings, keys in (
            (self._terms, term_keys(traces)),
            (self._samples, sample_keys(traces)),
            (self._places, place_keys(traces)),
        ):
            yield from ((postings, key) for key in keys)

    # ── asking ───────────────────────────────────────────────────────────────────────────

    def find(self, mine: Trace) -> Join:
        """The story that a report belongs to; without one in ``Join.story`` it opens its own."""
        counts = {term: self._size("_terms", term) for term in mine.terms}
        spoken, best, joinable = asked(mine, counts), Join(), []
        since = horizon(mine) * 60
        for story_id in self._candidates(mine, spoken, counts):
            kept = self._find_kept(story_id)
            if kept is not None:
                judged = self._judged(mine, spoken, kept, since)
                joinable += [judged] if judged.story else []
                best = _better(best, judged)
        why = tuple((name, round(value, 2)) for name, value in best.why if value)
        ranked = sorted(joinable, key=_rank, reverse=True)
        return replace(best, why=why, also=tuple(ranked[1:]))

    def _judged(self, mine: Trace, spoken: Asked, kept: _Kept, since: int) -> Join:
        if kept.story.last_seen_at.timestamp() < since:  # nothing of it is worth opening
            return Join(nearest=kept.story.id, veto="time")
        theirs = _opened(kept.sketch.tobytes())
        if not theirs:
            return Join()
        share = max([_copied(mine, spoken, trace) for trace in theirs])
        if share and not (mine.flag and not kept.story.severity):
            return Join(kept.whole, Joined.COPY, round(1 + share, 3), (("words", round(share, 2)),))
        if forbidden := veto(mine, theirs):
            text = round(cosine(spoken, theirs[0]), 3)
            return Join(score=text, nearest=kept.story.id, veto=forbidden)
        near = near_in_time(mine, theirs) if len(theirs) > 1 else theirs
        return self._alike(mine, [(trace, cosine(spoken, trace)) for trace in near], kept)

    def _alike(self, mine: Trace, near: Sequence[tuple[Trace, float]], kept: _Kept) -> Join:
        """The join by the report most alike, of those of a story, each with its words' likeness."""
        hopeless = [is_hopeless(mine, theirs, text, self.weights) for theirs, text in near]
        if all(hopeless):
            text = max(text for _, text in near)
            return Join(score=round(text, 3), nearest=kept.story.id, why=(("text", text),))
        made = [likeness(mine, theirs, text, self.weights) for theirs, text in near]
        best = max(range(len(made)), key=lambda at: made[at].score)
        found, theirs = made[best], near[best][0]
        score, why = round(found.score, 3), tuple(found.features.items())
        if hopeless[best] or not is_enough(mine, theirs, found, self.weights):
            return Join(score=score, nearest=kept.story.id, why=why)
        how = Joined.WORDS if found.features["none_flagged"] else Joined.EVENT
        return Join(kept.whole, how, score, why)

    # ── candidates ───────────────────────────────────────────────────────────────────────

    def _candidates(self, mine: Trace, spoken: Asked, counts: Mapping[int, int]) -> set[str]:
        found = set(self._by_words(spoken, counts))
        for key in sample_keys((mine,)):
            if self._size("_samples", key) <= _CROWD:
                found.update(self._named("_samples", key))
        found.update(self._by_place(mine))
        return found

    def _by_words(self, spoken: Asked, counts: Mapping[int, int]) -> Iterator[str]:
        rare = sorted((n, term) for term, n in counts.items() if 0 < n <= _RARE)[:_ASKED_TERMS]
        sums: Counter[str] = Counter()
        for _, term in rare:
            weight = spoken.weights[term]
            for story_id in self._named("_terms", term):
                sums[story_id] += weight * weight  # type: ignore[assignment]
        best = nlargest(_WORDED, ((total, story_id) for story_id, total in sums.items()))
        yield from (story_id for _, story_id in best)

    def _by_place(self, mine: Trace) -> Iterator[str]:
        """Stories at these places, in them, or told of what these lie in; the nearest in time."""
        found: dict[str, int] = {}
        hour = mine.at // HOUR
        for away in range(_HOURS_BACK if not mine.flag or mine.until else _HOURS_FLAGGED):
            for when in (hour - away, hour + 1) if away == 1 else (hour - away,):
                for key in asked_places(mine, when):
                    if self._size("_places", key) <= _CROWD:
                        found.update(dict.fromkeys(self._named("_places", key), away))
            if len(found) >= _NEARBY:
                break
        yield from found

    def _size(self, name: str, key: int) -> int:
        postings: Postings = getattr(self, name)
        return postings.count(key) + (self.below._size(name, key) if self.below else 0)

    def _named(self, name: str, key: int) -> Iterator[str]:
        postings: Postings = getattr(self, name)
        yield from (self._ids[number] for number in postings.of(key))
        if self.below is not None:
            yield from (k for k in self.below._named(name, key) if k not in self._kept)


def _better(one: Join, other: Join) -> Join:
    """The surer one; of two as sure the one with the lesser id, whatever came first."""
    return max(one, other, key=_rank)


def _rank(join: Join) -> tuple[bool, bool, float, str]:
    story_id = join.story.id if join.story else join.nearest
    return join.story is not None, not join.veto and bool(story_id), join.score, story_id


def _copied(mine: Trace, spoken: Asked, theirs: Trace) -> float:
    """``copied``, and at once 0 where no two words stand beside each other in both."""
    sample = spoken.sample
    if sample.isdisjoint(theirs.whole) and sample.isdisjoint(theirs.body):
        return 0.0
    return copied(mine, theirs)


@lru_cache(maxsize=8_192)
def _opened(sketch: bytes) -> tuple[Trace, ...]:
    return unpacked(array("q", sketch))
