"""Names heard in other letters: which are listened for, what is heard, and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chunks import Chunks, sound_of
from bot.core.codes import Codes
from bot.core.hearing import Hearing
from bot.core.loose import Loose
from bot.core.packed import Texts
from bot.core.text import tokenize
from tests.core.keeping import reread

NOTHING: frozenset[str] = frozenset()


def listening(*names: str, common: frozenset[str] = NOTHING) -> Hearing:
    texts = Texts()
    hearing = Hearing(texts, common)
    for name in names:
        hearing.add(texts.add(name), name)
    hearing.settle()
    return hearing


def heard(hearing: Hearing, text: str) -> set[tuple[str, int]]:
    """What is heard in ``text``: the words as they stand there, and the number of the name."""
    words = Chunks(Codes(), (), hearing, Loose(NOTHING)).read(text)
    found = set()
    for start, end, number in hearing.find(words):
        first, last = words.tokens.starts[start], words.tokens.ends[end - 1]
        found.add((text[first:last], number))
    return found


@pytest.mark.parametrize(
    ("name", "text", "as_written"),
    [
        ("كركوك", "blast in Kirkuk today", "Kirkuk"),
        ("كركوك", "взрыв в Киркуке", "Киркуке"),
        ("Kirkuk", "انفجار في كركوك", "كركوك"),
        ("Киркук", "blast in Kirkuk", "Kirkuk"),
        ("عين الأسد", "the Ain al-Asad base", "Ain al-Asad"),
        ("عين الأسد", "at Ayn Assad, they say", "Ayn Assad"),
        ("السليمانية", "in Sulaymaniyah", "Sulaymaniyah"),
        ("دير الزور", "near Deir ez-Zor", "Deir ez-Zor"),
        ("קרית שמונה", "rockets at Kiryat Shmona", "Kiryat Shmona"),
    ],
)
def test_a_name_is_heard_in_other_letters(name: str, text: str, as_written: str) -> None:
    assert heard(listening(name), text) == {(as_written, 0)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("حرير", "Prime Minister Hariri"), ("كركوك", "Karak"), ("عين الأسد", "Ian Assad"),
        ("عين الأسد", "Ain today Assad"), ("كركوك", "حريق في كربلاء"), ("أربيل", "April"),
    ],
)  # fmt: skip
def test_another_name_is_not_heard(name: str, text: str) -> None:
    assert heard(listening(name), text) == set()


def test_names_without_capitals_are_heard_only_where_nothing_has_capitals() -> None:
    hearing = listening("كركوك")
    assert heard(hearing, "the base at kirkuk today")
    assert not heard(hearing, "The base at kirkuk today")


def test_an_article_between_the_words_is_no_word_of_the_name() -> None:
    hearing = listening("عين الأسد")
    assert heard(hearing, "Ain el Asad") == {("Ain el Asad", 0)}
    assert heard(hearing, "Ain Asad") == {("Ain Asad", 0)}


def test_weak_names_are_not_listened_for() -> None:
    texts = Texts()
    hearing = Hearing(texts, NOTHING)
    assert hearing.add(texts.add("كركوك"), "كركوك")
    assert not hearing.add(texts.add("التن"), "التن")
    assert not hearing.add(texts.add("14"), "14")


def test_of_common_words_alone_no_name_is_made() -> None:
    common = frozenset({"قاعده", "كركوك"})
    texts = Texts()
    hearing = Hearing(texts, common)
    assert not hearing.add(texts.add("قاعدة كركوك"), "قاعدة كركوك")
    assert hearing.add(texts.add("قاعدة البصرة"), "قاعدة البصرة")


def test_a_common_word_of_the_text_is_no_name() -> None:
    assert heard(listening("كريمة"), "Crime wave")
    assert not heard(listening("كريمة", common=frozenset({"crime"})), "Crime wave")


def test_a_figure_is_heard_as_itself() -> None:
    hearing = listening("لواء كركوك 14")
    assert heard(hearing, "Liwa Kirkuk 14") == {("Liwa Kirkuk 14", 0)}
    assert not heard(hearing, "Liwa Kirkuk 15")
    first, second, same = tokenize("14 15 ١٤")
    assert sound_of(first) == sound_of(same) != sound_of(second)


def test_a_long_name_is_heard_whole_and_only_whole() -> None:
    hearing = listening("مطار أربيل الدولي")
    assert heard(hearing, "Matar Erbil al-Dawli") == {("Matar Erbil al-Dawli", 0)}
    assert not heard(hearing, "Matar Erbil")
    assert not heard(hearing, "Erbil al-Dawli")


def test_a_name_heard_by_its_last_words_begins_inside_the_text() -> None:
    hearing = listening("جمال قاسم بابل")
    assert heard(hearing, "Jamal Qasim Babil") == {("Jamal Qasim Babil", 0)}
    assert not heard(hearing, "Qasim Babil")
    assert not heard(hearing, "Qasim Babil, Jamal")


def test_every_name_of_one_sound_is_heard() -> None:
    hearing = listening("كركوك", "كيركوك", "كركوك")
    assert {number for _, number in heard(hearing, "in Kirkuk")} == {0, 1, 2}


def test_a_name_in_the_middle_of_a_chunk_is_heard_where_it_stands() -> None:
    assert heard(listening("كركوك"), "(«Kirkuk»)/Baghdad…") == {("Kirkuk", 0)}


NAMES = [
    "كركوك", "عين الأسد", "أربيل", "هەولێر", "Kirkuk", "Deir ez-Zor", "Киркук", "קרית שמונה",
    "السليمانية", "قاعدة 14", "مطار أربيل الدولي", "Şırnak", "تل أبيض",
]  # fmt: skip
SPOKEN = [
    "Kirkuk", "Киркук", "كركوك", "Ain", "al-Asad", "Erbil", "هەولێر", "Hewlêr", "Deir", "ez-Zor",
    "Kiryat", "Shmona", "Sulaymaniyah", "شرناخ", "Tal", "Abyad", "دير", "الزور", "14", "the",
]  # fmt: skip
some_names = st.lists(st.sampled_from(NAMES), max_size=6, unique=True)
spoken = st.lists(st.sampled_from(SPOKEN), max_size=10).map(" ".join)


@given(some_names, spoken)
def test_names_that_were_prepared_are_heard_alike(names: list[str], text: str) -> None:
    texts = Texts()
    prepared = Hearing(texts, NOTHING)
    prepared.prepare(names)
    for name in names:
        prepared.add(texts.add(name), name)
    prepared.settle()
    assert heard(prepared, text) == heard(listening(*names), text)


@given(some_names, some_names, spoken)
def test_names_that_were_kept_are_heard_and_more_may_come(
    first: list[str], later: list[str], text: str
) -> None:
    texts = Texts()
    built = Hearing(texts, NOTHING)
    for name in first:
        built.add(texts.add(name), name)
    texts.settle()
    built.settle()
    again = Hearing(texts, NOTHING, reread(built.kept()))
    for name in later:
        again.add(texts.add(name), name)
    assert heard(again, text) == heard(listening(*first, *later), text)


@given(some_names, spoken)
def test_each_name_is_heard_as_if_it_were_the_only_one(names: list[str], text: str) -> None:
    together = heard(listening(*names), text)
    alone = {
        (written, number)
        for number, name in enumerate(names)
        for written, _ in heard(listening(name), text)
    }
    assert together == alone


def test_new_sounds_are_told_once() -> None:
    texts = Texts()
    hearing = Hearing(texts, NOTHING)
    hearing.add(texts.add("كركوك"), "كركوك")
    keys, codes = hearing.news()
    assert keys
    assert codes
    assert hearing.news() == (set(), set())
    hearing.add(texts.add("كيركوك"), "كيركوك")  # another name, but of the same sound
    assert hearing.news() == (set(), codes)
    hearing.add(
        texts.add("قاعدة كركوك"), "قاعدة كركوك"
    )  # two words: found in the row of sounds, not in a word
    keys, codes = hearing.news()
    assert keys
    assert not codes
    hearing.add(texts.add("السليمانية"), "السليمانية")
    hearing.settle()
    assert hearing.news() == (set(), set())
