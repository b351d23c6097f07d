"""What every command starts from: the request with the chat's own facts beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.i18n import Voice
from bot.core.model import Chat, ChatKind, ChatStatus, PutChat, Request, Watch


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one chat may ask for."""

    watches: int = 50
    recent: int = 20
    recent_default: int = 5
    welcome: int = 3  # stories shown to a new subscriber
    counted_days: int = 7  # how far back /watch counts


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, ready to be decided.

    ``chat`` is the chat as we know it, with its own language; for a stranger as it wrote to us.
    ``is_known`` tells the two apart.
    """

    request: Request
    chat: Chat
    is_known: bool
    watches: tuple[Watch, ...]
    voice: Voice
    now: datetime
    limits: Limits

    @property
    def args(self) -> str:
        """What stands behind the command, or in the button."""
        return self.request.args

    @property
    def is_private(self) -> bool:
        """Whether one person wrote in their own chat with us."""
        return self.chat.kind is ChatKind.PRIVATE

    def switched_on(self) -> PutChat:
        """The chat as one that is told; alerts go to the forum topic this was written in."""
        thread_id = self.request.chat.thread_id
        return PutChat(replace(self.chat, status=ChatStatus.ACTIVE, thread_id=thread_id))
