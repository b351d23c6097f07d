"""Watch syntax: what is understood, how it is spelled, and how wrong input is answered."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.query import (
    EXAMPLE,
    FACETS,
    MAX_LENGTH,
    MAX_TERMS,
    AllOf,
    AnyOf,
    Facet,
    Near,
    Node,
    Phrase,
    Problem,
    Query,
    Without,
    Word,
    parse,
    pieces,
)
from bot.errors import QueryError

SIGNS = list('"“”„«»()+|-~−!&*/[]{}^\\،؟,.:؛：＋～ \u200f\u200c') + [" "] * 8
WORDS = """OR AND NOT NEAR NEAR/5 near/3 و أو او بدون قرب/2 طيار topic:all topic: source:bbc
 lang:ar sev: بلد:iq rocket~ ballistic~2 base+ rocket missile صاروخ الصواريخ القاعدة علي على the a ع
 البدون ﷲ ½ ß İ צה"ל کرکوک ~2 "a1" «القاعدة» x-و ١٢ 😀 (rocket|base) -drill""".split()
LONG = (
    '"عين الأسد" + (صواريخ | صواريخ~1 أو "drone strike") بدون تدريب -(games OR films) '
    'و الحرير+ + rocket NEAR/5 (base|camp) + country:iq + source:"BBC Arabic" sev:2 -lang:fa'
)


def words(text: str, **marks: int) -> Phrase:
    """A loose phrase; ``marks`` belong to its last word."""
    *first, last = text.split()
    ending = Word(last, marks.get("edits", 0), bool(marks.get("suffixes", 0)))
    return Phrase((*map(Word, first), ending))


def exact(text: str) -> Phrase:
    return Phrase(tuple(map(Word, text.split())), exact=True)


def root(text: str) -> Node:
    return parse(text).root


