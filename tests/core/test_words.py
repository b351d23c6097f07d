"""The words of a text, read in any order, are those a plain reading gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chunks import Chunks
from bot.core.codes import NO_WORD, WIDTH, Codes
from bot.core.hearing import Hearing
from bot.core.letters import ZWNJ
from bot.core.loose import Loose
from bot.core.packed import Texts
from bot.core.stretches import stretches
from bot.core.text import tokenize
from bot.core.words import MARKS, OWN, ROWS, SHED, Fields, Words
from tests.core.test_text import ODD

EVERYTHING: frozenset[str] = frozenset()


def reader(*looked_for: str) -> Chunks:
    hearing = Hearing(Texts(), EVERYTHING)
    return Chunks(Codes(looked_for), (), hearing, Loose(EVERYTHING))


READER = reader("عين", "اسد", "قاعده", "عيناسد")
pieces = st.one_of(
    st.sampled_from(["عين‌الاسد", "والقاعدة", "ﷺ", "—", "😀", "بـ١٤", "Al-Asad", "\u200c", "علی‌"]),
    st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=12),
)
gaps = st.sampled_from([" ", "\n", "\u2009", "  ", "\t"])
texts = st.lists(st.tuples(pieces, gaps), max_size=12).map(
    lambda some: "".join(piece + gap for piece, gap in some)
)


@given(texts)
def test_the_words_are_those_of_a_plain_reading(text: str) -> None:
    tokens = READER.read(text).tokens
    assert len(tokens) == len(tokenize(text))
    assert tuple(tokens) == tokenize(text)


@given(texts, st.data())
def test_words_may_be_asked_for_in_any_order(text: str, data: st.DataObject) -> None:
    plain, tokens = tokenize(text), READER.read(text).tokens
    order = data.draw(st.permutations(range(-len(plain), len(plain))))
    assert [tokens[at] for at in order] == [plain[at] for at in order]


@given(texts, st.slices(20))
def test_slices_are_those_of_a_plain_reading(text: str, some: slice) -> None:
    plain = tokenize(text)
    assert READER.read(text).tokens[some] == plain[some]


@given(texts, texts, st.slices(30), st.data())
def test_two_fields_are_read_as_one_row_of_words(
    title: str, body: str, some: slice, data: st.DataObject
) -> None:
    plain = tokenize(title) + tokenize(body)
    fields = Fields(READER.read(title).tokens, READER.read(body).tokens)
    assert (len(fields), fields.split) == (len(plain), len(tokenize(title)))
    order = data.draw(st.permutations(range(-len(plain), len(plain))))
    assert [fields[at] for at in order] == [plain[at] for at in order]
    assert (tuple(fields), fields[some]) == (plain, plain[some])


@given(texts, texts)
def test_every_word_stands_where_it_is_said_to(title: str, body: str) -> None:
    plain = tokenize(title) + tokenize(body)
    starts, ends = Fields(READER.read(title).tokens, READER.read(body).tokens).edges()
    assert list(zip(starts, ends, strict=True)) == [(word.start, word.end) for word in plain]


@given(texts)
def test_a_word_is_given_as_it_was_written(text: str) -> None:
    tokens = READER.read(text).tokens
    expected = [text[word.start : word.end] for word in tokenize(text)]
    assert [tokens.written(at) for at in range(len(tokens))] == expected


@pytest.mark.parametrize("outside", [3, 99, -4])
def test_a_word_that_is_not_there_is_refused(outside: int) -> None:
    tokens = READER.read("عين الأسد قاعدة").tokens
    with pytest.raises(IndexError):
        tokens[outside]


def test_a_repeated_piece_is_found_at_each_of_its_places() -> None:
    text = "  أ أا أ\u2009أا  أ"
    assert [text[t.start : t.end] for t in READER.read(text).tokens] == ["أ", "أا", "أ", "أا", "أ"]
    assert tuple(READER.read(text).tokens) == tokenize(text)


# ── rows of codes ────────────────────────────────────────────────────────────────────────────


@given(texts)
def test_each_word_has_one_code_in_each_row(text: str) -> None:
    words = READER.read(text)
    for row in range(ROWS):
        assert len(words.row(row)) == len(words.tokens) * WIDTH
    assert words.codes == words.row(OWN)
    assert words.marks == words.row(MARKS)[::WIDTH]
    assert len(words.marks) == len(words.tokens)


def test_only_words_somebody_looks_for_have_a_code() -> None:
    chunks = reader("عين", "اسد")
    codes = chunks.read("في عين الأسد والعين").codes
    known = Codes(["عين", "اسد"])
    assert codes == NO_WORD + known.encoded(["عين", "اسد", "عين"])


def test_a_word_known_only_without_its_clitics_is_marked() -> None:
    assert reader("عين").read("عين وعين بيت").marks == f"\0{SHED}\0"


# ── other readings ───────────────────────────────────────────────────────────────────────────


def readings(words: Words, longest: int) -> set[tuple[str, int, tuple[int, ...]]]:
    return {(stretch.codes, stretch.start, stretch.ends) for stretch in stretches(words, longest)}


def test_a_text_without_other_readings_has_no_stretches() -> None:
    assert not list(stretches(reader("عين", "اسد").read("عين الأسد"), 3))


def test_glued_words_are_also_read_as_one() -> None:
    known = Codes(["عيناسد", "اسد", "قاعده"])
    words = reader("عيناسد", "اسد", "قاعده").read(f"قاعدة عين{ZWNJ}اسد قاعدة")
    joined = known.encoded(["قاعده", "عيناسد", "قاعده"])
    assert (joined, 0, (1, 3, 4)) in readings(words, 2)


def test_a_stretch_reaches_as_far_as_the_longest_phrase() -> None:
    text = " ".join(["قاعدة"] * 9) + f" عين{ZWNJ}اسد " + " ".join(["قاعدة"] * 9)
    words = reader("عيناسد", "قاعده").read(text)
    for longest in (1, 2, 4):
        (stretch,) = stretches(words, longest)
        assert len(stretch.codes) // WIDTH == 2 * longest - 1
        assert (stretch.start, stretch.at) == (9 - (longest - 1), longest - 1)
        assert stretch.ends[stretch.at] == 11


def test_a_clitic_reading_only_begins_a_stretch() -> None:
    words = reader("وعين", "عين", "قاعده").read("قاعدة وعين قاعدة")
    (stretch,) = stretches(words, 3)
    assert stretch.first
    assert (stretch.start, stretch.at) == (1, 0)
    assert stretch.codes == Codes(["وعين", "عين", "قاعده"]).encoded(["عين", "قاعده"])


def test_many_words_that_are_glued_are_followed_only_so_far() -> None:
    parts = ["عين", "اسد"] * 8
    words = reader(*parts, *("".join(parts[at : at + 2]) for at in range(15))).read(
        ZWNJ.join(parts)
    )
    found = list(stretches(words, 20))
    assert 0 < len(found) <= 32 * len(words.extras.others)
