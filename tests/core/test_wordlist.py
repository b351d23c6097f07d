"""Words told in one string are the same tokens again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Token
from bot.core.text import tokenize
from bot.core.wordlist import token_of, told
from tests.core.test_text import ODD


@given(st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=20))
def test_what_was_told_is_the_same_again(text: str) -> None:
    tokens = tokenize(text)
    words = told(tokens).splitlines()
    again = [token_of(w, t.start, t.end) for w, t in zip(words, tokens, strict=True)]
    assert again == [*tokens]


def test_of_no_words_nothing_is_told() -> None:
    assert told(()) == ""
    assert told([Token("a", 0, 1), Token("b", 1, 2)]) == "a\nb"
