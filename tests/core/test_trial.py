"""Watches are tried on texts as they would be looked for live."""

from __future__ import annotations

import pytest

from bot.core import trial as trial_module
from bot.core.answers import Origin
from bot.core.events import read
from bot.core.matcher import Matcher, matcher_of
from bot.core.model import Knowledge, Watch
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


# ── without any knowledge ────────────────────────────────────────────────────────────────────

NOTHING = Knowledge()
KIRKUK = [
    Text("هجوم على كركوك", "قال سكان كركوك"),
    Text("مطر في البصرة", ""),
    Text("blast in Kirkuk", "near Kirkuk", Origin("wire", "The Wire", "en")),
    Text("بكركوك", ""),
]
QUERIES = ["كركوك", "البصرة", "كركوك -هجوم", '"كركوك"', "هجومن~", "Kirkuk", "topic:all"]


def tallied(query: str, texts: list[Text]) -> Tally:
    return Trial(NOTHING).tally([query], texts)[query]


def test_what_carries_only_a_prefix_counts_too() -> None:
    tally = tallied("كركوك", KIRKUK)
    assert (tally.count, tally.of) == (3, 4)
    text, evidence = tally.examples[-1]
    assert text.title == "بكركوك"
    assert [match.text for match in evidence] == ["بكركوك"]


def test_the_spellings_come_the_most_frequent_first() -> None:
    texts = [*KIRKUK, Text("كركوك", "")]
    assert tallied("كركوك", texts).spellings == ("كركوك", "Kirkuk")
    assert tallied("كركوك", texts).written == {"كركوك": 3, "Kirkuk": 2}
    texts += [Text("Kirkuk", "Kirkuk")]
    assert tallied("كركوك", texts).spellings == ("Kirkuk", "كركوك")


def test_a_spelling_that_runs_over_a_line_is_shown_on_one() -> None:
    assert tallied("عين الأسد", [Text("عين\n  الأسد", "")]).spellings == ("عين الأسد",)


def test_at_most_five_examples_are_shown() -> None:
    marks = "\u064e\u064f\u0650\u0651\u0652"
    texts = [Text(f"ك{one}ر{other}كوك", "") for one in marks for other in marks]
    tally = tallied("كركوك", texts)
    assert tally.count == len(tally.spellings) == 25
    assert [text for text, _ in tally.examples] == texts[:5]
    both = tallied("كركوك", texts[:3]).and_older(tallied("كركوك", texts[3:]))
    assert both == tally


def test_nothing_found_is_a_tally_too() -> None:
    assert tallied("دهوك", KIRKUK) == Tally(0, 4)
    assert tallied("دهوك", []) == Tally()
    assert Trial(NOTHING).tally([], KIRKUK) == {}


def test_the_origin_of_a_text_counts() -> None:
    assert tallied("كركوك + lang:en", KIRKUK).count == 1
    assert tallied("كركوك + source:wire", KIRKUK).count == 1
    assert tallied("كركوك + lang:tr", KIRKUK).count == 0


def test_many_queries_are_tried_at_once_as_each_would_be_alone() -> None:
    together = Trial(NOTHING)
    for text in KIRKUK:
        _, _, held = together.read(text, QUERIES)
        alone = {q: e for q in QUERIES for e in Trial(NOTHING).read(text, [q])[2].values()}
        assert held == alone
    assert together.tally(QUERIES, KIRKUK) == {q: tallied(q, KIRKUK) for q in QUERIES}


def test_a_query_of_an_earlier_call_does_not_answer_in_a_later_one() -> None:
    trial = Trial(NOTHING)
    trial.read(KIRKUK[0], ["كركوك"])
    assert trial.read(KIRKUK[0], ["البصرة"])[2] == {}
    assert set(trial.read(KIRKUK[0], ["كركوك"])[2]) == {"كركوك"}
    assert trial.read(KIRKUK[0])[2] == {}
    assert set(trial.tally(["البصرة"], KIRKUK)) == {"البصرة"}


def test_a_wrong_query_breaks_no_reading() -> None:
    assert set(Trial(NOTHING).read(KIRKUK[0], ["(", "كركوك"])[2]) == {"كركوك"}


def test_after_many_trials_a_new_matcher_begins_and_answers_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Matcher] = []

    def counted(knowledge: Knowledge) -> Matcher:
        made.append(matcher_of(knowledge))
        return made[-1]

    expected = {query: tallied(query, KIRKUK) for query in QUERIES}
    monkeypatch.setattr(trial_module, "matcher_of", counted)
    trial = Trial(NOTHING)
    for query in QUERIES:
        assert trial.tally([query], KIRKUK) == {query: expected[query]}
    assert len(made) == 1
    monkeypatch.setattr(trial_module, "_MOST", 2)
    for _ in range(3):
        for query in QUERIES:
            assert trial.tally([query], KIRKUK) == {query: expected[query]}
        assert trial.tally(QUERIES, KIRKUK) == expected
    assert len(made) > 3


def test_what_is_found_on_trial_is_found_for_a_subscriber(trial: Trial) -> None:
    text = Text("قصف صاروخي على قاعدة حرير", "")
    queries = ["topic:rocket-attack", "قاعدة حرير", "Harir", "place:erbil", "غائب"]
    scan, reading, held = trial.read(text, queries)
    matcher = Matcher(KNOWN, [Watch(n, n, query) for n, query in enumerate(queries)])
    live_scan = matcher.scan(text.title, text.body)
    live = matcher.watch_matches(live_scan, read(live_scan, KNOWN))
    assert reading.flag
    assert scan.places == live_scan.places
    assert held == {queries[n]: evidence for n, evidence in live.items()}
    assert {"topic:rocket-attack", "قاعدة حرير", "place:erbil"} <= set(held)
