"""Letters become coarse bytes, one line for each word, whatever stands in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sounds import bits, coarse, is_kurdish, plain

MARKED = "\u0327\u0306\u030c\u0307\u0654\u0653"
words = st.text(st.one_of(st.characters(), st.sampled_from("scgzيوا" + MARKED)), max_size=10)
lines = words.map(lambda word: word.replace("\n", "").lower())


@given(st.lists(lines, min_size=1, max_size=6))
def test_each_line_is_read_by_itself(some: list[str]) -> None:
    assert coarse("\n".join(some)).split(b"\n") == [coarse(word) for word in some]


@given(words)
def test_plain_letters_stay_plain(word: str) -> None:
    assert plain(plain(word)) == plain(word)
    assert "\n" not in plain(word)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("s\u0327anlıurfa", "şanlıurfa"), ("ﻋﻴﻦ", "عين"), ("ﷲ", "الله"), ("ہرات", "هرات"),
        ("خامنه\u200cای", "خامنةئی"), ("gīlān", "gilan"), ("ẖan", "han"), ("fi\u200bn", "fin"),
    ],
)  # fmt: skip
def test_two_writings_of_one_letter_are_read_as_one(one: str, other: str) -> None:
    assert coarse(one) == coarse(other)


@pytest.mark.parametrize("word", ["漢字", "😀", "αθηνα", "\x00"])
def test_letters_of_other_scripts_are_silent(word: str) -> None:
    assert coarse(word) == b""
    assert plain(word).strip("\x00") == ""


def test_vowels_written_out_tell_kurdish() -> None:
    assert is_kurdish("هەولێر")
    assert not is_kurdish("گرگان")


def test_sounds_that_two_letters_share_meet_as_bits() -> None:
    assert bits("tT") & bits("T")
    assert not bits("tT") & bits("s")
