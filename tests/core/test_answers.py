"""What one entry answers: facets as it was understood, evidence as it was written."""

from __future__ import annotations

import pytest

from bot.core.answers import Answers, Origin
from bot.core.matcher import Matcher
from bot.core.model import (
    Field,
    Finding,
    Grade,
    Hit,
    How,
    Knowledge,
    Match,
    Place,
    Reading,
    Scan,
    Severity,
    Span,
)
from bot.core.packed import Texts

ERBIL = Place("erbil", "city", "IQ", {"ar": ("أربيل",)}, ("kurdistan", "iraq"))
TUR = Place("tur", "town", "SY", {"ar": ("الطور",)})
KNOWN = Knowledge(places={"erbil": ERBIL, "tur": TUR})
TITLE, BODY = "صاروخ على أربيل", "قال سكان إن صاروخا سقط"
TOLD = Finding("rocket-attack", Grade.LEAD, ("erbil",), (Span(Field.TITLE, 0, 5),))
MENTIONED = Finding("drone-attack", Grade.MENTION, ("tur",), (Span(Field.BODY, 0, 3),))
FLAGGED = Reading((TOLD, MENTIONED), ("erbil", "tur"), Severity.IMPORTANT, flag=True)
QUIET = Reading((TOLD,), ("erbil",), Severity.IMPORTANT)
WIRE = Origin("wire", "The Wire", "ar")


def asked(
    reading: Reading = FLAGGED,
    origin: Origin = WIRE,
    scan: Scan | None = None,
    written: tuple[str, ...] = (),
    named: dict[int, str] | None = None,
) -> Answers:
    texts = Texts()
    for text in written:
        texts.add(text)
    known = scan or Matcher(KNOWN).scan(TITLE, BODY)
    return Answers(known, reading, origin, KNOWN, written=texts, named=named or {})


FLAGS = {
    ("sev", "1"), ("sev", "2"), ("topic", "all"), ("topic", "rocket-attack"), ("country", "iq"),
    ("place", "erbil"), ("place", "kurdistan"), ("place", "iraq"),
}  # fmt: skip
ALWAYS = {("source", "wire"), ("source", "the wire"), ("lang", "ar")}


def test_a_flagged_entry_is_all_it_was_understood_to_be() -> None:
    assert set(asked().facets()) == FLAGS | ALWAYS


def test_an_entry_without_a_flag_is_only_where_it_comes_from() -> None:
    assert set(asked(QUIET).facets()) == ALWAYS


@pytest.mark.parametrize("key", sorted(FLAGS | ALWAYS))
def test_every_facet_that_is_listed_holds_and_has_evidence(key: tuple[str, str]) -> None:
    assert asked().facet(*key)


@pytest.mark.parametrize(
    "key",
    [
        ("sev", "3"), ("topic", "drone-attack"), ("place", "tur"), ("country", "sy"),
        ("source", "wir"), ("source", "The Wire"), ("lang", "fa"), ("place", "basra"),
    ],
)  # fmt: skip
def test_what_is_not_listed_does_not_hold(key: tuple[str, str]) -> None:
    assert asked().facet(*key) is None


@pytest.mark.parametrize("key", sorted(FLAGS))
def test_without_a_flag_nothing_that_was_understood_holds(key: tuple[str, str]) -> None:
    assert asked(QUIET).facet(*key) is None


@pytest.mark.parametrize(("severity", "levels"), [(0, set()), (1, {"1"}), (3, {"1", "2", "3"})])
def test_a_severity_is_at_least_every_lower_one(severity: int, levels: set[str]) -> None:
    answers = asked(Reading(severity=Severity(severity), flag=True))
    assert {value for kind, value in answers.facets() if kind == "sev"} == levels


@pytest.mark.parametrize(
    "key",
    [
        ("topic", "rocket-attack"), ("topic", "all"), ("place", "erbil"), ("place", "iraq"),
        ("country", "iq"),
    ],
)  # fmt: skip
def test_a_topic_or_place_is_shown_by_the_words_of_its_finding(key: tuple[str, str]) -> None:
    assert asked().facet(*key) == (Match(Span(Field.TITLE, 0, 5), "صاروخ", How.EXACT),)


@pytest.mark.parametrize("key", [("source", "wire"), ("lang", "ar"), ("sev", "2")])
def test_what_no_word_shows_is_shown_by_the_title(key: tuple[str, str]) -> None:
    assert asked().facet(*key) == (Match(Span(Field.TITLE, 0, len(TITLE)), TITLE, How.EXACT),)


