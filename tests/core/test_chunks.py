"""Reading remembers, and never so that a text is answered with yesterday's watches."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import chunks as chunks_module
from bot.core.chunks import Chunks
from bot.core.codes import NO_WORD, WIDTH, Codes, each
from bot.core.hearing import Hearing
from bot.core.letters import ZWNJ
from bot.core.loose import Loose
from bot.core.matcher import Matcher
from bot.core.memory import Memory
from bot.core.model import How, Knowledge, Match, Reading, Term, Watch
from bot.core.packed import Texts
from bot.core.text import tokenize
from bot.core.words import ROWS
from tests.core.test_text import mixed

NOTHING: frozenset[str] = frozenset()


def reader(codes: Codes, *stems: str) -> Chunks:
    return Chunks(codes, stems, Hearing(Texts(), NOTHING), Loose(NOTHING))


def forgetful(patch: pytest.MonkeyPatch, limit: int) -> None:
    """Whatever reads from now on remembers ``limit`` pieces of text in each generation."""
    patch.setattr(chunks_module, "Memory", partial(Memory, limit))


# ── reading ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["", " ", "\n \t", "—", "– — …", "😀 👨‍👩‍👧", "، ؛", "\u200c", "ّ"])
def test_a_text_without_words_has_none(text: str) -> None:
    words = reader(Codes(["عين"])).read(text)
    assert (len(words.tokens), words.codes, words.marks) == (0, "", "")


def test_dashes_and_emoji_between_words_take_no_place() -> None:
    codes = Codes(["عين", "اسد"])
    chunks = reader(codes)
    for text in ("عين — الأسد", "عين 😀 الأسد", "— عين … الأسد —"):
        assert chunks.read(text).codes == codes.encoded(["عين", "اسد"])
        assert tuple(chunks.read(text).tokens) == tokenize(text)


def test_a_dash_read_first_alone_is_read_well_later() -> None:
    chunks = reader(codes := Codes(["عين"]))
    assert chunks.read("—").codes == ""
    assert chunks.read("عين — عين").codes == codes.encoded(["عين", "عين"])


@given(st.lists(mixed, min_size=1, max_size=4))
def test_what_was_read_before_changes_nothing(texts: list[str]) -> None:
    words = ["عين", "اسد", "اي", "a"]
    chunks = reader(Codes(words))
    for text in [*texts, *texts]:
        fresh = reader(Codes(words)).read(text)
        again = chunks.read(text)
        assert tuple(again.tokens) == tuple(fresh.tokens) == tokenize(text)
        assert [again.row(row) for row in range(ROWS)] == [fresh.row(row) for row in range(ROWS)]
        assert again.extras == fresh.extras


overflowing = st.lists(st.text(st.sampled_from("ابجده وفل—\u200c"), max_size=400), max_size=4)


@settings(deadline=None)
@given(overflowing, st.sampled_from([0, 1, 7, 50]))
def test_a_memory_that_overflows_changes_no_answer(texts: list[str], limit: int) -> None:
    words = ["اب", "ابج", "هده", "ده"]
    with pytest.MonkeyPatch.context() as patch:
        forgetful(patch, limit)
        chunks = reader(Codes(words))
    early = []
    for text in [*texts, *texts]:
        fresh = reader(Codes(words)).read(text)
        read = chunks.read(text)
        assert read.codes == fresh.codes
        assert read.extras == fresh.extras
        assert tuple(read.tokens) == tokenize(text)
        early.append((chunks.read(text), text))
    for read, text in early:
        assert tuple(read.tokens) == tokenize(text)


def test_a_memory_that_overflows_within_one_text_still_reads_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgetful(monkeypatch, 50)
    known = [f"كلم{'ابتثجحخدذر'[n // 10]}{'ابتثجحخدذر'[n % 10]}" for n in range(100)]
    chunks = reader(codes := Codes(known))
    for _ in range(3):
        assert chunks.read(" ".join(known)).codes == codes.encoded(known)
        assert chunks.read(" ".join(known[40:])).codes == codes.encoded(known[40:])


def test_words_read_before_the_overflow_stand_where_they_stood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgetful(monkeypatch, 3)
    chunks = reader(Codes(["عين"]))
    early = chunks.read("بيت عين دار باب سور")
    for text in ("قوس نهر تل واد", "ثوب خيط ابره زر", "قلم ورق حبر لوح", "ملح سكر خبز زيت"):
        chunks.read(text)
    chunks.forget_all()
    assert tuple(early.tokens) == tokenize("بيت عين دار باب سور")


def test_a_body_that_overflows_the_memory_leaves_the_title_readable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forgetful(monkeypatch, 3)
    matcher = Matcher(Knowledge(), (Watch(1, 1, "كركوك"),))
    scan = matcher.scan("هجوم جديد في كركوك", "ثوب خيط ابره زر باب")
    for text in ("قوس نهر تل واد", "قلم ورق حبر لوح", "ملح سكر خبز زيت"):
        matcher.scan(text, "")
    (match,) = matcher.watch_matches(scan, Reading())[1]
    assert match.text == "كركوك"
    assert [token.text for token in scan.tokens][:4] == ["هجوم", "جديد", "في", "كركوك"]


def test_a_scan_stays_readable_when_a_loose_watch_comes() -> None:
    matcher = Matcher(Knowledge(), (Watch(1, 1, "كركوك"),))
    scan = matcher.scan("هجوم في كركوك", "")
    matcher.add(Watch(2, 2, "صاروخ~"))
    matcher.scan("نهر", "")
    assert matcher.watch_matches(scan, Reading())[1][0].text == "كركوك"


def test_an_open_stem_is_read_in_every_word_that_begins_with_it() -> None:
    codes = Codes(["fuze*", "fuzeler"])
    words = reader(codes, "fuze*").read("Füze füzeler füzesi büfe")
    stem = codes.get("fuze*")
    assert words.codes == stem + codes.get("fuzeler") + stem + NO_WORD
    assert [(other.at, other.code) for other in words.extras.others] == [(1, stem)]


def test_each_gives_one_code_after_the_other() -> None:
    codes = Codes(["ا", "ب", "ت"])
    row = codes.encoded(["ا", "ب", "ت", "ا"])
    assert list(each(row)) == [codes.get(word) for word in "ابتا"]
    assert all(len(code) == WIDTH for code in each(row))


def test_a_word_that_gets_a_code_is_read_anew_once_that_is_said() -> None:
    codes = Codes()
    chunks = reader(codes)
    assert chunks.read("عين").codes == NO_WORD
    codes.learn("عين")
    chunks.forget_word("عين")
    assert chunks.read("عين").codes == codes.get("عين") != NO_WORD


# ── live: a text that was read is read with the watch that came since ────────────────────────


def found(matcher: Matcher, text: str) -> dict[int, tuple[Match, ...]]:
    return matcher.watch_matches(matcher.scan(text, ""), Reading())


@pytest.mark.parametrize(
    ("query", "text", "how"),
    [
        ("كركوك", "قصف كركوك", How.EXACT),
        ("عين الأسد", "قاعدة عين الأسد", How.EXACT),
        ("كركوك", "قصف بكركوك", How.CLITIC),
        ("قاعدة", "وبالقاعدة جنود", How.CLITIC),
        ("عين الأسد", "لعين الأسد", How.CLITIC),
        ("بسيس", "في بسيس", How.EXACT),
        ("عين الأسد", f"عين{ZWNJ}الاسد", How.EXACT),
        ("عينالاسد", f"عين{ZWNJ}الاسد", How.EXACT),
        ("عين الأسد", "عينالاسد", How.EXACT),
        ("كركوك", "attack in Kirkuk today", How.SOUND),
        ("كركوك", "attack in kirkuk today", How.SOUND),
        ("عين الأسد", "at Ain al-Asad base", How.SOUND),
        ("Kirkuk", "قصف كركوك", How.SOUND),
        ("Сулеймания", "Sulaymaniyah", How.SOUND),
        ("بغداد", "в Багдаде", How.SOUND),
        ("صاروخ~", "قصف صاروج", How.FUZZY),
        ("صاروخ+", "سقوط صاروخهم", How.STEM),
        ("ballistic~ missile", "a balistic missile fell", How.FUZZY),
        ('"القاعدة"', "في القاعدة", How.EXACT),
        ("بيت (كركوك | دهوك)", "بيت في دهوك", How.EXACT),
        ("14 صاروخا", "أطلق 14 صاروخا", How.EXACT),
    ],
)
def test_a_watch_that_came_after_a_text_was_read_is_found_in_it(
    query: str, text: str, how: How
) -> None:
    matcher = Matcher(Knowledge(), (Watch(1, 1, "البصرة"),))
    assert not found(matcher, text)
    assert not found(matcher, text.lower())
    matcher.add(Watch(2, 2, query))
    assert how in {match.how for match in found(matcher, text)[2]}


POOL = [
    "كركوك", "قاعدة كركوك", "Kirkuk", "Kirkuk base", "عين الأسد", "Ain al-Asad", "عينالاسد",
    "صاروخ~", "قواعد+", '"القاعدة"', "كركوك + صاروخ", "كركوك -صاروخ", "صاروخ NEAR/2 قاعدة",
    "أربيل", "Erbil", "هەولێر", "Сулеймания", "אל-אסד", "14 صاروخا", "missile~ base",
]  # fmt: skip
TEXTS = [
    "كركوك", "بكركوك", "والقاعدة", "قاعدة", "kirkuk", "Kirkuk", "base", "عين‌الاسد", "عين",
    "الأسد", "Ain", "al-Asad", "صاروج", "صاروخا", "14", "قواعدهم", "أربيل", "Erbil", "هەولێر",
    "Sulaymaniyah", "misile", "missile", "—", "😀", "عينالاسد", "אל־אסד",
]  # fmt: skip
some_texts = st.lists(st.lists(st.sampled_from(TEXTS), max_size=8).map(" ".join), max_size=3)
some_watches = st.lists(st.sampled_from(POOL), max_size=6, unique=True)


@given(some_texts, some_watches, some_watches)
def test_watches_that_come_one_by_one_find_what_those_built_in_find(
    texts: list[str], first: list[str], later: list[str]
) -> None:
    watches = [Watch(n, n, query) for n, query in enumerate(first + later)]
    live = Matcher(Knowledge(), watches[: len(first)])
    for watch in watches[len(first) :]:
        for text in texts:
            found(live, text)
        live.add(watch)
    built = Matcher(Knowledge(), watches)
    for text in texts:
        assert found(live, text) == found(built, text)


def test_an_open_stem_still_counts_where_a_watch_learnt_the_whole_word() -> None:
    terms = (Term("füze*", "rocket", "tr"),)
    matcher = Matcher(Knowledge(terms=terms), ())
    assert "rocket" in matcher.scan("füzeler", "").terms
    matcher.add(Watch(1, 1, "füzeler"))
    scan = matcher.scan("füzeler", "")
    assert "rocket" in scan.terms
    assert set(matcher.watch_matches(scan, Reading())) == {1}
