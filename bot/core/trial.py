"""Watches on trial: what they would find in texts, without being anybody's.

One matcher serves them all: each is added when it is first asked for, as a live one would be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.core import events
from bot.core.answers import Origin
from bot.core.matcher import Matcher
from bot.core.model import Knowledge, Match, Reading, Scan, Watch
from bot.core.rules import Evidence

_MOST = 2_000  # watches one matcher tries; a new one begins afterwards
_EXAMPLES = 5
_SPELLINGS = 12


_NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Text:
    """A stored entry, as far as a watch may ask about it."""

    title: str
    body: str
    origin: Origin = _NOWHERE


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a watch would have fired: of how many texts, with examples, newest first.

    ``spellings`` are the different words it was found as, the most frequent first.
    """

    count: int
    of: int
    examples: tuple[tuple[Text, Evidence], ...] = ()
    spellings: tuple[str, ...] = ()


class Trial:
    """Tries watches on texts; not to be used by two threads at once."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._matcher: Matcher | None = None
        self._ids: dict[str, int] = {}

    def read(
        self, text: Text, queries: Sequence[str] = ()
    ) -> tuple[Scan, Reading, dict[str, Evidence]]:
        """What stands in ``text``, what is made of it, the evidence of each query that holds."""
        matcher = self._ready(queries)
        scan = matcher.scan(text.title, text.body)
        reading = events.read(scan, self._knowledge)
        if not queries:
            return scan, reading, {}
        found = matcher.watch_matches(scan, reading, text.origin)
        held = {query: found.get(self._ids[query], ()) for query in queries}
        return scan, reading, {query: evidence for query, evidence in held.items() if evidence}

    def tally(self, query: str, texts: Iterable[Text]) -> Tally:
        """How often ``query`` holds in ``texts``, which come newest first."""
        of, found = 0, []
        for text in texts:
            of += 1
            _, _, held = self.read(text, (query,))
            if query in held:
                found.append((text, held[query]))
        matches = (match for _, evidence in found for match in evidence)
        return Tally(len(found), of, tuple(found[:_EXAMPLES]), _spellings(matches))

    def _ready(self, queries: Sequence[str]) -> Matcher:
        if self._matcher is None or len(self._ids) > _MOST:
            self._matcher, self._ids = Matcher(self._knowledge), {}
        for query in queries:
            if query not in self._ids:
                self._ids[query] = len(self._ids)
                self._matcher.add(Watch(self._ids[query], 0, query))
        return self._matcher


def _spellings(matches: Iterable[Match]) -> tuple[str, ...]:
    counts: dict[str, int] = {}
    for match in matches:
        text = " ".join(match.text.split())
        counts[text] = counts.get(text, 0) + 1
    return tuple(sorted(counts, key=lambda text: -counts[text])[:_SPELLINGS])
