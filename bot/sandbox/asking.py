"""Methods that ask about the bot, a chat, its members or a file, and the one that leaves."""

from __future__ import annotations

from bot.sandbox.access import readable, writable
from bot.sandbox.body import Params
from bot.sandbox.files import MAX_DOWNLOAD_BYTES
from bot.sandbox.members import as_member, change_bot_status, member_status
from bot.sandbox.people import Room
from bot.sandbox.wire import Json, bad_request
from bot.sandbox.world import BOT_ID, World

_GIFTS = (
    "unlimited_gifts",
    "limited_gifts",
    "unique_gifts",
    "premium_subscription",
    "gifts_from_channels",
)


async def get_me(world: World, params: Params) -> Json:
    """getMe."""
    return world.bot_user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_chat(world: World, params: Params) -> Json:
    """getChat."""
    room = readable(world, params)
    return room.as_chat() | {
        "accent_color_id": abs(room.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
        "permissions": {"can_send_messages": True, "can_send_documents": True},
    }


async def get_chat_member(world: World, params: Params) -> Json:
    """getChatMember."""
    room = readable(world, params)
    user_id = params.integer("user_id")
    if user_id <= 0:
        raise bad_request("invalid user_id specified")
    user = world.user_json(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return as_member(room, user, member_status(room, user_id))


async def get_chat_administrators(world: World, params: Params) -> list[Json]:
    """getChatAdministrators; the first admin of a chat is its owner."""
    room = readable(world, params)
    if room.is_private:
        raise bad_request("there are no administrators in the private chat")
    ids = [*room.admins, *([BOT_ID] if room.bot_status == "administrator" else [])]
    users = [(user_id, world.user_json(user_id)) for user_id in ids]
    return [as_member(room, user, member_status(room, i)) for i, user in users if user]


async def get_chat_member_count(world: World, params: Params) -> int:
    """getChatMemberCount, the bot counted."""
    room = readable(world, params)
    return len(room.members) + (room.bot_status in {"member", "administrator"})


async def leave_chat(world: World, params: Params) -> bool:
    """leaveChat."""
    room: Room = writable(world, params)
    if room.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    change_bot_status(world, room, "left", BOT_ID)
    return True


async def get_file(world: World, params: Params) -> Json:
    """getFile."""
    stored = world.files.get(params.text("file_id"))
    size = len(stored.upload.content)
    if size > MAX_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.unique_id,
        "file_size": size,
        "file_path": stored.path,
    }


async def say_yes(world: World, params: Params) -> bool:
    """logOut and close: nothing to do here, and the sandbox goes on."""
    return True
