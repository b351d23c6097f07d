"""Pages behind the links of entries, which are read after the first decision."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.entries import Entry, Source
from bot.core.model.knowledge import Severity


@dataclass(frozen=True, slots=True)
class Wanted:
    """An entry whose page is to be read; of one host the gravest comes first."""

    fingerprint: str
    host: str
    severity: Severity = Severity.NONE


@dataclass(frozen=True, slots=True)
class Article:
    """What a page said: ``""`` where nothing of it belongs to the entry.

    ``pause_s`` is what its site asks to wait before the next visit.
    """

    text: str
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """A page whose turn it is. ``attempts`` counts the visits, this one included."""

    source: Source
    entry: Entry
    host: str
    attempts: int
