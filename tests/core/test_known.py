"""Terms and places in a text, freed of what they are not."""

from __future__ import annotations

import pytest

from bot.core.known import Known, place_names
from bot.core.matcher import Matcher
from bot.core.model import Hit, Knowledge, Place, Scan, Term

HARIR = Place("harir", "base", "IQ", {"ar": ("حرير",), "en": ("Harir",)}, needs_context=True)
ERBIL = Place("erbil", "city", "IQ", {"ar": ("أربيل",), "en": ("Erbil",)})
AIRPORT = Place("erbil-airport", "airport", "IQ", {"ar": ("مطار أربيل",)}, ("erbil",))
AIN = Place("ain", "base", "IQ", {"ar": ("عين الأسد",)})
BASE = (Term("قاعدة", "base", "ar"), Term("base", "base", "en"), Term("قاعدة بيانات", "mask", "ar"))


def scanned(
    *places: Place, title: str, body: str = "", terms: tuple[Term, ...] = BASE, strict: str = ""
) -> Scan:
    letters = frozenset({strict} - {""})
    known = Knowledge(places={place.id: place for place in places}, terms=terms, strict=letters)
    return Matcher(known).scan(title, body)


# ── names that mean something else ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("قاعدة حرير", True), ("حرير قاعدة", True), ("قاعدة كبيرة حرير", True),
        ("قاعدة كبيرة جدا حرير", False), ("ثوب حرير", False), ("Harir", True), ("at Harir", True),
    ],
)  # fmt: skip
def test_a_doubtful_name_needs_a_base_beside_it(title: str, named: bool) -> None:
    assert ("harir" in scanned(HARIR, title=title).places) is named


def test_a_base_in_the_title_vouches_for_nothing_in_the_body() -> None:
    assert "harir" not in scanned(HARIR, title="هجوم على قاعدة", body="حرير ناعم").places


def test_a_masked_base_vouches_for_nothing() -> None:
    assert "harir" not in scanned(HARIR, title="قاعدة بيانات حرير").places
    assert "harir" in scanned(HARIR, title="قاعدة حرير قاعدة بيانات").places


def test_only_the_vouched_of_two_bare_names_is_named() -> None:
    scan = scanned(HARIR, title="ثوب حرير ناعم جدا من قاعدة حرير")
    assert [hit[:2] for hit in scan.places["harir"]] == [(6, 7)]


# ── masks ────────────────────────────────────────────────────────────────────────────────────


def test_a_mask_hides_a_term_inside_it_and_no_other() -> None:
    scan = scanned(title="قاعدة بيانات قاعدة قاعدة بيانات", terms=BASE)
    assert [hit[:2] for hit in scan.terms["base"]] == [(2, 3)]
    assert [hit[:2] for hit in scan.terms["mask"]] == [(0, 2), (3, 5)]


def test_a_term_that_reaches_beyond_a_mask_is_shown() -> None:
    terms = (*BASE, Term("بيانات جوية", "report", "ar"))
    scan = scanned(title="قاعدة بيانات جوية", terms=terms)
    assert "base" not in scan.terms
    assert [hit[:2] for hit in scan.terms["report"]] == [(1, 3)]


# ── names inside names ───────────────────────────────────────────────────────────────────────


def test_a_name_inside_a_longer_name_is_not_named() -> None:
    assert set(scanned(ERBIL, AIRPORT, title="في مطار أربيل").places) == {"erbil-airport"}
    assert set(scanned(ERBIL, AIRPORT, title="مطار أربيل خارج أربيل").places) == {
        "erbil-airport", "erbil",
    }  # fmt: skip


def test_places_come_in_the_order_they_are_named() -> None:
    assert list(scanned(ERBIL, AIN, title="من أربيل إلى عين الأسد").places) == ["erbil", "ain"]
    assert list(scanned(ERBIL, AIN, title="من عين الأسد إلى أربيل").places) == ["ain", "erbil"]


def test_two_places_of_one_name_are_both_named() -> None:
    other = Place("arbil", "base", "IQ", {"ar": ("أربيل",)})
    assert set(scanned(ERBIL, other, title="في أربيل").places) == {"erbil", "arbil"}


# ── letters that folding makes one ───────────────────────────────────────────────────────────

CITY = Place("sulaymaniyah", "city", "IQ", {"ckb": ("سلێمانی",)})


@pytest.mark.parametrize(
    ("written", "named"), [("سلێمانی", True), ("سليماني", False), ("سلیمانی", False)]
)
def test_a_strict_name_is_compared_letter_by_letter(written: str, named: bool) -> None:
    scan = scanned(CITY, title=f"لە {written}", strict="سلێمانی")
    assert ("sulaymaniyah" in scan.places) is named


@pytest.mark.parametrize("written", ["سلێمانی", "سليماني", "سلیمانی"])
def test_any_other_name_is_compared_folded(written: str) -> None:
    assert "sulaymaniyah" in scanned(CITY, title=f"لە {written}").places


def test_a_strict_name_names_no_place_for_watches() -> None:
    places = {place.id: place for place in (CITY, ERBIL)}
    free = place_names(Knowledge(places=places))
    assert free == {
        ("سليماني",): "sulaymaniyah",
        ("اربيل",): "erbil",
        ("erbil",): "erbil",
    }
    strict = place_names(Knowledge(places=places, strict=frozenset({"سلێمانی"})))
    assert ("سليماني",) not in strict


# ── languages and open stems ─────────────────────────────────────────────────────────────────


def test_a_word_of_one_language_is_judged_by_its_own_sentence() -> None:
    terms = (Term("هدف", "event", "fa", only=True),)
    scan = scanned(title="سجل أحمد هدفا. پایگاه هدف گرفته شد", terms=terms)
    assert [hit.start for hit in scan.terms["event"]] == [4]


def test_a_sentence_that_tells_no_language_may_be_in_any() -> None:
    terms = (Term("هدف", "event", "fa", only=True),)
    assert "event" in scanned(title="هدف", terms=terms).terms


def test_an_arabic_word_is_not_seen_in_a_persian_sentence() -> None:
    terms = (Term("هدف", "event", "ar", only=True),)
    assert "event" in scanned(title="سجل أحمد هدف", terms=terms).terms
    assert "event" not in scanned(title="پایگاه هدف گرفته شد", terms=terms).terms


def test_an_open_stem_inside_a_phrase_takes_any_ending_there() -> None:
    terms = (Term("hava üs*", "base", "tr"),)
    assert "base" in scanned(title="Hava üssü vuruldu", terms=terms).terms
    assert "base" not in scanned(title="hava sıcak", terms=terms).terms
    assert Known(Knowledge(terms=terms)).stems == {"us*"}


def test_each_place_stands_once_for_each_of_its_names_there() -> None:
    twice = Place("ain", "base", "IQ", {"ar": ("عين الأسد", "عين الاسد"), "fa": ("عین الاسد",)})
    scan = scanned(twice, title="عين الأسد و عين الاسد")
    assert [hit[:2] for hit in scan.places["ain"]] == [(0, 2), (3, 5)]


def test_a_place_with_a_lost_gap_is_found() -> None:
    assert scanned(AIN, title="في عينالاسد").places == {"ain": (Hit(1, 2),)}
