"""Every watch and every lexicon phrase against one text, in one pass.

All phrases stand in one trie (``core.trie``), so a text costs a few dictionary look-ups a word,
however many watches there are. What was understood of the text (``Reading``) answers the facets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.model import (
    Finding,
    Grade,
    Hit,
    How,
    Knowledge,
    Match,
    Place,
    Reading,
    Scan,
    Span,
    Term,
    Watch,
)
from bot.core.query import Facet, Phrase, Query, parse
from bot.core.text import (
    ZWNJ,
    arabic_script_language,
    bare,
    name_key,
    sentence_numbers,
    tokenize,
)
from bot.core.trie import Trie
from bot.errors import QueryError

_SCORE = {How.EXACT: 100, How.CLITIC: 95, How.ALIAS: 90}
_BASE = "base"  # the category whose words vouch for a place that needs context
_BASE_WITHIN = 2
_LAST_LATIN = "\u024f"


@dataclass(frozen=True, slots=True)
class _Ending:
    """What a path through the trie means. Exactly one of the first three is set."""

    term: Term | None = None
    place: Place | None = None
    phrase: int = -1
    words: tuple[str, ...] = ()  # when set, the tokens must be these, letter for letter
    letters: str = ""  # when set, the original must read so


@dataclass(frozen=True, slots=True)
class _Rule:
    """A watch, understood: numbers of its phrases, places its phrases name, its facets."""

    watch: Watch
    phrases: tuple[tuple[int, str], ...]
    facets: tuple[Facet, ...]


class Matcher:
    """Built once for a set of watches; scanning changes nothing that can be seen."""

    def __init__(self, knowledge: Knowledge, watches: Sequence[Watch]) -> None:
        self._knowledge = knowledge
        self._trie: Trie[_Ending] = Trie()
        self._numbers: dict[Phrase, int] = {}
        self._place_of = _place_names(knowledge)
        self._add_knowledge()
        rules = [rule for watch in watches if (rule := self._rule(watch)) is not None]
        self._always = [rule for rule in rules if not rule.phrases]
        self._by_phrase = _by_first_phrase(rules)

    # ── building ─────────────────────────────────────────────────────────────────────────

    def _add_knowledge(self) -> None:
        for term in self._knowledge.terms:
            self._trie.add(_term_words(term.text), _Ending(term=term))
        for place in self._knowledge.places.values():
            for spelling in sorted({s for names in place.names.values() for s in names}):
                self._add_place(place, spelling)

    def _add_place(self, place: Place, spelling: str) -> None:
        letters = spelling if spelling in self._knowledge.strict else ""
        ending = _Ending(place=place, letters=letters)
        self._trie.add(name_key(spelling), ending)
        if not letters:
            self._add_fused(spelling, ending)

    def _add_fused(self, spelling: str, ending: _Ending) -> None:
        """Feeds also print عینالاسد and ديرالزور: two words whose gap was lost."""
        words = [token.text for token in tokenize(spelling)]
        if (len(words) > 1 and words[-1].startswith("ال")) or ZWNJ in spelling:
            self._trie.add((bare("".join(words)),), ending)

    def _rule(self, watch: Watch) -> _Rule | None:
        # What was stored is not always what today's syntax allows; one bad watch must not
        # take the others with it.
        try:
            query = parse(watch.query)
        except QueryError:
            return None
        phrases = tuple((self._number(p), self._named(p)) for p in query.phrases)
        return _Rule(watch, phrases, query.facets)

    def _number(self, phrase: Phrase) -> int:
        number = self._numbers.setdefault(phrase, len(self._numbers))
        words = phrase.words if phrase.exact else ()
        ending = _Ending(phrase=number, words=words)
        self._trie.add(phrase.bare, ending)
        if not phrase.exact:
            self._add_fused(" ".join(phrase.words), ending)
        return number

    def _named(self, phrase: Phrase) -> str:
        """The id of the place this phrase names, so that its other spellings answer too."""
        return "" if phrase.exact else self._place_of.get(phrase.bare, "")

    # ── scanning ─────────────────────────────────────────────────────────────────────────

    def scan(self, title: str, body: str) -> Scan:
        """Find every known phrase in ``title`` and ``body``."""
        head, rest = tokenize(title), tokenize(body)
        numbers = sentence_numbers(title, head)
        following = numbers[-1] + 1 if numbers else 0
        scan = Scan(
            title=title,
            body=body,
            tokens=head + rest,
            split=len(head),
            sentences=numbers + sentence_numbers(body, rest, following),
        )
        return self._found_in(scan)

    def _found_in(self, scan: Scan) -> Scan:
        languages = _SentenceLanguages(scan)
        terms: dict[str, list[Hit]] = defaultdict(list)
        places: dict[str, list[Hit]] = defaultdict(list)
        phrases: dict[int, list[Hit]] = defaultdict(list)
        for start, token in enumerate(scan.tokens):
            if self._trie.begins_nothing(token):
                continue
            limit = scan.split if start < scan.split else len(scan.tokens)
            for ending, end, how in self._trie.walk(scan.tokens, start, limit):
                hit = Hit(start, end, how)
                if not _holds(ending, hit, scan):
                    continue
                if ending.term is not None:
                    if not ending.term.only or languages(start) in ("", ending.term.lang):
                        terms[ending.term.category].append(hit)
                elif ending.place is not None:
                    places[ending.place.id].append(hit)
                else:
                    phrases[ending.phrase].append(hit)
        shown = _unmasked(terms)
        return Scan(
            scan.title,
            scan.body,
            scan.tokens,
            scan.split,
            scan.sentences,
            shown,
            self._vouched(places, shown, scan),
            _frozen(phrases),
        )

    def _vouched(
        self, places: Mapping[str, list[Hit]], terms: Mapping[str, tuple[Hit, ...]], scan: Scan
    ) -> dict[str, tuple[Hit, ...]]:
        """The places, without bare names that mean something else where no base stands near."""
        bases = terms.get(_BASE, ())
        sure: dict[str, tuple[Hit, ...]] = {}
        for key, hits in places.items():
            place = self._knowledge.places[key]
            kept = tuple(
                hit
                for hit in hits
                if not (place.needs_context and _is_ambiguous(hit, scan))
                or any(_stands_by(hit, base, scan) for base in bases)
            )
            if kept:
                sure[key] = kept
        return _longest(sure)

    # ── answering ────────────────────────────────────────────────────────────────────────

    def watch_matches(self, scan: Scan, reading: Reading) -> dict[int, tuple[Match, ...]]:
        """The watches that hold for this entry, by id, each with its evidence."""
        found: dict[int, tuple[Match, ...]] = {}
        for rule in self._candidates(scan, reading):
            matches = self._matches(rule, scan, reading)
            if matches:
                found[rule.watch.id] = matches
        return found

    def _candidates(self, scan: Scan, reading: Reading) -> Iterator[_Rule]:
        if reading.flag:
            yield from self._always
        for number in scan.phrases:
            yield from self._by_phrase.get(number, ())
        for place in scan.places:
            yield from self._by_phrase.get(place, ())

    def _matches(self, rule: _Rule, scan: Scan, reading: Reading) -> tuple[Match, ...]:
        found: list[Match] = []
        for number, place in rule.phrases:
            evidence = _evidence(scan, number, place)
            if not evidence:
                return ()
            found += evidence
        for facet in rule.facets:
            spans = self._facet_spans(facet, reading)
            if not spans:
                return ()
            found += [Match(span, scan.text(span), How.EXACT) for span in spans]
        return tuple(dict.fromkeys(found))

    def _facet_spans(self, facet: Facet, reading: Reading) -> list[Span]:
        if not reading.flag:
            return []
        told = [f for f in reading.findings if f.grade is Grade.LEAD]
        return [span for f in told if self._facet_holds(facet, f) for span in f.spans]

    def _facet_holds(self, facet: Facet, finding: Finding) -> bool:
        if facet.kind == "topic":
            return facet.value in ("all", finding.topic)
        places = [self._knowledge.places[p] for p in finding.places if p in self._knowledge.places]
        if facet.kind == "country":
            return any(place.country.lower() == facet.value for place in places)
        return any(facet.value in (place.id, *place.parents) for place in places)


def phrase_shadow(query: Query) -> tuple[str, ...]:
    """The phrases of ``query`` as they stand in ``core.text.folded_shadow``."""
    return tuple(" ".join(phrase.bare) for phrase in query.phrases)


def _by_first_phrase(rules: Iterable[_Rule]) -> dict[int | str, list[_Rule]]:
    """Where each rule is looked up: under its first phrase, and the place that phrase names."""
    index: dict[int | str, list[_Rule]] = defaultdict(list)
    for rule in rules:
        if rule.phrases:
            number, place = rule.phrases[0]
            index[number].append(rule)
            if place:
                index[place].append(rule)
    return index


def _place_names(knowledge: Knowledge) -> dict[tuple[str, ...], str]:
    return {
        name_key(spelling): place.id
        for place in knowledge.places.values()
        for names in place.names.values()
        for spelling in names
        if spelling not in knowledge.strict
    }


def _term_words(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for piece in text.split():
        folded = list(name_key(piece))
        if piece.endswith("*") and folded:
            folded[-1] += "*"
        words += folded
    return tuple(words)


def _holds(ending: _Ending, hit: Hit, scan: Scan) -> bool:
    covered = scan.tokens[hit.start : hit.end]
    if len(covered) == 1 and covered[0].function:
        return False
    if ending.words:
        return tuple(token.text for token in covered) == ending.words
    return not ending.letters or _same_letters(scan.text(scan.span(hit)), ending.letters)


def _same_letters(text: str, letters: str) -> bool:
    # سلێمانی the city and سلیمانی the man differ in one letter that folding makes equal.
    return text.casefold() == letters.casefold()


class _SentenceLanguages:
    """The language of a token's sentence, worked out when first asked for."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._known: dict[int, str] = {}

    def __call__(self, at: int) -> str:
        number = self._scan.sentences[at]
        if number not in self._known:
            self._known[number] = arabic_script_language(self._sentence(at, number))
        return self._known[number]

    def _sentence(self, at: int, number: int) -> str:
        first = last = at
        numbers = self._scan.sentences
        while first and numbers[first - 1] == number:
            first -= 1
        while last + 1 < len(numbers) and numbers[last + 1] == number:
            last += 1
        return self._scan.text(self._scan.span(Hit(first, last + 1)))


