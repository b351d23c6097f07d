"""Every error of ours, arranged by what the caller does next.

::

    BotError
    ├── ConfigError(key)              stop, exit 2, say which key and why
    ├── SchemaError                   stop, exit 3, say the command that mends it
    ├── StoreUnavailable              wait and repeat the whole turn; nothing was half done
    │   └── StoreDamaged              the same, until the last good backup has taken its place
    │       └── StoreAdrift           the same, until what was in it lies where it belongs
    ├── BackupError                   the next one is made soon; the ones there are stay
    │   └── DatabaseDamaged           the last good one takes the database's place
    ├── NotifyError                   tell the operator again later
    ├── SourceError(source_id)
    │   ├── SourceUnavailable(retry_after_s?)   back off, keep polling
    │   ├── SourceRefused             our guard said no: address, scheme, size
    │   ├── SourceInvalid             no document, not a feed: back off far, tell the operator
    │   │   ├── SourceMissing         404: after a week it counts as gone
    │   │   ├── SourceGone            410: tell the operator once, look rarely, never give up
    │   │   ├── SourceChallenged      a page that asks for a human
    │   │   ├── SourceIsPage          a web page where a feed should be
    │   │   └── SourceEmptied         no entries where there used to be some: soon again
    │   └── SourceBroken(body, trace) its document breaks us: set it aside, back off far
    ├── QueryError(column)            a watch is wrong: say where, show a mended example
    └── DeliveryError(chat_id)
        ├── DeliveryDelayed(retry_after_s)  certainly not sent: back to the outbox
        ├── DeliveryUncertain         the answer was lost: severity decides
        ├── DeliveryRefused           this text is hopeless: once as plain text, then dead letter
        ├── ThreadGone                the topic was closed or deleted: General, tell the admins once
        ├── ChatGone                  refused again later, pause the subscriber, keep the watches
        │   ├── ChatNotFound          the same; it takes three refusals
        │   └── ChatClosed            we may not write there at present: it takes half a day
        ├── ChatMoved(new_chat_id)    move the chat in one transaction, send again
        └── MessengerDown             token refused or API path wrong: stop sending, keep the rows

Vendor errors become these in one adapter per vendor, chained with ``raise … from error``.
"""

from __future__ import annotations

from typing import ClassVar


class BotError(Exception):
    """Anything this program raises on purpose."""


class ConfigError(BotError):
    """The configuration cannot be used.

    Attributes:
        key: Dotted path of the offending key, ``""`` when it is the whole file.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.key = key


class SchemaError(BotError):
    """The database is newer than this program, or is not ours."""


class StoreUnavailable(BotError):
    """The database did not answer; the whole turn may be repeated."""


class StoreDamaged(StoreUnavailable):
    """The file is damaged: nothing is lost by waiting, for the last good backup takes its place."""


class StoreAdrift(StoreDamaged):
    """The file was taken away or replaced while it was open; what was in it is kept."""


class BackupError(BotError):
    """A backup could not be made, or is not good."""


class DatabaseDamaged(BackupError):
    """No backup could be made, for what it is made of is damaged."""


class NotifyError(BotError):
    """The operator could not be told by this way.

    Attributes:
        refused: The way works, and does not take this message.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class SourceError(BotError):
    """A poll failed.

    Attributes:
        source_id: The source that was polled.
        kind: Its stable name in the database.
    """

    kind: ClassVar[str] = "failed"

    def __init__(self, source_id: str, message: str) -> None:
        super().__init__(message)
        self.source_id = source_id


class SourceUnavailable(SourceError):
    """Try again later.

    Attributes:
        retry_after_s: Seconds the publisher asked us to wait, if it did.
    """

    kind = "unavailable"

    def __init__(self, source_id: str, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(source_id, message)
        self.retry_after_s = retry_after_s


class SourceRefused(SourceError):
    """Our own guard refused the address, the scheme or the size."""

    kind = "refused"


class SourceInvalid(SourceError):
    """What came back is not a feed: no document, a web page, an unreadable one."""

    kind = "invalid"


class SourceMissing(SourceInvalid):
    """Nothing is at its address (404)."""

    kind = "missing"


class SourceGone(SourceInvalid):
    """The publisher says that it is gone for good (410)."""

    kind = "gone"


class SourceChallenged(SourceInvalid):
    """A page that asks for a human came in its place."""

    kind = "challenge"


class SourceIsPage(SourceInvalid):
    """A web page came in its place."""

    kind = "page"


class SourceEmptied(SourceInvalid):
    """A feed without entries came where there used to be some; they may be back at once."""

    kind = "emptied"


class SourceBroken(SourceError):
    """What came back breaks our reader: the fault is ours, and another version may read it.

    Attributes:
        body: The document as it came.
        error: The class of the error and what it said.
        trace: The traceback.
    """

    kind = "broken"

    def __init__(self, source_id: str, message: str, body: bytes, error: str, trace: str) -> None:
        super().__init__(source_id, message)
        self.body = body
        self.error = error
        self.trace = trace


class QueryError(BotError):
    """A watch cannot be understood.

    Attributes:
        column: Where the trouble starts, in characters from 0.
        example: The query mended, or a right one; ``""`` when none can be offered.
        problem: Stable name of the problem; the chat commands translate it.
    """

    def __init__(self, message: str, column: int, *, problem: str, example: str = "") -> None:
        super().__init__(message)
        self.column = column
        self.problem = problem
        self.example = example


class DeliveryError(BotError):
    """One message did not (surely) reach its chat.

    Attributes:
        chat_id: Telegram's id of the chat.
    """

    def __init__(self, chat_id: int, message: str) -> None:
        super().__init__(message)
        self.chat_id = chat_id


class DeliveryDelayed(DeliveryError):
    """Certainly not sent; the delivery goes back to the outbox.

    Attributes:
        retry_after_s: Seconds to wait as stated by the messenger, ``None`` where it said nothing
            (then ``core.retry`` decides).
        answered: The messenger said so. Otherwise it never heard of us.
    """

    def __init__(
        self,
        chat_id: int,
        message: str,
        retry_after_s: float | None = None,
        *,
        answered: bool = False,
    ) -> None:
        super().__init__(chat_id, message)
        self.retry_after_s = retry_after_s
        self.answered = answered or retry_after_s is not None


class DeliveryUncertain(DeliveryError):
    """The request left and nobody can tell whether it was carried out.

    Attributes:
        answered: The messenger answered that something of its own went wrong (5xx): it hardly
            was. Otherwise no answer came at all.
    """

    def __init__(self, chat_id: int, message: str, *, answered: bool = False) -> None:
        super().__init__(chat_id, message)
        self.answered = answered


class DeliveryRefused(DeliveryError):
    """The messenger will not take this text, now or later."""


class ThreadGone(DeliveryError):
    """The forum topic is closed or deleted."""


class ChatGone(DeliveryError):
    """Blocked, kicked or deactivated."""


class ChatNotFound(ChatGone):
    """The messenger does not know it; it says so now and then of chats that are there."""


class ChatClosed(ChatGone):
    """We may not write there at present: rights are taken and given."""


class ChatMoved(DeliveryError):
    """The group became a supergroup.

    Attributes:
        new_chat_id: Where it lives now.
    """

    def __init__(self, chat_id: int, message: str, new_chat_id: int) -> None:
        super().__init__(chat_id, message)
        self.new_chat_id = new_chat_id


class MessengerDown(DeliveryError):
    """The token is refused (401) or the API path is wrong (404): nothing can be sent at all."""
