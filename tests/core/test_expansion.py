"""What else a watch finds is listed for people, the most telling first."""

from __future__ import annotations

import pytest

from bot.core.expansion import MOST, Expansion
from bot.core.query import parse
from bot.core.text import name_key
from bot.core.trial import Text, Trial
from bot.data import load_knowledge

KNOWN = load_knowledge()
EXPANSION = Expansion(KNOWN)


def also(query: str, lang: str = "ar", *found: str) -> tuple[str, ...]:
    return EXPANSION.also(parse(query), lang, found)


def test_a_base_is_shown_in_other_letters_and_other_spellings_of_its_own() -> None:
    shown = also("عين الأسد")
    assert "Ain al-Asad" in shown
    assert shown[-2:] == ("عين الاسد", "عین\u200cالاسد")  # the same once folded, so they come last


@pytest.mark.parametrize(("lang", "first"), [("ar", "قاعدة الأسد"), ("en", "Ain al-Asad")])
def test_the_readers_own_letters_come_first(lang: str, first: str) -> None:
    assert also("عين الأسد", lang)[0] == first


def test_what_was_found_in_reports_is_shown_before_what_is_only_known() -> None:
    assert "Ayn Assad" not in also("عين الأسد")
    assert "Ayn Assad" in also("عين الأسد", "ar", "Ayn Assad")


@pytest.mark.parametrize("query", ['"عين الأسد"', "«حزب الله»", "topic:all", "Qwxzt"])
def test_of_exact_words_and_of_unknown_ones_there_are_no_others(query: str) -> None:
    assert also(query) == ()


def test_a_word_is_shown_in_its_commonest_forms() -> None:
    assert also("صاروخ")[0] == "صواريخ"
    assert "قواعد" in also("قاعدة")


def test_another_name_for_the_same_is_shown() -> None:
    assert "Hezbollah" in also("حزب الله")


def test_an_excluded_name_is_not_found_so_it_is_not_shown() -> None:
    assert "Ain al-Asad" not in also("صاروخ -عين")
    assert not set(also("صاروخ + -حزب")) & {"Hezbollah", "حزبالله"}


def test_of_several_words_each_gets_its_share() -> None:
    shown = also("أربيل + حزب الله", "en")
    assert {"Erbil", "Hezbollah"} <= set(shown)


@pytest.mark.parametrize("query", ["عين الأسد", "التنف", "أمريكا", "Hezbollah | حرير", "صاروخ"])
@pytest.mark.parametrize("lang", ["ar", "en", "fa"])
def test_at_most_six_are_shown_and_none_is_what_was_written(query: str, lang: str) -> None:
    shown = also(query, lang)
    assert 0 < len(shown) <= MOST
    assert len(set(shown)) == len(shown)
    assert not {phrase.written for phrase in parse(query).phrases} & set(shown)


def test_a_name_that_holds_one_already_shown_is_left_out() -> None:
    keys = [name_key(name) for name in also("عين الأسد")]
    assert name_key("قاعدة الأسد الجوية") not in keys
    assert name_key("قاعدة الأسد") in keys


def test_a_name_that_means_something_else_by_itself_is_not_promised() -> None:
    assert "حرير" not in also("Harir Üssü")
    assert "Harir Air Base" in also("حرير")


def test_everything_that_is_promised_is_found() -> None:
    trial = Trial(KNOWN)
    for query in ("عين الأسد", "حزب الله", "صاروخ", "Erbil", "Harir Üssü", "قاعدة موفق السلطي"):
        for spelling in also(query):
            text = Text(f"x {spelling} y", "")
            assert trial.tally([query], [text])[query].count == 1, (query, spelling)
