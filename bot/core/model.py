"""The values everything else is about. Frozen, typed, and nothing but data.

Times are aware datetimes in UTC with the suffix ``_at``. Spans are character offsets into the
*original*, unfolded text of a field, such that ``field[start:end] == text``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

# ── what comes in ────────────────────────────────────────────────────────────────────────────


class SourceKind(StrEnum):
    """How a source is polled."""

    FEED = "feed"
    SEEDS = "seeds"


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


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a feed, or one seed.

    ``key`` is its identity inside the source; ``fingerprint`` is the versioned hash of
    (source, key), unique over all sources. ``published_at`` is ``None`` when the date is missing
    or cannot be believed; it is never guessed. ``text_hash`` changes when the wording does.
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


class PollStatus(StrEnum):
    """What a visit that did not fail found."""

    CHANGED = "changed"
    NOT_MODIFIED = "not-modified"


@dataclass(frozen=True, slots=True)
class Poll:
    """One visit to one source that worked. "Not modified" is a value, not an error."""

    source_id: str
    status: PollStatus
    entries: tuple[Entry, ...] = ()
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    notes: tuple[
        str, ...
    ] = ()  # one sentence each for the operator: a bad line, a repaired charset


# ── what is understood ───────────────────────────────────────────────────────────────────────


class Severity(IntEnum):
    """How grave. ``NONE`` is never sent as a topic alert."""

    NONE = 0
    NOTICE = 1
    IMPORTANT = 2
    CRITICAL = 3


class Field(StrEnum):
    """The part of an entry a span points into."""

    TITLE = "title"
    BODY = "body"


class How(StrEnum):
    """How a match was found."""

    EXACT = "exact"
    CLITIC = "clitic"
    STEM = "stem"
    SOUND = "sound"
    ALIAS = "alias"
    FUZZY = "fuzzy"


class Grade(StrEnum):
    """Whether the entry is about it (title, first paragraph) or only mentions it."""

    LEAD = "lead"
    MENTION = "mention"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters ``start`` to ``end`` of the original text of ``field``."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """Evidence that a watch hit: where, what stood there, how it was found, how sure (0-100)."""

    span: Span
    text: str
    how: How
    score: int = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """A topic found in an entry, with the places it happened at and the words that show it."""

    topic: str
    grade: Grade
    places: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What ``core.events`` makes of an entry.

    ``flag``: the built-in topics would push this as new. ``guard`` names the guard that stopped
    it, ``""`` if none did. ``places`` are all gazetteer ids named, those of the findings first.
    """

    findings: tuple[Finding, ...] = ()
    places: tuple[str, ...] = ()
    severity: Severity = Severity.NONE
    flag: bool = False
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A base, town or region of the gazetteer. No coordinates, on purpose.

    ``names`` maps a language code to its spellings, the best first. ``parents`` are ids from the
    nearest outward. ``needs_context``: the bare name also means something else, so a base noun
    must stand beside it.
    """

    id: str
    kind: str
    country: str
    names: Mapping[str, tuple[str, ...]]
    parents: tuple[str, ...] = ()
    needs_context: bool = False

    def name(self, lang: str) -> str:
        """The best name in ``lang``, else in English, else the id."""
        for code in (lang, "en"):
            if self.names.get(code):
                return self.names[code][0]
        return self.id


@dataclass(frozen=True, slots=True)
class Topic:
    """A built-in kind of event. ``names`` and ``about`` map a language code to text."""

    id: str
    names: Mapping[str, str]
    about: Mapping[str, str]
    severity: Severity = Severity.NOTICE


@dataclass(frozen=True, slots=True)
class Watch:
    """A chat's own query. A subscription is a watch too: ``topic:all``, ``place:harir``."""

    id: int
    chat_id: int
    query: str


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


# ── what is decided ──────────────────────────────────────────────────────────────────────────


class Reason(StrEnum):
    """Why an entry did or did not become an alert: for the log, the counters and /why."""

    ALREADY_SEEN = "already-seen"
    TOO_OLD = "too-old"
    NO_MATCH = "no-match"
    GUARDED = "guarded"
    KNOWN_STORY = "known-story"
    NEW_STORY = "new-story"
    STORY_GREW = "story-grew"
    CORRECTED = "corrected"
    BELOW_LEVEL = "below-level"
    MUTED = "muted"


@dataclass(frozen=True, slots=True)
class Why:
    """One reason an alert reached one chat: the watch, and the words it matched."""

    query: str
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """The facts of an alert, as they travel through the outbox; ``core.render`` words them."""

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