def problem(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    return caught.value


def answered(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


def stands(text: str) -> bool:
    """Check every law of an answer to ``text``; whether it was understood."""
    query = answered(text)
    if isinstance(query, QueryError):
        assert 0 <= query.column <= len(text), text
        assert query.problem in set(Problem), text
        assert parse(query.example), text
        return False
    assert query.phrases or query.facets, text
    assert parse(query.canonical).canonical == query.canonical, text
    assert all(0 <= warning.column <= len(text) for warning in query.warnings), text
    return True


# ── nothing breaks it ────────────────────────────────────────────────────────────────────────


def test_ten_thousand_random_strings_are_understood_or_refused() -> None:
    chance = random.Random(3)
    alphabet = SIGNS + WORDS
    understood = 0
    for _ in range(10_000):
        size = chance.choice((3, 8, 30))
        text = "".join(chance.choice(alphabet) for _ in range(chance.randrange(size)))
        understood += stands(text)
    assert understood > 300


def test_thousands_of_rows_of_right_words_are_understood_or_refused() -> None:
    chance = random.Random(4)
    understood = 0
    for _ in range(4_000):
        understood += stands(" ".join(chance.choices(WORDS, k=chance.randrange(1, 7))))
    assert understood > 400


@given(st.text(max_size=220))
def test_any_text_at_all_is_answered(text: str) -> None:
    stands(text)


@given(st.text(alphabet=SIGNS, max_size=220))
def test_signs_in_any_order_are_answered(text: str) -> None:
    stands(text)


def test_every_prefix_of_a_long_query_is_answered() -> None:
    assert stands(LONG)
    for end in range(len(LONG)):
        stands(LONG[:end])
        stands(LONG[end:])


@pytest.mark.parametrize(
    "unit", ["(", '"', "„", "-", "+", "a~", "/", "NOT ", "x|", "ab(", "«", "!"]
)
def test_two_hundred_signs_take_no_time(unit: str) -> None:
    text = (unit * MAX_LENGTH)[:MAX_LENGTH]
    started = time.perf_counter()
    stands(text)
    assert time.perf_counter() - started < 0.2


def test_a_whole_message_is_refused_at_once() -> None:
    started = time.perf_counter()
    assert problem("(a1 | «" * 20_000).problem == "too-long"
    assert time.perf_counter() - started < 0.2


# ── laws of the canonical spelling ───────────────────────────────────────────────────────────

atoms = st.sampled_from(
    [*"rocket missile قاعدة صاروخ البدون".split(), "ain al-asad", '"القاعدة"', "base+", "x-و"]
)
facets = st.sampled_from(["topic:all", "country:iq", "sev:2", 'source:"BBC Arabic"', "lang:ar"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(" + ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({' | '.join(parts)})"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]} -({pair[1]})"),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]} NOT {pair[1]}"),
        st.tuples(atoms, atoms).map(lambda pair: f"{pair[0]} NEAR/3 {pair[1]}"),
    )


queries = st.recursive(st.one_of(atoms, facets), _grown, max_leaves=8)


@given(queries)
@settings(max_examples=300)
def test_queries_built_by_the_rules_keep_their_laws(text: str) -> None:
    stands(text)


def holds(node: Node, true: frozenset[str]) -> bool:
    """The truth of ``node`` when the leaves spelled in ``true`` hold."""
    match node:
        case Without(part=part):
            return not holds(part, true)
        case AllOf(parts=parts):
            return all(holds(part, true) for part in parts)
        case AnyOf(parts=parts):
            return any(holds(part, true) for part in parts)
    return str(node) in true


def leaves(node: Node) -> set[str]:
    match node:
        case Without(part=part):
            return leaves(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return set().union(*map(leaves, parts))
    return {str(node)}


@given(queries, st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_the_canonical_spelling_means_what_was_written(text: str, chance: random.Random) -> None:
    query = answered(text)
    if isinstance(query, QueryError):
        return
    written, again = query.root, root(query.canonical)
    assert leaves(again) == leaves(written)
    for _ in range(8):
        true = frozenset(leaf for leaf in sorted(leaves(written)) if chance.random() < 0.5)
        assert holds(again, true) == holds(written, true)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("عين الأسد", "عَين الاسد"),
        ("صواريخ", "الصواريخ"),
        ("a1 b1 + c1 d1", "c1 d1 + a1 b1"),
        ("a1+b1", "a1 AND b1"),
        ("صاروخ و قصف", "قصف + صاروخ"),
        ("صاروخ أو قصف", "قصف | صاروخ"),
        ("a1 || b1", "b1 OR a1"),
        ("(a1 | b1) | c1", "c1 | b1 | a1"),
        ("((a1))", "a1"),
        ("rocket NOT drill", "rocket -drill"),
        ("rocket بدون drill", "-drill rocket"),
        ("rocket -(drill games)", "rocket NOT drill games"),
        ("NOT NOT rocket", "rocket"),
        ("rocket~", "rocket~1"),
        ("rocket~١", "ROCKET~1"),
        ("rocket NEAR base", "base NEAR/10 rocket"),
        ("rocket قرب/٥ base", "rocket near/5 base"),
        ("Topic:All", "موضوع:all"),
        ("خطورة:٢", "sev：2"),
        ("source:«BBC  Arabic»", 'مصدر:"bbc arabic"'),
        ("rocket + rocket", "rocket"),
        ("rocket | rocket", "rocket"),
        ("کرکوک", "كركوك"),
        ("«القاعدة»", '"القاعدة"'),
        ("rocket＋base", "rocket+base"),
    ],
)
def test_queries_that_mean_the_same_have_one_canonical_form(one: str, other: str) -> None:
    assert parse(one).canonical == parse(other).canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"صواريخ"', "صواريخ"),
        ('"القاعدة"', '"قاعدة"'),
        ("base+", "base"),
        ("rocket~", "rocket"),
        ("ballistic~", "ballistic~2"),
        ("a1 b1", "a1 + b1"),
        ("a1 + b1", "a1 | b1"),
        ("a1 -b1", "a1 b1"),
        ("a1 NEAR/5 b1", "a1 NEAR/6 b1"),
        ("a1 (b1 | c1)", "a1 b1 | c1"),
        ("source:bbc", "topic:bbc"),
        ("البدون", "طائرة بدون-طيار"),
    ],
)
def test_queries_that_mean_something_else_are_spelled_differently(one: str, other: str) -> None:
    assert parse(one).canonical != parse(other).canonical


def test_a_query_at_its_longest_is_understood_in_its_canonical_spelling_too() -> None:
    text = "+".join(f"rocket{n:03}" for n in range(20))
    assert len(text) <= MAX_LENGTH < len(parse(text).canonical)
    assert stands(text)
    assert problem("x" * 201).problem == "too-long"


