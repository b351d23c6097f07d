"""What else a watch finds, in names a reader can look at: "also Ain al-Asad, Ayn al-Assad, …".

Only what is known beforehand is listed here, and what was found in texts already; sounds and
clitics have no list, they are heard in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, zip_longest

from bot.core.known import place_names
from bot.core.letters import ZWNJ
from bot.core.model import Knowledge, Place
from bot.core.query import Phrase, Query
from bot.core.sounds import ARABIC, CYRILLIC, HEBREW, LATIN, script
from bot.core.spellings import Key, spellings_of
from bot.core.text import is_plain_arabic, name_key, tokenize

MOST = 6
_SAME = 2  # of those, spellings that fold to what was written: عين الاسد
_OWN_SCRIPT = 3  # of the others, those in the reader's letters; the rest shows what else there is
_FORMS = 3  # other forms of the words, of which there can be dozens

# Persian and Kurdish names are in Arabic letters too, but not in those of an Arabic reader.
_FOREIGN = "foreign"
_ORDER = {"ar": (ARABIC, LATIN, _FOREIGN, HEBREW, CYRILLIC)}
_OTHERS = (LATIN, ARABIC, _FOREIGN, HEBREW, CYRILLIC)

Names = Mapping[str, tuple[str, ...]]


class Expansion:
    """Everything known about other spellings, made ready once; asking changes nothing."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._spellings = spellings_of(knowledge)
        self._places = place_names(knowledge)
        self._forms: dict[Key, tuple[str, ...]] = {}  # a folded word → its forms as written
        for inflection in knowledge.inflections:
            for form in inflection.forms:
                self._forms.setdefault(name_key(form), inflection.forms)

    def also(self, query: Query, lang: str, found: Sequence[str] = ()) -> tuple[str, ...]:
        """At most six other spellings ``query`` finds, none written twice.

        First those that differ in more than folding, then those that fold to the same; each in
        the scripts a reader of ``lang`` reads best. Of phrases in quotes there are none.

        Args:
            query: The watch.
            lang: The reader's language.
            found: Spellings that it was found as in stored texts, the most frequent first.
        """
        phrases = [phrase for phrase in query.phrases if not phrase.exact]
        if not phrases:
            return ()
        own = {name_key(phrase.written): phrase.written for phrase in phrases}
        known = chain.from_iterable(_in_turn([[*self._names(phrase)] for phrase in phrases]))
        names = [name for name in dict.fromkeys((*found, *known)) if _is_name(name, own)]
        same = _by_script((name for name in names if name_key(name) in own), lang)
        same = sorted(same, key=_is_plain)[:_SAME]
        others = _distinct(names, own)
        return (*_shown(others, lang, MOST - len(same)), *same)

    def _names(self, phrase: Phrase) -> Iterator[str]:
        """The known spellings of ``phrase``, the best of each language first."""
        key = name_key(phrase.written)
        place = self._knowledge.places.get(self._places.get(key, ""))
        if place is not None:
            names = _each_language(place.names)
            yield from (name for name in names if name_key(name) == key or _is_sure(place, name))
        if phrase.is_loose:
            return  # looked for as written, with errors or endings
        groups = self._spellings.groups(key)
        for group in groups:
            yield from _each_language(group)
        if place is None and not groups:
            yield from islice(self._inflected(phrase.written), _FORMS)

    def _inflected(self, written: str) -> Iterator[str]:
        """``written`` with one of its words in another form, the commonest forms first."""
        for token in tokenize(written):
            key = name_key(token.text)
            for form in self._forms.get(key, ()):
                if name_key(form) != key:
                    yield written[: token.start] + form + written[token.end :]


def _is_sure(place: Place, name: str) -> bool:
    """Whether ``name`` alone means ``place``: Harir does, حرير is silk where no base stands by."""
    one_word = len(name_key(name)) == 1
    return not (place.needs_context and one_word and _script(name) in (ARABIC, _FOREIGN))


def _each_language(names: Names) -> Iterator[str]:
    """The best name of each language, then the second of each, and so on."""
    yield from chain.from_iterable(_in_turn(names.values()))


def _in_turn(lists: Iterable[Sequence[str]]) -> Iterator[list[str]]:
    for row in zip_longest(*lists):
        yield [name for name in row if name is not None]


def _is_name(name: str, own: Mapping[Key, str]) -> bool:
    key = name_key(name)
    return bool(key) and own.get(key) != name


def _distinct(names: Iterable[str], own: Iterable[Key]) -> list[str]:
    """``names`` that fold differently, without longer ones that hold a shorter one."""
    seen = list(own)
    kept: list[str] = []
    for name in names:
        key = name_key(name)
        if not any(_holds(key, other) for other in seen):
            seen.append(key)
            kept.append(name)
    return kept


def _holds(key: Key, part: Key) -> bool:
    starts = range(len(key) - len(part) + 1)
    return any(key[start : start + len(part)] == part for start in starts)


def _shown(names: Sequence[str], lang: str, room: int) -> list[str]:
    """The best of ``names``: a few in the reader's letters, the rest in others."""
    ordered = _by_script(names, lang)
    first = _ORDER.get(lang, _OTHERS)[0]
    mine = [name for name in ordered if _script(name) == first]
    others = [name for name in ordered if _script(name) != first]
    spare = max(room - _OWN_SCRIPT, room - len(mine), 0)
    chosen = {*others[:spare]}
    chosen |= {*mine[: room - len(chosen)]}
    return [name for name in ordered if name in chosen]


def _by_script(names: Iterable[str], lang: str) -> list[str]:
    order = _ORDER.get(lang, _OTHERS)
    rank = {name: at for at, name in enumerate(order)}
    return sorted(names, key=lambda name: rank.get(_script(name), len(order)))


def _is_plain(name: str) -> bool:
    """Whether nothing about ``name`` needs showing but other letters of the same look."""
    return _script(name) == _FOREIGN and ZWNJ not in name


def _script(name: str) -> str:
    found = next(filter(None, map(script, name.split())), "")
    return _FOREIGN if found == ARABIC and not is_plain_arabic(name) else found
