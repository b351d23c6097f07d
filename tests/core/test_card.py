"""An alert tells what, where, who says so and when, in the reader's language."""

from __future__ import annotations

import pytest

from bot.core.card import alert_note, innermost, place_path
from bot.core.i18n import Voice
from bot.core.model import Field, How, Match, Note, Part, Severity, Span, Style, Why
from bot.core.render import text_of, to_html
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from tests.making import a_card

KNOWN, WORDS = load_knowledge(), load_words()


def note(lang: str = "en", *, repeat: bool = False, **parts: object) -> Note:
    voice = Voice(WORDS, lang)
    return alert_note(a_card(**parts), voice, KNOWN.topics, KNOWN.places, repeat=repeat)


def text(lang: str = "en", **parts: object) -> str:
    return "\n".join(text_of(line) for line in note(lang, **parts).lines)


def test_the_place_is_told_with_what_it_lies_in() -> None:
    assert place_path("ain-al-asad", "en", KNOWN.places) == "Ain al-Asad, Anbar, Iraq"
    assert "عين الأسد، الأنبار، العراق" in text("ar")


def test_a_place_that_another_lies_in_is_not_told_twice() -> None:
    assert innermost(("ain-al-asad", "anbar", "nowhere"), KNOWN.places) == [
        "ain-al-asad",
        "nowhere",
    ]


def test_the_source_and_its_time_stand_in_every_alert() -> None:
    assert "Wire" in text()
    assert "2026-11-22 11:57" in text()


def test_a_report_without_a_date_says_so_and_is_never_given_one() -> None:
    told = text(published_at=None)
    assert "no date given" in told
    assert "published" not in told


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_every_alert_says_that_it_is_no_siren(lang: str) -> None:
    siren = {"en": "not a siren", "ar": "لا صفّارة إنذار"}[lang]
    assert siren in text(lang)


def test_a_possible_repeat_says_so_with_its_number() -> None:
    lines = [text_of(line) for line in note(repeat=True).lines]
    assert "story00001" in lines[-1]
    assert "possible repeat" in lines[-1]


def test_an_alert_found_by_a_watch_alone_names_the_watch() -> None:
    assert "عين الأسد" in text(topics=(), places=(), whys=(Why("عين الأسد"),)).split("\n")[1]


def test_only_a_notice_comes_without_sound() -> None:
    assert note(severity=Severity.NOTICE).silent
    assert not note(severity=Severity.CRITICAL).silent


def test_without_a_link_there_is_no_button_to_open_it() -> None:
    assert [len(row) for row in note(link="").buttons] == [1]
    assert note().buttons[0][0].url == "https://wire.example/1"


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_headline_place_source_and_link_survive_any_title(lang: str) -> None:
    title = "عاجل 🚨 <b>" + "قصف " * 3000 + "\u202e\u2067"
    html = to_html(note(lang, title=title, extract="x" * 9000), lang)
    for part in ("عاجل 🚨 &lt;b&gt;", "Wire", "https://wire.example/1", "📍"):
        assert part in html
    assert "\u202e" not in html


def test_the_button_data_fits_telegrams_64_bytes() -> None:
    assert all(len(b.data.encode()) <= 64 for row in note().buttons for b in row)


# ── the watches that hit ─────────────────────────────────────────────────────────────────────


def a_match(text: str, field: Field = Field.BODY, how: How = How.EXACT) -> Match:
    return Match(Span(field, 0, len(text)), text, how)


def quoted(extract: str, *whys: Why) -> list[Part]:
    return [part for line in note(extract=extract, whys=whys).quote for part in line]


def test_the_words_a_watch_met_stand_out_in_the_quotation() -> None:
    parts = quoted("قصف قرب عين الاسد. وعين الاسد بعيدة", Why("عين الأسد", (a_match("عين الاسد"),)))
    assert [part.text for part in parts if part.style is Style.BOLD] == ["عين الاسد"]
    plain = quoted("قصف قرب عين الاسد. وعين الاسد بعيدة")
    assert "".join(part.text for part in parts) == "".join(part.text for part in plain)


def test_the_words_of_a_topic_do_not_stand_out() -> None:
    parts = quoted("قصف قرب القاعدة", Why("topic:all", (a_match("قصف"),)))
    assert [part.style for part in parts] == [Style.PLAIN]


def test_a_watch_met_in_other_letters_says_in_which() -> None:
    met = Why("عين الأسد", (a_match("Ayn al-Assad", Field.TITLE, How.SOUND),))
    told = text(whys=(Why("topic:all"), met))
    assert "Your watch: \u2068\u2068عين الأسد\u2069\u2069" in told
    assert "Found as: " in told
    assert "Ayn al-Assad" in told


def test_a_watch_met_as_it_was_written_says_no_more_than_its_name() -> None:
    told = text(whys=(Why("عين الأسد", (a_match("عين الاسد"),)),))
    assert "Your watch" in told
    assert "Found as" not in told


def test_a_subscription_alone_is_not_called_a_watch() -> None:
    assert "Your watch" not in text(whys=(Why("topic:all + place:iq", (a_match("قصف"),)),))


@pytest.mark.parametrize("words", ["<b>", "(", "a|b", ".*"])
def test_words_that_look_like_patterns_or_tags_are_words(words: str) -> None:
    html = to_html(note(extract=f"x {words} y", whys=(Why("x", (a_match(words),)),)), "en")
    assert "<b><b>" not in html
    assert "y" in html
