"""One word as it is compared."""

from __future__ import annotations

import pytest

from bot.core.letters import fold
from bot.core.lexemes import lexeme
from bot.core.stems import Stems
from bot.core.traces import KEPT, sample
from bot.data import load_knowledge

STEMS = Stems(load_knowledge())


@pytest.mark.parametrize(
    ("one", "other"),
    [("صاروخ", "الصواريخ"), ("rockets", "rocket"), ("بالقاعدة", "قاعدة"), ("يزددددد", "يزد")],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    first, second = (lexeme(fold(word), STEMS) for word in (one, other))
    assert first.term == second.term != 0


@pytest.mark.parametrize("word", ["في", "the", "از", "bir"])
def test_a_function_word_is_nothing(word: str) -> None:
    assert lexeme(fold(word), STEMS)[1:] == (0, 0, 0)


def test_a_common_word_is_marked_and_is_no_name() -> None:
    common, rare = lexeme("attack", STEMS), lexeme("zurqaniyah", STEMS)
    assert (common.term & 1, common.name) == (1, 0)
    assert rare.term & 1 == 0
    assert rare.name != 0


def test_a_name_sounds_alike_in_both_scripts() -> None:
    assert lexeme(fold("كسنزان"), STEMS).name == lexeme("kasnazan", STEMS).name != 0


def test_a_sample_is_the_smallest_and_the_order_of_neighbours_counts() -> None:
    numbers = [(n * 7919 + 13) << 40 for n in range(200)]
    assert len(sample(numbers)) == KEPT
    assert sample(numbers) == tuple(sorted(sample(numbers)))
    assert sample([5, 9]) != sample([9, 5])
    assert sample([5]) == (5,)
