"""The table of methods; names are not case sensitive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.sandbox import asking, editing, fetching, naming, sending
from bot.sandbox.body import Params
from bot.sandbox.wire import Refusal
from bot.sandbox.world import World

Method = Callable[[World, Params], Awaitable[Any]]
"""Takes the world and the parameters, gives back ``result`` or raises ``Refusal``."""

NAMES: Mapping[str, Method] = {
    "getMe": asking.get_me,
    "logOut": asking.say_yes,
    "close": asking.say_yes,
    "getUpdates": fetching.get_updates,
    "setWebhook": fetching.set_webhook,
    "deleteWebhook": fetching.delete_webhook,
    "getWebhookInfo": fetching.get_webhook_info,
    "sendMessage": sending.send_message,
    "sendDocument": sending.send_document,
    "sendVenue": sending.send_venue,
    "sendLocation": sending.send_location,
    "sendChatAction": sending.send_chat_action,
    "getFile": asking.get_file,
    "editMessageText": editing.edit_message_text,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "answerCallbackQuery": editing.answer_callback_query,
    "setMessageReaction": editing.set_message_reaction,
    "setMyCommands": naming.set_my_commands,
    "getMyCommands": naming.get_my_commands,
    "deleteMyCommands": naming.delete_my_commands,
    "setMyName": naming.set_text("name"),
    "getMyName": naming.get_text("name"),
    "setMyDescription": naming.set_text("description"),
    "getMyDescription": naming.get_text("description"),
    "setMyShortDescription": naming.set_text("short_description"),
    "getMyShortDescription": naming.get_text("short_description"),
    "setChatMenuButton": naming.set_chat_menu_button,
    "getChatMenuButton": naming.get_chat_menu_button,
    "getChat": asking.get_chat,
    "getChatMember": asking.get_chat_member,
    "getChatMemberCount": asking.get_chat_member_count,
    "getChatAdministrators": asking.get_chat_administrators,
    "leaveChat": asking.leave_chat,
}
_BY_LOWER = {name.lower(): method for name, method in NAMES.items()}


def find_method(name: str) -> Method:
    """The method called ``name``.

    Raises:
        Refusal: 404, there is none (or the sandbox does not have it).
    """
    method = _BY_LOWER.get(name.lower())
    if method is None:
        raise Refusal(404, "Not Found: method not found")
    return method
