"""What people ask, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.chats import Chat
from bot.core.model.messages import Note


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

    ``toast`` is shown over the button that was pressed; it is not a message and may be lost. With
    ``alert`` it stays until it is closed.
    """

    effects: tuple[Effect, ...] = ()
    notes: tuple[Note, ...] = ()
    toast: str = ""
    alert: bool = False
