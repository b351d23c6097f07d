"""What readers see and hear of a story that goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.core.card import alert_note
from bot.core.i18n import Voice
from bot.core.model import (
    Change,
    Count,
    Denial,
    Life,
    Link,
    Range,
    Report,
    Role,
    Step,
    StoryState,
    Sure,
    Toll,
)
from bot.core.render import to_html, to_plain
from bot.core.told import first_of_each, step_note
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from tests.making import NOW, a_card

NO = Denial.NO_ATTACK
FEW = Count("Wire", Range(14, 14), ("rocket",))
MANY = Count("Radio", Range(40, 80), ("rocket",))
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
        (
            {"denials": (NO,), "deniers": {NO: "the army"}},
            "\u2068the army\u2069 denies an attack",
        ),
        ({"linked": (Link("s2", "Sirens at the base"),)}, "May be the same as: \u2068Sirens at"),
        ({"edits": 1, "counts": (FEW,)}, "\u2068Rockets\u2069: \u206814\u2069"),
        ({"state": StoryState.TAKEN_BACK}, "Taken back"),
        ({"state": StoryState.CLOSED}, "All clear"),
    ],
)
def test_an_alert_shows_what_became_of_it(life: dict[str, Any], said: str) -> None:
    assert said in alert(**life)
    assert said not in alert()


def counts(*counts_: Count, lang: str = "en", edits: int = 1) -> str:
    """The lines of an alert that count weapons, without marks of direction."""
    bare = alert(lang, counts=counts_, edits=edits).translate(
        dict.fromkeys((0x200E, 0x200F, 0x2068, 0x2069))
    )
    return "\n".join(line for line in bare.splitlines() if "14" in line or "40–80" in line)


def test_where_sources_differ_each_count_has_its_source() -> None:
    assert counts(FEW, MANY) == "Rockets: 14 (Wire) · 40–80 (Radio)"
    assert counts(FEW, MANY, lang="ar") == "صواريخ: 14 (Wire) · 40–80 (Radio)"


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "No one reported hurt (Army)"), ("ar", "(Army)")],
)
def test_who_says_that_nobody_was_hurt_is_named_beside_the_count(lang: str, said: str) -> None:
    nobody = Toll("Army", Range(0, 0), Range(0, 0))
    text = alert(lang, killed=Range(2, 2), tolls=(Toll("Wire", Range(2, 2)), nobody))
    assert said in text.replace("\u2068", "").replace("\u2069", "")
    denied = {"denials": (Denial.NO_CASUALTIES,), "deniers": {Denial.NO_CASUALTIES: "Army"}}
    told = alert(lang, killed=Range(2, 2), tolls=(nobody,), **denied)
    assert told.count("Army") == 1  # the denial says so by itself


def test_where_they_agree_nobody_is_named() -> None:
    assert counts(FEW, replace(FEW, source_name="Radio")) == "Rockets: 14"


def test_other_weapons_have_their_own_line() -> None:
    drones = replace(MANY, weapons=("drone", "missile"))
    assert counts(FEW, drones) == "Rockets: 14 (Wire)\nDrones, Missiles: 40–80 (Radio)"


def test_the_first_alert_leaves_the_count_to_its_headline() -> None:
    assert not counts(FEW, edits=0)


def test_a_link_leads_to_the_other_report() -> None:
    other = Link("s2", "<Sirens>", "https://radio.example/2")
    note = alert_note(a_card(life=Life(linked=(other,))), Voice(WORDS, "en"), {}, {})
    assert '<a href="https://radio.example/2">' in to_html(note, "en")
    assert "&lt;Sirens&gt;" in to_html(note, "en")


def test_a_reply_shows_the_new_count_and_who_denies() -> None:
    assert "Rockets\u2069: \u206840–80" in step(changes=(Change.MORE_WEAPONS,), counted=MANY)
    said = step(changes=(Change.DENIED,), denied_by="the army")
    assert "the alert stands" in said
    assert "the army\u2069 denies an attack" in said


def test_each_source_is_named_once_for_what_it_says() -> None:
    wire = Report("Wire", NOW, role=Role.ORIGINAL)
    rows = [wire, Report("Radio", NOW, role=Role.ECHO), wire, replace(wire, role=Role.DENIAL)]
    assert first_of_each(rows) == [rows[0], rows[1], rows[3]]


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("denial", list(Denial))
def test_every_denial_names_who_denies_it(denial: Denial, lang: str) -> None:
    said = alert(lang, denials=(denial,), deniers={denial: "X-Ray"})
    (line,) = [line for line in said.splitlines() if "✖️" in line]
    assert "X-Ray" in line


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
