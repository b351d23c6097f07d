"""Laws of folding and of offsets."""

from __future__ import annotations

import unicodedata
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.letters import fold
from bot.core.model import Token
from bot.core.morphology import bare, case_forms, clitic_forms
from bot.core.text import (
    arabic_script_language,
    clean,
    name_key,
    sentence_numbers,
    tokenize,
)

# Letters, marks and controls that fold in unlike ways, more often than chance would give them.
ODD = "أإآٱىئؤةءﻻﻷﷲﷺًّـ٠۱ییکەۆێڵڕہۀپچژگ\u200c\u200d\u200f\u202b\u2067İıßÇŞǅךםץשּׁЙё😀👨‍👩‍👧½ﬁ.،\"' \n"
mixed = st.text(st.one_of(st.sampled_from(ODD), st.characters(codec="utf-8")), max_size=60)


@given(mixed)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(mixed)
def test_every_token_stands_where_it_says(text: str) -> None:
    for token in tokenize(text):
        assert token.text
        original = text[token.start : token.end]
        assert original
        assert token.text in "".join(name_key_raw(original))


def name_key_raw(original: str) -> list[str]:
    return [token.text for token in tokenize(original)]


@given(mixed)
def test_tokens_stand_in_order_and_do_not_overlap(text: str) -> None:
    spans = [(token.start, token.end) for token in tokenize(text)]
    assert spans == sorted(spans)
    assert all(a == b or a[1] <= b[0] for a, b in pairwise(spans))


@given(mixed)
def test_the_original_under_a_word_folds_to_that_word(text: str) -> None:
    for (start, end), words in groupby(tokenize(text), key=lambda token: token[1:3]):
        assert 0 <= start < end <= len(text)
        assert "".join(word.text for word in words) == letters(text[start:end])


def letters(original: str) -> str:
    return "".join(c for c in fold(original) if c.isalnum())


@given(mixed)
def test_no_letter_stands_outside_the_words(text: str) -> None:
    inside = {at for token in tokenize(text) for at in range(token.start, token.end)}
    # ⼀ is a sign that folds to a letter, not a letter.
    lost = [c for at, c in enumerate(text) if at not in inside and letters(c) and c.isalnum()]
    assert lost == []


@given(
    st.sampled_from("قاعدة الأنبار کرکوک هەولێر Erbil Diyarbakır חיפה Багдад ١٤".split()),
    st.sampled_from("\u200b\u200d\u200e\u200f\u202b\u2067\u00ad\ufeff"),
    st.data(),
)
def test_a_hidden_control_inside_a_word_changes_no_word(
    word: str, control: str, data: st.DataObject
) -> None:
    at = data.draw(st.integers(1, len(word) - 1))
    (plain,), (marked,) = tokenize(word), tokenize(word[:at] + control + word[at:])
    assert marked.text == plain.text
    assert (marked.start, marked.end) == (0, len(word) + 1)


@given(mixed)
def test_tokens_are_folded_already(text: str) -> None:
    assert all(fold(token.text) == token.text for token in tokenize(text))


@given(mixed)
def test_cleaning_leaves_no_control_that_turns_the_line(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u200b"
    )
    assert not any(unicodedata.category(c) == "Cc" for c in cleaned)
    assert clean(cleaned) == cleaned


@given(mixed)
def test_dropping_the_article_twice_is_dropping_it_once(text: str) -> None:
    assert bare(bare(text)) == bare(text)


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("ألمانيا", "ألمانيا"),
        ("إلهام", "ألهام"),
        ("آلمان", "ألمان"),
        ("أَلْمانيا", "ألمانيا"),
        ("ا\u0654لمانيا", "ألمانيا"),
        ("ﺃﻟﻤﺎﻧﻴﺎ", "ألمانيا"),
        ("الألغام", "ألغام"),
        ("الالغام", "غام"),
        ("المانيا", "مانيا"),
        ("الأسد", "اسد"),
        ("مسألة", "مساله"),
        ("إلى", "الي"),
    ],
)
def test_an_alef_with_a_hamza_begins_no_article(word: str, key: str) -> None:
    assert name_key(word) == (key,)


@pytest.mark.parametrize("word", ["وألمانيا", "بألمانيا", "لألمانيا", "وبألمانيا"])
def test_behind_particles_the_hamza_stays_too(word: str) -> None:
    assert "ألمانيا" in set(clitic_forms(tokenize(word)[0].text))


def test_behind_particles_and_the_article_the_hamza_stays_too() -> None:
    for word in ("للألغام", "بالألغام", "وبالألغام"):
        assert "ألغام" in set(clitic_forms(tokenize(word)[0].text))


@pytest.mark.parametrize(
    ("name", "lang", "form"),
    [
        ("Дейр-эз-Зор", "ru", "Дейр-эз-Зору"),
        ("Газа", "ru", "Газой"),
        ("Сулеймания", "ru", "Сулейманией"),
        ("Эрбиль", "ru", "Эрбилем"),
        ("Дубай", "ru", "Дубаю"),
        ("Kerkûk", "kmr", "Kerkûkê"),
        ("Bexda", "kmr", "Bexdayê"),
        ("Silêmanî", "kmr", "Silêmaniyê"),
    ],
)
def test_names_are_put_into_cases(name: str, lang: str, form: str) -> None:
    assert form in set(case_forms(name, lang))


