"""What becomes of a story after its first report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    MORE_WEAPONS = "more-weapons"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    DENIED = "denied"  # and not taken back, for people were reported hurt
    TAKEN_BACK = "taken-back"
    ALL_CLEAR = "all-clear"


@dataclass(frozen=True, slots=True)
class Count:
    """How many weapons one source counts, and which."""

    source_name: str
    count: Range
    weapons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Toll:
    """How many people one source says were hurt; ``None`` where it does not say."""

    source_name: str
    killed: Range | None = None
    injured: Range | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Another story that a report showed to be the same event; ``link`` leads to its report."""

    story_id: str
    title: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A report that readers of the story hear of, in a reply to their alert.

    ``bases`` are gazetteer ids that were not known before; ``killed``, ``injured`` and
    ``counted`` are set where the report changes them. ``denied_by`` is who denies it.
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
    counted: Count | None = None
    denied_by: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """A story as far as it has come.

    Attributes:
        originals: Names of the sources that speak for themselves, in the order they came.
        echoes: Names of those that only repeat another one's report.
        langs: Languages of the reports.
        killed, injured: The last word on them; who says "nobody" speaks for himself alone.
        tolls: Of each source its last word on them, the newest last.
        hurt: Whether anybody ever reported people hurt: that is not denied away.
        counts: Of each source its last word on the weapons, the newest last.
        sure: Whether it is confirmed; ``None`` where nobody said.
        denials: What was denied, without taking the story back.
        deniers: Who denied it, in the words of the first report that said so.
        linked: Stories that may be of the same event. A link is never undone.
        state: Whether more is expected.
        steps: What readers were told in replies.
        edits: How often what readers see changed.
    """

    originals: tuple[str, ...] = ()
    echoes: tuple[str, ...] = ()
    langs: tuple[str, ...] = ()
    killed: Range | None = None
    injured: Range | None = None
    tolls: tuple[Toll, ...] = ()
    hurt: bool = False
    counts: tuple[Count, ...] = ()
    sure: Sure | None = None
    denials: tuple[Denial, ...] = ()
    deniers: Mapping[Denial, str] = field(default_factory=dict)
    linked: tuple[Link, ...] = ()
    state: StoryState = StoryState.OPEN
    steps: tuple[Step, ...] = ()
    edits: int = 0
