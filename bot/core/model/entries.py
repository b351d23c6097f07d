"""What comes in: sources, polls, entries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from bot.core.model.faults import Broken
from bot.core.model.visits import Hints, Move, Rhythm

_NO_MOVE, _NO_RHYTHM, _NO_HINTS = Move(), Rhythm(), Hints()


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
class Habits:
    """What a feed was seen to do, remembered so that each poll reads it alike.

    Attributes:
        rung: How its entries are named, from guid (0) down to link and title; see
            ``sources.identity``. It only ever goes down.
        zoneless: Its dates name no zone.
        skew_h: Hours by which its dates are ahead of the time; they are taken off.
        maybe_h, times: Another skew its fresh entries showed, and how many did in a row.
    """

    rung: int = 0
    zoneless: bool = False
    skew_h: int = 0
    maybe_h: int = 0
    times: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A configured place entries come from, with what its last poll left behind.

    ``etag`` and ``last_modified`` are opaque and returned byte-exact. ``polled_ok_at`` is ``None``
    until the first poll that worked; that first one is the baseline. ``url`` is the operator's;
    where the source moved for good, ``moved_url`` is visited in its place. ``interval_s`` is the
    longest wait that is wanted, or, where the source is ``pinned``, the wait.
    ``entry_hashes`` is opaque: which entries the last document held; these are not read again.
    """

    id: str
    kind: SourceKind
    name: str
    url: str
    lang: str = ""
    country: str = ""
    interval_s: int = 300
    folder: str = ""  # where it stands in lists of feeds: "A/B" is B in A
    private: bool = False  # the operator allows this feed to stand at a private or loopback address
    zone: str = ""  # of dates that name none: an IANA name or an offset like +03:00; "" is UTC
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    entry_hashes: bytes = b""
    polled_ok_at: datetime | None = None
    failures: int = 0
    urgent: bool = False  # the publisher's hints lengthen the wait to a quarter of an hour at most
    pinned: bool = False  # exactly ``interval_s``, whatever is learnt or asked
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)  # may hold secrets
    proxy: str = field(default="", repr=False)
    moved_url: str = ""
    move: Move = _NO_MOVE
    wait: timedelta = timedelta()  # the last one that was given
    rhythm: Rhythm = _NO_RHYTHM
    hints: Hints = _NO_HINTS
    held: int = 0  # entries in its last good document
    failure: str = ""  # the kind of its last failure
    missing_since: datetime | None = None  # when nothing was at its address first
    gone_at: datetime | None = None  # when the operator was told so
    whole_at: datetime | None = None  # when all that it holds was read last
    full_text: FullText = FullText.AUTO

    @property
    def address(self) -> str:
        """Where it is visited."""
        return self.moved_url or self.url

    @property
    def host(self) -> str:
        """Whose patience it is visited at the cost of; ``""`` for what is no web address."""
        try:
            return urlsplit(self.address).hostname or ""
        except ValueError:
            return ""

    habits: Habits = Habits()


class Trait(StrEnum):
    """By what an entry can be known again, besides its fingerprint."""

    ENTRY = "entry"  # the fingerprint of the first time it was read
    KEY = "key"  # a fingerprint of later
    LINK = "link"
    TITLE = "title"
    SHORT = "short"  # a title too short to tell entries apart
    PATH = "path"  # where a seed lies


@dataclass(frozen=True, slots=True)
class Byname:
    """One trait of an entry, hashed; the hash is unique to its source."""

    trait: Trait
    hash: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The recorded entry behind an alias.

    ``at`` is when this alias was last met; ``entry`` names the entry by its fingerprint.
    """

    entry: str
    at: datetime
    first_at: datetime
    published_at: datetime | None = None
    text_hash: str = ""
    edits: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a feed, or one seed.

    ``key`` is its identity inside the source; ``fingerprint`` is the versioned hash of
    (source, key), unique over all sources. ``published_at`` is ``None`` when the date is missing
    or cannot be believed; it is never guessed. ``stated_at`` is the date as the feed has it.
    ``text_hash`` changes when the wording does. ``aliases`` are what else it is known by.
    ``is_page`` says that its body was read on the page behind its link; ``by_link`` that its key is
    its link, so that the two are one piece of evidence.
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
    stated_at: datetime | None = None
    aliases: tuple[Byname, ...] = ()
    by_link: bool = False


class PollStatus(StrEnum):
    """What a visit that did not fail found."""

    CHANGED = "changed"
    NOT_MODIFIED = "not-modified"


@dataclass(frozen=True, slots=True)
class Poll:
    """One visit to one source that worked. "Not modified" is a value, not an error.

    ``hints`` and ``held`` are ``None`` where the document was not read; ``fresh_s`` is for how
    long the answer itself says it is good; ``moved_to`` is where it was found when every hop on
    the way there was for good. ``hub`` and ``topic`` are where its document says that it can be
    subscribed to, ``""`` if not.
    ``entries`` may leave out what stood in the source's last document just so; ``held`` counts all.
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
    fresh_s: float = 0.0
    hints: Hints | None = None
    held: int | None = None
    moved_to: str = ""
    broken: tuple[Broken, ...] = ()  # documents among others that break our reader
    hub: str = ""
    topic: str = ""
    entry_hashes: bytes = b""
    left_out: int = 0  # entries that stood in its last document, too, and are not among these
    habits: Habits | None = None  # what it showed of its feed; None where nothing was read

    @property
    def is_whole(self) -> bool:
        """Whether all that the source holds is among ``entries``."""
        return self.status is PollStatus.CHANGED and not self.left_out


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How a source is doing, for /status, ``feeds list`` and ``doctor``."""

    source: Source
    next_due_at: datetime | None
    polled_at: datetime | None  # last visit, whatever came of it
    last_entry_at: datetime | None
    entries: int
    error: str = ""
