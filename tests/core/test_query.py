"""Watch syntax: what is understood, and how wrong input is answered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.query import MAX_TERMS, Facet, Phrase, Query, parse
from bot.errors import QueryError

PIECES = ["عين الأسد", "+", '"', "«", "»", "topic:", "place:x", "OR", "-", "~", "(", "NEAR/5", " ",
          "rocket", "على", "ع", "|", "\u200c", "😀", "source:", "!", "+ +", "بدون"]  # fmt: skip
queryish = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES)).map(" ".join))


def problem(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


def answered(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


@given(queryish)
def test_any_text_is_understood_or_refused_with_a_column(text: str) -> None:
    match answered(text):
        case QueryError(column=column, problem=problem):
            assert 0 <= column <= max(len(text), 1)
            assert problem
        case query:
            assert query.phrases or query.facets


@given(queryish)
def test_the_mended_example_is_itself_right(text: str) -> None:
    try:
        parse(text)
    except QueryError as error:
        if error.example:
            parse(error.example)


@given(queryish)
def test_the_canonical_form_is_its_own_canonical_form(text: str) -> None:
    try:
        query = parse(text)
    except QueryError:
        return
    assert parse(query.canonical).canonical == query.canonical


def test_every_prefix_of_a_long_query_is_answered() -> None:
    text = '"عين الأسد" + صواريخ + topic:rocket-attack + place:anbar + «قاعدة حرير» + country:iq'
    for end in range(len(text) + 1):
        answer = answered(text[:end])
        assert isinstance(answer, Query) or answer.column <= end


def test_words_side_by_side_are_one_phrase() -> None:
    assert parse("قاعدة عين الأسد").phrases == (Phrase(("قاعده", "عين", "الاسد")),)


def test_a_plus_wants_both_sides() -> None:
    query = parse("صواريخ + topic:base-alert")
    assert query.phrases == (Phrase(("صواريخ",)),)
    assert query.facets == (Facet("topic", "base-alert"),)


@pytest.mark.parametrize("quoted", ['"القاعدة"', "«القاعدة»", "“القاعدة”"])
def test_quotes_of_every_kind_mean_exact(quoted: str) -> None:
    assert parse(quoted).phrases == (Phrase(("القاعده",), exact=True),)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("عين الأسد", "عَين الاسد"),
        ("صواريخ", "الصواريخ"),
        ("a b + c d", "c d + a b"),
        ("Topic:All", "topic:all"),
        ("rocket + rocket", "rocket"),
        ("کرکوک", "كركوك"),
    ],
)
def test_queries_that_mean_the_same_have_one_canonical_form(one: str, other: str) -> None:
    assert parse(one).canonical == parse(other).canonical


def test_an_exact_query_is_not_the_same_as_a_loose_one() -> None:
    assert parse('"صواريخ"').canonical != parse("صواريخ").canonical


@pytest.mark.parametrize(
    ("text", "name", "column"),
    [
        ("", "empty", 0),
        ("   ", "empty", 0),
        ("x" * 201, "too-long", 200),
        (" ".join(["rocket"] * (MAX_TERMS + 1)), "too-many-terms", 0),
        ("ع", "too-short", 0),
        ("rocket + x", "too-short", 9),
        ("!؟", "unsupported", 0),
        ("على", "stop-words", 0),
        ("في من", "stop-words", 0),
        ("rocket + the", "stop-words", 9),
        ('قاعدة "عين', "unclosed-quote", 6),
        ("rocket +", "dangling-plus", 7),
        ("+ rocket", "dangling-plus", 0),
        ("a1 + + b1", "dangling-plus", 5),
        ("rocket OR missile", "unsupported", 7),
        ("صاروخ أو قذيفة", "unsupported", 6),
        ("rocket -drill", "unsupported", 7),
        ("(rocket)", "unsupported", 0),
        ("rocket~2", "unsupported", 6),
        ("rocket+", "unsupported", 6),
        ("rocket NEAR/5 base", "unsupported", 7),
        ("rocket | missile", "unsupported", 7),
        ("source:bbc", "unknown-facet", 0),
        ("rocket + lang:ar", "unknown-facet", 9),
        ("topic:", "empty-facet", 6),
    ],
)
def test_wrong_input_is_refused_where_it_is_wrong(text: str, name: str, column: int) -> None:
    error = problem(text)
    assert (error.problem, error.column) == (name, column)
    assert error.example


def test_the_example_keeps_the_words_that_were_right() -> None:
    assert problem("rocket OR missile").example == "rocket + missile"
    assert problem("rocket -drill").example == "rocket"
    assert problem('قاعدة "عين').example == 'قاعدة "عين"'


def test_a_name_written_with_its_dots_is_no_stop_word() -> None:
    assert parse("علي").phrases == (Phrase(("علي",)),)


def test_a_hyphen_inside_a_name_is_part_of_it() -> None:
    assert parse("Al-Asad").phrases == (Phrase(("al", "asad")),)
