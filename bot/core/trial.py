"""Watches on trial: what they would find in texts, without being anybody's.

One matcher serves them all: each is added when it is first asked for, as a live one would be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core import events
from bot.core.answers import Origin
from bot.core.matcher import Matcher, matcher_of
from bot.core.model import How, Knowledge, Reading, Scan, Watch
from bot.core.query import parse
from bot.core.trees import Evidence
from bot.errors import QueryError

_MOST = 2_000  # watches one matcher tries; a new one begins afterwards
_EXAMPLES = 5


_NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Text:
    """A stored entry, as far as a watch may ask about it; ``at`` is when it was read."""

    title: str
    body: str
    origin: Origin = _NOWHERE
    link: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a watch would have fired: ``count`` of ``of`` texts, with examples, newest first.

    ``written`` counts the words it was found as, without those that only carried a prefix, and
    of watches that ask for more than words nothing: there the words show something else.
    """

    count: int = 0
    of: int = 0
    examples: tuple[tuple[Text, Evidence], ...] = ()
    written: Mapping[str, int] = field(default_factory=dict)

    @property
    def spellings(self) -> tuple[str, ...]:
        """The different words it was found as, the most frequent first."""
        return tuple(sorted(self.written, key=lambda text: -self.written[text]))

    def and_older(self, older: Tally) -> Tally:
        """This tally and that of texts that are older than all of its own."""
        return Tally(
            self.count + older.count,
            self.of + older.of,
            (*self.examples, *older.examples)[:_EXAMPLES],
            Counter(self.written) + Counter(older.written),
        )


class Trial:
    """Tries watches on texts; not to be used by two threads at once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._matcher: Matcher | None = None
        self._ids: dict[str, int] = {}

    @property
    def matcher(self) -> Matcher:
        """The one that reads."""
        return self._ready(())

    def read(
        self, text: Text, queries: Sequence[str] = ()
    ) -> tuple[Scan, Reading, dict[str, Evidence]]:
        """What stands in ``text``, what is made of it, and what shows each query that holds."""
        matcher = self._ready(queries)
        scan = matcher.scan(text.title, text.body)
        reading = events.read(scan, self._knowledge, text.at)
        if not queries:
            return scan, reading, {}
        found = matcher.watch_matches(scan, reading, text.origin, self._numbers(queries))
        return scan, reading, self._held(found, queries)

    def tally(self, queries: Collection[str], texts: Iterable[Text]) -> dict[str, Tally]:
        """How often each of ``queries`` holds in ``texts``, which come newest first.

        Every text is looked through once for all of them.
        """
        matcher = self._ready(queries)
        worded = {query for query in queries if not _asks_for_more(query)}
        found: dict[str, list[tuple[Text, Evidence]]] = {query: [] for query in queries}
        asked = self._numbers(queries)
        of = 0
        for text in texts:
            of += 1
            scan = matcher.scan(text.title, text.body)
            # What happened is asked of few, and takes longer to find out than the words.
            only_words = len(worded) == len(found)
            reading = Reading() if only_words else events.read(scan, self._knowledge, text.at)
            matches = matcher.watch_matches(scan, reading, text.origin, asked)
            for query, evidence in self._held(matches, queries).items():
                found[query].append((text, evidence))
        return {query: _tally(hits, of, query in worded) for query, hits in found.items()}

    def _numbers(self, queries: Iterable[str]) -> set[int]:
        return {self._ids[query] for query in queries}

    def _held(self, found: Mapping[int, Evidence], queries: Collection[str]) -> dict[str, Evidence]:
        held = {query: found.get(self._ids[query], ()) for query in queries}
        return {query: evidence for query, evidence in held.items() if evidence}

    def _ready(self, queries: Collection[str]) -> Matcher:
        if self._matcher is None or len(self._ids) > _MOST:
            self._matcher, self._ids = matcher_of(self._knowledge), {}
        for query in queries:
            if query not in self._ids:
                self._ids[query] = len(self._ids)
                self._matcher.add(Watch(self._ids[query], 0, query))
        return self._matcher


def _asks_for_more(query: str) -> bool:
    """Whether ``query`` asks for more than words: only a facet has a colon in its spelling."""
    try:
        return ":" in parse(query).canonical
    except QueryError:
        return False


def _tally(hits: Sequence[tuple[Text, Evidence]], of: int, worded: bool) -> Tally:
    matches = (match for _, evidence in hits for match in evidence) if worded else ()
    written = Counter(
        " ".join(match.text.split()) for match in matches if match.how is not How.CLITIC
    )
    return Tally(len(hits), of, tuple(hits[:_EXAMPLES]), written)
