"""What broke us: set aside with all that is needed to find the error and to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Where it broke. What is tried again after an upgrade differs by it."""

    POLL = "poll"  # the visit to a source, before or after its document was read
    READ = "read"  # a document on its way to entries
    DECIDE = "decide"  # an entry on its way to alerts
    RENDER = "render"  # a delivery on its way to text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that broke us.

    Attributes:
        stage: Where.
        source_id: Where it came from; ``""`` for what came from no source.
        subject: What makes it the same thing when it breaks us again: a fingerprint, a source, a
            file, a story's delivery.
        title: What people call it.
        error: The class of the error and what it said, on one line.
        trace: The traceback, without passwords.
        body: The document as it came, or the entry as JSON, as far as there was room.
        is_baseline: It came with the first poll of its feed, when what is old is no news.
        version: Of this program, when it broke: another one may do better.
    """

    stage: Stage
    source_id: str
    subject: str
    title: str
    error: str
    trace: str
    body: bytes = b""
    is_baseline: bool = False
    version: str = ""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A fault as it is kept.

    Attributes:
        id: Its number.
        fault: What it is.
        times: How often it broke us.
        is_due: It is to be tried again.
        size: Bytes of the whole; ``fault.body`` holds as many as there was room for.
    """

    id: int
    fault: Fault
    times: int
    is_due: bool
    size: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """One document of a poll that broke our reader, while the others went on."""

    name: str
    body: bytes
    error: str
    trace: str


# How the outbox says that a delivery could not be put into words, not even into plain ones.
UNRENDERED = "an error of ours: it could not be put into words (python -m bot quarantine list)"
