from __future__ import annotations

from bot.core.model import Button
from bot.telegram.keyboards import keyboard


def test_no_button_is_no_keyboard() -> None:
    assert keyboard(()) is None
    assert keyboard(((), ())) is None


def test_rows_stay_rows_and_empty_ones_go() -> None:
    drawn = keyboard(((Button("a", data="1|x|"),), (), (Button("b", url="https://example.org"),)))
    assert drawn is not None
    assert [[b.text for b in row] for row in drawn.inline_keyboard] == [["a"], ["b"]]
    assert drawn.inline_keyboard[0][0].callback_data == "1|x|"
    assert drawn.inline_keyboard[1][0].url == "https://example.org"
