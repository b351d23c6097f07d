"""Asking too often: token buckets per person and per chat; one notice, then silence.

What is kept from strangers is room in a group: Telegram takes 20 messages a minute there, alerts
among them. So a group's bucket counts what is answered with a message, and only for those who are
not its admins: nobody can lock the admins out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.core.bucket import Buckets
from bot.core.model import Answer, ChatKind, Happening, Request
from bot.flow.asked import Asked
from bot.flow.wording import note, pressed

Where = tuple[Buckets, int]

_HAPPENINGS = frozenset(Happening)
_GROUPS = (ChatKind.GROUP, ChatKind.SUPERGROUP)


def _twenty_a_minute() -> Buckets:
    return Buckets(timedelta(seconds=3), burst=20)


def _half_a_groups_minute() -> Buckets:
    return Buckets(timedelta(seconds=6), burst=5)


def _once_a_minute() -> Buckets:
    return Buckets(timedelta(minutes=1), burst=1)


class Heed(Enum):
    """What becomes of a request."""

    ANSWER = "answer"
    NOTICE = "notice"
    SILENCE = "silence"


@dataclass(slots=True)
class Flood:
    """Remembers who asked how often; everything only in memory.

    Attributes:
        people: By person, wherever they ask.
        chats: By private chat or channel, and by group for who writes in its name.
        groups: By group, for everybody who is not an admin.
        explained: By chat and story: a press on "why" that was answered with a message.
    """

    people: Buckets = field(default_factory=_twenty_a_minute)
    chats: Buckets = field(default_factory=_twenty_a_minute)
    groups: Buckets = field(default_factory=_half_a_groups_minute)
    explained: Buckets = field(default_factory=_once_a_minute)

    def heed(self, request: Request, now: datetime) -> Heed:
        """What to do with ``request``; remembers nothing itself."""
        empty = [(b, key) for b, key in self._asked_of(request) if not b.allows(key, now)]
        if not empty:
            return Heed.ANSWER
        knows = any(buckets.is_told(key, now) for buckets, key in empty)
        return Heed.SILENCE if knows else Heed.NOTICE

    def answered(self, request: Request, answer: Answer, now: datetime) -> None:
        """``request`` was answered with ``answer`` and that was recorded."""
        for buckets, key in self._asked_of(request):
            buckets.took(key, now)
        story = _explained(request)
        if story and answer.notes:
            self.explained.took((request.chat.id, story), now)

    def told(self, request: Request, now: datetime) -> None:
        """The notice for ``request`` was recorded."""
        for buckets, key in self._asked_of(request):
            if not buckets.allows(key, now):
                buckets.told(key, now)

    def is_explained(self, chat_id: int, story_id: str, now: datetime) -> bool:
        """Whether this chat was answered a press on "why" under this alert within the minute."""
        return not self.explained.allows((chat_id, story_id), now)

    def _asked_of(self, request: Request) -> Iterator[Where]:
        """The buckets ``request`` takes from; what nobody typed takes from none."""
        if request.name in _HAPPENINGS:
            return
        chat = request.chat
        if request.user_id is not None:
            yield self.people, request.user_id
        if not request.is_admin:
            # A stranger's press is answered with a toast, which costs the chat nothing.
            if not request.button:
                yield self.groups, chat.id
        elif chat.kind not in _GROUPS or request.user_id is None:
            yield self.chats, chat.id


def _explained(request: Request) -> str:
    """The story whose "why" was pressed."""
    op, arg = (pressed(request.args) if request.button else None) or ("", "")
    return arg if op == "why" else ""


def too_many(asked: Asked) -> Answer:
    """The one notice: a toast for a press, else a message."""
    voice = asked.voice
    if asked.request.button:
        return Answer(toast=voice.label("Too many at once. Wait a minute."))
    lines = [
        voice.says("These are too many requests at once. I answer again in a minute."),
        voice.says("Your alerts come all the same."),
    ]
    return Answer(notes=(note(voice, lines),))