@dataclass(frozen=True, slots=True)
class Alert:
    """The decision to tell one chat of one story, with the facts it will be told."""

    chat_id: int
    card: Card


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one entry. ``story`` is set when the entry opens or joins one."""

    entry: Entry
    reason: Reason
    reading: Reading
    story: Story | None = None
    alerts: tuple[Alert, ...] = ()
    folded: str = ""  # the searchable shadow of title and body
    detail: str = ""  # one phrase more for the log: the guard, the age, the story joined


@dataclass(frozen=True, slots=True)
class Batch:
    """All that one turn of ingest writes, in one transaction.

    ``poll`` is ``None`` for every part of a large poll but the last, so that the validators are
    recorded only with the last entry.
    """

    source_id: str
    verdicts: tuple[Verdict, ...]
    poll: Poll | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """What the store remembers that a decision needs."""

    known: frozenset[str]  # fingerprints already recorded
    stories: tuple[Story, ...]  # inside the story window, newest last


# ── who is told ──────────────────────────────────────────────────────────────────────────────


class ChatKind(StrEnum):
    """Telegram's four kinds of chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class ChatStatus(StrEnum):
    """``ACTIVE`` is told; ``STOPPED`` asked not to be; ``GONE`` cannot be reached for now."""

    ACTIVE = "active"
    STOPPED = "stopped"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Chat:
    """Telegram's destination. ``thread_id`` is the forum topic its alerts go to, if any."""

    id: int
    kind: ChatKind = ChatKind.PRIVATE
    lang: str = "en"
    status: ChatStatus = ChatStatus.ACTIVE
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Every active chat and its watches. ``revision`` changes when any of them does."""

    revision: int = 0
    chats: Mapping[int, Chat] = field(default_factory=dict)
    watches: tuple[Watch, ...] = ()


# ── what is sent ─────────────────────────────────────────────────────────────────────────────


class Style(StrEnum):
    """How a part of a message looks."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    STRIKE = "strike"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text in one style. Messages are built from parts, never from HTML strings."""

    text: str
    style: Style = Style.PLAIN
    url: str = ""


Line = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """Either opens ``url`` or sends ``data`` (at most 64 bytes) back."""

    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A message before it is text: lines of parts, an optional quotation, rows of buttons."""

    lines: tuple[Line, ...]
    quote: tuple[Line, ...] = ()  # shown as an expandable quotation after the first line
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False


class DeliveryKind(StrEnum):
    """What a delivery carries: ``ALERT`` a ``Card``, ``REPLY`` a ``Note``."""

    ALERT = "alert"
    REPLY = "reply"


class DeliveryState(StrEnum):
    """The outbox's states; ``sending`` is durable just before the request is written."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of the outbox, claimed. An alert carries a ``Card``, a reply a ``Note``."""

    id: int
    chat: Chat
    kind: DeliveryKind
    severity: Severity
    payload: Card | Note
    lease: str
    thread_id: int | None = None
    reply_to: int | None = None
    attempts: int = 0
    refused: int = 0  # times the text itself was refused: from 1 it goes as plain text
    uncertain: int = 0  # times an answer was lost: from 1 the reader is told "possible repeat"


@dataclass(frozen=True, slots=True)
class Message:
    """What the messenger is handed: text ready to go, and where it goes."""

    chat_id: int
    text: str
    html: bool
    thread_id: int | None = None
    reply_to: int | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one send ended, as the outbox records it."""

    state: DeliveryState
    message_id: int | None = None
    not_before_at: datetime | None = None
    error: str = ""
    refused: bool = False
    uncertain: bool = False


# ── what is asked ────────────────────────────────────────────────────────────────────────────


class Happening(StrEnum):
    """``Request.name`` of what nobody typed; no command can have such a name."""

    ADDED = "@added"  # the bot came into a group or channel, or was unblocked
    GONE = "@gone"  # removed or blocked
    MOVED = "@moved"  # ``args`` is the new chat id


@dataclass(frozen=True, slots=True)
class Profile:
    """How the bot presents itself in one language.

    ``about`` is at most 120 characters, ``description`` 512; the commands are (name, what it
    does), those of private chats and those of groups.
    """

    about: str
    description: str
    private: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A chat command, a button press or plain text, already stripped of Telegram.

    ``chat`` is where it was written, ``chat.lang`` the sender's language. ``name`` is the command
    without slash, ``""`` for plain text. ``button`` says it came from a press on
    ``message_id``; otherwise ``message_id`` is the message written. ``reply_to`` is the message it
    answers. ``is_admin`` is true in private chats and for the admins of a group or channel.
    """

    update_id: int
    chat: Chat
    name: str
    args: str = ""
    user_id: int | None = None
    message_id: int | None = None
    reply_to: int | None = None
    is_admin: bool = True
    button: bool = False


