"""Watches are tried on texts as they would be looked for live."""

from __future__ import annotations

import pytest

from bot.core.answers import Origin
from bot.core.trial import Tally, Text, Trial
from bot.data import load_knowledge

KNOWN = load_knowledge()
ATTACK = "سقوط صاروخين على قاعدة عين الأسد في الأنبار"
TEXTS = [
    Text("Missiles hit Ayn al-Assad", ""),
    Text("افتتاح معرض الكتاب", "", Origin("b", "Book News", "ar")),
    Text(ATTACK, "وصلت التعزيزات إلى عين الاسد"),
]


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(KNOWN)


def test_a_tally_counts_texts_not_words_and_shows_the_newest_first(trial: Trial) -> None:
    tally = trial.tally(["عين الأسد"], TEXTS)["عين الأسد"]
    assert (tally.count, tally.of) == (2, 3)
    assert [text.title for text, _ in tally.examples] == [TEXTS[0].title, ATTACK]
    assert set(tally.spellings) == {"Ayn al-Assad", "عين الأسد", "عين الاسد"}


def test_several_watches_are_counted_each_by_itself(trial: Trial) -> None:
    found = trial.tally(["عين الأسد", "معرض", "غائب"], TEXTS)
    assert {query: tally.count for query, tally in found.items()} == {
        "عين الأسد": 2,
        "معرض": 1,
        "غائب": 0,
    }


def test_what_happened_and_where_it_is_from_are_asked_too(trial: Trial) -> None:
    asked = ["topic:rocket-attack + place:anbar", 'source:"Book News"', "معرض -topic:all"]
    assert [tally.count for tally in trial.tally(asked, TEXTS).values()] == [2, 1, 1]


def test_the_words_of_a_topic_are_no_spellings(trial: Trial) -> None:
    assert trial.tally(["topic:all"], TEXTS)["topic:all"].spellings == ()


def test_a_prefix_makes_no_other_spelling(trial: Trial) -> None:
    text = Text("هجوم بعين الأسد", "")
    tally = trial.tally(["عين الأسد"], [text])["عين الأسد"]
    assert (tally.count, tally.spellings) == (1, ())


def test_tallies_of_parts_add_up_to_that_of_the_whole(trial: Trial) -> None:
    def tally(texts: list[Text]) -> Tally:
        return trial.tally(["عين الأسد"], texts)["عين الأسد"]

    whole, parts = tally(TEXTS), tally(TEXTS[:1]).and_older(tally(TEXTS[1:]))
    assert (parts.count, parts.of, parts.examples) == (whole.count, whole.of, whole.examples)
    assert dict(parts.written) == dict(whole.written)
    assert Tally().and_older(whole).count == whole.count


def test_a_watch_that_is_wrong_finds_nothing_and_harms_no_other(trial: Trial) -> None:
    found = trial.tally(["سوق (", "معرض"], TEXTS)
    assert [found["سوق ("].count, found["معرض"].count] == [0, 1]


def test_reading_gives_the_evidence_of_each_query_that_holds(trial: Trial) -> None:
    scan, reading, held = trial.read(TEXTS[2], ["عين الأسد", "غائب"])
    assert reading.flag
    assert list(held) == ["عين الأسد"]
    assert all(scan.text(match.span) == match.text for match in held["عين الأسد"])
