"""Phrases with a loose word: the words around it must stand as they should."""

from __future__ import annotations

import pytest

from bot.core.chunks import Chunks
from bot.core.codes import Codes
from bot.core.hearing import Hearing
from bot.core.loose import Loose
from bot.core.model import Hit, How
from bot.core.packed import Texts
from bot.core.query import Phrase, parse
from bot.core.windows import Windows
from tests.core.keeping import reread

NOTHING: frozenset[str] = frozenset()


def windows(*queries: str) -> Windows:
    made = Windows(Loose(NOTHING))
    for number, query in enumerate(queries):
        root = parse(query).root
        assert isinstance(root, Phrase)
        made.add(number, root.words)
    return made


def found(made: Windows, text: str) -> set[tuple[int, Hit]]:
    words = Chunks(Codes(), (), Hearing(Texts(), NOTHING), made.loose).read(text)
    return set(made.find(words))


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("صاروخ بالستي", How.EXACT),
        ("الصاروخ البالستي", How.EXACT),
        ("صاورخ بالستي", How.FUZZY),
        ("بصاروخ بالستي", How.CLITIC),
        ("والصاروخ البالستي", How.CLITIC),
    ],
)
def test_a_phrase_whose_first_word_is_loose(text: str, how: How) -> None:
    assert found(windows("صاروخ~ بالستي"), text) == {(0, Hit(0, 2, how))}


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("قاعدة كركوك", How.EXACT),
        ("قاعدة كروكك", How.FUZZY),
        ("وقاعدة كركوك", How.CLITIC),
        ("وقاعدة كروكك", How.FUZZY),
        ("قاعدة بكركوك", None),
        ("قواعد كركوك", None),
        ("كركوك قاعدة", None),
        ("قاعدة في كركوك", None),
        ("كركوك", None),
        ("قاعدة", None),
    ],
)
def test_a_phrase_whose_second_word_is_loose(text: str, how: How | None) -> None:
    expected = set() if how is None else {(0, Hit(0, 2, how))}
    assert found(windows("قاعدة كركوك~"), text) == expected


def test_a_phrase_cut_off_at_either_end_of_the_text_is_not_found() -> None:
    made = windows("قاعدة كركوك~ الجوية")
    assert not found(made, "كركوك الجوية")
    assert not found(made, "قاعدة كركوك")
    assert found(made, "قاعدة كركوك الجوية") == {(0, Hit(0, 3, How.EXACT))}


def test_every_place_is_found() -> None:
    hits = {hit[:2] for _, hit in found(windows("كركوك~"), "كركوك نهر كروكك كركوك")}
    assert hits == {(0, 1), (2, 3), (3, 4)}


def test_two_loose_words_must_both_fit() -> None:
    made = windows("ballistic~ missile~")
    assert found(made, "a balistic misile fell") == {(0, Hit(1, 3, How.FUZZY))}
    assert not found(made, "a balistic mission")


def test_endings_and_errors_stand_side_by_side() -> None:
    made = windows("كركوك~ قاعدة+")
    assert found(made, "كروكك قاعدتهم") == {(0, Hit(0, 2, How.FUZZY))}
    assert found(made, "كركوك قاعدتهم") == {(0, Hit(0, 2, How.STEM))}


def test_a_function_word_is_never_a_loose_word() -> None:
    made = windows("وعليا~")
    assert found(made, "وعلي") == {(0, Hit(0, 1, How.FUZZY))}
    assert not found(made, "وعلى")


def test_phrases_over_one_loose_word_are_all_found() -> None:
    made = windows("كركوك~", "قاعدة كركوك~", "كركوك~ الجوية")
    assert {number for number, _ in found(made, "قاعدة كروكك الجوية")} == {0, 1, 2}


def test_what_was_kept_finds_the_same_and_takes_more() -> None:
    made = windows("قاعدة كركوك~", "صاروخ+ بالستي", "ballistic~ missile~")
    made.loose.settle()
    loose = Loose(NOTHING, reread(made.loose.kept()))
    again = Windows(loose, reread(made.kept()))
    root = parse("دهوك قواعد+").root
    assert isinstance(root, Phrase)
    again.add(3, root.words)
    made.add(3, root.words)
    for text in ("قاعدة كروكك", "صاروخهم بالستي", "balistic misile", "دهوك قواعدهم", "نهر"):
        assert found(again, text) == found(made, text)
    assert found(again, "دهوك قواعدهم")
