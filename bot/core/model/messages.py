"""What is sent: notes, deliveries and how they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.model.alerts import Card
from bot.core.model.chats import Chat
from bot.core.model.knowledge import Severity


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
    """A message before it is text: lines of parts, an optional quotation, rows of buttons.

    ``lang`` is the language it is worded in, ``""`` for that of its chat.
    """

    lines: tuple[Line, ...]
    quote: tuple[Line, ...] = ()  # shown as an expandable quotation after the first line
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """Many stories in one message: what came while feeds could not be read."""

    cards: tuple[Card, ...]


class DeliveryKind(StrEnum):
    """What a delivery carries: a ``Note`` where it answers a command, else a ``Card``.

    ``EDIT`` changes the alert that was sent of the same story, ``STEP`` answers it. ``DIGEST``
    stands for many alerts that came late.
    """

    ALERT = "alert"
    REPLY = "reply"
    EDIT = "edit"
    STEP = "step"
    DIGEST = "digest"


class DeliveryState(StrEnum):
    """The outbox's states; ``sending`` is durable just before the request is written."""

    PENDING = "pending"
    LEASED = "leased"
    SENDING = "sending"
    SENT = "sent"
    UNCONFIRMED = "unconfirmed"
    DEAD = "dead"
    CANCELLED = "cancelled"
    DIGESTED = "digested"  # an alert that became a line of a digest


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, or of which nobody knows whether it arrived, and why."""

    id: int
    state: DeliveryState
    error: str
    settled_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message of the outbox, claimed.

    ``edit_of`` is the message an edit changes; ``step`` counts the steps of its story from 0.
    """

    id: int
    chat: Chat
    kind: DeliveryKind
    severity: Severity
    payload: Card | Note | Digest
    lease: str
    thread_id: int | None = None
    reply_to: int | None = None
    attempts: int = 0
    refused: int = 0  # times the text itself was refused: from 1 it goes as plain text
    uncertain: int = 0  # times an answer was lost: from 1 the reader is told "possible repeat"
    edit_of: int | None = None
    step: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What the messenger is handed: text ready to go, and where it goes.

    With ``edit_of`` it takes the place of that message instead of being a new one.
    """

    chat_id: int
    text: str
    html: bool
    thread_id: int | None = None
    reply_to: int | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    edit_of: int | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """How one send ended, as the outbox records it.

    Attributes:
        state: What the row becomes.
        message_id: Under which the message is known in its chat.
        wait: How long it waits from when this is recorded; ``None``: it keeps its turn. No time of
            a clock, for that may be set until a disk takes this.
        error: Why it did not arrive.
        refused, uncertain: One text more was refused, one answer more was lost.
    """

    state: DeliveryState
    message_id: int | None = None
    wait: timedelta | None = None
    error: str = ""
    refused: bool = False
    uncertain: bool = False


@dataclass(frozen=True, slots=True)
class Flood:
    """A wait that the messenger asked for (429), of a process before this one.

    Attributes:
        chat_id: For what was sent there.
        ago: How long ago it asked.
        wait: How long it was to be from then on, as far as the clocks agree.
    """

    chat_id: int
    ago: timedelta
    wait: timedelta