# ── words and phrases ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("قاعدة عين الأسد", words("قاعده عين الاسد")),
        ("Al-Asad", words("al asad")),
        ("S-400", words("s 400")),
        ("الأسد - بغداد", words("الاسد بغداد")),
        ("- rocket – base", words("rocket base")),
        ("rocket, base!", words("rocket base")),
        ("بغداد: انفجار", words("بغداد انفجار")),
        ("12:30", words("12 30")),
        ("rocket or not and base", words("rocket or not and base")),
        ('צה"ל תקף', words("צה ל תקפ")),
        ("علي", words("علي")),
        ("علی", words("علي")),
        ("K1", words("k1")),
        ("base+", words("base", suffixes=1)),
        ("(base+)", words("base", suffixes=1)),
        ("(base)", words("base")),
        ("air base+", words("air base", suffixes=1)),
        ("rocket~", words("rocket", edits=1)),
        ("rocket~1", words("rocket", edits=1)),
        ("ballistic~2", words("ballistic", edits=2)),
        ("ballistic~2+", words("ballistic", edits=2, suffixes=1)),
        ("al-Assad~", words("al assad", edits=1)),
        ("base+ camp", Phrase((Word("base", suffixes=True), Word("camp")))),
        ("rocket~ base", Phrase((Word("rocket", 1), Word("base")))),
        ("طائرة بدون طيار", words("طايره بدون طيار")),
        ("طائرات بدون طيّارين", words("طايرات بدون طيارين")),
        ("هواپیمای بدون سرنشین", words("هواپيماي بدون سرنشين")),
    ],
)
def test_words_side_by_side_are_one_phrase(text: str, tree: Node) -> None:
    assert root(text) == tree


plain_words = st.lists(
    st.sampled_from(
        "rocket صاروخ القاعدة البدون بدون طيار و or NOT the في ع a uk علي على ﷲ".split()
    ),
    min_size=1,
    max_size=22,
)


@given(plain_words.map(" ".join))
def test_plain_words_take_a_short_cut_to_the_same_answer(text: str) -> None:
    # A space in front changes nothing, but leads through the whole grammar.
    short, whole = answered(text), answered(f" {text}")
    if isinstance(short, QueryError) or isinstance(whole, QueryError):
        assert getattr(short, "problem", "") == getattr(whole, "problem", "")
    else:
        assert short.root == whole.root
        assert [w.problem for w in short.warnings] == [w.problem for w in whole.warnings]
        assert [p.written for p in short.phrases] == [p.written for p in whole.phrases]


@pytest.mark.parametrize(
    "quoted",
    ['"القاعدة"', "«القاعدة»", "“القاعدة”", "„القاعدة“", "”القاعدة”", '"القاعدة”', "»القاعدة«"],
)
def test_quotes_of_every_kind_mean_exact(quoted: str) -> None:
    assert root(quoted) == exact("القاعده")


def test_operators_inside_quotes_are_words() -> None:
    assert root('"rocket OR -base (AND) + x~ topic:all"') == exact("rocket or base and x topic all")


def test_a_hebrew_acronym_may_be_quoted() -> None:
    assert root('"צה"ל תקף"') == exact("צה ל תקפ")


def test_a_phrase_knows_where_and_how_it_was_written() -> None:
    first, second = parse('  عَين  الأسد + "القاعدة"').phrases
    assert (first.column, first.written) == (2, "عَين  الأسد")
    assert (second.column, second.written) == (16, '"القاعدة"')
    assert first.bare == ("عين", "اسد")


# ── operators ────────────────────────────────────────────────────────────────────────────────