@pytest.mark.parametrize(
    ("name", "lang"), [("ХАМАС", "ru"), ("Баку", "ru"), ("Erbil", "en"), ("С-300", "ru")]
)
def test_what_takes_no_endings_stays_alone(name: str, lang: str) -> None:
    assert list(case_forms(name, lang)) == [name]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("عَيْنُ الأَسَدِ", "عين الاسد"),
        ("ﻗﺎﻋﺪﺓ", "قاعدة"),
        ("قاعـــدة", "قاعده"),
        ("مسئول", "مسيول"),
        ("مؤسسة", "موسسه"),
        ("صاروخى", "صاروخي"),
        ("کرکوک", "كركوك"),
        ("١٤", "14"),
        ("۱۴", "14"),
        ("کوردستان ڕۆژ", "كوردستان روژ"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "ıstanbul"),
        ("Şırnak", "sirnak"),
        ("Hewlêr", "hewler"),
        ("שָׁלוֹם", "שלומ"),
        ("تل ابیب", "تل ابيب"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_zero_width_non_joiner_gives_both_parts_glued() -> None:
    tokens = tokenize("عین‌الاسد است")
    assert [(t.text, t.glued) for t in tokens] == [("عين", True), ("الاسد", False), ("است", False)]


def test_a_word_at_the_zwnj_of_an_edge_is_not_glued() -> None:
    assert [t.glued for t in tokenize("عین\u200c الاسد")] == [False, False]


def test_a_digit_after_an_arabic_letter_is_its_own_word() -> None:
    assert [t.text for t in tokenize("بـ١٤ صاروخا K1 T4")] == ["ب", "14", "صاروخا", "k1", "t4"]


def test_a_letter_that_grows_when_lowered_shifts_no_offset() -> None:
    text = "İİİ Erbil"
    token = tokenize(text)[1]
    assert text[token.start : token.end] == "Erbil"


@pytest.mark.parametrize("word", ["على", "إلى", "حتى", "متى", "لدى", "سوى", "وعلى", "عَلَى"])
def test_a_function_word_is_known_by_its_letters(word: str) -> None:
    assert [t.function for t in tokenize(word)] == [True]


@pytest.mark.parametrize("word", ["علي", "مصطفى", "موسى", "الي"])
def test_a_name_is_no_function_word(word: str) -> None:
    assert [t.function for t in tokenize(word)] == [False]


@pytest.mark.parametrize(
    ("word", "rest"),
    [
        ("وصواريخ", "صواريخ"),
        ("بصواريخ", "صواريخ"),
        ("وبالصواريخ", "صواريخ"),
        ("للقوات", "قوات"),
        ("فللقوات", "قوات"),
        ("كالصاروخ", "صاروخ"),
        ("سيستهدف", "يستهدف"),
        ("ببغداد", "بغداد"),
    ],
)
def test_proclitics_can_be_taken_off_a_text_word(word: str, rest: str) -> None:
    assert rest in set(clitic_forms(word))


@pytest.mark.parametrize("word", ["وقت", "بيت", "تحرير", "سلام", "في"])
def test_short_and_root_words_lose_nothing_that_matters(word: str) -> None:
    assert all(len(rest) >= 3 for rest in clitic_forms(word))
    assert word[1:] not in set(clitic_forms(word)) or len(word) > 3


def test_sentences_end_where_readers_end_them() -> None:
    text = "The U.S. base was hit. Nobody was hurt! سقط صاروخ؟ نعم"
    tokens = tokenize(text)
    numbers = sentence_numbers(text, [t.start for t in tokens], [t.end for t in tokens])
    by_word = {token.text: number for token, number in zip(tokens, numbers, strict=True)}
    assert by_word["the"] == by_word["base"] == 0
    assert (by_word["nobody"], by_word["سقط"], by_word["نعم"]) == (1, 2, 3)


def test_a_line_that_ends_in_a_colon_leads_into_the_next() -> None:
    text = "الناطق العسكري:\nسقط صاروخ\nفي أربيل"
    tokens = tokenize(text)
    starts, ends = [t.start for t in tokens], [t.end for t in tokens]
    assert sentence_numbers(text, starts, ends) == (0, 0, 0, 0, 1, 1)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("اصابت موشک به پایگاه", "fa"),
        ("هجوم على قاعدة في العراق", "ar"),
        ("هێرشی درۆنی بۆ سەر هەولێر", "ckb"),
        ("rocket", ""),
    ],
)
def test_the_letters_tell_the_language(text: str, language: str) -> None:
    assert arabic_script_language(text) == language


def test_cleaning_keeps_what_persian_needs() -> None:
    assert clean("می‌شود \u200c \u202eabc\u202c\u200b  d\n\te") == "می‌شود abc d e"


def test_names_compare_without_articles_and_marks() -> None:
    assert name_key("عَيْن الأسد") == name_key("عين اسد") == ("عين", "اسد")


def test_a_token_is_a_plain_tuple() -> None:
    assert tokenize("Erbil") == (Token("erbil", 0, 5),)
