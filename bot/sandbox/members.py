"""Membership: what a member looks like, and what happens when the bot's own standing changes."""

from __future__ import annotations

from bot.sandbox.people import Person, Room
from bot.sandbox.wire import Json
from bot.sandbox.world import BOT_ID, World

_RIGHTS = (
    "can_manage_chat", "can_delete_messages", "can_manage_video_chats", "can_restrict_members",
    "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
    "can_edit_stories", "can_delete_stories",
)  # fmt: skip
_RIGHTS_IN = {
    "channel": ("can_post_messages", "can_edit_messages"),
    "supergroup": ("can_pin_messages", "can_manage_topics"),
    "group": ("can_pin_messages",),
}
PRESENT = frozenset({"member", "administrator", "creator"})


def member_status(room: Room, user_id: int) -> str:
    """creator, administrator, member, left or kicked."""
    if user_id == BOT_ID:
        return room.bot_status
    if room.admins and user_id == room.admins[0]:
        return "creator"
    if user_id in room.admins:
        return "administrator"
    return "member" if user_id in room.members else "left"


def as_member(room: Room, user: Json, status: str) -> Json:
    """As a Bot API ChatMember."""
    member: Json = {"user": user, "status": status}
    if status == "creator":
        return member | {"is_anonymous": False}
    if status == "kicked":
        return member | {"until_date": 0}
    if status != "administrator":
        return member
    rights = dict.fromkeys((*_RIGHTS, *_RIGHTS_IN.get(room.kind, ())), True)
    return member | {"can_be_edited": False, "is_anonymous": False} | rights


def change_bot_status(world: World, room: Room, status: str, by: int) -> None:
    """Add, promote, remove or kick the bot in a group or channel: my_chat_member and what is said.

    ``by`` is the id of who did it; the bot's own when it leaves.
    """
    before, room.bot_status = room.bot_status, status
    if before == status:
        return
    _say(world, room, before, status, by)
    tell_member(world, room, before, status, by)
    world.events.tell("chat", chat=room.as_shown())


def set_blocked(world: World, person: Person, is_blocked: bool) -> None:
    """Block or unblock the bot in a private chat."""
    if person.blocked == is_blocked:
        return
    person.blocked = is_blocked
    states = ("member", "kicked") if is_blocked else ("kicked", "member")
    tell_member(world, world.rooms[person.id], *states, by=person.id)
    world.events.tell("user", user=person.as_shown())


def tell_member(world: World, room: Room, before: str, after: str, by: int) -> None:
    """Queue the my_chat_member update."""
    bot = world.bot_user()
    update = {
        "chat": room.as_chat(),
        "from": world.user_json(by) or bot,
        "date": int(world.now()),
        "old_chat_member": as_member(room, bot, before),
        "new_chat_member": as_member(room, bot, after),
    }
    world.updates.put("my_chat_member", update)


def _say(world: World, room: Room, before: str, after: str, by: int) -> None:
    """The service line in the group; channels have none."""
    bot = world.bot_user()
    if room.kind == "channel" or (before in PRESENT) == (after in PRESENT):
        return
    fact = {"new_chat_members": [bot]} if after in PRESENT else {"left_chat_member": bot}
    post = world.post(room, {"from": world.user_json(by) or bot, **fact})
    if after in PRESENT:  # a removed bot no longer hears the group
        world.updates.put("message", world.seen(room, post))