A, B, C = words("a1"), words("b1"), words("c1")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a1 + b1", AllOf((A, B))),
        ("a1 +b1", AllOf((A, B))),
        ("a1+b1", AllOf((A, B))),
        ("a1+ + b1", AllOf((words("a1", suffixes=1), B))),
        ("a1+|b1", AnyOf((words("a1", suffixes=1), B))),
        ("a1 AND b1", AllOf((A, B))),
        ("a1 و b1", AllOf((A, B))),
        ("a1 OR b1", AnyOf((A, B))),
        ("a1|b1", AnyOf((A, B))),
        ("a1 أو b1", AnyOf((A, B))),
        ("a1 او b1", AnyOf((A, B))),
        ("a1 + b1 | c1", AnyOf((AllOf((A, B)), C))),
        ("a1 | b1 + c1", AnyOf((A, AllOf((B, C))))),
        ("a1 (b1 | c1)", AllOf((A, AnyOf((B, C))))),
        ("(a1، b1)", AnyOf((A, B))),
        ("a1 b1 OR c1", AnyOf((words("a1 b1"), C))),
        ('a1 "b1" c1', AllOf((A, exact("b1"), C))),
        ('"a1", "b1"', AllOf((exact("a1"), exact("b1")))),
        ("a1 topic:all b1", AllOf((A, Facet("topic", "all"), B))),
        ("a1 -b1", AllOf((A, Without(B)))),
        ("a1 −b1", AllOf((A, Without(B)))),
        ("a1 --b1", AllOf((A, Without(B)))),
        ("a1 -#b1", AllOf((A, Without(B)))),
        ("a1 + -b1", AllOf((A, Without(B)))),
        ("a1 AND NOT b1", AllOf((A, Without(B)))),
        ("a1 -b1 c1", AllOf((A, Without(B), C))),
        ("a1 NOT b1 c1", AllOf((A, Without(words("b1 c1"))))),
        ("a1 بدون b1", AllOf((A, Without(B)))),
        ('a1 -"b1 c1"', AllOf((A, Without(exact("b1 c1"))))),
        ("a1 -(b1 | c1)", AllOf((A, Without(AnyOf((B, C)))))),
        ("a1 -lang:fa", AllOf((A, Without(Facet("lang", "fa"))))),
        ("a1 -al-Asad", AllOf((A, Without(words("al asad"))))),
        ("a1 NEAR b1", Near(A, B, 10)),
        ("a1 NEAR/5 b1", Near(A, B, 5)),
        ("a1 NEAR/0 b1 c1", Near(A, words("b1 c1"), 0)),
        ('"a1" NEAR/100 (b1 | c1)', Near(exact("a1"), AnyOf((B, C)), 100)),
        ("a1 + b1 NEAR/5 c1", AllOf((A, Near(B, C, 5)))),
        ("a1 NOT b1 NEAR/5 c1", AllOf((A, Without(Near(B, C, 5))))),
        ("(((((a1)))))", A),
        ("a1 + (b1 + c1)", AllOf((A, B, C))),
    ],
)
def test_operators_mean_what_the_reference_says(text: str, tree: Node) -> None:
    assert root(text) == tree


def test_wanted_phrases_and_facets_come_in_order_without_the_excluded_ones() -> None:
    query = parse("c1 NEAR b1 + (a1 | topic:all) -d1 -lang:fa sev:2")
    assert query.phrases == (C, B, A)
    assert query.facets == (Facet("topic", "all"), Facet("sev", "2"))


# ── facets ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("topic:rocket-attack", "topic", "rocket-attack"),
        ("place:ain-al-asad", "place", "ain-al-asad"),
        ("country:IQ", "country", "iq"),
        ("source:bbc.co_uk", "source", "bbc.co_uk"),
        ('source:"BBC News - Middle East"', "source", "bbc news - middle east"),
        ("sev:3", "sev", "3"),
        ("موضوع:rocket-attack", "topic", "rocket-attack"),
        ("مكان:ain-al-asad", "place", "ain-al-asad"),
        ("بلد:iq", "country", "iq"),
        ("مصدر:الجزيرة", "source", "الجزيرة"),
        ("خطورة:٢", "sev", "2"),
        ("topic：all", "topic", "all"),
        ("country:iq,", "country", "iq"),
    ],
)
def test_facets_have_names_in_both_languages(text: str, kind: str, value: str) -> None:
    assert root(text) == Facet(kind, value)


def test_a_language_narrows_what_is_wanted() -> None:
    assert root("rocket لغة:ckb") == AllOf((words("rocket"), Facet("lang", "ckb")))
    assert root("rocket + (lang:ar | lang:fa)")


# ── refusals ─────────────────────────────────────────────────────────────────────────────────


