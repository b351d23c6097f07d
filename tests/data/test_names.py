"""Aliases and inflections: enough of them, each spelling in one place, wrong lines named."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.model import Alias
from bot.core.morphology import is_stop_word
from bot.core.text import name_key
from bot.data import FOLDER, load_knowledge
from bot.data.names import LANGUAGES, load_aliases, load_inflections
from bot.errors import ConfigError

KNOWLEDGE = load_knowledge()
Key = tuple[str, ...]


def keys(alias: Alias) -> set[Key]:
    """Its spellings; strict ones stand for nothing once folded."""
    every = {spelling for spellings in alias.names.values() for spelling in spellings}
    return {name_key(spelling) for spelling in every.difference(alias.strict)}


GROUPS = [keys(alias) for alias in KNOWLEDGE.aliases]
PLACES = [
    {name_key(name) for names in place.names.values() for name in names}
    for place in KNOWLEDGE.places.values()
]
FORMS = [(word.lang, {name_key(form)[0] for form in word.forms}) for word in KNOWLEDGE.inflections]


def together(*spellings: str) -> bool:
    """Whether a group of the aliases, or a place, holds them all."""
    wanted = {name_key(spelling) for spelling in spellings}
    return any(wanted <= group for group in (*GROUPS, *PLACES))


def inflected(lang: str, word: str, form: str) -> bool:
    wanted = {name_key(word)[0], name_key(form)[0]}
    return any(wanted <= forms for code, forms in FORMS if code == lang)


def spelled() -> Iterator[tuple[str, str]]:
    for alias in KNOWLEDGE.aliases:
        for lang, spellings in alias.names.items():
            yield from ((lang, spelling) for spelling in spellings)


# ── aliases ──────────────────────────────────────────────────────────────────────────────────


def test_there_are_groups_in_every_language() -> None:
    assert len(KNOWLEDGE.aliases) >= 600
    spoken = Counter(lang for alias in KNOWLEDGE.aliases for lang in alias.names)
    assert spoken.keys() == LANGUAGES
    assert min(spoken.values()) >= 190


def test_a_group_says_more_than_one_place_of_the_gazetteer_does() -> None:
    assert [group for group in GROUPS if any(group <= place for place in PLACES)] == []


def test_a_spelling_stands_in_one_group_only() -> None:
    counted = Counter(key for group in GROUPS for key in group)
    assert [key for key, count in counted.items() if count > 1] == []


def test_no_spelling_folds_onto_another_of_its_language_in_its_group() -> None:
    for alias in KNOWLEDGE.aliases:
        for spellings in alias.names.values():
            assert len(set(map(name_key, spellings))) == len(spellings), spellings


def test_every_group_has_two_spellings_that_differ() -> None:
    assert [group for group in GROUPS if len(group) < 2] == []


def test_no_spelling_is_made_of_stop_words() -> None:
    assert [s for _, s in spelled() if all(map(is_stop_word, name_key(s)))] == []


SHORT = {"bm", "eu", "ес", "uk"}  # acronyms that are no words


def test_no_spelling_is_a_single_word_of_one_or_two_letters() -> None:
    alone = {key[0] for group in GROUPS for key in group if len(key) == 1}
    assert {word for word in alone if len(word) < 3} == SHORT


SCRIPTS = {
    "ar": r"[\u0600-\u06ff]",
    "fa": r"[\u0600-\u06ff]",
    "ckb": r"[\u0600-\u06ff]",
    "he": r"[\u0590-\u05ff]",
    "ru": r"[\u0400-\u04ff]",
}
BORROWED = {"THAAD", "S-300", "S-400", "MQ-9", "F-16", "ynet", "MQ-9 Reaper", "ЗРК Patriot"}


def test_a_spelling_is_written_in_the_script_of_its_language() -> None:
    for lang, spelling in spelled():
        if spelling not in BORROWED:
            assert re.search(SCRIPTS.get(lang, "[A-Za-zÀ-žÎî]"), spelling), (lang, spelling)


@pytest.mark.parametrize(
    "spellings",
    [
        ("التنف", "Tanf", "אל-תנף"),
        ("قاعدة بلد", "Balad Air Base", "Beled Üssü"),
        ("حقل العمر", "Al-Omar field", "El-Ömer sahası"),
        ("مدينة قم", "Qom"),
        ("مدينة صور", "Tyre"),
        ("صنعاء", "Sanaa", "צנעא"),
        ("دير الزور", "Deyrizor", "Dêrezor", "דיר א-זור"),
        ("عين الأسد", "عین‌الاسد", "Aynü'l-Esed"),
        ("حزب الله", "Hezbollah", "Hizbullah", "חיזבאללה", "Хезболла", "حزب‌الله"),
        ("أربيل", "هەولێر", "Hewlêr", "Erbil", "Эрбиль"),
        ("القدس", "Jerusalem", "Kudüs", "ירושלים", "Иерусалим"),
        ("مصر", "Egypt", "Mısır", "מצרים"),
        ("المجر", "Hungary", "Macaristan", "مجارستان"),
        ("الحرس الثوري", "IRGC", "Revolutionary Guards", "سپاه پاسداران", "Devrim Muhafızları"),
        ("الحرس الثوري", "Sepah", "משמרות המהפכה", "КСИР"),
        ("الحشد الشعبي", "PMF", "Popular Mobilization", "Haşdi Şabi", "حەشدی شەعبی"),
        ("القبة الحديدية", "Iron Dome", "Demir Kubbe", "כיפת ברזל", "گنبد آهنین"),
        ("البنتاغون", "البنتاجون", "Pentagon", "پنتاگون"),
        ("كونيكو", "Conoco", "کۆنیکۆ"),
        ("رميلان", "Rmelan", "Rumeylan"),
        ("بغداد", "Bağdat", "Bexda", "Багдада"),
        ("نيفاتيم", "Nevatim", "נבטים"),
        ("سوريا", "سورية", "Syria", "Suriye"),
        ("أميركا", "أمريكا", "America", "ئەمریکا", 'ארה"ב'),
        ("مسؤول", "مسئول"),
        ("شؤون", "شئون"),
        ("هيئة", "هيأة"),
        ("البيشمركة", "البشمركة", "پێشمەرگە", "Peshmerga", "Peşmerge"),
        ("القيادة المركزية الأميركية", "القيادة المركزية الأمريكية", "CENTCOM", "سنتكوم", "سنتکام"),
        ("داعش", "ISIS", "IŞİD", "דאעש", "ИГИЛ"),
        ("اليونيفيل", "UNIFIL", 'יוניפי"ל'),
        ("عين العرب", "Kobani", "Kobanê", "کۆبانێ"),
        ("الجيش الإسرائيلي", "IDF", 'צה"ל', "ЦАХАЛ"),
    ],
)
def test_one_thing_is_found_under_all_its_names(spellings: tuple[str, ...]) -> None:
    assert together(*spellings)


@pytest.mark.parametrize(
    "word",
    # Common words, other names, and what they are short for.
    [
        *("صور", "بلد", "العمر", "قم", "العديد", "حرير", "فتح", "الحشد", "الشرع", "العربية"),
        *("درون", "كرد", "آسایش‌ها", "us", "ABD", "İHA", "Kürt", "Soran", "Wan", "הכנסת", "סיני"),
        *("عزة", "هدف", "القاعدة", "مسيرة", "The", "بانه", "الحدث", "קרים", "Evin"),
    ],
)
def test_a_common_word_stands_for_nothing_else(word: str) -> None:
    assert not any(name_key(word) in group for group in GROUPS)


def test_different_things_are_kept_apart() -> None:
    assert not together("حزب الله", "كتائب حزب الله")
    assert not together("الحشد الشعبي", "الحشد العشائري")
    assert not together("كوريا الشمالية", "كوريا الجنوبية")
    assert not together("drone", "drones")


# ── inflections ──────────────────────────────────────────────────────────────────────────────


def test_there_are_words_in_every_language() -> None:
    spoken = Counter(lang for lang, _ in FORMS)
    assert spoken.keys() == LANGUAGES
    assert spoken["ar"] >= 300
    assert min(spoken.values()) >= 50


def test_a_form_stands_under_one_word_only() -> None:
    counted = Counter((lang, form) for lang, forms in FORMS for form in forms)
    assert [form for form, count in counted.items() if count > 1] == []


def test_no_word_is_given_twice() -> None:
    # YAML takes the second and forgets the first without a word.
    for path in (FOLDER / "inflections").glob("*.yaml"):
        heads = re.findall(r"^([^\s#][^:]*):", path.read_text("utf-8"), re.MULTILINE)
        assert [head for head, count in Counter(heads).items() if count > 1] == [], path.name


def test_each_form_is_one_word_and_none_of_the_stop_words() -> None:
    for word in KNOWLEDGE.inflections:
        for form in word.forms:
            assert len(name_key(form)) == 1, form
            assert not is_stop_word(name_key(form)[0]), form


@pytest.mark.parametrize(
    ("lang", "word", "form"),
    [
        ("ar", "صاروخ", "صواريخ"),
        ("ar", "صاروخ", "صاروخين"),
        ("ar", "قاعدة", "قواعد"),
        ("ar", "أميركي", "أميركية"),
        ("ar", "شهيد", "شهداء"),
        ("ar", "قصف", "يقصف"),
        ("en", "embassy", "embassies"),
        ("en", "rocket", "rockets"),
        ("fa", "موشک", "موشکها"),
        ("fa", "منطقه", "مناطق"),
        ("tr", "füze", "füzesi"),
        ("tr", "büyükelçilik", "büyükelçiliği"),
        ("ckb", "بنکە", "بنکەکان"),
        ("kmr", "mûşek", "mûşekan"),
        ("he", "טיל", "טילים"),
        ("he", "מתקפה", "מתקפת"),
        ("ru", "ракета", "ракетами"),
        ("ru", "взрыв", "взрывов"),
    ],
)
def test_a_word_is_found_in_its_other_forms(lang: str, word: str, form: str) -> None:
    assert inflected(lang, word, form)


@pytest.mark.parametrize(
    ("lang", "word", "other"),
    [
        ("ar", "صاروخ", "صاروخي"),
        ("ar", "بيت", "أبيات"),
        ("ar", "فرقة", "فرق"),
        ("ar", "سيل", "سيول"),
        ("ar", "سوري", "سورية"),
        ("ar", "طالب", "طالبان"),
        ("tr", "birlik", "birlikte"),
        ("tr", "asker", "askeri"),
        ("fa", "موشک", "موشکی"),
        ("ru", "цель", "целью"),
    ],
)
def test_a_word_does_not_lead_to_another_word(lang: str, word: str, other: str) -> None:
    assert not inflected(lang, word, other)


def test_the_dictionary_form_comes_first() -> None:
    assert next(w.forms[0] for w in KNOWLEDGE.inflections if "صواريخ" in w.forms) == "صاروخ"


# ── what is wrong is named ───────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small files stand for the whole folder."""
    for name in ("aliases/press.yaml", "inflections/en.yaml"):
        (tmp_path / name).parent.mkdir()
        shutil.copy(FOLDER / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("group", "problem"),
    [
        ("- {ar: [الرويبضة]}", "two spellings"),
        ("- {ar: [الرويبضة], en: [Reuters]}", "stands with 'رويترز' already"),
        ("- {en: [Alpha Bravo, alpha-bravo, Charlie]}", "'alpha-bravo' folds onto 'Alpha Bravo'"),
        ("- {en: [Alpha], xx: [Bravo]}", "unknown key 'xx'"),
        ("- {en: Alpha, tr: [Bravo]}", "'en' needs a list"),
        ("- {en: [of the], tr: [Bravo]}", "stands in every text"),
        ("- {en: ['!'], tr: [Bravo]}", "holds no word"),
        ("- {en: [Alpha], tr: [Bravo], strict: [Charlie]}", "strict 'Charlie' is none"),
        ("- {en: [Alpha], tr: [Bravo], strict: Bravo}", "'strict' needs a list"),
        ("- Alpha", "keys and values"),
    ],
)
def test_a_wrong_group_is_named_with_file_and_line(folder: Path, group: str, problem: str) -> None:
    path = folder / "aliases" / "press.yaml"
    load_aliases(folder)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"  {group}\n")
    line = len(path.read_text("utf-8").splitlines())
    with pytest.raises(ConfigError, match=rf"press\.yaml:{line}: .*{re.escape(problem)}"):
        load_aliases(folder)


