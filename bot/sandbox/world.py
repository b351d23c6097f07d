"""The emulated Telegram: who is in it, what was said, and what the bot has not heard yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.events import Events
from bot.sandbox.faults import Faults
from bot.sandbox.files import Files
from bot.sandbox.journal import Journal
from bot.sandbox.limits import Limiter
from bot.sandbox.people import Person, Post, Room, first_people, first_rooms, supergroup_id_of
from bot.sandbox.profile import Profile
from bot.sandbox.updates import Updates
from bot.sandbox.webhook import Webhook
from bot.sandbox.wire import Json, bad_request

BOT_ID = 4200000001
BOT_USERNAME = "rasid_sandbox_bot"
IDS_PER_SECOND = 20
IDS_SINCE = 1_767_225_600  # 2026-01-01; with 20 a second ids stay below 2**31 until 2029


def first_id(now: float) -> int:
    """Where ids start: later than any of an earlier run that gave fewer than 20 a second."""
    return max(1, int((now - IDS_SINCE) * IDS_PER_SECOND))


@dataclass(slots=True)
class Press:
    """A button press that waits for answerCallbackQuery."""

    user_id: int
    at: float


@dataclass
class World:
    """Everything the emulator knows. ``now`` gives unix seconds; tests may replace it."""

    token: str
    now: Callable[[], float] = time.time
    people: dict[int, Person] = field(default_factory=first_people)
    events: Events = field(default_factory=Events)
    journal: Journal = field(default_factory=Journal)
    faults: Faults = field(default_factory=Faults)
    profile: Profile = field(default_factory=Profile)
    presses: dict[str, Press] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start = first_id(self.now())
        self.rooms: dict[int, Room] = first_rooms(self.people, start)
        self.updates = Updates(start, self._unix_now)
        self.webhook = Webhook(self.updates)
        self.limiter = Limiter(time.monotonic)
        self.files = Files(start)
        self._next_press = start * 1000

    def _unix_now(self) -> float:
        return self.now()  # through the attribute, so that a test may replace it at any time

    def bot_user(self) -> Json:
        """The bot as a User inside messages."""
        name = self.profile.text("name", "") or "Rasid"
        return {"id": BOT_ID, "is_bot": True, "first_name": name, "username": BOT_USERNAME}

    def user_json(self, user_id: int) -> Json | None:
        """Anybody's User, the bot's included; ``None`` for a stranger."""
        if user_id == BOT_ID:
            return self.bot_user()
        person = self.people.get(user_id)
        return person.as_user() if person else None

    def add_person(self, person: Person) -> Room:
        """Someone new with a private chat (for tests that need many)."""
        self.people[person.id] = person
        room = Room(person.id, "private", person=person, members=[person.id])
        room.next_id = first_id(self.now())
        self.rooms[room.id] = room
        return room

    def room(self, chat_id: str | int) -> Room:
        """The chat with this id as it was sent.

        Raises:
            Refusal: The id is missing, or there is no such chat.
        """
        if chat_id == "":
            raise bad_request("chat_id is empty")
        try:
            return self.rooms[int(chat_id)]
        except (KeyError, ValueError):
            raise bad_request("chat not found") from None

    def post(self, room: Room, body: Json, *, silent: bool = False, by: int | None = None,
             reply_to: int | None = None) -> Post:  # fmt: skip
        """Store a message in ``room`` and show it on the pages.

        Args:
            room: Where.
            body: The Message without id, date and chat.
            silent: Sent without sound.
            by: The person who wrote it; ``None``: the bot or the server.
            reply_to: The message it answers, in the same chat.
        """
        head: Json = {"message_id": room.take_id(), "date": int(self.now()), "chat": room.as_chat()}
        post = Post(head | body, silent=silent, outgoing_by=by, reply_to=reply_to)
        room.keep(post)
        self.events.tell("message", message=self.shown(room, post))
        return post

    def seen(self, room: Room, post: Post) -> Json:
        """``post`` as the bot sees it: with the message it answers, but not that one's own."""
        answered = self.answered(room, post)
        if answered is None and not room.is_forum:
            return dict(post.body)
        if answered is None:
            answered = self._topic_head(room, post)
        return post.body | ({"reply_to_message": answered} if answered else {})

    def shown(self, room: Room, post: Post) -> Json:
        """``post`` as the page shows it."""
        answered = self.answered(room, post)
        own = {
            "silent": post.silent,
            "deleted": post.deleted,
            "outgoing_by": post.outgoing_by,
            "reactions": {emoji: list(ids) for emoji, ids in post.reactions.items()},
        }
        reply = {"reply_to_message": answered} if answered else {}
        return post.body | reply | {"sandbox": own}

    @staticmethod
    def answered(room: Room, post: Post) -> Json | None:
        """The body of the message ``post`` answers."""
        answered = room.find(post.reply_to) if post.reply_to else None
        return dict(answered.body) if answered else None

    def _topic_head(self, room: Room, post: Post) -> Json | None:
        """What a message in a topic "answers" on the real server: the topic's own first message."""
        thread_id = post.body.get("message_thread_id")
        if thread_id not in room.topics:
            return None
        return {
            "message_id": thread_id,
            "date": IDS_SINCE,
            "chat": room.as_chat(),
            "message_thread_id": thread_id,
            "is_topic_message": True,
            "forum_topic_created": {"name": room.topics[thread_id], "icon_color": 7322096},
        }

    def new_press(self, user_id: int) -> str:
        """A callback query id that nobody had before."""
        self._next_press += 1
        self.presses[str(self._next_press)] = Press(user_id, self.now())
        return str(self._next_press)

    def migrate(self, room: Room) -> Room:
        """Make a supergroup of a basic group; its messages stay behind, as on the real server."""
        new = Room(
            supergroup_id_of(room.id), "supergroup", room.title,
            members=room.members.copy(), admins=room.admins.copy(), bot_status=room.bot_status,
            next_id=first_id(self.now()),
        )  # fmt: skip
        self.rooms[new.id] = new
        room.migrated_to = new.id
        actor = self.user_json(room.admins[0] if room.admins else BOT_ID)
        for where, fact in (
            (room, {"migrate_to_chat_id": new.id}),
            (new, {"migrate_from_chat_id": room.id}),
        ):
            post = self.post(where, {"from": actor, **fact})
            self.updates.put("message", self.seen(where, post))
            self.events.tell("chat", chat=where.as_shown())
        return new

    async def close(self) -> None:
        """End every wait and every delivery."""
        self.updates.close()
        self.events.close()
        await self.webhook.close()
