"""The matcher against the rules of matching, written out plainly; and the same matcher kept."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from itertools import chain, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.answers import Origin
from bot.core.letters import ZWNJ, fold
from bot.core.matcher import Matcher
from bot.core.model import (
    Alias,
    Finding,
    Grade,
    Hit,
    How,
    Inflection,
    Knowledge,
    Match,
    Place,
    Reading,
    Severity,
    Term,
    Token,
    Watch,
)
from bot.core.query import parse
from bot.core.text import tokenize
from bot.errors import QueryError
from tests.core.keeping import reread

NOTHING = Knowledge()
Found = dict[int, tuple[Match, ...]]


def built(queries: Sequence[str], knowledge: Knowledge = NOTHING) -> Matcher:
    return Matcher(knowledge, [Watch(n, n, query) for n, query in enumerate(queries)])


def found(matcher: Matcher, title: str, body: str = "") -> Found:
    return matcher.watch_matches(matcher.scan(title, body), Reading())


# ── the rules: an article more or less, clitics before the first word, words glued or fused ──


def plain(word: str) -> str:
    while len(word) > 4 and word.startswith("ال"):
        word = word.removeprefix("ال")
    return word


def shed(word: str) -> Iterator[str]:
    """[وف]?[بلك]?(ال)? and لل, س before يتنا; three letters stay."""
    for conjunction, particle in product(("", "و", "ف"), ("", "ب", "ل", "ك", "لل", "س")):
        prefix = conjunction + particle
        if not prefix or not word.startswith(prefix):
            continue
        rest = word[len(prefix) :]
        if len(rest) >= 3 and (particle != "س" or rest[0] in "يتنا"):
            yield plain(rest)


def steps(tokens: Sequence[Token], at: int) -> Iterator[tuple[str, int]]:
    """Each word that may be read at ``at``, and the token after it; glued ones also as one."""
    if not tokens[at].function:
        yield tokens[at].text, at + 1
    word = tokens[at].text
    while tokens[at].glued:
        at += 1
        word += tokens[at].text
        yield word, at + 1


def ends(pattern: tuple[str, ...], tokens: Sequence[Token], at: int, first: bool) -> Iterator[int]:
    if not pattern:
        yield at
    elif at < len(tokens):
        for word, end in steps(tokens, at):
            if plain(word) == pattern[0] or (first and pattern[0] in shed(word)):
                yield from ends(pattern[1:], tokens, end, False)


def patterns(watch: str) -> set[tuple[str, ...]]:
    words = [token.text for token in tokenize(watch)]
    known = {tuple(map(plain, words))}
    if ZWNJ in watch or (len(words) > 1 and words[-1].startswith("ال")):
        known.add((plain("".join(words)),))
    return known


def places(watch: str, text: str) -> set[tuple[int, int]]:
    """The characters of ``text`` that ``watch`` stands on."""
    tokens = tokenize(text)
    return {
        (tokens[at].start, tokens[end - 1].end)
        for pattern in patterns(watch)
        for at in range(len(tokens))
        for end in ends(pattern, tokens, at, True)
    }


WORDS = [
    "عين", "أسد", "الأسد", "قاعدة", "وعد", "عدد", "بغداد", "فلسطين", "كركوك", "ركوك", "يضرب",
    "الدم", "علي", "لبنان", "وزير", "زير", "العاب", "الالعاب",
]  # fmt: skip
PREFIXES = ["", "", "", "و", "ف", "ب", "ل", "ك", "وب", "ول", "ال", "وال", "بال", "لل", "ولل", "س"]
written = st.one_of(
    st.tuples(st.sampled_from(PREFIXES), st.sampled_from(WORDS)).map("".join),
    st.sampled_from(["على", "وعلى", "—", "😀", "عينالاسد", "قاعدةالأسد"]),
)
gaps = st.sampled_from([" ", " ", " ", ZWNJ, "، ", "\n"])
texts = st.lists(st.tuples(written, gaps), max_size=10).map(
    lambda some: "".join(chain.from_iterable(some))
)


def is_watch(query: str) -> bool:
    try:
        parse(query)
    except QueryError:
        return False
    return True


phrases = (
    st.tuples(
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
        st.sampled_from([" ", " ", ZWNJ]),
    )
    .map(lambda pair: pair[1].join(pair[0]))
    .filter(is_watch)
)


def share_nothing(watches: Sequence[str]) -> bool:
    every = [pattern for watch in watches for pattern in patterns(watch)]
    return len(every) == len(set(every))


watch_lists = st.lists(phrases, min_size=1, max_size=6).filter(share_nothing)


@settings(deadline=None)
@given(watch_lists, texts)
def test_phrases_are_found_exactly_where_the_rules_say(watches: list[str], text: str) -> None:
    expected = {n: spans for n, watch in enumerate(watches) if (spans := places(watch, text))}
    answers = found(built(watches), text)
    assert {
        n: {match.span[1:] for match in evidence} for n, evidence in answers.items()
    } == expected


@given(watch_lists, texts, texts)
def test_title_and_body_are_searched_each_by_itself(
    watches: list[str], title: str, body: str
) -> None:
    answers = found(built(watches), title, body)
    for n, watch in enumerate(watches):
        spans = {match.span for match in answers.get(n, ())}
        assert {span[1:] for span in spans if span.field == "title"} == places(watch, title)
        assert {span[1:] for span in spans if span.field == "body"} == places(watch, body)


@given(phrases, texts)
def test_a_phrase_is_exact_unless_clitics_were_taken_off_it(watch: str, text: str) -> None:
    tokens = tokenize(text)
    whole = {
        (tokens[at].start, tokens[end - 1].end)
        for pattern in patterns(watch)
        for at in range(len(tokens))
        for end in ends(pattern, tokens, at, False)
    }
    for match in found(built([watch]), text).get(0, ()):
        assert match.how is (How.EXACT if match.span[1:] in whole else How.CLITIC)


@given(phrases, phrases, phrases, texts)
def test_operators_mean_what_they_say(one: str, two: str, three: str, text: str) -> None:
    assume(share_nothing([one, two, three]))
    a, b, c = (bool(places(watch, text)) for watch in (one, two, three))
    queries = {
        f"{one} + {two}": a and b,
        f"{one} | {two}": a or b,
        f"{one} + -({two})": a and not b,
        f"({one} | {two}) + {three}": (a or b) and c,
        f"{one} | ({two} + NOT {three})": a or (b and not c),
    }
    answers = found(built(list(queries)), text)
    assert set(answers) == {n for n, holds in enumerate(queries.values()) if holds}


def test_only_the_first_word_of_a_phrase_carries_clitics() -> None:
    matcher = built(["قاعدة كركوك"])
    assert set(found(matcher, "بقاعدة كركوك")) == {0}
    assert not found(matcher, "قاعدة بكركوك")
    assert not found(matcher, "قاعدة وكركوك")


def test_beside_glued_words_too_only_the_first_word_carries_clitics() -> None:
    matcher = built(["عيناسد كركوك"])
    assert set(found(matcher, f"عين{ZWNJ}اسد كركوك")) == {0}
    assert set(found(matcher, f"بعين{ZWNJ}اسد كركوك")) == {0}
    assert not found(matcher, f"عين{ZWNJ}اسد بكركوك")


@pytest.mark.parametrize("text", ["على", "وعلى", "فعلى", "هجوم على", f"على{ZWNJ}قاعدة"])
def test_a_preposition_is_never_a_name(text: str) -> None:
    assert not found(built(["علي"]), text)
    assert found(built(["علي"]), text.replace("ى", "ي"))


@given(st.integers(0, 7), st.integers(0, 7), st.booleans())
def test_near_counts_the_words_in_between(between: int, within: int, turned: bool) -> None:
    first, last = ("كركوك", "قاعدة الأسد") if turned else ("قاعدة الأسد", "كركوك")
    text = " ".join([first, *["نهر"] * between, last])
    matcher = built([f"كركوك NEAR/{within} قاعدة الأسد"])
    assert bool(found(matcher, text)) is (between <= within)
    assert not found(matcher, first, last)


def test_near_needs_two_places_and_not_one_twice() -> None:
    matcher = built(["عين الأسد NEAR/5 الأسد"])
    assert not found(matcher, "عين الأسد")
    (evidence,) = found(matcher, "عين الأسد نهر الأسد").values()
    assert [match.text for match in evidence] == ["عين الأسد", "الأسد"]


# ── each for itself ──────────────────────────────────────────────────────────────────────────

PLACE = Place("erbil", "city", "IQ", {"ar": ("أربيل",), "ku": ("Hewlêr",)}, ("kurdistan",))
KNOWN = Knowledge(
    places={"erbil": PLACE},
    terms=(Term("صاروخ", "weapon", "ar"), Term("rocket*", "weapon", "en")),
    aliases=(Alias({"ar": ("حزب الله",), "en": ("Hezbollah",)}),),
    inflections=(Inflection("ar", ("صاروخ", "صواريخ")), Inflection("ar", ("قاعدة", "قواعد"))),
    common=frozenset({"صارو", "base", "crime"}),
)
ATTACK = Reading(
    (Finding("rocket-attack", Grade.LEAD, ("erbil",)),), ("erbil",), Severity.IMPORTANT, flag=True
)
WIRE = Origin("wire", "The Wire", "ar")
POOL = [
    "كركوك", "قاعدة كركوك", "Kirkuk base", "عين الأسد", "أربيل", "Erbil", "حزب الله", "Hezbollah",
    "صاروخ", "صواريخ", "صاروخ~", "صواريخ+", '"القاعدة"', "كركوك + صاروخ", "كركوك -صاروخ",
    "(كركوك | أربيل) -صواريخ", "صاروخ NEAR/2 قاعدة", "topic:rocket-attack", "country:iq + صاروخ",
    "place:erbil", "place:kurdistan", "lang:ar + كركوك", 'source:"The Wire" + sev:2', "sev:3",
    "Сулеймания", "missile~ base", "14 صاروخا",
]  # fmt: skip
PIECES = [
    "كركوك", "بكركوك", "والقاعدة", "القاعدة", "قواعد", "Kirkuk", "base", f"عين{ZWNJ}الاسد", "عين",
    "الأسد", "Ain", "al-Asad", "صاروج", "صارو", "صاروخ", "صواريخهم", "14", "صاروخا", "أربيل", "في",
    "Erbil", "Hewlêr", "Hezbollah", "حزب", "الله", "Sulaymaniyah", "misile", "—", "rockets",
    "عينالاسد",
]  # fmt: skip
pools = st.lists(st.sampled_from(POOL), max_size=8, unique=True)
entries = st.lists(st.sampled_from(PIECES), max_size=10).map(" ".join)
readings = st.sampled_from([Reading(), ATTACK])


def answers(matcher: Matcher, title: str, body: str, reading: Reading) -> Found:
    return matcher.watch_matches(matcher.scan(title, body), reading, WIRE)


@given(pools, entries, entries, readings)
def test_a_watch_finds_in_company_what_it_finds_alone(
    queries: list[str], title: str, body: str, reading: Reading
) -> None:
    together = answers(built(queries, KNOWN), title, body, reading)
    for n, query in enumerate(queries):
        alone = answers(built([query], KNOWN), title, body, reading)
        assert together.get(n) == alone.get(0), query


@pytest.mark.parametrize(
    ("queries", "text"),
    [
        (["کتاب خانه", f"کتاب{ZWNJ}خانه"], "کتابخانه"),
        ([f"کتاب{ZWNJ}خانه", "کتاب خانه"], "کتابخانه"),
        (["قاعدة أسد", "قاعدة الأسد"], "قاعدةالأسد"),
        (["قاعدة الأسد", "قاعدة أسد"], "قاعدةالأسد"),
        (["عين الأسد", "عينالاسد"], "عين الأسد"),
        (["عينالاسد", "عين الأسد"], "عين الأسد"),
        (["Sirnak", "Şırnak"], "شيرناك"),
        (["Şırnak", "Sirnak"], "سيرناك"),
        (["هولير", "هەولێر"], "Hulir"),
        (["هجوم على قاعدة", "هجوم علي قاعدة"], "هجوم على قاعدة"),
    ],
)
def test_watches_of_one_key_find_what_each_finds_alone(queries: list[str], text: str) -> None:
    together = set(found(built(queries), text))
    assert together == {n for n, query in enumerate(queries) if found(built([query]), text)}


# ── coming, going, kept ──────────────────────────────────────────────────────────────────────


@given(pools, st.lists(st.tuples(st.booleans(), st.sampled_from(POOL)), max_size=8), entries)
def test_after_much_coming_and_going_only_who_is_there_answers(
    first: list[str], moves: list[tuple[bool, str]], text: str
) -> None:
    matcher = built(first, KNOWN)
    there, changes = dict(enumerate(first)), 0
    for number, (comes, query) in enumerate(moves, len(first)):
        found(matcher, text)
        if comes:
            matcher.add(Watch(number, 1, query))
            there[number] = query
            changes += 1
        elif there:
            gone = min(there, key=lambda n: (len(query) + n) % 7)
            matcher.remove(gone)
            del there[gone]
            changes += 1
    fresh = Matcher(KNOWN, [Watch(n, 1, query) for n, query in there.items()])
    assert answers(matcher, text, "", ATTACK) == answers(fresh, text, "", ATTACK)
    assert matcher.changes == changes
    assert fresh.changes == 0


def test_a_removed_watch_is_silent_and_another_of_the_same_words_is_not() -> None:
    matcher = built(["كركوك", "كركوك", "صاروخ + كركوك"])
    matcher.remove(0)
    assert set(found(matcher, "صاروخ على كركوك")) == {1, 2}
    matcher.remove(2)
    matcher.remove(1)
    assert not found(matcher, "صاروخ على كركوك")


def kept(matcher: Matcher) -> Matcher:
    return Matcher(matcher.knowledge, kept=reread(matcher.kept()))


@given(pools, entries, entries, readings)
def test_a_matcher_that_was_kept_gives_the_same_answers(
    queries: list[str], title: str, body: str, reading: Reading
) -> None:
    matcher = built(queries, KNOWN)
    again = kept(matcher)
    assert answers(again, title, body, reading) == answers(matcher, title, body, reading)
    scans = [one.scan(title, body) for one in (matcher, again)]
    assert scans[0].terms == scans[1].terms
    assert scans[0].places == scans[1].places


@given(pools, pools, st.sets(st.integers(0, 15)), entries, readings)
def test_watches_come_and_go_after_loading_as_they_do_after_building(
    first: list[str], later: list[str], gone: set[int], text: str, reading: Reading
) -> None:
    matcher = built(first, KNOWN)
    again = kept(matcher)
    for one in (matcher, again):
        for number, query in enumerate(later, len(first)):
            one.add(Watch(number, 1, query))
        for number in gone:
            one.remove(number)
    assert answers(again, text, "", reading) == answers(matcher, text, "", reading)
    assert again.changes == matcher.changes


@given(pools, entries)
def test_what_is_kept_does_not_depend_on_what_was_read(queries: list[str], text: str) -> None:
    read, unread = built(queries, KNOWN), built(queries, KNOWN)
    found(read, text)
    assert marshal.dumps(read.kept()) == marshal.dumps(unread.kept())


def test_a_place_that_is_named_otherwise_is_evidence_for_its_name() -> None:
    matcher = kept(built(["أربيل"], KNOWN))
    (match,) = found(matcher, "blast in Hewlêr")[0]
    assert (match.text, match.how) == ("Hewlêr", How.ALIAS)


def test_a_hit_stands_on_words_of_the_scan() -> None:
    matcher = built(["عين الأسد"])
    scan = matcher.scan("هجوم", f"في عين{ZWNJ}الأسد")
    assert [*scan.phrases.values()] == [[Hit(2, 4, How.EXACT)]]
    assert [fold(token.text) for token in scan.tokens[2:4]] == ["عين", "الاسد"]