def test_without_a_title_the_body_shows_it() -> None:
    scan = Matcher(KNOWN).scan("", BODY)
    assert asked(scan=scan).facet("lang", "ar") == (
        Match(Span(Field.BODY, 0, len(BODY)), BODY, How.EXACT),
    )


def test_an_entry_without_an_origin_is_of_no_language_and_no_source() -> None:
    answers = asked(origin=Origin())
    assert answers.facet("lang", "ar") is None
    assert answers.facet("source", "wire") is None
    assert answers.facet("topic", "all")


def test_a_place_the_gazetteer_lost_breaks_nothing() -> None:
    lost = Reading((Finding("fire", Grade.LEAD, ("atlantis",)),), (), Severity.NOTICE, flag=True)
    assert ("topic", "fire") in set(asked(lost).facets())
    assert not [key for key in asked(lost).facets() if key[0] in ("place", "country")]


# ── phrases ──────────────────────────────────────────────────────────────────────────────────


def scan_of(**parts: object) -> Scan:
    scan = Matcher(KNOWN).scan("صَاروخ على أربيل", "في كروكك")
    return Scan(
        scan.title,
        scan.body,
        scan.tokens,
        scan.split,
        scan.sentences,
        starts=scan.starts,
        ends=scan.ends,
        **parts,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("how", "score"),
    [
        (How.EXACT, 100), (How.CLITIC, 95), (How.STEM, 92), (How.ALIAS, 90), (How.SOUND, 85),
    ],
)  # fmt: skip
def test_the_surer_the_way_the_higher_the_score(how: How, score: int) -> None:
    answers = asked(scan=scan_of(phrases={0: [Hit(0, 1, how)]}), written=("صاروخ",))
    assert answers.phrase(0) == (Match(Span(Field.TITLE, 0, 6), "صَاروخ", how, score),)


def test_a_misspelt_word_scores_by_how_alike_it_is() -> None:
    answers = asked(scan=scan_of(phrases={0: [Hit(4, 5, How.FUZZY)]}), written=("كركوك",))
    (match,) = answers.phrase(0)
    assert (match.text, match.span) == ("كروكك", Span(Field.BODY, 3, 8))
    assert 60 <= match.score < 100


def test_two_phrases_misspelt_at_one_place_are_scored_each_by_itself() -> None:
    phrases = {0: [Hit(4, 5, How.FUZZY)], 1: [Hit(4, 5, How.FUZZY)]}
    answers = asked(scan=scan_of(phrases=phrases), written=("كركوك", "كروككم"))
    (one,), (other,) = answers.phrase(0), answers.phrase(1)
    assert one.score != other.score
    assert answers.phrase(0) == (one,)


def test_evidence_quotes_the_original_and_not_what_it_folds_to() -> None:
    answers = asked(scan=scan_of(phrases={0: [Hit(0, 3), Hit(3, 5)]}), written=("x",))
    assert [match.text for match in answers.phrase(0)] == ["صَاروخ على أربيل", "في كروكك"]


def test_a_phrase_that_does_not_stand_there_has_no_evidence() -> None:
    assert asked(written=("صاروخ",)).phrase(0) == ()


def test_a_phrase_that_names_a_place_is_shown_by_its_other_names_once() -> None:
    scan = scan_of(phrases={0: [Hit(2, 3)]}, places={"erbil": (Hit(2, 3), Hit(0, 1))})
    found = asked(scan=scan, written=("أربيل",), named={0: "erbil"}).phrase(0)
    assert [(match.text, match.how) for match in found] == [
        ("أربيل", How.EXACT),
        ("صَاروخ", How.ALIAS),
    ]
    assert len(asked(scan=scan, written=("أربيل",)).phrase(0)) == 1


# ── distance ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other", "gap"),
    [
        (Hit(0, 1), Hit(1, 2), 0), (Hit(0, 1), Hit(2, 3), 1), (Hit(0, 2), Hit(1, 3), None),
        (Hit(0, 1), Hit(0, 1, How.SOUND), None), (Hit(0, 1), Hit(3, 4), None),
        (Hit(2, 3), Hit(3, 4), None), (Hit(3, 4), Hit(4, 5), 0), (Hit(0, 3), Hit(1, 2), None),
    ],
)  # fmt: skip
def test_the_gap_is_counted_in_words_of_one_field(one: Hit, other: Hit, gap: int | None) -> None:
    answers = asked(scan=scan_of(phrases={0: [one], 1: [other]}), written=("x", "y"))
    (first,), (second,) = answers.phrase(0), answers.phrase(1)
    for within in range(4):
        is_close = gap is not None and gap <= within
        assert [*answers.close((first,), (second,), within)] == [(first, second)] * is_close
        assert [*answers.close((second,), (first,), within)] == [(second, first)] * is_close
