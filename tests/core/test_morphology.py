"""What a word sheds, and what it must keep."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.morphology import bare, clitic_forms, declined, is_stop_word, suffix_forms

folded = st.text(st.sampled_from("ابتولفكسينمهق"), min_size=1, max_size=10)


@given(folded)
def test_the_article_is_gone_after_one_call(word: str) -> None:
    assert bare(bare(word)) == bare(word)
    assert not (len(bare(word)) > 4 and bare(word).startswith("ال"))


@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("الاسد", "اسد"), ("القاعده", "قاعده"), ("الالعاب", "عاب"), ("الدم", "الدم"),
        ("الم", "الم"), ("قاعده", "قاعده"), ("alasad", "alasad"), ("", ""),
    ],
)  # fmt: skip
def test_only_words_long_enough_lose_their_article(word: str, left: str) -> None:
    assert bare(word) == left


# ── clitics ──────────────────────────────────────────────────────────────────────────────────

PREFIXES = ["".join(parts) for parts in product(("", "و", "ف"), ("", "ب", "ل", "ك"))]


@given(st.sampled_from([prefix for prefix in PREFIXES if prefix]), st.sampled_from(["", "ال"]))
def test_every_row_of_clitics_comes_off(prefix: str, article: str) -> None:
    assert "قاعده" in set(clitic_forms(f"{prefix}{article}قاعده"))


@pytest.mark.parametrize("word", ["للقاعده", "وللقاعده", "فللقاعده"])
def test_two_lams_are_a_clitic_and_the_article(word: str) -> None:
    assert "قاعده" in set(clitic_forms(word))


@pytest.mark.parametrize("verb", ["يضرب", "تضرب", "نضرب", "اضرب"])
def test_the_sin_of_the_future_comes_off_a_verb(verb: str) -> None:
    assert verb in set(clitic_forms("س" + verb))
    assert verb in set(clitic_forms("وس" + verb))


@pytest.mark.parametrize("word", ["سماء", "سلاح", "سوري", "سكود"])
def test_the_sin_of_a_noun_stays(word: str) -> None:
    assert not list(clitic_forms(word))


@given(folded)
def test_three_letters_are_left_at_least(word: str) -> None:
    assert all(len(form) >= 3 for form in clitic_forms(word))


@given(folded)
def test_what_is_left_is_the_end_of_the_word(word: str) -> None:
    for form in clitic_forms(word):
        assert form != word
        assert word.endswith(form)
        assert len(word) - len(form) <= 4  # و ب ا ل


def shed(word: str) -> Iterator[str]:
    """[وف]?[بلك]?(ال)? and لل, at least three letters left: the rule, spelt out."""
    for conjunction, particle in product(("", "و", "ف"), ("", "ب", "ل", "ك", "لل")):
        prefix = conjunction + particle
        rest = word.removeprefix(prefix)
        if prefix and rest != word and len(rest) >= 3:
            yield rest
            if len(rest) > 4 and rest.startswith("ال"):
                yield bare(rest)


@given(folded.filter(lambda word: "س" not in word))
def test_the_forms_are_those_of_the_rule_and_no_others(word: str) -> None:
    assert set(clitic_forms(word)) == set(shed(word))


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("בבסיס", {"בסיס"}),
        ("הבסיס", {"בסיס"}),
        ("שהטיל", {"הטיל", "טיל"}),
        ("בסיס", {"סיס"}),
        ("טיל", set()),
    ],
)
def test_hebrew_sheds_its_prefixes(word: str, forms: set[str]) -> None:
    assert set(clitic_forms(word)) == forms


@pytest.mark.parametrize("word", ["base", "füze", "база", "قلم", "١٢٣٤", ""])
def test_words_without_clitics_give_nothing(word: str) -> None:
    assert not list(clitic_forms(word))


# ── pronouns at the end ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("صواريخهم", "صواريخ"), ("صواريخنا", "صواريخ"), ("صواريخها", "صواريخ"),
        ("صواريخكما", "صواريخ"), ("صاروخي", "صاروخ"), ("صاروخك", "صاروخ"), ("صاروخه", "صاروخ"),
        ("قاعدتهم", "قاعده"), ("قاعدتنا", "قاعده"), ("قاعدتي", "قاعده"),
    ],
)  # fmt: skip
def test_a_pronoun_comes_off_the_end(word: str, stem: str) -> None:
    assert stem in set(suffix_forms(word))


@pytest.mark.parametrize(("word", "trap"), [("حريري", "حرير"), ("البغدادي", "البغداد")])
def test_names_in_ya_lose_it_too_so_it_must_be_asked_for(word: str, trap: str) -> None:
    assert trap in set(suffix_forms(word))
    assert trap not in set(clitic_forms(word))


@given(folded)
def test_a_stem_keeps_three_letters_and_begins_as_the_word_does(word: str) -> None:
    for stem in suffix_forms(word):
        assert len(stem) >= 3
        assert word.startswith(stem[:-1])
        assert stem != word


@pytest.mark.parametrize("word", ["يدي", "لهم", "صاروخ", "bases", "فيها"])
def test_short_words_and_those_without_a_pronoun_stay_whole(word: str) -> None:
    assert not [stem for stem in suffix_forms(word) if len(stem) < 3]
    assert word not in set(suffix_forms(word))
    assert set(suffix_forms(word)) == set()


# ── stop words ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("word", ["في", "من", "علي", "the", "و", "است", "ve", "של", "ji"])
def test_the_small_words_of_each_language_are_stop_words(word: str) -> None:
    assert is_stop_word(word)


@pytest.mark.parametrize("word", ["قاعده", "صاروخ", "base", "roket", "טיל", "عين", "k1"])
def test_a_word_with_a_meaning_is_none(word: str) -> None:
    assert not is_stop_word(word)


@pytest.mark.parametrize(
    ("name", "lang", "forms"),
    [
        ("Hewlêr", "kmr", ["Hewlêrê"]),
        ("Bexda", "kmr", ["Bexdayê"]),
        ("Başika Üssü", "tr", ["Başika Üssüne", "Başika Üssünde", "Başika Üssünden"]),
        (
            "Erbil Havaalanı",
            "tr",
            ["Erbil Havaalanına", "Erbil Havaalanında", "Erbil Havaalanından"],
        ),
        ("Erbil", "tr", []),
        ("Erbil", "en", []),
    ],
)
def test_a_place_is_declined_where_nothing_sets_its_ending_apart(
    name: str, lang: str, forms: list[str]
) -> None:
    assert list(declined(name, lang)) == forms
