"""What becomes of a story after its first report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.model.event import Denial, Range, Sure


class StoryState(StrEnum):
    """Whether more is expected of a story."""

    OPEN = "open"
    CLOSED = "closed"  # the all-clear was given
    TAKEN_BACK = "taken-back"  # no attack happened


class Change(StrEnum):
    """What a later report changes, and readers should hear."""

    GRAVER = "graver"
    CASUALTIES = "casualties"
    NEW_BASE = "new-base"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    TAKEN_BACK = "taken-back"
    ALL_CLEAR = "all-clear"


@dataclass(frozen=True, slots=True)
class Step:
    """A report that readers of the story hear of, in a reply to their alert.

    ``bases`` are gazetteer ids that were not known before; ``killed`` and ``injured`` are set
    where the report changes them.
    """

    changes: tuple[Change, ...]
    title: str
    source_name: str
    seen_at: datetime
    link: str = ""
    lang: str = ""
    published_at: datetime | None = None
    bases: tuple[str, ...] = ()
    killed: Range | None = None
    injured: Range | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """A story as far as it has come.

    Attributes:
        originals: Names of the sources that speak for themselves, in the order they came.
        echoes: Names of those that only repeat another one's report.
        langs: Languages of the reports.
        killed, injured: The last word on them.
        sure: Whether it is confirmed; ``None`` where nobody said.
        denials: What was denied, without taking the story back.
        state: Whether more is expected.
        steps: What readers were told in replies, at most three.
        edits: How often what readers see changed.
    """

    originals: tuple[str, ...] = ()
    echoes: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    killed: Range | None = None
    injured: Range | None = None
    sure: Sure | None = None
    denials: tuple[Denial, ...] = ()
    state: StoryState = StoryState.OPEN
    steps: tuple[Step, ...] = ()
    edits: int = 0