@dataclass(frozen=True, slots=True)
class PutChat:
    """Remember this chat as it is now (status, language, thread)."""

    chat: Chat


@dataclass(frozen=True, slots=True)
class AddWatch:
    """Add a watch; adding one that is there already changes nothing."""

    chat_id: int
    query: str


@dataclass(frozen=True, slots=True)
class DropWatch:
    """Remove one watch of this chat."""

    chat_id: int
    watch_id: int


@dataclass(frozen=True, slots=True)
class MoveChat:
    """A group became a supergroup: every row follows it."""

    chat_id: int
    new_chat_id: int


Effect = PutChat | AddWatch | DropWatch | MoveChat


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command does: effects and the notes that go back, all recorded together.

    ``toast`` is shown over the button that was pressed; it is not a message and may be lost.
    """

    effects: tuple[Effect, ...] = ()
    notes: tuple[Note, ...] = ()
    toast: str = ""


@dataclass(frozen=True, slots=True)
class SourceAge:
    """How a source is doing, for /status, ``feeds list`` and ``doctor``."""

    source: Source
    next_due_at: datetime | None
    polled_at: datetime | None  # last visit, whatever came of it
    last_entry_at: datetime | None
    entries: int
    error: str = ""


# ── what is read ─────────────────────────────────────────────────────────────────────────────


class Token(NamedTuple):
    """One word, folded, and where it stands in the original: ``field[start:end]``.

    A named tuple: a text makes hundreds, and frozen dataclasses cost three times as much to make.

    ``glued``: only a zero-width non-joiner stands before the next token, so both may be one word.
    ``function``: a word such as على that never answers to a keyword by itself.
    """

    text: str
    start: int
    end: int
    glued: bool = False
    function: bool = False


class Hit(NamedTuple):
    """A phrase found in a scan: tokens ``start`` to ``end`` (exclusive), and how."""

    start: int
    end: int
    how: How = How.EXACT


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over an entry: its tokens and everything known that stands in them.

    ``tokens`` are those of the title, then from ``split`` on those of the body; ``sentences``
    numbers the sentence of each. ``terms`` maps a lexicon category, ``places`` a gazetteer id and
    ``phrases`` a phrase number of the matcher that scanned to the hits, in order.
    """

    title: str
    body: str
    tokens: tuple[Token, ...] = ()
    split: int = 0
    sentences: tuple[int, ...] = ()
    terms: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    places: Mapping[str, tuple[Hit, ...]] = field(default_factory=dict)
    phrases: Mapping[int, tuple[Hit, ...]] = field(default_factory=dict)

    def span(self, hit: Hit) -> Span:
        """The characters of ``hit`` in the original field."""
        last = self.tokens[hit.end - 1].end
        where = Field.TITLE if hit.start < self.split else Field.BODY
        return Span(where, self.tokens[hit.start].start, last)

    def text(self, span: Span) -> str:
        """What stands at ``span`` in the original."""
        source = self.title if span.field is Field.TITLE else self.body
        return source[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of the lexicon. A word ending in ``*`` is open at its end.

    ``only`` restricts it to sentences in ``lang``: for words that mean something else elsewhere.
    """

    text: str
    category: str
    lang: str
    only: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A way in which a topic shows: ``first`` and ``second`` (if any) in one sentence.

    Positions are counted in tokens. ``near`` must stand within ``near_within`` tokens of the
    pair, in that sentence or the one before; empty when no context is needed. Categories of the
    gazetteer are ``place.base``, ``place.town`` and ``place.country``. ``limit`` caps the severity.
    """

    first: frozenset[str]
    second: frozenset[str] = frozenset()
    within: int = 12
    near: frozenset[str] = frozenset()
    near_within: int = 40
    limit: Severity = Severity.CRITICAL


@dataclass(frozen=True, slots=True)
class Guard:
    """A reason not to believe a condition, by name.

    One of ``terms`` within ``within`` tokens of the pair (in the same sentence when
    ``sentence``; anywhere in the title when ``title``, for it says what the rest is about) stops
    it, unless one of ``unless`` stands in the sentence of the pair.
    """

    name: str
    terms: frozenset[str]
    within: int = 10
    sentence: bool = False
    title: bool = False
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TopicRule:
    """How a topic is recognised: any of its conditions, none of its guards."""

    topic: str
    conditions: tuple[Condition, ...]
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything the data folder knows. ``strict`` names match letter by letter, unfolded."""

    places: Mapping[str, Place] = field(default_factory=dict)
    topics: Mapping[str, Topic] = field(default_factory=dict)
    terms: tuple[Term, ...] = ()
    rules: tuple[TopicRule, ...] = ()
    strict: frozenset[str] = frozenset()
