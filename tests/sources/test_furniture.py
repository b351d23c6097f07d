from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.furniture import without_furniture

ARTICLE = ("The sirens stopped before dawn.", "Schools stay closed today.")


@pytest.mark.parametrize(
    "furniture",
    ["أعلى", "شارك", "اقرأ أيضاً:", "إقرأ أيضا", "Share", "READ MORE »", "مطالب مرتبط", "↑ Top",
     "بیشتر بخوانید", "Share this article", "", "  ", "BBC", "١٢"],
)  # fmt: skip
def test_furniture_at_the_end_goes(furniture: str) -> None:
    assert without_furniture([*ARTICLE, "", furniture]) == ARTICLE


def test_several_pieces_of_furniture_go_together() -> None:
    assert without_furniture([*ARTICLE, "شارك", "", "Facebook", "أعلى"]) == ARTICLE


@pytest.mark.parametrize("line", ["It is over.", "انتهى الأمر.", "Schools stay closed in Erbil"])
def test_a_real_last_line_stays(line: str) -> None:
    assert without_furniture([*ARTICLE, line]) == (*ARTICLE, line)


def test_furniture_in_the_middle_stays() -> None:
    lines = [ARTICLE[0], "Share", ARTICLE[1]]
    assert without_furniture(lines) == tuple(lines)


def test_a_body_of_one_short_line_is_not_thrown_away() -> None:
    assert without_furniture(["في بغداد"]) == ("في بغداد",)
    assert without_furniture(["أعلى"]) == ()


@given(st.lists(st.text(max_size=30)))
def test_the_rest_is_a_beginning_and_clearing_twice_changes_nothing(lines: list[str]) -> None:
    rest = without_furniture(lines)
    assert list(rest) == lines[: len(rest)]
    assert without_furniture(rest) == rest
