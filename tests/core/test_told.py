"""What readers see and hear of a story that goes on."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.card import alert_note
from bot.core.i18n import Voice
from bot.core.model import (
    Change,
    Denial,
    Life,
    Range,
    Step,
    StoryState,
    Sure,
)
from bot.core.render import to_html, to_plain
from bot.core.told import step_note
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from tests.making import NOW, a_card

KNOWN = load_knowledge()
WORDS = load_words()


def alert(lang: str = "en", **life: Any) -> str:
    voice = Voice(WORDS, lang)
    card = a_card(life=Life(**life))
    return to_plain(alert_note(card, voice, KNOWN.topics, KNOWN.places), lang)


def step(lang: str = "en", **parts: Any) -> str:
    told = Step(
        **(
            {"changes": (Change.GRAVER,), "title": "later", "source_name": "Other", "seen_at": NOW}
            | parts
        )
    )
    card = a_card(life=Life(steps=(told,)))
    return to_plain(step_note(card, 0, Voice(WORDS, lang), KNOWN.places), lang)


def test_an_alert_of_one_source_says_nothing_of_sources() -> None:
    assert "report it" not in alert(originals=("Wire",))


@pytest.mark.parametrize(
    ("life", "said"),
    [
        ({"originals": ("Wire", "Radio")}, "2 sources report it:"),
        ({"originals": ("Wire",), "echoes": ("A", "B")}, "2 repeat others"),
        (
            {"killed": Range(2, 2), "injured": Range(3, 5)},
            "Killed: \u20682\u2069 · Injured: \u20683–5\u2069",
        ),
        ({"killed": Range(0, 0)}, "No one reported hurt"),
        ({"sure": Sure.UNCONFIRMED}, "Unconfirmed"),
        ({"denials": (Denial.NOT_BY_US,)}, "a side denies that it did it"),
        ({"state": StoryState.TAKEN_BACK}, "Taken back"),
        ({"state": StoryState.CLOSED}, "All clear"),
    ],
)
def test_an_alert_shows_what_became_of_it(life: dict[str, Any], said: str) -> None:
    assert said in alert(**life)
    assert said not in alert()


def test_what_was_taken_back_is_struck_out() -> None:
    card = a_card(life=Life(state=StoryState.TAKEN_BACK))
    note = alert_note(card, Voice(WORDS, "ar"), KNOWN.topics, KNOWN.places)
    assert "<s>" in to_html(note, "ar")


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("change", list(Change))
def test_every_change_has_its_words_in_both_languages(change: Change, lang: str) -> None:
    lines = step(lang, changes=(change,)).splitlines()
    assert lines[0].strip()
    assert (lang == "ar") == any("ء" <= letter <= "ي" for letter in lines[0])


def test_a_step_names_what_is_new_who_says_so_and_when() -> None:
    text = step(bases=("harir",), killed=Range(1, 1), link="https://radio.example/1")
    assert "Harir" in text
    assert "Killed: \u20681\u2069" in text
    assert "Other" in text
    assert "no date given, read" in text
    assert "story00001" in text


def test_a_step_sounds() -> None:
    told = Step((Change.ALL_CLEAR,), "later", "Other", NOW)
    card = a_card(life=Life(steps=(told,)))
    assert not step_note(card, 0, Voice(WORDS, "en"), KNOWN.places).silent
