"""Every pattern wherever it stands, overlapping ones too; and the same after it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.automaton import Automaton

few = st.text(st.sampled_from("ابc\0"), min_size=1, max_size=4)
patterns = st.lists(few, min_size=1, max_size=8, unique=True)
texts = st.text(st.sampled_from("ابc\0"), max_size=30)


def everywhere(some: list[str], text: str) -> list[tuple[int, int, int]]:
    return sorted(
        (at, at + len(pattern), number)
        for number, pattern in enumerate(some)
        for at in range(len(text))
        if text.startswith(pattern, at)
    )


@given(patterns, texts)
def test_everything_is_found_that_stands_in_the_text(some: list[str], text: str) -> None:
    assert sorted(Automaton(some).find(text)) == everywhere(some, text)


@given(patterns, texts)
def test_one_that_was_written_finds_the_same(some: list[str], text: str) -> None:
    written = Automaton(some).to_bytes()
    assert sorted(Automaton.from_bytes(written).find(text)) == everywhere(some, text)


def test_positions_count_characters_and_not_bytes() -> None:
    assert Automaton(["سد"]).find("😀أسد") == [(2, 4, 0)]


@pytest.mark.parametrize("raw", [b"", b"\0"])
def test_bytes_that_are_no_automaton_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Automaton.from_bytes(raw)
