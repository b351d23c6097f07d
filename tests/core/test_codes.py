"""Codes of words: distinct, aligned, and the same after they were kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import NO_WORD, WIDTH, Codes
from tests.core.keeping import reread

words = st.text(min_size=1, max_size=8).map(lambda word: word.replace("\n", "")).filter(bool)
vocabularies = st.lists(words, min_size=1, max_size=40, unique=True)
# As many words as the first characters of codes change at, and then some.
MANY = Codes(str(number) for number in range(5_000))


@given(vocabularies)
def test_distinct_words_have_distinct_codes_of_one_width(some: list[str]) -> None:
    codes = Codes(some)
    found = [codes.get(word) for word in some]
    assert len(set(found)) == len(some)
    assert {len(code) for code in found} == {WIDTH}
    assert NO_WORD not in found


@given(st.lists(st.integers(0, 4_999), min_size=1, max_size=6), st.integers(0, 4_999))
def test_a_code_never_begins_inside_another(numbers: list[int], wanted: int) -> None:
    text = MANY.encoded([str(number) for number in numbers])
    code = MANY.get(str(wanted))
    places = {at for at in range(len(text)) if text.startswith(code, at)}
    assert places == {at * WIDTH for at, number in enumerate(numbers) if number == wanted}


@given(st.lists(st.integers(0, 4_999), max_size=3))
def test_no_word_is_never_read_between_codes(numbers: list[int]) -> None:
    text = MANY.encoded([str(number) for number in numbers])
    assert NO_WORD not in text


def test_codes_are_plain_characters_that_every_encoding_takes() -> None:
    text = MANY.encoded([str(number) for number in range(5_000)])
    assert text.encode("utf-16").decode("utf-16") == text
    assert not text.isspace()


def test_five_thousand_words_have_five_thousand_codes() -> None:
    assert len({MANY.get(str(number)) for number in range(5_000)}) == len(MANY) == 5_000


@given(vocabularies)
def test_a_word_is_new_once(some: list[str]) -> None:
    codes = Codes()
    first = [codes.learn(word) for word in some]
    again = [codes.learn(word) for word in some]
    assert all(is_new for _, is_new in first)
    assert not any(is_new for _, is_new in again)
    assert [code for code, _ in first] == [code for code, _ in again]
    assert [codes.get(word) for word in some] == [code for code, _ in first]


@given(vocabularies, words)
def test_a_word_nobody_looks_for_has_no_code(some: list[str], other: str) -> None:
    codes = Codes(some)
    assert (codes.get(other) == NO_WORD) is (other not in some)
    assert (codes.get(other, "") == "") is (other not in some)


@given(vocabularies, words)
def test_learning_changes_no_code_there_was(some: list[str], other: str) -> None:
    codes = Codes(some)
    before = codes.encoded(some)
    codes.learn(other)
    assert codes.encoded(some) == before


@given(st.lists(words, unique=True, max_size=40))
def test_what_was_kept_is_the_same(some: list[str]) -> None:
    codes = Codes(some)
    again = Codes.of_kept(reread(codes.kept()))
    assert again.encoded(some) == codes.encoded(some)
    assert len(again) == len(some)
    assert again.learn("ما لم يكن")[0] == codes.learn("ما لم يكن")[0]
