"""May the bot do this here? The checks every method begins with, in the real server's order."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.body import Params, whole
from bot.sandbox.people import Post, Room
from bot.sandbox.wire import Json, Refusal, bad_request, forbidden, upgraded
from bot.sandbox.world import World

GENERAL_TOPIC = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a new message goes: the chat, the topic in it, the message it answers."""

    room: Room
    thread_id: int | None = None
    reply_to: int | None = None
    quote: str = ""

    def as_json(self) -> Json:
        """The fields of the new message that come from it."""
        body: Json = {}
        if self.thread_id is not None:
            body |= {"message_thread_id": self.thread_id, "is_topic_message": True}
        if self.quote:
            body |= {"quote": {"text": self.quote, "position": 0, "is_manual": True}}
        return body


def readable(world: World, params: Params) -> Room:
    """The chat of ``chat_id`` where the bot may look.

    Raises:
        Refusal: No such chat, or the bot is not in it.
    """
    room = world.room(params.text("chat_id"))
    if room.kind in {"supergroup", "channel"}:
        _refuse_outsider(room)
    return room


def writable(world: World, params: Params) -> Room:
    """The chat of ``chat_id`` where the bot may write.

    Raises:
        Refusal: No such chat, moved, kicked, blocked, deactivated, or not an admin of the channel.
    """
    room = world.room(params.text("chat_id"))
    if room.person is not None and room.person.deactivated:
        raise forbidden("user is deactivated")
    if room.person is not None and room.person.blocked:
        raise forbidden("bot was blocked by the user")
    if room.migrated_to is not None:
        raise upgraded(room.migrated_to)
    _refuse_outsider(room)
    if room.kind == "channel" and room.bot_status != "administrator":
        raise bad_request("need administrator rights in the channel chat")
    return room


def _refuse_outsider(room: Room) -> None:
    if room.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {room.kind} chat")
    if room.bot_status == "left":
        raise forbidden(f"bot is not a member of the {room.kind} chat")


def place_for(world: World, params: Params) -> Place:
    """Where a send goes.

    Raises:
        Refusal: As ``writable``; or the topic or the answered message is not there.
    """
    room = writable(world, params)
    thread_id = _thread(room, params.integer("message_thread_id"))
    reply_to, quote = _reply(room, params)
    return Place(room, thread_id, reply_to, quote)


def _thread(room: Room, thread_id: int) -> int | None:
    """Groups that are no forum ignore a thread; forums and private chats must know it."""
    if not thread_id or not (room.is_forum or room.is_private):
        return None
    # General cannot be named either: telegram-bot-api, Client::check_message_topic.
    if thread_id == GENERAL_TOPIC or thread_id not in room.topics:
        raise bad_request("message thread not found")
    return thread_id


def _reply(room: Room, params: Params) -> tuple[int | None, str]:
    wanted = params.parsed("reply_parameters", "can't parse reply parameters JSON object")
    if wanted is None:
        legacy = params.integer("reply_to_message_id")
        is_optional = params.flag("allow_sending_without_reply")
        wanted = (
            {"message_id": legacy, "allow_sending_without_reply": is_optional} if legacy else {}
        )
    if not isinstance(wanted, dict):
        raise bad_request("object expected as reply parameters")
    if not wanted:
        return None, ""
    post = room.find(whole(wanted.get("message_id")))
    if post is None and wanted.get("allow_sending_without_reply"):
        return None, ""
    if post is None:
        raise bad_request("message to be replied not found")
    return post.id, _quote(post, str(wanted.get("quote") or ""))


def _quote(post: Post, quote: str) -> str:
    if quote and quote not in str(post.body.get("text") or post.body.get("caption") or ""):
        raise bad_request("QUOTE_TEXT_INVALID")
    return quote


def message_in(room: Room, params: Params, what: str) -> Post:
    """The message of ``message_id``. ``what``: ``message to edit`` and the like.

    Raises:
        Refusal: ``… not found``.
    """
    post = room.find(params.integer("message_id"))
    if post is None:
        raise bad_request(f"{what} not found")
    return post


def refuse_business(params: Params) -> None:
    """The sandbox has no business connections.

    Raises:
        Refusal: One was named.
    """
    if params.text("business_connection_id"):
        raise Refusal(400, "Bad Request: business connection not found")
