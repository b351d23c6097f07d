"""What comes in: sources, polls, entries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SourceKind(StrEnum):
    """How a source is polled."""

    FEED = "feed"
    SEEDS = "seeds"
    CHANNEL = "channel"  # the public web view of a Telegram channel


class FullText(StrEnum):
    """Whether the page behind a stub of a feed is read after the first decision."""

    AUTO = "auto"  # where the stub was flagged, or names a place and a weapon
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Source:
    """A configured place entries come from, with what its last poll left behind.

    ``etag`` and ``last_modified`` are opaque and returned byte-exact. ``polled_ok_at`` is ``None``
    until the first poll that worked; that first one is the baseline.
    """

    id: str
    kind: SourceKind
    name: str
    url: str
    lang: str = ""
    country: str = ""
    interval_s: int = 300
    private: bool = False  # the operator allows this feed to stand at a private or loopback address
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    polled_ok_at: datetime | None = None
    failures: int = 0
    full_text: FullText = FullText.AUTO


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a feed, or one seed.

    ``key`` is its identity inside the source; ``fingerprint`` is the versioned hash of
    (source, key), unique over all sources. ``published_at`` is ``None`` when the date is missing
    or cannot be believed; it is never guessed. ``text_hash`` changes when the wording does.
    ``is_page`` says that its body was read on the page behind its link.
    """

    source_id: str
    key: str
    fingerprint: str
    title: str
    body: str = ""
    link: str = ""
    source_name: str = ""
    lang: str = ""
    published_at: datetime | None = None
    text_hash: str = ""
    is_seed: bool = False
    is_page: bool = False


class PollStatus(StrEnum):
    """What a visit that did not fail found."""

    CHANGED = "changed"
    NOT_MODIFIED = "not-modified"


@dataclass(frozen=True, slots=True)
class Poll:
    """One visit to one source that worked. "Not modified" is a value, not an error.

    ``hub`` and ``topic`` are where its document says that it can be subscribed to, ``""`` if not.
    """

    source_id: str
    status: PollStatus
    entries: tuple[Entry, ...] = ()
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    notes: tuple[
        str, ...
    ] = ()  # one sentence each for the operator: a bad line, a repaired charset
    hub: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How a source is doing, for /status, ``feeds list`` and ``doctor``."""

    source: Source
    next_due_at: datetime | None
    polled_at: datetime | None  # last visit, whatever came of it
    last_entry_at: datetime | None
    entries: int
    error: str = ""
