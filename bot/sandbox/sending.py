"""Methods that make a new message, and the chat action that announces one."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.access import Place, place_for, refuse_business, writable
from bot.sandbox.body import Params
from bot.sandbox.files import StoredFile
from bot.sandbox.keyboard import read_markup, shown_markup
from bot.sandbox.wire import Json, Refusal, bad_request
from bot.sandbox.words import read_caption, read_text
from bot.sandbox.world import World

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
ACTION_S = 5
ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be sent: by which method, of which kind (for the journal), and what."""

    method: str
    kind: str
    content: Json
    markup: Json | None


async def send_message(world: World, params: Params) -> Json:
    """sendMessage."""
    markup = read_markup(params)
    content = read_text(world, params)
    place = _admitted(world, params)
    return _send(world, params, place, Draft("sendMessage", "text", content, markup))


async def send_document(world: World, params: Params) -> Json:
    """sendDocument: an upload, an ``attach://`` upload, or a file_id."""
    markup = read_markup(params)
    stored = _document(world, params)
    caption = read_caption(world, params)
    place = _admitted(world, params)
    content = {"document": stored.as_document()} | caption
    return _send(world, params, place, Draft("sendDocument", "document", content, markup))


async def send_location(world: World, params: Params) -> Json:
    """sendLocation."""
    markup = read_markup(params)
    content = {"location": _location(params)}
    place = _admitted(world, params)
    return _send(world, params, place, Draft("sendLocation", "location", content, markup))


async def send_venue(world: World, params: Params) -> Json:
    """sendVenue; the message carries the location twice, as the real one does."""
    markup = read_markup(params)
    location = _location(params)
    names = {name: params.text(name).strip() for name in ("title", "address")}
    for name, value in names.items():
        if not value:
            raise bad_request(f"venue {name} must be non-empty")
    place = _admitted(world, params)
    content = {"venue": {"location": location, **names}, "location": location}
    return _send(world, params, place, Draft("sendVenue", "venue", content, markup))


async def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction."""
    action = params.text("action")
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    room = writable(world, params)
    thread_id = params.integer("message_thread_id")
    thread = {"message_thread_id": thread_id} if thread_id else {}
    world.events.tell("action", chat_id=room.id, **thread, action=action, for_s=ACTION_S)
    return True


def _admitted(world: World, params: Params) -> Place:
    refuse_business(params)
    place = place_for(world, params)
    world.limiter.admit(place.room.id, is_paid=params.flag("allow_paid_broadcast"))
    return place


def _send(world: World, params: Params, place: Place, draft: Draft) -> Json:
    room = place.room
    is_channel = room.kind == "channel"
    author = {"sender_chat": room.as_chat()} if is_channel else {"from": world.bot_user()}
    protected = {"has_protected_content": True} if params.flag("protect_content") else {}
    body = author | place.as_json() | draft.content | protected | shown_markup(draft.markup)
    silent = params.flag("disable_notification")
    post = world.post(room, body, silent=silent, reply_to=place.reply_to)
    world.journal.add(draft.method, draft.kind, post, world.now())
    return world.seen(room, post)


def _document(world: World, params: Params) -> StoredFile:
    named = params.text("document")
    upload = params.uploads.get(named.removeprefix("attach://") if named else "document")
    if upload is None and named and not named.startswith(("attach://", "http://", "https://")):
        return world.files.get(named)
    if upload is None and named.startswith("http"):
        raise bad_request("failed to get HTTP URL content")  # the sandbox never leaves the machine
    if upload is None:
        raise bad_request("there is no document in the request")
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > MAX_UPLOAD_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    return world.files.put(upload)


def _location(params: Params) -> Json:
    latitude, longitude = params.number("latitude"), params.number("longitude")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad_request("wrong location specified")
    return {"latitude": latitude, "longitude": longitude}
