"""Who is told, and what they follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
class Watch:
    """A chat's own query. A subscription is a watch too: ``topic:all``, ``place:harir``."""

    id: int
    chat_id: int
    query: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Every active chat and its watches. ``revision`` changes when any of them does."""

    revision: int = 0
    chats: Mapping[int, Chat] = field(default_factory=dict)
    watches: tuple[Watch, ...] = ()
