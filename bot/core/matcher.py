"""Every watch and every lexicon phrase against one text, in one pass.

A text becomes codes (``core.chunks``); one search finds every phrase in them (``core.phrases``), a
second one every name by its sound (``core.hearing``). Watches are rules over what was found
(``core.rules``). A watch that is added or removed counts for the next text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from bot.core.answers import Answers, Origin
from bot.core.chunks import Chunks
from bot.core.codes import Codes
from bot.core.index import HOW, Index, Listener, learn
from bot.core.known import known_of, place_names
from bot.core.lazily import Later
from bot.core.model import Hit, How, Knowledge, Reading, Scan, Watch
from bot.core.packed import Kept
from bot.core.phrases import Phrases
from bot.core.query import Phrase, parse
from bot.core.rules import Rules
from bot.core.spellings import Key, Way
from bot.core.stretches import stretches
from bot.core.text import sentence_numbers
from bot.core.trees import Evidence, compiled
from bot.core.words import SHED, Fields, Words
from bot.errors import QueryError

_WAYS = len(Way)
_BATCH = 2_000
_FEW = 200  # so many that came late cost a text next to nothing
_Hits = dict[int, dict[tuple[int, int], Hit]]


class Matcher:
    """All watches; scanning changes nothing that can be seen."""

    def __init__(
        self,
        knowledge: Knowledge,
        watches: Iterable[Watch] = (),
        *,
        kept: Kept = (),
        listener: Listener | None = None,
    ) -> None:
        """Build it for ``watches``, or from what was ``kept`` of one of the same knowledge.

        ``listener``: who learns to hear names in other scripts, if not our own ears.
        """
        codes, phrases, index, rules, named = kept or ((), (), (), (), {})
        self.knowledge = knowledge
        self._known = known_of(knowledge)
        self._first = len(self._known.endings)
        self._codes = Codes.of_kept(codes) if codes else Codes()
        self._phrases = Phrases.of_kept(phrases) if phrases else Phrases()
        self._index = Index(
            knowledge, self._phrases, self._codes, self._first, index, listener=listener
        )
        self._chunks = Chunks(
            self._codes, self._known.stems, self._index.hearing, self._index.loose
        )
        self._rules = Rules(self._index.written, rules)
        self._place_of = place_names(knowledge)
        self._named: dict[int, str] = {}  # phrase → the place it names
        self._naming: dict[str, list[int]] = {}
        for number, place in named.items():
            self._name(number, place)
        if not kept:
            self._build(watches)

    def _build(self, watches: Iterable[Watch]) -> None:
        for key, number in self._known.phrases:
            learn(self._codes, key, self._chunks)
            self._phrases.add(self._codes.encoded(key), number)
        for batch in _batches(watches):
            self._index.prepare([watch.query for watch in batch], self._chunks)
            for watch in batch:
                self.add(watch)
        self._phrases.settle()
        self._index.settle()
        self._rules.settle()

    def kept(self, ears: Kept = ()) -> Kept:
        """What makes the same matcher again, in plain values; only of one just built.

        ``ears`` are those of the listener.
        """
        codes, phrases, rules = self._codes.kept(), self._phrases.kept(), self._rules.kept()
        return codes, phrases, self._index.kept(ears), rules, self._named

    @property
    def size(self) -> int:
        """How many watches it answers for."""
        return len(self._rules)

    @property
    def changes(self) -> int:
        """How many watches came and went since it was built; they make it a little slower."""
        return self._rules.changes

    def begin(self) -> None:
        """From now on changes are counted."""
        self._rules.begin()

    # ── watches ──────────────────────────────────────────────────────────────────────────

    def add(self, watch: Watch) -> None:
        """Look for ``watch`` from the next text on."""
        row = self._index.row(watch.query, self._chunks)
        if row is not None:
            self._rules.add(watch.id, self._placed(*row))
            return
        # What was stored is not always what today's syntax allows; one bad watch must not
        # take the others with it.
        try:
            query = parse(watch.query)
        except QueryError:
            return
        self._rules.add(watch.id, compiled(query.root, self._number))

    def remove(self, watch_id: int) -> None:
        """Look for this watch no more; what it alone looked for is found and asks nobody."""
        self._rules.remove(watch_id)

    def _number(self, phrase: Phrase) -> int:
        number = self._index.number(phrase, self._chunks)
        return number if phrase.exact else self._placed(number, phrase.bare)

    def _placed(self, number: int, key: Key) -> int:
        place = self._place_of.get(key)
        if place and number not in self._named:
            self._name(number, place)
        return number

    def _name(self, number: int, place: str) -> None:
        self._named[number] = place
        self._naming.setdefault(place, []).append(number)

    # ── a text ───────────────────────────────────────────────────────────────────────────

    def scan(self, title: str, body: str) -> Scan:
        """Find every known phrase in ``title`` and ``body``."""
        head, rest = self._chunks.read(title), self._chunks.read(body)
        tokens = Fields(head.tokens, rest.tokens)
        sentences = Later(lambda: _sentences(title, body, head, rest))
        known: list[tuple[int, Hit]] = []
        watched: _Hits = {}
        for words, field, base in ((head, title, 0), (rest, body, tokens.split)):
            self._find(words, field, base, known, watched)
            for number, (start, end, how) in self._index.heard(words):
                _once(watched, number, Hit(start + base, end + base, how))
        phrases = {number: [*hits.values()] for number, hits in watched.items()}
        starts, ends = tokens.edges() if known or watched else ((), ())
        text = Scan(title, body, tokens, tokens.split, sentences, starts=starts, ends=ends)
        terms, places = self._known.sorted_out(known, text) if known else ({}, {})
        if self._index.has_exact:
            self._index.keep_exact(phrases, text)
        return replace(text, terms=terms, places=places, phrases=phrases)

    def _find(
        self, words: Words, text: str, base: int, known: list[tuple[int, Hit]], watched: _Hits
    ) -> None:
        first = self._first
        for number, start, end, how in _hits(self._phrases, words):
            if number < first:
                known.append((number, Hit(start + base, end + base, how)))
                continue
            phrase, way = divmod(number - first, _WAYS)
            if way == Way.STRICT and not self._stands(words, start, end, text):
                continue
            _once(watched, phrase, Hit(start + base, end + base, HOW[way] if way else how))

    def _stands(self, words: Words, start: int, end: int, text: str) -> bool:
        first, last = words.tokens.starts[start], words.tokens.ends[end - 1]
        return self._index.spellings.stands(text[first:last])

    def watch_matches(
        self,
        scan: Scan,
        reading: Reading,
        origin: Origin | None = None,
        only: Collection[int] | None = None,
    ) -> dict[int, Evidence]:
        """The watches (of ``only``, if given) that hold for this entry, each with its evidence."""
        written = self._index.written
        asked = Answers(
            scan, reading, origin or Origin(), self.knowledge, written=written, named=self._named
        )
        return self._rules.answers(self._asked_for(scan), asked, only)

    def _asked_for(self, scan: Scan) -> Iterator[int]:
        yield from scan.phrases
        for place in scan.places:
            yield from self._naming.get(place, ())


def matcher_of(knowledge: Knowledge, watches: Collection[Watch] = ()) -> Matcher:
    """A matcher for ``watches``; a few are added to one of ``knowledge`` alone, in a moment."""
    if len(watches) > _FEW:
        return Matcher(knowledge, watches)
    matcher = Matcher(knowledge, kept=_bare(knowledge))
    for watch in watches:
        matcher.add(watch)
    matcher.begin()
    return matcher


@lru_cache(maxsize=2)  # of one bot; of another one while it is tested
def _bare(knowledge: Knowledge) -> Kept:
    return Matcher(knowledge).kept()


def _batches(watches: Iterable[Watch]) -> Iterator[list[Watch]]:
    rest = iter(watches)
    while batch := [*islice(rest, _BATCH)]:
        yield batch


def _once(watched: _Hits, number: int, hit: Hit) -> None:
    span = hit[:2]
    known = watched.get(number)
    if known is None:
        watched[number] = {span: hit}
    else:
        known.setdefault(span, hit)


def _sentences(title: str, body: str, head: Words, rest: Words) -> tuple[int, ...]:
    numbers = sentence_numbers(title, head.tokens.starts, head.tokens.ends)
    following = numbers[-1] + 1 if numbers else 0
    return numbers + sentence_numbers(body, rest.tokens.starts, rest.tokens.ends, following)


def _hits(phrases: Phrases, words: Words) -> Iterator[tuple[int, int, int, How]]:
    """Every phrase in a text: its number, the words it stands on, and how its first is read."""
    marks = words.marks
    for start, end, number in phrases.find(words.codes):
        # Only the first word of a phrase carries clitics: "and" splits phrases.
        if end - start == 1 or SHED not in marks[start + 1 : end]:
            yield number, start, end, How.CLITIC if marks[start] == SHED else How.EXACT
    for stretch in stretches(words, phrases.longest):
        for start, end, number in phrases.find(stretch.codes):
            if not start <= stretch.at < end:
                continue  # the words around are read as they were: found already
            first = stretch.ends[start - 1] if start else stretch.start
            last = stretch.ends[end - 1]
            if SHED not in marks[first + 1 : last]:
                clitic = marks[first] == SHED or (stretch.first and start == stretch.at)
                yield number, first, last, How.CLITIC if clitic else How.EXACT
