"""Methods that change a message or answer a press: edit, delete, react, answer."""

from __future__ import annotations

from bot.sandbox.access import message_in, readable, refuse_business, writable
from bot.sandbox.body import Params
from bot.sandbox.keyboard import read_markup, shown_markup
from bot.sandbox.people import Post, Room
from bot.sandbox.wire import Json, bad_request
from bot.sandbox.words import read_text
from bot.sandbox.world import BOT_ID, World

PRESS_LIVES_S = 60  # undocumented; after about a minute a client has given up
MAX_TOAST = 200
DELETABLE_S = 48 * 3600  # https://core.telegram.org/bots/api#deletemessage
_TEXT_FIELDS = ("text", "entities", "link_preview_options", "reply_markup")
# https://core.telegram.org/bots/api#reactiontypeemoji
REACTIONS = frozenset(
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 "
    "❤️\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 "
    "😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 "
    "☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂️ 🤷 🤷\u200d♀️ 😡".split()
)


async def edit_message_text(world: World, params: Params) -> Json:
    """editMessageText. An edit without ``reply_markup`` takes the keyboard away."""
    content = read_text(world, params)
    markup = read_markup(params)
    room, post = _editable(world, params)
    if "text" not in post.body:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, room, post, content | shown_markup(markup), _TEXT_FIELDS)


async def edit_message_reply_markup(world: World, params: Params) -> Json:
    """editMessageReplyMarkup."""
    markup = read_markup(params)
    room, post = _editable(world, params)
    return _edit(world, room, post, shown_markup(markup), ("reply_markup",))


def _editable(world: World, params: Params) -> tuple[Room, Post]:
    refuse_business(params)
    if not params.text("chat_id") and not params.integer("message_id"):
        raise bad_request("message identifier is not specified")
    room = writable(world, params)
    post = message_in(room, params, "message to edit")
    if not post.by_bot:
        raise bad_request("message can't be edited")
    return room, post


def _edit(world: World, room: Room, post: Post, content: Json, fields: tuple[str, ...]) -> Json:
    before = {name: post.body[name] for name in fields if name in post.body}
    if before == content:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    kept = {name: value for name, value in post.body.items() if name not in fields}
    post.body = kept | content | {"edit_date": int(world.now())}
    world.events.tell("edit", message=world.shown(room, post))
    return world.seen(room, post)


async def delete_message(world: World, params: Params) -> bool:
    """deleteMessage."""
    if not params.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    if not params.integer("message_id"):
        raise bad_request("message identifier is not specified")
    room = writable(world, params)
    post = message_in(room, params, "message to delete")
    may = post.by_bot or room.is_private or room.bot_status == "administrator"
    if not may:
        raise bad_request("message can't be deleted")
    if world.now() - post.body["date"] > DELETABLE_S:
        raise bad_request("message can't be deleted for everyone")
    post.deleted = True
    world.events.tell("delete", chat_id=room.id, message_id=post.id)
    return True


async def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery; a press is answered once, while it is fresh."""
    query_id = params.text("callback_query_id")
    text = params.text("text")
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    _forget_old(world)
    press = world.presses.pop(query_id, None)
    if press is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    world.events.tell(
        "callback_answer",
        user_id=press.user_id,
        callback_query_id=query_id,
        text=text,
        show_alert=params.flag("show_alert"),
        url=params.text("url"),
    )
    return True


def _forget_old(world: World) -> None:
    oldest = world.now() - PRESS_LIVES_S
    for query_id in [key for key, press in world.presses.items() if press.at < oldest]:
        del world.presses[query_id]


async def set_message_reaction(world: World, params: Params) -> bool:
    """setMessageReaction: one emoji of the fixed list, or none."""
    emoji = _reaction(params)
    room = readable(world, params)
    post = message_in(room, params, "message to react")
    react(world, room, post, BOT_ID, emoji)
    return True


def _reaction(params: Params) -> str | None:
    wanted = params.parsed("reaction", "can't parse reaction types JSON object")
    wanted = [] if wanted is None else wanted
    if not isinstance(wanted, list):
        raise bad_request("expected an Array of ReactionType")
    if len(wanted) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if not wanted:
        return None
    if not isinstance(wanted[0], dict) or wanted[0].get("type") not in {"emoji", "custom_emoji"}:
        raise bad_request("can't parse ReactionType: invalid reaction type specified")
    if wanted[0].get("emoji") not in REACTIONS:
        raise bad_request("REACTION_INVALID")
    return str(wanted[0]["emoji"])


def react(world: World, room: Room, post: Post, who: int, emoji: str | None) -> str | None:
    """Make ``emoji`` the one reaction of ``who``; returns the one it had."""
    before = next((had for had, ids in post.reactions.items() if who in ids), None)
    if before is not None:
        post.reactions[before].remove(who)
        if not post.reactions[before]:
            del post.reactions[before]
    if emoji is not None:
        post.reactions.setdefault(emoji, []).append(who)
    reactions = {had: list(ids) for had, ids in post.reactions.items()}
    world.events.tell("reaction", chat_id=room.id, message_id=post.id, reactions=reactions)
    return before
