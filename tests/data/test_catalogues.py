"""The catalogues against the code: nothing missing, nothing left over, nothing wrongly formed."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import bot
from bot.core.i18n import KEYWORDS, Words
from bot.core.query import Problem, Warned
from bot.data.catalogues import LOCALES, load_words
from bot.flow.mistakes import PROBLEMS, WARNINGS

Id = str | tuple[str, ...]
COUNTS = (0, 1, 2, 3, 11, 100, 101, 111)
# zero, one, two, few, many, other, as the common header numbers them.
ARABIC_FORM = {0: 0, 1: 1, 2: 2, 3: 3, 11: 4, 100: 5, 101: 5, 111: 4}


def used() -> dict[Id, str]:
    """Every message id in the code, with a file that uses it."""
    package = Path(bot.__file__).parent
    found = extract_from_dir(package, [("**.py", "python")], keywords=KEYWORDS)
    return {message: file for file, _, message, _, _ in found}


def catalogue(lang: str) -> Catalog:
    with (LOCALES / f"{lang}.po").open("rb") as text:
        return read_po(text, locale=lang, abort_invalid=True)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def first(message: Id) -> str:
    return message if isinstance(message, str) else message[0]


def forms(catalogue_: Catalog, message: Id) -> tuple[str, ...]:
    found = catalogue_.get(first(message))
    assert found is not None
    return (found.string,) if isinstance(found.string, str) else tuple(found.string or ())


@pytest.fixture(scope="module")
def words() -> Words:
    return load_words()


def test_the_extractor_sees_the_code() -> None:
    assert len(used()) > 100
    assert ("{n} hour ago", "{n} hours ago") in used()


def test_no_text_hides_from_the_extractor_inside_another_call() -> None:
    seen = {
        text for message in used() for text in ([message] if isinstance(message, str) else message)
    }
    for path in Path(bot.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call):
                assert set(_literals(call)) <= seen, path.name


def _literals(call: ast.Call) -> list[str]:
    """The message ids written out in a call that takes some."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    places = [place - 1 for place in KEYWORDS.get(name, ()) if place <= len(call.args)]
    given = [call.args[place] for place in places]
    return [a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)]


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_each_catalogue_has_every_text_of_the_code_and_no_other(lang: str) -> None:
    kept = {message.id for message in catalogue(lang) if message.id}
    assert set(used()) - kept == set()
    assert kept - set(used()) == set()


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_every_text_is_translated_with_the_same_placeholders(lang: str) -> None:
    loaded = catalogue(lang)
    for message in used():
        wanted = placeholders(message if isinstance(message, str) else message[1])
        for number, form in enumerate(forms(loaded, message)):
            assert form, (lang, message)
            given = placeholders(form)
            # "one hour", "two hours" are words in Arabic: up to two the number may be left out.
            is_worded = not isinstance(message, str) and number < 3
            assert given == wanted or (is_worded and given == wanted - {"n"}), (lang, message)


def test_arabic_is_arabic() -> None:
    for message in used():
        for form in forms(catalogue_ar, message):
            letters = [c for c in form.split("{")[0] if c.isalpha()]
            same = form == first(message)
            assert not (same and len(letters) > 3), message


# Written like this by everybody who reads Arabic.
LATIN_IN_ARABIC = {"UTC"}


def test_what_is_latin_in_an_arabic_text_is_put_in_and_so_isolated() -> None:
    for message in used():
        for form in forms(catalogue_ar, message):
            bare = "".join(literal for literal, *_ in string.Formatter().parse(form))
            assert "/" not in bare, form
            assert set(re.findall(r"[A-Za-z]+", bare)) <= LATIN_IN_ARABIC, form


catalogue_ar = catalogue("ar")


def test_arabic_has_six_forms_in_the_order_of_the_common_header() -> None:
    header = next(value for key, value in catalogue_ar.mime_headers if key == "Plural-Forms")
    assert header.startswith("nplurals=6")
    assert "n%100>=11 && n%100<=99 ? 4 : 5" in header
    for message in used():
        if not isinstance(message, str):
            assert len(forms(catalogue_ar, message)) == 6


@pytest.mark.parametrize("count", COUNTS)
def test_each_count_takes_its_arabic_form(words: Words, count: int) -> None:
    for message in used():
        if isinstance(message, str):
            continue
        values = {name: "x" for name in placeholders(message[0]) if name != "n"}
        wanted = forms(catalogue_ar, message)[ARABIC_FORM[count]]
        isolated = dict.fromkeys(values, "\u2068x\u2069")
        rendered = words.plain_n("ar", message[0], message[1], count, **values)
        assert rendered == wanted.format(n=count, **isolated)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_every_text_renders(words: Words, lang: str) -> None:
    for message in used():
        every = placeholders(message if isinstance(message, str) else "".join(message))
        values = dict.fromkeys(every, "قيمة")
        if isinstance(message, str):
            assert words.plain(lang, message, **values)
            continue
        values.pop("n", None)
        for count in COUNTS:
            assert words.plain_n(lang, message[0], message[1], count, **values)


def test_the_not_a_siren_note_stands_in_both_languages(words: Words) -> None:
    (note,) = [m for m in used() if isinstance(m, str) and "not a siren. News comes" in m]
    assert "Official warnings come first" in words.plain("en", str(note))
    assert "التحذيرات الرسمية أولًا" in words.plain("ar", str(note))


def test_every_problem_a_watch_can_have_has_its_own_sentence() -> None:
    assert {problem.value for problem in Problem} == set(PROBLEMS)
    assert {warned.value for warned in Warned} == set(WARNINGS)


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    (tmp_path / "ar.po").write_text('msgid "a"\nthis is no line of a catalogue\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"ar\.po"):
        load_words(tmp_path)
