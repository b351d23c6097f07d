from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.core.i18n import Voice, Words, isolate, mark, styled
from bot.core.model import Part, Style
from bot.core.text import clean

FSI, PDI = "\u2068", "\u2069"


class German:
    """A catalogue of two entries, to be told apart from the English ids."""

    def gettext(self, message: str) -> str:
        return {"Source: {name}": "{name} ist die Quelle"}.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "eine Meldung" if n == 1 else "{n} Meldungen"


WORDS = Words({"de": German()})


def test_an_inserted_string_is_isolated() -> None:
    assert WORDS.plain("de", "Source: {name}", name="واع") == f"{FSI}واع{PDI} ist die Quelle"


def test_numbers_stay_bare() -> None:
    assert WORDS.plain_n("de", "{n} report", "{n} reports", 3) == "3 Meldungen"


def test_a_form_may_leave_the_number_out() -> None:
    assert WORDS.say_n("de", "{n} report", "{n} reports", 1) == (Part("eine Meldung"),)


def test_a_styled_value_keeps_its_style_and_link() -> None:
    line = WORDS.say("xx", "Source: {name}!", name=Part("Wire", Style.BOLD, "https://example.org"))
    assert line == (
        Part("Source: "),
        Part(f"{FSI}Wire{PDI}", Style.BOLD, "https://example.org"),
        Part("!"),
    )


def test_an_unknown_language_is_answered_in_english() -> None:
    assert WORDS.plain("xx", "Source: {name}", name="x") == f"Source: {FSI}x{PDI}"
    assert WORDS.plain_n("xx", "{n} report", "{n} reports", 1) == "1 report"
    assert WORDS.plain_n("xx", "{n} report", "{n} reports", 0) == "0 reports"


def test_plain_neighbours_are_one_part() -> None:
    assert len(WORDS.say("xx", "{a} and {b}", a="x", b="y")) == 1


def test_a_voice_is_the_words_in_one_language() -> None:
    voice = Voice(WORDS, "de")
    assert voice.says("Source: {name}", name="x") == WORDS.say("de", "Source: {name}", name="x")
    assert voice.label_n("a", "b", 1) == "eine Meldung"
    assert voice.says_n("a", "b", 2) == (Part("2 Meldungen"),)


def test_marking_changes_nothing() -> None:
    assert mark("Begin") == "Begin"


def test_a_headline_keeps_what_has_a_style_already() -> None:
    line = (Part("a"), Part("b", Style.CODE))
    assert styled(line, Style.BOLD) == (Part("a", Style.BOLD), Part("b", Style.CODE))


def test_a_value_cannot_turn_the_text_around_it() -> None:
    assert isolate("\u202eevil\u2069\u200f") == f"{FSI}evil{PDI}"
    assert isolate(f"{PDI}{FSI}") == f"{FSI}{PDI}"


def test_closed_isolates_inside_a_value_stay() -> None:
    assert isolate(f"a {FSI}ب{PDI}") == f"{FSI}a {FSI}ب{PDI}{PDI}"


@given(st.text(alphabet=st.sampled_from("aب1 {}\u200e\u202a\u202c\u202e\u2066\u2067\u2068\u2069")))
def test_isolates_are_always_closed_in_order(value: str) -> None:
    depth = 0
    for letter in isolate(value):
        assert not "\u202a" <= letter <= "\u202e"
        depth += ("\u2066" <= letter <= FSI) - (letter == PDI)
        assert depth >= 0
    assert depth == 0


@given(st.text())
def test_braces_in_a_value_are_only_text(value: str) -> None:
    shown = WORDS.plain("xx", "Source: {name}", name=value)
    assert shown == f"Source: {isolate(value)}"


MARKED = st.text(st.sampled_from("aع1 \u202e\u2066\u2068\u2069\u200f\u061c"))


@given(MARKED)
def test_an_isolate_cannot_be_left_from_inside(text: str) -> None:
    isolated, depth = isolate(text), 0
    for at, char in enumerate(isolated):
        depth += ("\u2066" <= char <= FSI) - (char == PDI)
        assert (depth == 0) == (at == len(isolated) - 1)
    assert not set(isolated) & set("\u202e\u200f\u061c")


@given(MARKED)
def test_what_a_feed_wrote_holds_no_marks_of_its_own(text: str) -> None:
    isolated = isolate(clean(text))
    assert isolated[0] == FSI
    assert isolated[-1] == PDI
    assert not set(isolated[1:-1]) & set("\u202e\u2066\u2067\u2068\u2069\u200f\u061c")
