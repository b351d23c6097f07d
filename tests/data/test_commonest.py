"""The commonest words: enough of them, each once, no name among them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.text import name_key
from bot.data import FOLDER, load_knowledge
from bot.data.commonest import load_common
from bot.errors import ConfigError

LISTS = FOLDER / "common"
ENOUGH = {"ar": 2500, "en": 2500, "fa": 1000, "tr": 1000, "ru": 800, "he": 800, "ckb": 400}
ENOUGH["kmr"] = 400
Write = Callable[[str], Path]


def listed(lang: str) -> list[str]:
    lines = (LISTS / f"{lang}.txt").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def folded(word: str) -> str:
    (only,) = name_key(word)
    return only


def is_common(word: str) -> bool:
    return folded(word) in load_common(LISTS)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        (tmp_path / "xx.txt").write_text(text, "utf-8")
        return tmp_path

    return written


def test_the_eight_languages_have_their_lists() -> None:
    assert {path.stem for path in LISTS.glob("*.txt")} == set(ENOUGH)


@pytest.mark.parametrize(("lang", "enough"), ENOUGH.items())
def test_each_language_has_enough_words(lang: str, enough: int) -> None:
    assert len(listed(lang)) >= enough


@pytest.mark.parametrize("lang", ENOUGH)
def test_no_word_stands_twice_once_folded(lang: str) -> None:
    words = [folded(word) for word in listed(lang)]
    assert len(words) == len(set(words))


def test_all_lists_together_are_what_is_loaded() -> None:
    assert load_common(LISTS) == {folded(word) for lang in ENOUGH for word in listed(lang)}


def test_no_place_of_one_word_is_a_common_word() -> None:
    names = {
        name_key(spelling)
        for place in load_knowledge().places.values()
        if not place.needs_context
        for spellings in place.names.values()
        for spelling in set(spellings) - load_knowledge().strict
    }
    assert not {name[0] for name in names if len(name) == 1} & load_common(LISTS)


@pytest.mark.parametrize(
    "word",
    [
        "قال", "وزير", "الرئيس", "أعلنت", "يؤكد", "مصدر", "صاروخ", "قاعدة", "مطار", "حزيران",
        "الثلاثاء", "كثيرا", "Harrier", "Report", "harbour", "Minister",
        "March", "Tuesday", "base", "drone", "موشک", "گفت", "پایگاه", "füze", "ayran", "Salı",
        "база", "Ракета", "сообщил", "בסיס", "טיל", "נמסר", "بنکە", "مووشەک", "bingeh", "mûşek",
    ],
)  # fmt: skip
def test_what_the_press_says_every_day_is_common(word: str) -> None:
    assert is_common(word)


@pytest.mark.parametrize(
    "name",
    [
        "بغداد", "أربيل", "الحريري", "العديد", "علي", "Erbil", "Harir", "Assad", "Kabul", "Shahed",
        "صدام", "نصرالله", "تدمر", "كييف", "Patriot", "ישראל", "کرمان", "هەولێر", "Москва",
    ],
)  # fmt: skip
def test_what_people_watch_is_not_common(name: str) -> None:
    assert not is_common(name)


@pytest.mark.parametrize("lang", ENOUGH)
def test_the_first_words_of_a_list_are_its_most_frequent(lang: str) -> None:
    frequent = {"ar": "في", "en": "the", "fa": "و", "tr": "ve", "ru": "в", "he": "של"}
    frequent |= {"ckb": "لە", "kmr": "û"}
    assert listed(lang)[0] == frequent[lang]


def test_article_and_hamza_make_no_other_word(write: Write) -> None:
    assert load_common(write("# remark\nالأمير\nThe\n")) == {"امير", "the"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("army\nair base\n", 2, "2 words"),
        ("# army\n\nbase\n", 2, "0 words"),
        ("army\n…\n", 2, "0 words"),
        ("می‌شود\n", 1, "2 words"),
        ("أمر\n# remark\nbase\nامر\n", 4, "already in line 1"),
        ("رئيس\nالرئيس\n", 2, "already in line 1"),
    ],
)
def test_a_wrong_line_is_named(write: Write, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"xx\.txt:{line}: .*{said}"):
        load_common(write(text))


def test_a_folder_without_lists_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no \\*\\.txt"):
        load_common(tmp_path)


def test_bytes_that_are_no_text_are_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "xx.txt").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(ConfigError, match=r"xx\.txt"):
        load_common(tmp_path)
