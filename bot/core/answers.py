"""What one entry answers to the rules: the evidence for phrases, and for what was understood."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from bot.core.letters import fold
from bot.core.model import (
    Field,
    Finding,
    Grade,
    Hit,
    How,
    Knowledge,
    Match,
    Reading,
    Scan,
    Span,
)
from bot.core.packed import Texts
from bot.core.trees import Evidence, FacetKey, source_key

_SCORE = {How.EXACT: 100, How.CLITIC: 95, How.STEM: 92, How.ALIAS: 90, How.SOUND: 85}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry comes from: the id and the name of its source, its language; all may be ""."""

    source: str = ""
    source_name: str = ""
    lang: str = ""


class Answers:
    """The evidence in one entry. Everything is worked out when it is asked for, and once."""

    def __init__(
        self,
        scan: Scan,
        reading: Reading,
        origin: Origin,
        knowledge: Knowledge,
        *,
        written: Texts,
        named: Mapping[int, str],
    ) -> None:
        """``written`` are the phrases by number, ``named`` the places that some of them name."""
        self._scan = scan
        self._reading = reading
        self._knowledge = knowledge
        self._origin = origin
        self._written = written
        self._named = named
        self._evidence: dict[int, Evidence] = {}

    # ── phrases ──────────────────────────────────────────────────────────────────────────

    def stands(self, number: int) -> bool:
        """Whether a phrase stands anywhere, or the place it names."""
        return number in self._scan.phrases or self._named.get(number) in self._scan.places

    def phrase(self, number: int) -> Evidence:
        """Every place where a phrase stands, or where the place it names is named otherwise."""
        known = self._evidence.get(number)
        if known is None:  # many watch the same
            known = self._evidence[number] = self._phrase(number)
        return known

    def _phrase(self, number: int) -> Evidence:
        own = [self._match(hit, number) for hit in self._scan.phrases.get(number, ())]
        place = self._named.get(number)
        return tuple(own) if place is None else (*own, *self._elsewhere(place, number, own))

    def _elsewhere(self, place: str, number: int, own: Sequence[Match]) -> Iterator[Match]:
        spans = {match.span for match in own}
        for start, end, _ in self._scan.places.get(place, ()):
            match = self._match(Hit(start, end, How.ALIAS), number)
            if match.span not in spans:
                yield match

    def _match(self, hit: Hit, number: int) -> Match:
        # The hottest there is where much is watched: nothing is called that need not be.
        first, last, how = hit
        scan = self._scan
        start, end = scan.starts[first], scan.ends[last - 1]
        if first < scan.split:
            span, text = Span(Field.TITLE, start, end), scan.title[start:end]
        else:
            span, text = Span(Field.BODY, start, end), scan.body[start:end]
        score = _SCORE.get(how)
        if score is None:
            score = round(fuzz.ratio(fold(text), fold(self._written[number])))
        return Match(span, text, how, score)

    def close(self, left: Evidence, right: Evidence, within: int) -> Iterator[tuple[Match, Match]]:
        """Matches of one field with at most ``within`` words in between, none of them inside."""
        others = sorted((self._words(match), match) for match in right)
        starts = [words[0] for words, _ in others]
        longest = max((end - start for (start, end), _ in others), default=0)
        for match in left:
            start, end = self._words(match)
            first = bisect_left(starts, start - within - longest)
            for (begin, finish), other in others[first : bisect_right(starts, end + within)]:
                apart = max(begin - end, start - finish)
                if 0 <= apart <= within and other.span.field is match.span.field:
                    yield match, other

    def _words(self, match: Match) -> tuple[int, int]:
        """The first word of ``match`` and the one after its last."""
        where, start, end = match.span
        starts = self._starts[where]
        before = 0 if where is Field.TITLE else self._scan.split
        return before + bisect_left(starts, start), before + bisect_left(starts, end)

    @cached_property
    def _starts(self) -> dict[Field, Sequence[int]]:
        starts, split = self._scan.starts, self._scan.split
        return {Field.TITLE: starts[:split], Field.BODY: starts[split:]}

    # ── facets ───────────────────────────────────────────────────────────────────────────

    def facets(self) -> Collection[FacetKey]:
        """Everything this entry is, by which rules are asked."""
        return self._held

    @cached_property
    def _held(self) -> dict[FacetKey, None]:
        return dict.fromkeys(self._facets())

    def _facets(self) -> Iterator[FacetKey]:
        origin = self._origin
        yield from (("source", source_key(name)) for name in (origin.source, origin.source_name))
        yield ("lang", origin.lang)
        if self._reading.flag:
            yield from (("sev", str(level)) for level in range(1, self._reading.severity + 1))
            yield ("topic", "all")
            for finding in self._told():
                yield from self._facets_of(finding)

    def _told(self) -> list[Finding]:
        return [finding for finding in self._reading.findings if finding.grade is Grade.LEAD]

    def _facets_of(self, finding: Finding) -> Iterator[FacetKey]:
        yield ("topic", finding.topic)
        for key in finding.places:
            place = self._knowledge.places.get(key)
            if place is not None:
                yield ("country", place.country.lower())
                yield from (("place", name) for name in (place.id, *place.parents))

    def facet(self, kind: str, value: str) -> Evidence | None:
        """The words that show it, the title where no word does; ``None`` where it does not hold."""
        if (kind, value) not in self._held:
            return None
        told = [f for f in self._told() if (kind, value) in {("topic", "all"), *self._facets_of(f)}]
        spans = [span for finding in told for span in finding.spans]
        return tuple(
            Match(span, self._scan.text(span), How.EXACT) for span in spans or [self._head()]
        )

    def _head(self) -> Span:
        field = Field.TITLE if self._scan.title else Field.BODY
        text = self._scan.title or self._scan.body
        return Span(field, 0, len(text))
