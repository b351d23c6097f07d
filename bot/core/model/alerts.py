"""What is decided: stories, alerts, and the reason of every entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from bot.core.model.entries import Entry, Poll
from bot.core.model.faults import Fault
from bot.core.model.knowledge import Severity
from bot.core.model.life import Life, Link
from bot.core.model.pages import Wanted
from bot.core.model.reading import Match, Reading
from bot.core.model.visits import Alarm, Course


class Reason(StrEnum):
    """Why an entry did or did not become an alert: for the log, the counters and /why."""

    ALREADY_SEEN = "already-seen"
    TOO_OLD = "too-old"
    NO_MATCH = "no-match"
    GUARDED = "guarded"
    KNOWN_STORY = "known-story"
    NEW_STORY = "new-story"
    STORY_GREW = "story-grew"
    STEPPED_UP = "stepped-up"
    CORRECTED = "corrected"
    DENIED = "denied"
    TAKEN_BACK = "taken-back"
    ALL_CLEAR = "all-clear"
    FAILED = "failed"  # an error of ours: recorded, logged, and no obstacle to the others


@dataclass(frozen=True, slots=True)
class Story:
    """Entries about one event. ``sketch`` is what ``core.stories`` compares, opaque elsewhere."""

    id: str
    title: str
    severity: Severity
    topics: tuple[str, ...]
    places: tuple[str, ...]
    first_seen_at: datetime
    last_seen_at: datetime
    source_name: str = ""
    link: str = ""
    entries: int = 1
    sketch: tuple[int, ...] = ()
    lang: str = ""
    published_at: datetime | None = None
    life: Life = field(default_factory=Life)

    @property
    def linked(self) -> tuple[Link, ...]:
        """Stories that a later report showed to be of the same event."""
        return self.life.linked


class Joined(StrEnum):
    """How an entry came to its story."""

    NEW = "new"  # it opened it
    COPY = "copy"  # nearly the same words: a repetition, no source of its own
    EVENT = "event"  # the same event in other words: another witness
    WORDS = "words"  # much the same words; neither reports an attack


@dataclass(frozen=True, slots=True)
class Join:
    """Which story an entry belongs to, how sure that is, and why.

    Attributes:
        story: As it was before; ``None`` where the entry opens its own.
        how: What made them one.
        score: 0 to 1 by the features, of copies 1 and the share of common words.
        why: The features that are not zero, by name.
        nearest: The id of the story that was most alike, where none was enough.
        veto: What forbade to join that one: place, weapon, time, count,
            again, not-flagged; else "".
        also: Its joins to the other stories it might as well have joined, the surest first.
    """

    story: Story | None = None
    how: Joined = Joined.NEW
    score: float = 0.0
    why: tuple[tuple[str, float], ...] = ()
    nearest: str = ""
    veto: str = ""
    also: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """One reason an alert reached one chat: the watch, and the words it matched."""

    query: str
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """The facts of an alert, as they travel through the outbox; ``core.card`` words them.

    ``life`` is that of the story when the message leaves, not when it was decided.
    """

    story_id: str
    title: str
    source_name: str
    link: str
    topics: tuple[str, ...]
    places: tuple[str, ...]
    severity: Severity
    published_at: datetime | None
    seen_at: datetime
    whys: tuple[Why, ...]
    extract: str = ""
    lang: str = ""
    life: Life = field(default_factory=Life)


class Delay(IntEnum):
    """Whether an alert comes late, because its feed could not be read for a while or flooded."""

    NONE = 0
    LATE = 1  # it waits a moment for others; with too many of them it is a line of a digest
    OLD = 2  # older than what alerts: at most a line of a digest


@dataclass(frozen=True, slots=True)
class Alert:
    """The decision to tell one chat of one story, with the facts it will be told."""

    chat_id: int
    card: Card
    delay: Delay = Delay.NONE
    may_repeat: bool = False  # a database that was lost may have told of it already


@dataclass(frozen=True, slots=True)
class Growth:
    """A story's alerts are to be edited; with ``step``, its number, answered too."""

    step: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one entry. ``story`` is set when the entry opens or joins one.

    ``growth`` tells what those hear who were told of the story before; ``linked`` are the other
    stories that the entry showed to be the same event, as they are from now on.
    """

    entry: Entry
    reason: Reason
    reading: Reading
    story: Story | None = None
    alerts: tuple[Alert, ...] = ()
    detail: str = ""  # one phrase more for the log: the guard, the age, the story joined
    edited: bool = False  # the entry was recorded before, in other words
    growth: Growth | None = None
    join: Join | None = None  # how it came to its story
    linked: tuple[Story, ...] = ()
    fault: Fault | None = None  # what broke us; the reason is then FAILED

    @property
    def stories(self) -> tuple[Story, ...]:
        """Every story it changes, its own first."""
        return (self.story, *self.linked) if self.story else ()


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one turn of ingest writes, in one transaction.

    ``poll`` is ``None`` for every part of a large poll but the last, so that the validators are
    recorded only with the last entry; ``course`` goes with it. ``pages`` are to be read afterwards.
    ``faults`` are documents of the poll that broke our reader.
    """

    source_id: str
    verdicts: tuple[Verdict, ...]
    poll: Poll | None
    decided_at: datetime
    course: Course | None = None
    alarm: Alarm | None = None
    pages: tuple[Wanted, ...] = ()
    faults: tuple[Fault, ...] = ()
    is_retry: bool = False  # its entries broke us before and are tried again


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a recorded entry. ``edits`` counts how often it was read again."""

    text_hash: str = ""
    edits: int = 0
    story_id: str = ""


@dataclass(frozen=True, slots=True)
class Recall:
    """What the store remembers that a decision needs."""

    known: Mapping[str, Known]  # by fingerprint, what was recorded already
    stories: tuple[Story, ...]  # inside the story window, newest last


class Role(StrEnum):
    """What a report is to its story."""

    ORIGINAL = "original"
    ECHO = "echo"  # it only repeats what somebody else reports
    DENIAL = "denial"


@dataclass(frozen=True, slots=True)
class Report:
    """One report of a story as /why lists it; ``role`` is ``None`` where it was not recorded."""

    source_name: str
    seen_at: datetime
    link: str = ""
    published_at: datetime | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """What became of one stored entry.

    ``deliveries`` counts those of its story, by kind and state; ``reports`` are all of its story.
    """

    entry: Entry
    reason: str
    detail: str
    flag: bool
    severity: Severity
    seen_at: datetime
    story: Story | None
    deliveries: Mapping[tuple[str, str], int]
    reports: tuple[Report, ...] = ()
