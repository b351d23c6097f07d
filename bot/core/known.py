"""What is known to everybody, in a text: lexicon terms and places, freed of what they are not.

A term inside a set phrase that means something else is no term (قاعدة بيانات), a place whose bare
name means something else needs a base noun beside it, and a name inside a longer name is not named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import NamedTuple

from bot.core.model import Hit, Knowledge, Place, Scan, Term
from bot.core.morphology import declined, without_hamza
from bot.core.spellings import Key, fused
from bot.core.text import arabic_script_language, breaks, is_plain_arabic, key_of, name_key
from bot.core.vouching import ByName, vouched, with_bare


class Ending(NamedTuple):
    """What a phrase means: a term or a place.

    ``letters``: the original must read so. ``bare``: it means the place only where it is aimed at.
    """

    term: Term | None = None
    place: Place | None = None
    letters: str = ""
    bare: bool = False


class Known:
    """The phrases of a ``Knowledge``, numbered by their place in ``endings``."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.endings: list[Ending] = []
        self.phrases: list[tuple[Key, int]] = []
        for term in knowledge.terms:
            key = _term_key(term.text)
            self._add(Ending(term=term), key, tuple(map(without_hamza, key)))
        for place in knowledge.places.values():
            for spelling in sorted({s for names in place.names.values() for s in names}):
                self._add_place(place, spelling)
            for lang, names in place.names.items():
                for form in (form for name in names for form in declined(name, lang)):
                    self._add(Ending(place=place), key_of(form))
            for spelling in place.bare:
                self._add(Ending(place=place, bare=True), key_of(spelling))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The words that are open at their end, ``*`` and all."""
        return frozenset(word for key, _ in self.phrases for word in key if word.endswith("*"))

    def _add(self, ending: Ending, *keys: Key | None) -> None:
        self.phrases += [(key, len(self.endings)) for key in dict.fromkeys(keys) if key]
        self.endings.append(ending)

    def _add_place(self, place: Place, spelling: str) -> None:
        if spelling in self.knowledge.strict:
            self._add(Ending(place=place, letters=spelling), key_of(spelling))
        else:
            key = key_of(spelling)
            plain = tuple(map(without_hamza, key))
            self._add(Ending(place=place), key, plain, fused(spelling))

    # ── in a text ────────────────────────────────────────────────────────────────────────

    def sorted_out(self, found: Iterable[tuple[int, Hit]], scan: Scan) -> tuple[ByName, ByName]:
        """The terms by category and the places by id, in the order they stand.

        Args:
            found: Numbers of ``endings`` with where they stand.
            scan: The text, with its tokens and sentences.
        """
        languages = _Languages(scan)
        terms: dict[str, list[Hit]] = defaultdict(list)
        places: dict[str, list[Hit]] = defaultdict(list)
        bare: dict[str, list[Hit]] = defaultdict(list)
        for number, hit in sorted(found, key=lambda pair: pair[1][:2]):
            term, place, letters, doubtful = self.endings[number]
            if term is not None:
                if not term.only or languages.may_be(term.lang, hit.start):
                    _once(terms[term.category], hit)
            elif place is not None and (not letters or _is_written(hit, letters, scan)):
                _once((bare if doubtful else places)[place.id], hit)
        shown, known = _unmasked(terms), self.knowledge.places
        sure = vouched(places, known, shown, scan)
        return shown, _longest(with_bare(sure, bare, known, shown, scan))


def _term_key(text: str) -> Key:
    words: list[str] = []
    for piece in text.split():
        key = list(key_of(piece))
        if piece.endswith("*") and key:
            key[-1] += "*"
        words += key
    return tuple(words)


@lru_cache(maxsize=4)
def known_of(knowledge: Knowledge) -> Known:
    """The phrases of ``knowledge``, made once: they never change."""
    return Known(knowledge)


@lru_cache(maxsize=4)
def place_names(knowledge: Knowledge) -> dict[Key, str]:
    """Folded name → place, for every spelling that folding leaves unmistakable."""
    return {
        name_key(spelling): place.id
        for place in knowledge.places.values()
        for names in place.names.values()
        for spelling in names
        if spelling not in knowledge.strict
    }


def _once(hits: list[Hit], hit: Hit) -> None:
    if all(known[:2] != hit[:2] for known in hits[-2:]):
        hits.append(hit)


def _is_written(hit: Hit, letters: str, scan: Scan) -> bool:
    # سلێمانی the city and سلیمانی the man differ in one letter that folding makes equal, Şam the
    # city and Sam the man in one; газа the gas has a small letter where Газа has none.
    return scan.text(scan.span(hit)) in (letters, letters.upper())


class _Languages:
    """Whether a sentence may be in a language, worked out when first asked for."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._known: dict[int, str] = {}
        self._plain: bool | None = None
        self._last = (0, -1)

    def may_be(self, lang: str, at: int) -> bool:
        """Whether the sentence of token ``at`` may be in ``lang``."""
        if self._plain is None:
            self._plain = is_plain_arabic(self._scan.title) and is_plain_arabic(self._scan.body)
        # Nearly every text holds no letter of another language: its sentences need no counting.
        if lang == "ar" and self._plain:
            return True
        # One line may be the whole text: its ends are looked for once.
        if not self._last[0] <= at <= self._last[1]:
            self._last = self._sentence(at)
        first, last = self._last
        if first not in self._known:
            self._known[first] = arabic_script_language(
                self._scan.text(self._scan.span(Hit(first, last + 1)))
            )
        return self._known[first] in ("", lang)

    def _sentence(self, at: int) -> tuple[int, int]:
        """The first and the last token of the sentence of token ``at``."""
        split = self._scan.split
        if at < split:
            text, start, end = self._scan.title, 0, split
        else:
            text, start, end = self._scan.body, split, len(self._scan.starts)
        first = last = at
        while first > start and not self._ends_at(first - 1, text):
            first -= 1
        while last + 1 < end and not self._ends_at(last, text):
            last += 1
        return first, last

    def _ends_at(self, at: int, text: str) -> bool:
        """Whether a sentence ends after token ``at``."""
        starts = self._scan.starts
        return breaks(text, starts[at], self._scan.ends[at], starts[at + 1])


def _unmasked(terms: Mapping[str, list[Hit]]) -> dict[str, tuple[Hit, ...]]:
    masked = {at for hit in terms.get("mask", ()) for at in range(hit.start, hit.end)}
    return dict(_kept(terms, masked))


def _kept(
    terms: Mapping[str, list[Hit]], masked: set[int]
) -> Iterator[tuple[str, tuple[Hit, ...]]]:
    for category, hits in terms.items():
        kept = tuple(
            hit
            for hit in hits
            if category == "mask" or not masked.issuperset(range(hit.start, hit.end))
        )
        if kept:
            yield category, kept


def _longest(places: ByName) -> dict[str, tuple[Hit, ...]]:
    """Places in the order they are named; a name inside a longer name is not named."""
    outer = _outermost({hit[:2] for hits in places.values() for hit in hits})
    kept: dict[str, tuple[Hit, ...]] = {}
    for key, hits in sorted(places.items(), key=lambda item: item[1][0].start):
        whole = tuple(hit for hit in hits if hit[:2] in outer)
        if whole:
            kept[key] = whole
    return kept


def _outermost(spans: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The spans that lie in no other."""
    kept: set[tuple[int, int]] = set()
    reach = -1
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if end > reach:
            kept.add((start, end))
            reach = end
    return kept