REFUSED = [
    ("", "empty", 0, EXAMPLE),
    ("   ", "empty", 0, EXAMPLE),
    ("base " * 41, "too-long", 200, "base " * 11 + "base"),
    ("x" * 201, "too-long", 200, EXAMPLE),
    ("base " * (MAX_TERMS + 1), "too-many-terms", 100, "base " * 19 + "base"),
    ("ع", "too-short", 0, EXAMPLE),
    ("rocket + x", "too-short", 9, "rocket"),
    ("((((((rocket))))))", "too-deep", 5, "(((((rocket)))))"),
    ("!؟", "no-word", 0, EXAMPLE),
    ("🚀🚀", "no-word", 0, EXAMPLE),
    (" + ", "no-word", 1, EXAMPLE),
    ("rocket + 🚀", "no-word", 9, "rocket"),
    ('rocket ""', "no-word", 7, "rocket"),
    ("rocket ()", "no-word", 7, "rocket"),
    ("على", "stop-words", 0, EXAMPLE),
    ('"على"', "stop-words", 0, EXAMPLE),
    ("في من", "stop-words", 0, EXAMPLE),
    ("rocket + the", "stop-words", 9, "rocket"),
    ("rocket -the", "stop-words", 8, "rocket"),
    ('قاعدة "عين', "unclosed-quote", 6, 'قاعدة "عين"'),
    ("قاعدة «عين", "unclosed-quote", 6, 'قاعدة "عين"'),
    ("rocket (base | camp", "unclosed-bracket", 7, "rocket (base | camp)"),
    ("rocket (", "unclosed-bracket", 7, "rocket"),
    ("rocket) base", "extra-bracket", 6, "rocket base"),
    (") rocket", "extra-bracket", 0, "rocket"),
    ("rocket +", "dangling-plus", 7, "rocket"),
    ("rocket AND", "dangling-plus", 7, "rocket"),
    ("+ rocket", "dangling-plus", 0, "rocket"),
    ("a1 + + b1", "dangling-plus", 5, "a1 + b1"),
    ("(a1 + )", "dangling-plus", 4, "(a1)"),
    ("rocket OR", "dangling-or", 7, "rocket"),
    ("| rocket", "dangling-or", 0, "rocket"),
    ("صاروخ أو", "dangling-or", 6, "صاروخ"),
    ("rocket -", "dangling-minus", 7, "rocket"),
    ("rocket NOT", "dangling-minus", 7, "rocket"),
    ("rocket بدون", "dangling-minus", 7, "rocket"),
    ("rocket NEAR/5", "dangling-near", 7, "rocket"),
    ("NEAR rocket", "dangling-near", 0, "rocket"),
    ("a1 NEAR b1 NEAR c1", "near-operand", 11, "a1 NEAR b1 + c1"),
    ("a1 NEAR topic:all", "near-operand", 3, "a1 + topic:all"),
    ("a1 NEAR -b1", "near-operand", 3, "a1 + -b1"),
    ("a1 NEAR/500 b1", "bad-distance", 3, "a1 NEAR/100 b1"),
    ("a1 NEAR/x b1", "bad-distance", 3, "a1 NEAR/10 b1"),
    ("-drill", "only-negative", 0, f"{EXAMPLE} -drill"),
    ("بدون تدريب", "only-negative", 0, f"{EXAMPLE} بدون تدريب"),
    ("rocket OR -base", "only-negative", 10, "rocket -base"),
    ("a1 (rocket | -base)", "only-negative", 13, "a1 (rocket -base)"),
    ("-drill | القاعدة", "only-negative", 0, "-drill القاعدة"),
    ("-drill | -games", "only-negative", 0, f"{EXAMPLE} -drill -games"),
    ("lang:ar", "too-broad", 0, f"lang:ar + {EXAMPLE}"),
    ("rocket | lang:ar", "too-broad", 9, f"(rocket | lang:ar) + {EXAMPLE}"),
    ("rocket [base]", "unsupported", 7, "rocket base"),
    ("rock*", "unsupported", 4, "rock+"),
    ("rocket^2", "unsupported", 6, "rocket 2"),
    ("wom?n", "unsupported", 3, "wom n"),
    ("/rocket.*/", "unsupported", 0, "rocket"),
    ("rocket !drill", "unsupported", 7, "rocket -drill"),
    ("rocket & base", "unsupported", 7, "rocket + base"),
    ('"a1 b1"~5', "unsupported", 7, '"a1 b1"'),
    ("rocket~3", "unsupported", 6, "rocket~"),
    ("colour:red", "unknown-facet", 0, "colour red"),
    ("topics:all", "unknown-facet", 0, "topic:all"),
    ("لون:أحمر", "unknown-facet", 0, "لون أحمر"),
    ("topic:", "empty-facet", 6, "topic:rocket-attack"),
    ("topic: all", "empty-facet", 6, "topic:all"),
    ("بلد:", "empty-facet", 4, "بلد:iq"),
    ("country:irq", "bad-facet-value", 8, "country:iq"),
    ("sev:4", "bad-facet-value", 4, "sev:2"),
    ('source:"!"', "bad-facet-value", 7, "source:bbc"),
    ("base~", "too-short-for-fuzzy", 4, "base"),
    ("rocket~2", "too-short-for-fuzzy", 6, "rocket~"),
    ("أسد~", "too-short-for-fuzzy", 3, "أسد"),
    ("the~", "stop-word-fuzzy", 0, EXAMPLE),
    ("rocket the~", "stop-word-fuzzy", 7, "rocket the"),
]


