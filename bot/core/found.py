"""The hits of one scan by category, and which of them stand near something.

The places stand among them as ``place.base``, ``place.town`` and ``place.country``. All questions
are windows over sorted hits: a text without a full stop costs no more than one with them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter

from bot.core.model import Hit, Knowledge, Scan
from bot.core.model.reading import LEAD_TOKENS
from bot.core.scene import Scene

Categories = frozenset[str]
_START = attrgetter("start")
_FIRST_PARAGRAPH = 25  # words of the body at least: bylines and summaries have lines of their own


class Found:
    """What was found in ``scan``, with its scene."""

    def __init__(self, scan: Scan, knowledge: Knowledge) -> None:
        self.scan = scan
        self.scene = Scene(scan, knowledge)
        self._hits = {**scan.terms, **self.scene.categories()}
        self._together: dict[Categories, Sequence[Hit]] = {}
        self._sentences: dict[Categories, frozenset[int]] = {}

    def hits(self, categories: Categories) -> Sequence[Hit]:
        """Hits of any of ``categories``, in order."""
        known = self._together.get(categories)
        if known is None:
            known = self._together[categories] = self._joined(categories)
        return known

    def _joined(self, categories: Categories) -> Sequence[Hit]:
        present = [self._hits[name] for name in categories if name in self._hits]
        if len(present) < 2:
            return present[0] if present else ()
        return sorted(chain.from_iterable(present), key=lambda hit: hit[:2])

    def between(self, categories: Categories, first: int, last: int) -> Sequence[Hit]:
        """Those of ``categories`` that begin at token ``first`` to ``last``, both included."""
        hits = self.hits(categories)
        if not hits:
            return ()
        at = bisect_left(hits, first, key=_START)
        return hits[at : bisect_right(hits, last, lo=at, key=_START)]

    def sentences(self, categories: Categories) -> frozenset[int]:
        """The numbers of the sentences in which any of ``categories`` stands."""
        known = self._sentences.get(categories)
        if known is None:
            numbers = frozenset(map(self.sentence, self.hits(categories)))
            known = self._sentences[categories] = numbers
        return known

    def sentence(self, hit: Hit) -> int:
        """The number of the sentence in which ``hit`` begins."""
        return self.scan.sentences[hit.start]

    def is_in_title(self, hit: Hit) -> bool:
        """Whether ``hit`` stands in the title."""
        return hit.start < self.scan.split

    @cached_property
    def first_sentence(self) -> int:
        """The number of the first sentence of the body; -1 where there is no body."""
        split, sentences = self.scan.split, self.scan.sentences
        return sentences[split] if split < len(sentences) else -1

    @cached_property
    def lead(self) -> int:
        """The token where the lead ends: title and first paragraph, or ``LEAD_TOKENS``.

        What follows is background: old attacks, earlier figures, what others said.
        """
        scan = self.scan
        repeated = bool(scan.title) and scan.body.startswith(scan.title.rstrip("."))
        first = scan.split * (1 + repeated) + _FIRST_PARAGRAPH
        if len(scan.ends) <= first:
            return len(scan.ends)
        line = scan.body.find("\n", scan.ends[first - 1])
        if line < 0:
            return LEAD_TOKENS
        return min(bisect_left(scan.starts, line, lo=first), LEAD_TOKENS)
