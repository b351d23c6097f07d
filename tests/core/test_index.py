"""Phrases and their numbers: what each is looked for as, and what is kept of it."""

from __future__ import annotations

import pytest

from bot.core.chunks import Chunks
from bot.core.codes import Codes
from bot.core.index import HOW, Index, learn
from bot.core.model import Alias, Hit, How, Inflection, Knowledge, Scan
from bot.core.phrases import Phrases
from bot.core.query import Phrase, parse
from bot.core.spellings import Way
from tests.core.keeping import reread

KNOWN = Knowledge(
    aliases=(Alias({"ar": ("حزب الله",), "en": ("Hezbollah",)}),),
    inflections=(Inflection("ar", ("صاروخ", "صواريخ")),),
)
FIRST = 7  # numbers below are somebody else's


class Room:
    """An index with what it needs around it."""

    def __init__(self) -> None:
        self.codes, self.phrases = Codes(), Phrases()
        self.index = Index(KNOWN, self.phrases, self.codes, FIRST)
        self.chunks = Chunks(self.codes, (), self.index.hearing, self.index.loose)

    def number(self, query: str) -> int:
        root = parse(query).root
        assert isinstance(root, Phrase)
        return self.index.number(root, self.chunks)

    def found(self, text: str) -> set[tuple[int, How]]:
        """The phrases in ``text`` as they stand in the automaton, and how."""
        hits = self.phrases.find(self.chunks.read(text).codes)
        return {(divmod(n - FIRST, len(Way))[0], HOW[(n - FIRST) % len(Way)]) for *_, n in hits}


def test_each_phrase_has_a_number_of_its_own_in_the_order_they_came() -> None:
    room = Room()
    queries = ["كركوك", "قاعدة كركوك", '"كركوك"', "كركوك~", "كركوك+", "دهوك"]
    assert [room.number(query) for query in queries] == list(range(6))
    assert [room.index.written[n] for n in range(6)] == queries


@pytest.mark.parametrize("query", ["كركوك", "قاعدة كركوك", '"كركوك"', "كركوك~", "كركوك+"])
def test_the_same_phrase_has_the_same_number_however_often_it_comes(query: str) -> None:
    room = Room()
    room.number("دهوك")
    first = room.number(query)
    room.number("بغداد")
    assert room.number(query) == first == 1


def test_phrases_written_otherwise_have_numbers_of_their_own_and_are_found_together() -> None:
    room = Room()
    queries = ["قاعدة", "القاعدة", "قَاعِدَة", "قاعده"]
    for _ in range(2):
        assert [room.number(query) for query in queries] == [0, 1, 2, 3]
    for text in queries:
        assert room.found(text) == {(number, How.EXACT) for number in range(4)}


@pytest.mark.parametrize(("one", "other"), [("Sirnak", "Şırnak"), ("عين الأسد", "عينالاسد")])
def test_the_letters_of_a_name_make_it_a_phrase_of_its_own(one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        room = Room()
        assert [room.number(query) for query in (first, second, first, second)] == [0, 1, 0, 1]
        assert [room.index.written[number] for number in range(2)] == [first, second]


def test_another_name_of_a_phrase_is_a_phrase_of_its_own() -> None:
    room = Room()
    assert [room.number("حزب الله"), room.number("Hezbollah")] == [0, 1]
    assert room.found("Hezbollah") == {(0, How.ALIAS), (1, How.EXACT)}
    assert room.found("حزب الله") == {(0, How.EXACT), (1, How.ALIAS)}


def test_an_inflected_form_is_found_as_one() -> None:
    room = Room()
    room.number("صاروخ")
    assert room.found("صواريخ") == {(0, How.STEM)}
    assert room.found("صاروخ") == {(0, How.EXACT)}


def test_a_lost_gap_is_found_as_the_phrase_itself() -> None:
    room = Room()
    room.number("عين الأسد")
    assert room.found("عينالاسد") == {(0, How.EXACT)}


def test_a_preposition_is_found_in_both_ways_of_writing_it() -> None:
    room = Room()
    room.number("هجوم على قاعدة")
    assert room.found("هجوم على قاعدة") == {(0, How.EXACT)}
    assert room.found("هجوم علي قاعدة") == {(0, How.EXACT)}


def test_a_quoted_phrase_has_no_other_forms() -> None:
    room = Room()
    room.number('"صاروخ"')
    assert room.found("صاروخ") == {(0, How.EXACT)}
    assert room.found("صواريخ") == set()
    assert room.index.has_exact


def test_without_quotes_nothing_is_exact() -> None:
    room = Room()
    room.number("صاروخ")
    assert not room.index.has_exact


def test_of_a_quoted_phrase_only_its_very_letters_are_kept() -> None:
    room = Room()
    quoted, plain = room.number('"القاعدة"'), room.number("القاعدة")
    tokens = tuple(room.chunks.read("القاعدة قاعدة والقاعدة").tokens)
    everywhere = [Hit(0, 1), Hit(1, 2), Hit(2, 3)]
    found = {quoted: [*everywhere], plain: [*everywhere]}
    room.index.keep_exact(found, Scan("", "", tokens))
    assert found == {quoted: [Hit(0, 1)], plain: everywhere}
    nowhere = {quoted: [Hit(1, 2)]}
    room.index.keep_exact(nowhere, Scan("", "", tokens))
    assert nowhere == {}


def test_a_phrase_counts_for_a_text_that_was_read_before() -> None:
    room = Room()
    assert room.found("صواريخ") == set()
    room.number("صاروخ")
    assert room.found("صواريخ") == {(0, How.STEM)}


def test_sounds_and_loose_words_are_heard() -> None:
    room = Room()
    sound, loose = room.number("كركوك"), room.number("صاروخ~")
    room.index.settle()
    text = "صاورخ Kirkuk"
    heard = set(room.index.heard(room.chunks.read(text)))
    assert heard == {(loose, Hit(0, 1, How.FUZZY)), (sound, Hit(1, 2, How.SOUND))}


def test_an_index_that_was_kept_knows_its_phrases() -> None:
    room = Room()
    queries = ["كركوك", "عين الأسد", '"القاعدة"', "صاروخ~", "قاعدة+ كركوك", "Hezbollah"]
    numbers = [room.number(query) for query in queries]
    room.phrases.settle()
    room.index.settle()
    kept = reread((room.codes.kept(), room.phrases.kept(), room.index.kept()))
    again = Room()
    again.codes, again.phrases = Codes.of_kept(kept[0]), Phrases.of_kept(kept[1])
    again.index = Index(KNOWN, again.phrases, again.codes, FIRST, kept[2])
    again.chunks = Chunks(again.codes, (), again.index.hearing, again.index.loose)
    assert [again.number(query) for query in queries] == numbers
    assert again.number("دهوك") == len(queries)
    for text in ("كركوك", "عينالاسد", "حزب الله", "دهوك"):
        room.number("دهوك")
        assert again.found(text) == room.found(text) != set()


def test_a_word_that_is_learnt_twice_is_read_anew_once() -> None:
    room = Room()
    before = room.chunks.read("عين").codes
    learn(room.codes, ("عين",), room.chunks)
    after = room.chunks.read("عين").codes
    learn(room.codes, ("عين",), room.chunks)
    assert before != after == room.chunks.read("عين").codes
