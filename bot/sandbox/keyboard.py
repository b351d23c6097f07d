"""``reply_markup``: what the server accepts, and how it complains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.body import Params
from bot.sandbox.links import WrongLink, checked_link, mentioned_user
from bot.sandbox.wire import Json, bad_request

MAX_CALLBACK_BYTES = 64
_PASSED_ON = (
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
    "pay",
)


def read_markup(params: Params) -> Json | None:
    """The markup as it is stored, ``None`` when there is none or it holds no button.

    Raises:
        Refusal: It is not a markup, or a button is wrong.
    """
    value = params.parsed("reply_markup", "can't parse reply keyboard markup JSON object")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    keyboard = _rows(
        value, "keyboard", 'Field "keyboard" must be an Array of Arrays', _reply_button
    )
    if keyboard:
        return {**value, "keyboard": keyboard}
    inline = _rows(
        value,
        "inline_keyboard",
        'Field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        _inline_button,
    )
    if inline:
        return {"inline_keyboard": inline}
    return value if value.get("remove_keyboard") or value.get("force_reply") else None


def shown_markup(markup: Json | None) -> Json:
    """The part of a message that shows ``markup``: only inline keyboards come back."""
    is_inline = markup is not None and "inline_keyboard" in markup
    return {"reply_markup": markup} if is_inline else {}


def _rows(markup: Json, name: str, complaint: str, read: Callable[[Any], Json]) -> list[list[Json]]:
    rows = markup.get(name) or []
    if not isinstance(rows, list):
        raise bad_request(f'Field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(complaint)
    return [[read(button) for button in row] for row in rows if row]


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        return {"text": button}
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse keyboard button: KeyboardButton must be a String or an Object"
        )
    if not _label(button, "keyboard button"):
        raise bad_request("keyboard button text must be non-empty")
    return button


def _inline_button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    label = _label(button, "inline keyboard button")
    action = _action(button)
    if not label:
        raise bad_request("inline keyboard button text must be non-empty")
    return {"text": label, **action}


def _label(button: Json, what: str) -> str:
    if "text" not in button:
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    return str(button["text"]).strip()


def _action(button: Json) -> Json:
    if button.get("url"):
        return {"url": _button_url(str(button["url"]))}
    if button.get("callback_data"):
        return {"callback_data": _callback_data(str(button["callback_data"]))}
    for name in _PASSED_ON:
        if name in button:
            return {name: button[name]}
    raise bad_request(
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )


def _callback_data(text: str) -> str:
    if len(text.encode()) > MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return text


def _button_url(url: str) -> str:
    if mentioned_user(url) is not None:
        return url
    try:
        return checked_link(url)
    except WrongLink as error:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: {error}") from error