@pytest.mark.parametrize(
    ("word", "problem"),
    [
        ("alpha: [alphas, ALPHA]", "'ALPHA' folds onto 'alpha'"),
        ("alpha: [missiles]", "'missiles' stands with 'missile' already"),
        ("alpha: []", "needs a list"),
        ("alpha: alphas", "needs a list"),
        ("alpha: [alpha rays]", "'alpha rays' is not one word"),
        ("alpha: [موشک\u200cها]", "leave it out"),
        ("7: [alphas]", "needs a list"),
    ],
)
def test_a_wrong_word_is_named_with_file_and_line(folder: Path, word: str, problem: str) -> None:
    path = folder / "inflections" / "en.yaml"
    load_inflections(folder)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{word}\n")
    line = len(path.read_text("utf-8").splitlines())
    with pytest.raises(ConfigError, match=rf"en\.yaml:{line}: .*{re.escape(problem)}"):
        load_inflections(folder)


def test_an_unknown_language_is_refused(folder: Path) -> None:
    (folder / "inflections" / "xx.yaml").write_text("alpha: [alphas]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"xx\.yaml:1: no language 'xx'"):
        load_inflections(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="aliases"):
        load_aliases(tmp_path)
    with pytest.raises(ConfigError, match="inflections"):
        load_inflections(tmp_path)
