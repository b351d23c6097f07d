"""Methods about the bot itself: commands per scope and language, names, the menu button."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.body import Params, whole
from bot.sandbox.links import WrongLink, checked_link
from bot.sandbox.profile import DEFAULT, ScopeKey
from bot.sandbox.wire import Json, bad_request
from bot.sandbox.world import World

MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_PLAIN_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}
_CHAT_SCOPES = {"chat", "chat_administrators", "chat_member"}
# https://core.telegram.org/bots/api#setmyname and its two neighbours
_MAX = {"name": 64, "description": 512, "short_description": 120}


async def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands."""
    key = _scope(world, params), _language(params)
    world.profile.commands[key] = _commands(params)
    world.events.tell("commands")
    return True


async def get_my_commands(world: World, params: Params) -> list[Json]:
    """getMyCommands: the list of exactly this scope and language."""
    return world.profile.commands.get((_scope(world, params), _language(params)), [])


async def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands."""
    world.profile.commands.pop((_scope(world, params), _language(params)), None)
    world.events.tell("commands")
    return True


def _language(params: Params) -> str:
    code = params.text("language_code")
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def _scope(world: World, params: Params) -> ScopeKey:
    scope = params.parsed("scope", "can't parse BotCommandScope JSON object")
    if scope is None:
        return DEFAULT
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind = str(scope.get("type", ""))
    if kind in _PLAIN_SCOPES:
        return kind, 0, 0
    if kind not in _CHAT_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return kind, world.room(str(scope.get("chat_id", ""))).id, _member(kind, scope)


def _member(kind: str, scope: Json) -> int:
    if kind != "chat_member":
        return 0
    user_id = whole(scope.get("user_id"))
    if user_id <= 0:
        raise bad_request("can't parse BotCommandScope: Invalid user_id specified")
    return user_id


def _commands(params: Params) -> list[Json]:
    values = params.parsed("commands", "can't parse commands JSON object")
    values = [] if values is None else values
    if not isinstance(values, list):
        raise bad_request("expected an Array of BotCommand")
    if len(values) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(value) for value in values]


def _command(value: Any) -> Json:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if name not in value:
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name = str(value["command"]).strip().removeprefix("/")
    about = str(value["description"]).strip()
    _refuse_command(name, about)
    return {"command": name, "description": about}


def _refuse_command(name: str, about: str) -> None:
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not about:
        raise bad_request("command description must be non-empty")
    if len(about) > 256:
        raise bad_request("command description length must not exceed 256")
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")


def set_text(what: str) -> Callable[[World, Params], Awaitable[bool]]:
    """setMyName, setMyDescription, setMyShortDescription. ``what`` is the parameter's name."""

    async def method(world: World, params: Params) -> bool:
        text, lang = params.text(what).strip(), _language(params)
        if len(text) > _MAX[what]:
            # The real sentence is not public; only that too long a text is refused.
            raise bad_request(f"bot {what.replace('_', ' ')} is too long")
        world.profile.put_text(what, lang, text)
        world.events.tell("commands")
        return True

    return method


def get_text(what: str) -> Callable[[World, Params], Awaitable[Json]]:
    """getMyName, getMyDescription, getMyShortDescription."""

    async def method(world: World, params: Params) -> Json:
        text = world.profile.text(what, _language(params))
        return {what: text or (world.bot_user()["first_name"] if what == "name" else "")}

    return method


async def set_chat_menu_button(world: World, params: Params) -> bool:
    """setChatMenuButton, for one private chat or for everybody."""
    world.profile.menu_buttons[_menu_chat(world, params)] = _menu_button(params)
    world.events.tell("commands")
    return True


async def get_chat_menu_button(world: World, params: Params) -> Json:
    """getChatMenuButton."""
    return world.profile.menu_button(_menu_chat(world, params))


def _menu_chat(world: World, params: Params) -> int:
    if not params.text("chat_id"):
        return 0
    room = world.room(params.text("chat_id"))
    if not room.is_private:
        raise bad_request("chat not found")
    return room.id


def _menu_button(params: Params) -> Json:
    button = params.parsed("menu_button", "can't parse menu button JSON object")
    if button is None:
        return {"type": "default"}
    if not isinstance(button, dict):
        raise bad_request("can't parse menu button: MenuButton must be an Object")
    if button.get("type") in {"default", "commands"}:
        return {"type": button["type"]}
    if button.get("type") != "web_app":
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    app = button.get("web_app")
    try:
        url = checked_link(str(app.get("url", "")) if isinstance(app, dict) else "")
    except WrongLink as error:
        raise bad_request(f"menu button Web App URL is invalid: {error}") from error
    return {"type": "web_app", "text": str(button.get("text", "")), "web_app": {"url": url}}
