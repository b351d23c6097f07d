from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.decode import arabic_charset, decode

ARABIC = "أعلنت القوات حالة التأهب في القاعدة بعد سقوط صاروخين على المدرج"
PERSIAN = "صدای انفجار در اربیل شنیده شد"


@pytest.mark.parametrize("charset", ["cp1256", "iso8859-6", "utf-8", "utf-8-sig", "utf-16"])
def test_arabic_is_read_in_its_own_charset_without_a_label(charset: str) -> None:
    assert decode(ARABIC.encode(charset)).text == ARABIC


@pytest.mark.parametrize("label", ["utf-8", "iso-8859-1", "windows-1252", "us-ascii", "no-such"])
def test_cp1256_under_a_false_label_is_still_arabic(label: str) -> None:
    found = decode(ARABIC.encode("cp1256"), label)
    assert (found.text, found.charset) == (ARABIC, "cp1256")


def test_a_false_label_is_noted_and_a_true_one_is_not() -> None:
    assert "labelled cp1256 but is utf-8" in decode(ARABIC.encode(), "windows-1256").notes[0]
    assert decode(ARABIC.encode("cp1256"), "windows-1256").notes == ()
    assert decode(b"plain", "iso-8859-1").notes == ()


def test_the_documents_own_label_counts_where_the_header_has_none() -> None:
    body = '<?xml version="1.0" encoding="windows-1251"?><t>Взрыв</t>'.encode("cp1251")
    assert "Взрыв" in decode(body).text
    page = '<html><meta charset="windows-1255"><p>שלום לכולם</p>'.encode("cp1255")
    assert "שלום לכולם" in decode(page).text


def test_a_few_bad_bytes_spoil_only_themselves() -> None:
    found = decode(ARABIC.encode() + b"\xff" + PERSIAN.encode())
    assert found.text == f"{ARABIC}\ufffd{PERSIAN}"
    assert "1 byte is not utf-8" in found.notes[-1]


def test_a_cut_in_the_middle_of_a_letter_spoils_only_that_letter() -> None:
    assert decode(ARABIC.encode()[:-1]).text == ARABIC[:-1] + "\ufffd"


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("L'été à Évian : où êtes-vous", "cp1252"),
        ("Köln: größere Schäden an der Straße", "cp1252"),
        ("İstanbul'da güçlü patlama", "cp1254"),
    ],
)
def test_accented_latin_is_not_taken_for_arabic(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset).text == text


@pytest.mark.parametrize("word", ["خبر", "قصف", "عين الأسد"])
def test_one_arabic_word_is_enough(word: str) -> None:
    assert arabic_charset(word.encode("cp1256")) == "cp1256"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [ARABIC, PERSIAN, "שלום לכולם", "hi", "İstanbul'da patlama"])
def test_unmarked_utf_16_is_read_as_what_it_is(text: str, charset: str) -> None:
    assert decode(text.encode(charset)).text == text


def test_a_stray_nul_makes_no_utf_16() -> None:
    for text in (f"{ARABIC[:9]}\0{ARABIC[9:]}", "plain\0 text\0", "\0" * 8 + PERSIAN):
        assert decode(text.encode()).text == text.replace("\0", "")


def test_a_guess_at_latin_says_so() -> None:
    assert "Its charset is not named" in decode("Straße in Köln".encode("cp1252")).notes[0]
    assert decode("Köln".encode("cp1252"), "windows-1252").notes == ()


def test_unmarked_utf_16_is_not_read_as_text_full_of_nuls() -> None:
    for charset in ("utf-16-le", "utf-16-be"):
        assert decode("<rss>خبر</rss>".encode(charset)).text == "<rss>خبر</rss>"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["قصف", "انفجار قرب القاعدة\n2 قتلى (وكالات)", "حمله پهپادی به پایگاه"]
)
def test_arabic_in_unmarked_utf_16_is_not_read_as_signs_and_controls(text, charset) -> None:
    text = f"{text} في ليل"
    assert decode(text.encode(charset)).text == text


def test_control_characters_go_and_line_breaks_stay() -> None:
    assert decode("a\x00b\x0b\tc\r\nd\x7f\x85e".encode()).text == "ab\tc\r\nde"


def test_a_label_that_is_no_charset_of_text_is_ignored() -> None:
    for label in ("zip", "base64", "rot13", "\x00", "x" * 5_000):
        assert decode(b"plain text", label).text == "plain text"


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "cp1256", "utf-16", "hz", "bogus"]))
def test_any_bytes_become_clean_text(body: bytes, label: str) -> None:
    text = decode(body, label).text
    text.encode("utf-8")
    assert not any(letter in text for letter in "\x00\x08\x1b\x7f\x9f")


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=200))
def test_utf_8_wins_whatever_is_declared(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode(), "windows-1256").text == text


def test_controls_that_were_meant_as_windows_latin_are_read_so() -> None:
    assert decode("don\x92t \x93say\x94\x81".encode()).text == "don’t “say”"


@pytest.mark.parametrize("charset", ["koi8-r", "cp1251", "iso8859-5", "cp866"])
def test_russian_without_a_label_is_not_taken_for_arabic(charset: str) -> None:
    body = "Мэр сообщил, что ночью над базой сбиты два беспилотника; пострадавших нет".encode(
        charset
    )
    assert arabic_charset(body) == ""
