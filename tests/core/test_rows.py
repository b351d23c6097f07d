"""Rows of plain words, put together from words understood once: the same as the long way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.codes import Codes
from bot.core.matcher import Matcher
from bot.core.model import Alias, Inflection, Knowledge, Place, Reading, Watch
from bot.core.query import STAYS_SHORT, Phrase, parse, stands_alone
from bot.core.rows import Rows
from bot.core.spellings import spellings_of
from bot.core.text import key_of, tokenize
from bot.errors import QueryError

KNOWN = Knowledge(
    places={
        "harir": Place("harir", "base", "IQ", {"ar": ("حرير",)}, needs_context=True),
        "erbil": Place("erbil", "city", "IQ", {"ar": ("أربيل",), "en": ("Erbil",)}),
    },
    aliases=(Alias({"ar": ("حزب الله",), "en": ("Hezbollah",)}),),
    inflections=(Inflection("ar", ("صاروخ", "صواريخ")),),
    common=frozenset({"ألغام", "base"}),
)
WORDS = (
    "عين الأسد قاعدة دير الزور على علي في ذا تل كيف بدون او صاروخ حزب الله ألمانيا الغام لغام حرير "
    "أربيل Erbil Ain al ash K1 14 Hezbollah Şam a-b ﷺ ـ قَاعِدَة עין אסד علی‌ها وعلى الی topic:all"
).split()
queries = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).flatmap(
    lambda words: st.sampled_from([" ".join(words), "  ".join(words), " + ".join(words)])
)


def rows_of(*queries: str) -> tuple[Rows, Codes]:
    codes = Codes()
    rows = Rows(spellings_of(KNOWN), codes)
    rows.prepare(queries)
    return rows, codes


@given(queries)
def test_a_row_is_the_phrase_the_long_way_reads(query: str) -> None:
    rows, codes = rows_of(query)
    row = rows.row(query)
    if row is None:
        return
    root = parse(query).root
    assert isinstance(root, Phrase)
    assert not root.exact
    assert not root.is_loose
    assert root.written == query
    assert row.key == root.bare == key_of(query)
    assert row.code == codes.encoded(row.key)
    assert not spellings_of(KNOWN).of(row.key, query)


@given(st.lists(queries, max_size=6), st.lists(st.sampled_from(WORDS), max_size=10))
def test_what_is_built_finds_what_is_added_one_by_one(watched: list[str], words: list[str]) -> None:
    watches = [Watch(number, 0, query) for number, query in enumerate(watched)]
    built, live = Matcher(KNOWN, watches), Matcher(KNOWN)
    for watch in watches:
        live.add(watch)
    found = [m.watch_matches(m.scan("", " ".join(words)), Reading()) for m in (built, live)]
    assert found[0] == found[1]


@pytest.mark.parametrize("query", ["عين كركوك", "الأسد", "دهوك بعقوبة الفلوجة", "Ain Issa"])
def test_most_watches_are_rows(query: str) -> None:
    rows, _ = rows_of(query)
    assert rows.row(query) is not None


@pytest.mark.parametrize(
    "query",
    ["", " ", "عين  كركوك", '"عين"', "عين + كركوك", "K1", "14", "صاروخ عين", "على كركوك", "a-b"],
)
def test_of_all_else_the_long_way_knows_more(query: str) -> None:
    rows, _ = rows_of(query)
    assert rows.row(query) is None


def test_a_row_is_not_longer_than_a_watch_may_be() -> None:
    query = " ".join(["كركوك"] * 60)
    assert len(query) > STAYS_SHORT
    assert rows_of(query)[0].row(query) is None


def test_the_words_that_are_new_are_told_and_only_once() -> None:
    rows = Rows(spellings_of(KNOWN), Codes())
    assert rows.prepare(["عين كركوك", "العين"]) == ["عين", "كركوك"]
    assert rows.prepare(["كركوك دهوك"]) == ["دهوك"]


def test_what_comes_later_goes_the_long_way() -> None:
    rows, _ = rows_of("كركوك")
    rows.clear()
    assert rows.row("كركوك") is None


@given(st.sampled_from(WORDS))
def test_a_word_that_stands_alone_is_a_watch(word: str) -> None:
    tokens = tokenize(word)
    if len(tokens) == 1 and stands_alone(word, tokens[0].text):
        try:
            root = parse(word).root
        except QueryError as error:
            raise AssertionError(word) from error
        assert isinstance(root, Phrase)
        assert root.bare == (parse(word).root.bare if isinstance(root, Phrase) else ())
