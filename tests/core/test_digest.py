from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.digest import digest_note
from bot.core.i18n import Voice
from bot.core.model import Digest, Life, Severity, StoryState, Style
from bot.core.render import LIMIT, text_of, to_html, to_plain, units
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from tests.making import NOW, a_card

KNOWN, WORDS = load_knowledge(), load_words()


def note(*cards, lang: str = "en", repeat: bool = False):
    return digest_note(Digest(cards), Voice(WORDS, lang), KNOWN.places, repeat=repeat)


def test_the_gravest_come_first_and_the_newest_of_them() -> None:
    hour = timedelta(hours=1)
    light = a_card("l", title="light", severity=Severity.NOTICE, published_at=NOW)
    old = a_card("o", title="old", published_at=NOW - 5 * hour)
    new = a_card("n", title="new", published_at=None, seen_at=NOW - hour)
    lines = [text_of(line) for line in note(light, old, new).lines]
    order = [
        next(i for i, line in enumerate(lines) if word in line) for word in ("new", "old", "light")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize("lang", sorted(WORDS.languages))
def test_any_number_of_reports_fits_one_message_and_says_how_many_there_are(lang: str) -> None:
    cards = [a_card(f"story{n:05}", title="قصف عنيف " * 60) for n in range(300)]
    found = note(*cards, lang=lang)
    whole = to_plain(found, lang, limit=1_000_000)
    assert units(whole) <= LIMIT
    assert "300" in text_of(found.lines[0])
    assert "285" in text_of(found.lines[-1])
    assert 'href="https://wire.example/1"' in to_html(found, lang)


def test_each_line_says_where_who_when_and_the_number_to_ask_for() -> None:
    below = text_of(note(a_card()).lines[2])
    assert all(part in below for part in ("Ain al-Asad", "Wire", "11:57", "story00001"))


def test_what_was_taken_back_is_struck_out_and_a_repeat_says_so() -> None:
    gone = a_card(life=Life(state=StoryState.TAKEN_BACK))
    found = note(gone, repeat=True)
    assert Style.STRIKE in {part.style for part in found.lines[1]}
    assert "repeat" in text_of(found.lines[-1])
    assert not found.silent
    assert note(a_card(severity=Severity.NOTICE)).silent
