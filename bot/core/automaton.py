"""The door to the multi-pattern search library: many strings found in one pass over a text.

Immutable once built. Why this library, and what it was measured against: ``docs/decisions.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from daachorse import CharwiseDoubleArrayAhoCorasick as _Searcher


class Automaton:
    """Finds every occurrence of every pattern, overlapping ones too."""

    def __init__(self, patterns: Sequence[str], _searcher: _Searcher | None = None) -> None:
        """Build it from ``patterns``: distinct, none of them empty, at least one."""
        self._searcher = _searcher or _Searcher(list(patterns))

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """Each occurrence in ``text`` as (start, end, number of the pattern as given)."""
        found: list[tuple[int, int, int]] = self._searcher.find_overlapping(text)
        return found

    def to_bytes(self) -> bytes:
        """What :meth:`from_bytes` makes the same automaton of, much faster than building it."""
        return bytes(self._searcher.serialize())

    @classmethod
    def from_bytes(cls, raw: bytes) -> Automaton:
        """The automaton that was written.

        Raises:
            ValueError: ``raw`` is not what :meth:`to_bytes` wrote.
        """
        return cls((), _Searcher.deserialize(raw))
