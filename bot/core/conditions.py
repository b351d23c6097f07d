"""Where a topic shows: a pair of hits in one sentence with its context near."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.found import Found
from bot.core.model import Condition, Hit, TopicRule


@dataclass(frozen=True, slots=True)
class Pair:
    """A condition fulfilled: the hits that did it, in order."""

    condition: Condition
    hits: tuple[Hit, ...]

    @property
    def start(self) -> int:
        """The first token."""
        return self.hits[0].start

    @property
    def end(self) -> int:
        """The token after the last."""
        return self.hits[-1].end

    def distance(self, hit: Hit) -> int:
        """How many tokens ``hit`` stands away."""
        return max(self.start - hit.start, hit.start - self.end, 0)


def pairs(rule: TopicRule, found: Found) -> list[Pair]:
    """Every pair that fulfils a condition of ``rule``, the first first."""
    every = [pair for condition in rule.conditions for pair in _fulfilled(condition, found)]
    return sorted(every, key=lambda pair: pair.start)


def _fulfilled(condition: Condition, found: Found) -> Iterator[Pair]:
    for hits in _combinations(condition, found):
        pair = Pair(condition, hits)
        if not condition.near or _has_context(pair, found):
            yield pair


def _combinations(condition: Condition, found: Found) -> Iterator[tuple[Hit, ...]]:
    if not condition.second:
        yield from ((hit,) for hit in found.hits(condition.first))
        return
    within = condition.within
    for one in found.hits(condition.first) if found.hits(condition.second) else ():
        for other in found.between(condition.second, one.start - within, one.start + within):
            if one[:2] != other[:2] and found.sentence(one) == found.sentence(other):
                yield (one, other) if one.start <= other.start else (other, one)


def _has_context(pair: Pair, found: Found) -> bool:
    """Whether a word of the context stands in the pair's sentence or the one before.

    A headline leaves out what the first sentence of the text says again: that one counts too.
    """
    condition, sentence = pair.condition, found.sentence(pair.hits[0])
    last = found.first_sentence if found.is_in_title(pair.hits[0]) else sentence
    near = found.between(
        condition.near, pair.start - condition.near_within, pair.end + condition.near_within
    )
    return any(
        found.sentence(hit) in (sentence - 1, sentence) or sentence < found.sentence(hit) == last
        for hit in near
    )
