"""A subscription to be told of a feed's news at once (WebSub, W3C 2018)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PushState(StrEnum):
    """How far it is: wanted → asked → active; a hub may deny it."""

    WANTED = "wanted"
    ASKED = "asked"
    ACTIVE = "active"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Push:
    """What is agreed with the hub of one source.

    Attributes:
        token: The last part of the address it calls; nobody else knows it.
        secret: What it signs with.
        due_at: When to ask (again).
        pushed_at: The last time that it brought something.
        missed_at: The last time that a poll found what it should have brought.
    """

    source_id: str
    hub: str
    topic: str
    token: str
    secret: str
    state: PushState
    due_at: datetime
    lease_until: datetime | None = None
    failures: int = 0
    error: str = ""
    pushed_at: datetime | None = None
    missed_at: datetime | None = None
