"""What a misspelt name was meant to be: known names one typing error away from a watch's words."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.loose import SHORTEST, Nearby
from bot.core.model import Knowledge
from bot.core.query import Phrase, Query
from bot.core.text import is_plain_arabic, name_key, tokenize

_LONGEST = 5  # words of a name
_OF_A_PLACE = ("ي", "ه")


class Meant:
    """The known names, found by what is left of them when a letter is left out."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._common = knowledge.common
        self._names: dict[str, str] = {}  # folded words → as they are written
        for name in _known(knowledge):
            self._names.setdefault(" ".join(name_key(name)), name)
        self._words = {word for folded in self._names for word in folded.split()}
        self._words |= {
            " ".join(name_key(form)) for given in knowledge.inflections for form in given.forms
        }
        self._nearby = Nearby()
        self._listed = [folded for folded in self._names if len(folded) >= SHORTEST[1]]
        for folded in self._listed:
            self._nearby.add(folded, 1)
        self._nearby.settle()

    def instead(self, query: Query, text: str) -> str:
        """``text`` (which was parsed as ``query``) with a known name for its misspelt one.

        ``""`` where nothing is near, where a phrase names something known as it stands, and for
        words in quotes, words that allow errors anyway and the commonest words of any language.
        """
        for phrase in query.phrases:
            if phrase.exact or phrase.is_loose:
                continue
            if self._names_something(phrase):
                continue
            for start, end, name in self._near(phrase):
                at = phrase.column
                if text[at : at + len(phrase.written)] == phrase.written:
                    return text[: at + start] + name + text[at + end :]
        return ""

    def _names_something(self, phrase: Phrase) -> bool:
        """Whether any of its words, or several together, are spelt as known."""
        words = phrase.bare
        return any(" ".join(words[start:end]) in self._names for start, end in _windows(len(words)))

    def _near(self, phrase: Phrase) -> Iterator[tuple[int, int, str]]:
        """Where in ``phrase`` as written a name begins and ends, and the name; longest first."""
        tokens = tokenize(phrase.written)
        words = phrase.bare
        if len(tokens) != len(words):
            return
        for start, end in _windows(len(words)):
            first, last = tokens[start].start, tokens[end - 1].end
            plain = is_plain_arabic(phrase.written[first:last])
            for name in self._nearest(words[start:end]):
                # Nobody who writes Arabic means a name with Persian or Kurdish letters.
                if is_plain_arabic(name) == plain:
                    yield first, last, name

    def _nearest(self, words: tuple[str, ...]) -> Iterator[str]:
        folded = " ".join(words)
        if len(folded) < SHORTEST[1]:
            return
        for number, errors in self._nearby.near(folded, 1):
            name = self._listed[number]
            if errors and self._is_misspelt(words, tuple(name.split())):
                yield self._names[name]

    def _is_misspelt(self, words: tuple[str, ...], name: tuple[str, ...]) -> bool:
        """Whether what differs can be an error: no common word, and no name of its own."""
        wrong = [word for word in words if word not in name]
        if any(word in self._common or word in self._words for word in wrong):
            return False
        # The Somali, the Italian: what is of a country is spelt like it, and an ending.
        return not any(word[:-1] in name and word.endswith(_OF_A_PLACE) for word in wrong)


def _windows(size: int) -> list[tuple[int, int]]:
    """Every stretch of words, the longest first."""
    stretches = [
        (start, end)
        for start in range(size)
        for end in range(start + 1, min(start + _LONGEST, size) + 1)
    ]
    return sorted(stretches, key=lambda stretch: stretch[0] - stretch[1])


def _known(knowledge: Knowledge) -> Iterator[str]:
    """Names of places, then those of the alias table."""
    groups = [place.names for place in knowledge.places.values()]
    for names in (*groups, *(alias.names for alias in knowledge.aliases)):
        for spellings in names.values():
            yield from spellings
