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

    @property
    def is_group(self) -> bool:
        """Whether several people write here; in a channel only it itself does."""
        return self.chat.kind in (ChatKind.GROUP, ChatKind.SUPERGROUP)

    @property
    def is_channel(self) -> bool:
        """Whether what is sent here is published to every reader."""
        return self.chat.kind is ChatKind.CHANNEL

    def back(self) -> PutChat | None:
        """What brings back a chat that was given up; ``None`` for any other."""
        if not self.is_known or self.chat.status is not ChatStatus.GONE:
            return None
        return PutChat(replace(self.chat, status=ChatStatus.ACTIVE))

    def switched_on(self) -> PutChat:
        """The chat as one that is told; alerts go to the forum topic this was written in."""
        thread_id = self.request.chat.thread_id
        return PutChat(replace(self.chat, status=ChatStatus.ACTIVE, thread_id=thread_id))

    def kept_on(self) -> PutChat:
        """The chat as one that is told, where it was told before."""
        return PutChat(replace(self.chat, status=ChatStatus.ACTIVE))

    @property
    def is_elsewhere(self) -> bool:
        """Whether this was written in another forum topic than the one alerts go to."""
        return self.is_known and self.chat.thread_id != self.request.chat.thread_id