def _unmasked(terms: Mapping[str, list[Hit]]) -> dict[str, tuple[Hit, ...]]:
    """The hits, without those inside a set phrase that means something else (قاعدة بيانات)."""
    masked = {at for hit in terms.get("mask", ()) for at in range(hit.start, hit.end)}
    shown: dict[str, tuple[Hit, ...]] = {}
    for category, hits in terms.items():
        kept = tuple(
            hit
            for hit in hits
            if category == "mask" or not masked.issuperset(range(hit.start, hit.end))
        )
        if kept:
            shown[category] = kept
    return shown


def _is_ambiguous(hit: Hit, scan: Scan) -> bool:
    # حرير is silk, Harir is not: only in Arabic letters does the bare name mean something else.
    return hit.end - hit.start == 1 and scan.tokens[hit.start].text[0] > _LAST_LATIN


def _stands_by(hit: Hit, base: Hit, scan: Scan) -> bool:
    gap = max(base.start - hit.end, hit.start - base.end)
    same_field = (hit.start < scan.split) == (base.start < scan.split)
    return same_field and gap < _BASE_WITHIN


def _longest(places: Mapping[str, tuple[Hit, ...]]) -> dict[str, tuple[Hit, ...]]:
    """Places in the order they are named; a name inside a longer name is not named."""
    spans = {(hit.start, hit.end) for hits in places.values() for hit in hits}
    kept: dict[str, tuple[Hit, ...]] = {}
    for key, hits in sorted(places.items(), key=lambda item: item[1][0].start):
        whole = tuple(h for h in hits if not any(_inside(h, span) for span in spans))
        if whole:
            kept[key] = whole
    return kept


def _inside(hit: Hit, span: tuple[int, int]) -> bool:
    return span[0] <= hit.start and hit.end <= span[1] and span != (hit.start, hit.end)


def _frozen(found: Mapping[int, list[Hit]]) -> dict[int, tuple[Hit, ...]]:
    return {key: tuple(hits) for key, hits in found.items()}


def _evidence(scan: Scan, number: int, place: str) -> list[Match]:
    own = [_match(scan, hit, hit.how) for hit in scan.phrases.get(number, ())]
    spans = {match.span for match in own}
    others = [_match(scan, hit, How.ALIAS) for hit in scan.places.get(place, ())]
    return own + [match for match in others if match.span not in spans]


def _match(scan: Scan, hit: Hit, how: How) -> Match:
    span = scan.span(hit)
    return Match(span, scan.text(span), how, _SCORE[how])
