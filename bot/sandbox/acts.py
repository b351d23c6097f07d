"""What people do: write, press, react, block, add and remove the bot, move a group up.

Everything here raises ``ActError`` when a person could not do that in the real app either.
"""

from __future__ import annotations

from bot.sandbox.editing import react as put_reaction
from bot.sandbox.members import PRESENT, change_bot_status, set_blocked
from bot.sandbox.people import Person, Post, Room
from bot.sandbox.wire import Json
from bot.sandbox.words import typed
from bot.sandbox.world import World

STATUSES = PRESENT - {"creator"} | {"left", "kicked"}
MAX_TYPED = 4096


class ActError(ValueError):
    """A person cannot do that; the text says why."""


def send(
    world: World, user_id: int, chat_id: int, text: str, *,
    thread_id: int | None = None, reply_to: int | None = None,
) -> Json:  # fmt: skip
    """``user_id`` writes ``text`` into ``chat_id``; returns the message as the page shows it."""
    person, room = _present(world, user_id, chat_id)
    content = typed(text[:MAX_TYPED])
    if not content["text"]:
        raise ActError("the message is empty")
    if reply_to is not None and room.find(reply_to) is None:
        raise ActError(f"there is no message {reply_to} to answer")
    body = _author(room, person) | _thread(room, thread_id) | content
    post = world.post(room, body, by=person.id, reply_to=reply_to)
    _tell_bot(world, room, post)
    return world.shown(room, post)


def press(world: World, user_id: int, chat_id: int, message_id: int, data: str) -> str:
    """``user_id`` presses the button with ``data``; returns the callback query id."""
    person, room = _present(world, user_id, chat_id, can_post=False)
    post = _post(room, message_id)
    rows = post.body.get("reply_markup", {}).get("inline_keyboard", [])
    if not any(button.get("callback_data") == data for row in rows for button in row):
        raise ActError("this message has no such button")
    query_id = world.new_press(person.id)
    query = {
        "id": query_id,
        "from": person.as_user(),
        "message": world.seen(room, post),
        "chat_instance": str(room.id),
        "data": data,
    }
    world.updates.put("callback_query", query)
    return query_id


def react(world: World, user_id: int, chat_id: int, message_id: int, emoji: str | None) -> None:
    """``user_id`` reacts with ``emoji``, or takes the reaction back (``None``)."""
    person, room = _present(world, user_id, chat_id, can_post=False)
    before = put_reaction(world, room, _post(room, message_id), person.id, emoji)
    # In groups only admins hear of reactions (Bot API, Update.message_reaction).
    if before == emoji or room.kind == "channel":
        return
    if room.is_group and room.bot_status != "administrator":
        return
    update = {
        "chat": room.as_chat(),
        "message_id": message_id,
        "user": person.as_user(),
        "date": int(world.now()),
        "old_reaction": _reaction_list(before),
        "new_reaction": _reaction_list(emoji),
    }
    world.updates.put("message_reaction", update)


def block(world: World, user_id: int, is_blocked: bool) -> None:
    """``user_id`` blocks or unblocks the bot."""
    set_blocked(world, _person(world, user_id), is_blocked)


def deactivate(world: World, user_id: int, is_deactivated: bool) -> None:
    """The account of ``user_id`` is deleted, or comes back; no update tells the bot."""
    person = _person(world, user_id)
    person.deactivated = is_deactivated
    world.events.tell("user", user=person.as_shown())


def change_member(world: World, chat_id: int, status: str, by: int) -> None:
    """``by`` adds, promotes, removes or kicks the bot."""
    room = _room(world, chat_id)
    if room.is_private:
        raise ActError("a private chat has no members to change")
    if status not in STATUSES:
        raise ActError(f"status must be one of {', '.join(sorted(STATUSES))}")
    change_bot_status(world, room, status, _person(world, by).id)


def migrate(world: World, chat_id: int) -> Room:
    """The basic group becomes a supergroup; returns the new chat."""
    room = _room(world, chat_id)
    if room.kind != "group" or room.migrated_to is not None:
        raise ActError("only a basic group can become a supergroup, once")
    return world.migrate(room)


def _person(world: World, user_id: int) -> Person:
    if user_id not in world.people:
        raise ActError(f"there is no person {user_id}")
    return world.people[user_id]


def _room(world: World, chat_id: int) -> Room:
    if chat_id not in world.rooms:
        raise ActError(f"there is no chat {chat_id}")
    return world.rooms[chat_id]


def _post(room: Room, message_id: int) -> Post:
    post = room.find(message_id)
    if post is None:
        raise ActError(f"there is no message {message_id}")
    return post


def _present(
    world: World, user_id: int, chat_id: int, can_post: bool = True
) -> tuple[Person, Room]:
    person, room = _person(world, user_id), _room(world, chat_id)
    if person.deactivated:
        raise ActError(f"{person.first_name}'s account is deleted")
    if user_id not in room.members:
        raise ActError(f"{person.first_name} is not in this chat")
    if room.is_private and person.blocked:
        raise ActError(f"{person.first_name} has blocked the bot; unblock it first")
    if room.migrated_to is not None:
        raise ActError(f"this group has moved to {room.migrated_to}")
    if can_post and room.kind == "channel" and user_id not in room.admins:
        raise ActError("only the channel's admins can post")
    return person, room


def _author(room: Room, person: Person) -> Json:
    if room.kind == "channel":
        return {"sender_chat": room.as_chat(), "author_signature": person.first_name}
    return {"from": person.as_user()}


def _thread(room: Room, thread_id: int | None) -> Json:
    if not thread_id:
        return {}
    if thread_id not in room.topics:
        raise ActError(f"there is no topic {thread_id}")
    return {"message_thread_id": thread_id, "is_topic_message": True}


def _tell_bot(world: World, room: Room, post: Post) -> None:
    if room.bot_status in PRESENT:
        kind = "channel_post" if room.kind == "channel" else "message"
        world.updates.put(kind, world.seen(room, post))


def _reaction_list(emoji: str | None) -> list[Json]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []
