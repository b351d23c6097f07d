from __future__ import annotations

from bot.core.model import Button
from bot.telegram.keyboards import keyboard


def test_no_button_is_no_keyboard() -> None:
    assert keyboard(()) is None
    assert keyboard(((), ())) is None


def test_rows_stay_rows_and_empty_ones_go() -> None:
    drawn = keyboard(((Button("a", data="1|x|"),), (), (Button("b", url="https://example.org"),)))
    assert drawn == {
        "inline_keyboard": [
            [{"text": "a", "callback_data": "1|x|"}],
            [{"text": "b", "url": "https://example.org"}],
        ]
    }