@pytest.mark.parametrize("text", ["عين الأسد~1", "الأسد~", "بغداد~", "الصاروخية~2"])
def test_a_word_is_as_long_as_it_is_written_and_stays_so(text: str) -> None:
    canonical = str(parse(text).root)
    assert str(parse(canonical).root) == canonical


@pytest.mark.parametrize(("text", "name", "column", "example"), REFUSED)
def test_wrong_input_is_refused_where_it_is_wrong(
    text: str, name: str, column: int, example: str
) -> None:
    error = problem(text)
    assert (error.problem, error.column, error.example) == (name, column, example)


def test_every_problem_has_a_row_above() -> None:
    assert {name for _, name, _, _ in REFUSED} == set(Problem)


def test_several_things_wrong_are_all_mended() -> None:
    assert problem("(rocket + [base] OR").example == "(rocket + base)"
    assert problem("rocket NEAR/500 (the | base").example == "rocket NEAR/100 (base)"


def test_an_example_never_wants_what_was_excluded() -> None:
    for text in ("rocket !drill", "rocket -drill )", "rocket [x1] -drill", "rocket NOT drill +"):
        assert words("drill") not in parse(problem(text).example).phrases


# ── doubts ───────────────────────────────────────────────────────────────────────────────────


def doubts(text: str) -> list[tuple[str, int]]:
    return [(warning.problem.value, warning.column) for warning in parse(text).warnings]


@pytest.mark.parametrize(
    ("text", "name", "column"),
    [
        ("source:bbc", "broad", 0),
        ("uk", "broad", 0),
        ("2024", "broad", 0),
        ('"the"', "broad", 0),
        ("rocket | 2024", "broad", 9),
        ("source:bbc + lang:ar", "broad", 0),
        ("rocket -rocket", "contradiction", 8),
        ("عين الأسد -الأسد", "contradiction", 11),
        ("base | (rocket -(drill | rocket))", "contradiction", 17),
        ("base topic:all -topic:all", "contradiction", 5),
    ],
)
def test_a_doubtful_watch_is_accepted_and_said(text: str, name: str, column: int) -> None:
    assert doubts(text)[0] == (name, column)


@pytest.mark.parametrize(
    "text",
    [
        "K1",
        "rocket + 2024",
        "source:bbc rocket",
        "topic:all",
        'rocket -"rocket man"',
        'الأسد -"أسد"',
    ],
)
def test_a_watch_without_doubts_is_not_warned_of(text: str) -> None:
    assert doubts(text) == []


# ── several watches ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        (" ،\n، ", ()),
        ("rocket", (("rocket", 0),)),
        ("صافرات، مطار  أربيل", (("صافرات", 0), ("مطار أربيل", 8))),
        ("a1\n\n  b1 \u200f،c1", (("a1", 0), ("b1", 6), ("c1", 11))),
        ('"a1، b1"، c1', (('"a1، b1"', 0), ("c1", 10))),
        ("(a1،\nb1) + c1، d1", (("(a1، b1) + c1", 0), ("d1", 15))),
        ('a1 ("b1)، c1" | d1)، e1', (('a1 ("b1)، c1" | d1)', 0), ("e1", 21))),
        ("a1 (b1، c1", (("a1 (b1", 0), ("c1", 8))),
        ('a1 "b1\nc1', (('a1 "b1', 0), ("c1", 7))),
        ("a1, b1", (("a1, b1", 0),)),
    ],
)
def test_the_arabic_comma_and_new_lines_stand_between_watches(
    text: str, parts: tuple[tuple[str, int], ...]
) -> None:
    assert pieces(text) == parts


@given(st.lists(st.sampled_from([*SIGNS, "\n", "a1", "ب"]), max_size=60).map("".join))
def test_no_piece_loses_a_letter(text: str) -> None:
    found = pieces(text)
    kept = "".join(piece for piece, _ in found)
    for sign in ("a", "ب", "(", '"', "+"):
        assert kept.count(sign) == text.count(sign)
    assert [column for _, column in found] == sorted({column for _, column in found})


def test_the_names_of_facets_are_public_and_in_order() -> None:
    assert FACETS == ("topic", "place", "country", "source", "lang", "sev")
    assert isinstance(parse(EXAMPLE), Query)
