"""Our buttons as Telegram's inline keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.core.model import Button

Rows = Sequence[Sequence[Button]]


def keyboard(rows: Rows) -> dict[str, Any] | None:
    """The InlineKeyboardMarkup for ``rows``, or ``None`` when there is no button in them."""
    drawn = [[_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": drawn} if drawn else None


def _button(button: Button) -> dict[str, str]:
    if button.url:
        return {"text": button.text, "url": button.url}
    return {"text": button.text, "callback_data": button.data}
