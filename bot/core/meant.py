"""What a misspelt name was meant to be: known names one typing error away from a watch's words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bot.core.loose import Nearby
from bot.core.model import Knowledge
from bot.core.morphology import clitic_forms, suffix_forms
from bot.core.query import Phrase, Query
from bot.core.slips import SHORTEST, Slip, slip
from bot.core.sounds import ARABIC, script
from bot.core.text import is_plain_arabic, name_key, tokenize

_LONGEST = 5  # words of a name
_ARABIC = "ar"


class Meant:
    """The known names, found by what is left of them when a letter is left out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._names: dict[str, str] = {}  # folded words with their articles → as they are written
        self._words = _ordinary(knowledge)
        for lang, name in _known(knowledge):
            self._words.update(name_key(name))
            # Most who write in plain Arabic letters write Arabic: Iran's own name for Germany is
            # one letter from their words for colours, melodies and diamonds.
            if lang == _ARABIC or not (is_plain_arabic(name) and script(name) == ARABIC):
                self._names.setdefault(_folded(name), name)
        self._nearby = Nearby()
        self._listed = [folded for folded in self._names if len(folded) >= SHORTEST]
        for folded in self._listed:
            self._nearby.add(folded, 1)
        self._nearby.settle()

    def instead(self, query: Query, text: str) -> str:
        """``text`` (which was parsed as ``query``) with a known name for its misspelt one.

        ``""`` where nothing is near, and for names and words that are known as they stand, words
        in quotes and words that allow errors anyway.
        """
        for phrase in query.phrases:
            if phrase.exact or phrase.is_loose:
                continue
            for start, end, name in self._near(phrase):
                at = phrase.column
                if text[at : at + len(phrase.written)] == phrase.written:
                    return text[: at + start] + name + text[at + end :]
        return ""

    def _near(self, phrase: Phrase) -> Iterator[tuple[int, int, str]]:
        """Where in ``phrase`` as written a name begins and ends, and the name; longest first."""
        tokens = tokenize(phrase.written)
        words = phrase.bare
        if len(tokens) != len(words):
            return
        for start, end in _windows(len(words)):
            first, last = tokens[start].start, tokens[end - 1].end
            written = phrase.written[first:last]
            for name in self._nearest(written, words[start:end]):
                if _are_alike(written, name):
                    yield first, last, name

    def _nearest(self, written: str, words: tuple[str, ...]) -> list[str]:
        """The names it may be, the likeliest first."""
        found: list[tuple[Slip, int]] = []
        for number, errors in self._nearby.near(_folded(written), 1):
            key = name_key(self._listed[number])
            kind = slip(" ".join(words), " ".join(key)) if errors else None
            if kind is not None and self._is_misspelt(words, key):
                found.append((kind, number))
        return [self._names[self._listed[number]] for _, number in sorted(found)]

    def _is_misspelt(self, words: tuple[str, ...], name: tuple[str, ...]) -> bool:
        """Whether no word that differs is known itself."""
        return not any(self._is_known(word) for word in words if word not in name)

    def _is_known(self, word: str) -> bool:
        """Whether it is a word, or one with a particle before or a pronoun behind."""
        forms = chain((word,), clitic_forms(word), suffix_forms(word))
        return any(form in self._words for form in forms)


def _are_alike(written: str, name: str) -> bool:
    """Whether who writes so can mean ``name``: with no letters of another language in it."""
    if is_plain_arabic(name) != is_plain_arabic(written):
        return False
    return name.isascii() or not written.isascii()


def _windows(size: int) -> list[tuple[int, int]]:
    """Every stretch of words, the longest first."""
    stretches = [
        (start, end)
        for start in range(size)
        for end in range(start + 1, min(start + _LONGEST, size) + 1)
    ]
    return sorted(stretches, key=lambda stretch: stretch[0] - stretch[1])


def _folded(name: str) -> str:
    """Its words with their articles: who leaves one out and errs as well wrote another word."""
    return " ".join(token.text for token in tokenize(name))


def _known(knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Names of places, then those of the alias table, each with its language."""
    groups = [place.names for place in knowledge.places.values()]
    for names in (*groups, *(alias.names for alias in knowledge.aliases)):
        for lang, spellings in names.items():
            yield from ((lang, name) for name in spellings)


def _ordinary(knowledge: Knowledge) -> set[str]:
    """Words that are known for what they are: forms, words of the lexicon, the commonest ones."""
    forms = (form for given in knowledge.inflections for form in given.forms)
    texts = chain(forms, (term.text for term in knowledge.terms))
    return {word for text in texts for word in name_key(text)}.union(
        knowledge.common, knowledge.near_names
    )
