"""Who and what is in the sandbox's world: people, chats and the messages in them.

Unlike the house's values these change in place: they *are* the state of the emulated server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.sandbox.wire import Json

KEPT_POSTS = 5000  # per chat; a long-running sandbox must not grow for ever


@dataclass(slots=True)
class Person:
    """Someone with a Telegram account."""

    id: int
    first_name: str
    username: str
    language_code: str
    last_name: str = ""
    blocked: bool = False
    deactivated: bool = False

    def as_user(self) -> Json:
        """As a Bot API User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        user |= {"last_name": self.last_name} if self.last_name else {}
        return user | {"username": self.username, "language_code": self.language_code}

    def as_shown(self) -> Json:
        """As the page shows it."""
        return self.as_user() | {"blocked": self.blocked, "deactivated": self.deactivated}


@dataclass(slots=True)
class Post:
    """A message as stored. ``body`` is the Bot API Message without ``reply_to_message``."""

    body: Json
    silent: bool = False
    deleted: bool = False
    outgoing_by: int | None = None  # the person who wrote it; None: the bot, or the server
    reply_to: int | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.body["message_id"])

    @property
    def by_bot(self) -> bool:
        """Written by the bot: only these can be edited."""
        return self.outgoing_by is None and not self.is_service

    @property
    def is_service(self) -> bool:
        """Written by the server itself: someone joined, the group moved."""
        return not any(key in self.body for key in ("text", "document", "location"))


@dataclass(slots=True)
class Room:
    """A chat. ``kind``: private (it has its person's id), group, supergroup or channel."""

    id: int
    kind: str
    title: str = ""
    person: Person | None = None
    is_forum: bool = False
    members: list[int] = field(default_factory=list)
    admins: list[int] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"  # member, administrator, left, kicked
    migrated_to: int | None = None
    posts: dict[int, Post] = field(default_factory=dict)
    next_id: int = 1

    @property
    def is_private(self) -> bool:
        return self.kind == "private"

    @property
    def is_group(self) -> bool:
        """A group of either sort."""
        return self.kind in {"group", "supergroup"}

    def as_chat(self) -> Json:
        """As the Bot API Chat inside a message."""
        if self.person is not None:
            user = self.person.as_user()
            names: Json = {k: user[k] for k in ("first_name", "last_name", "username") if k in user}
            return {"id": self.id, **names, "type": "private"}
        forum = {"is_forum": True} if self.is_forum else {}
        return {"id": self.id, "title": self.title, **forum, "type": self.kind}

    def as_shown(self) -> Json:
        """As the page shows it."""
        title = self.title or (self.person.first_name if self.person else "")
        return {
            "id": self.id,
            "type": self.kind,
            "title": title,
            "is_forum": self.is_forum,
            "members": list(self.members),
            "admins": list(self.admins),
            "topics": [{"message_thread_id": i, "name": name} for i, name in self.topics.items()],
            "bot_status": self.bot_status,
            **({"migrated_to": self.migrated_to} if self.migrated_to else {}),
        }

    def take_id(self) -> int:
        """The next message id of this chat; every chat counts for itself."""
        self.next_id += 1
        return self.next_id - 1

    def keep(self, post: Post) -> None:
        """Store ``post``, letting go of the oldest beyond the cap."""
        self.posts[post.id] = post
        while len(self.posts) > KEPT_POSTS:
            self.posts.pop(next(iter(self.posts)))

    def find(self, message_id: int) -> Post | None:
        """The message with this id, unless it was deleted."""
        post = self.posts.get(message_id)
        return None if post is None or post.deleted else post


def first_people() -> dict[int, Person]:
    """The people at the start; Dara's language has no two-letter code, on purpose."""
    people = (
        Person(1001, "Layla", "layla_sandbox", "ar", last_name="ليلى"),
        Person(1002, "Sam", "sam_sandbox", "en"),
        Person(1003, "Noor", "noor_sandbox", "ar"),
        Person(1004, "Dara", "dara_sandbox", "ckb"),
    )
    return {person.id: person for person in people}


def first_rooms(people: dict[int, Person], first_message_id: int) -> dict[int, Room]:
    """A private chat per person, a forum, a basic group and a channel.

    Topic ids are fixed, so that what a bot stored in an earlier run still means the same topic.
    """
    everyone = list(people)
    rooms = [Room(p.id, "private", person=p, members=[p.id]) for p in people.values()]
    rooms += [
        Room(
            -1000000000001,
            "supergroup",
            "فريق أمن المنظمة · Security desk",
            is_forum=True,
            members=everyone.copy(),
            admins=[1001, 1002],
            topics={11: "العراق/Iraq", 12: "سوريا/Syria"},
        ),
        Room(-2001, "group", "Families", members=everyone.copy(), admins=[1002]),
        Room(
            -1000000000002,
            "channel",
            "تنبيهات الراصد",
            members=everyone.copy(),
            admins=[1001],
            bot_status="administrator",
        ),
    ]
    for room in rooms:
        room.next_id = first_message_id
    return {room.id: room for room in rooms}


def supergroup_id_of(group_id: int) -> int:
    """The id a basic group gets when it moves up; always the same for the same group."""
    return -(1_000_000_000_000 + int(re.sub(r"\D", "", str(group_id))))
