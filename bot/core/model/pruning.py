"""What is deleted when it is old, and how far that has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Heap(StrEnum):
    """What grows, in the order in which it is gone through."""

    ALIASES = "aliases"
    ENTRIES = "entries"  # with their fingerprints
    STORIES = "stories"  # with alerts, whys and all messages about them
    OTHERS = "others"  # messages that are of no story: answers, notices, digests
    UPDATES = "updates"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to which row a heap was gone through; of a story with many chats, up to which chat."""

    at: int = -1
    key: int | str = ""
    chat: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """What one transaction deleted; ``rest`` is where the next begins, ``None`` at the end."""

    gone: int
    rest: Mark | None = None
