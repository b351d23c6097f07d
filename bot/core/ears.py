"""One ear: names of one kind of letters, by the keys of their sounds."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from bot.core.codes import Codes, each
from bot.core.packed import Kept, Many
from bot.core.phrases import Phrases
from bot.core.signs import ANY, meet

MOST_BEFORE = 4  # words before those a phrase is heard by, at most three
MOST_WORDS = 32  # of a phrase that is heard, at most 31
_MOST_KEYS = 8  # of one phrase
SIGNS = 3  # words of a name whose signs are kept
_NO_SIGNS = (ANY,) * SIGNS


class Ear:
    """Listens for names of one kind of letters, by sound."""

    def __init__(self) -> None:
        self.codes = Codes()
        self.names = Names()
        self.new_keys: set[str] = set()
        self.new_names: set[str] = set()
        self._phrases = Phrases()
        self._places: dict[str, int] = {}  # code of a name of one word → where its names stand
        self._singles = Many()
        self._known: dict[tuple[str, ...], list[str]] = {}  # the codes of a word's keys

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of; only of what is settled."""
        parts = (self.codes, self.names, self._phrases, self._singles)
        return (*(part.kept() for part in parts), "".join(self._places))

    @classmethod
    def of_kept(cls, kept: Kept) -> Ear:
        """What was kept."""
        codes, names, phrases, singles, places = kept
        ear = cls()
        ear.codes, ear.names = Codes.of_kept(codes), Names.of_kept(names)
        ear._phrases, ear._singles = Phrases.of_kept(phrases), Many.of_kept(singles)
        ear._places = {code: place for place, code in enumerate(each(places))}
        return ear

    def settle(self) -> None:
        """Pack what there is."""
        self._phrases.settle()
        self._singles.settle()
        self._known.clear()

    def add(self, keys: Sequence[tuple[str, ...]], name: Name) -> None:
        """Listen for ``name`` where words with one of ``keys`` each stand."""
        number = self.names.add(name)
        rows = islice(product(*map(self._coded, keys)), _MOST_KEYS)
        if len(keys) > 1:
            for codes in rows:
                self._phrases.add("".join(codes), number)
        else:
            for (code,) in rows:
                self._singles.add(self._places.setdefault(code, len(self._places)), number)
                self.new_names.add(code)

    def _coded(self, keys: tuple[str, ...]) -> list[str]:
        """The codes of the keys of a word, of which at most so many can count."""
        codes = self._known.get(keys)
        if codes is None:
            codes = self._known[keys] = [*map(self._learn, keys[:_MOST_KEYS])]
        return codes

    def _learn(self, key: str) -> str:
        code, is_new = self.codes.learn(key)
        if is_new:
            self.new_keys.add(key)
        return code

    def singles(self, code: str, signs: Sequence[int]) -> list[int]:
        """The phrases of one word that a word of this code and these signs may be."""
        place = self._places.get(code)
        return [] if place is None else self.names.meeting(self._singles.of(place), signs)

    def find(self, codes: str) -> list[tuple[int, int, int]]:
        """Where names may stand in a text, by its codes alone; for :meth:`likely`."""
        return self._phrases.find(codes)

    def likely(
        self, found: Iterable[tuple[int, int, int]], signs: Sequence[int]
    ) -> Iterator[tuple[int, int, int]]:
        """Each (first word, word after the last, phrase) of them that words of ``signs`` may be."""
        for at, _, number in found:
            phrase, width, offset = self.names.meaning(number)
            start = at - offset
            if start < 0 or start + width > len(signs):
                continue
            if self.names.meets(number, signs[start : start + SIGNS]):
                yield start, start + width, phrase


class Name(NamedTuple):
    """A phrase as it is heard.

    ``width`` counts its words, ``offset`` those before the ones it is listened for by; ``signs``
    are those of its first words.
    """

    phrase: int
    width: int
    signs: Sequence[int]
    offset: int = 0


class Names:
    """Names by number, in a few bytes each."""

    def __init__(self, packed: array[int] | None = None, signs: array[int] | None = None) -> None:
        self._packed: array[int] = array("I") if packed is None else packed
        self._signs: array[int] = array("Q") if signs is None else signs

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of."""
        return self._packed.tobytes(), self._signs.tobytes()

    @classmethod
    def of_kept(cls, kept: Kept) -> Names:
        """What was kept."""
        packed, signs = kept
        return cls(array("I", packed), array("Q", signs))

    def add(self, name: Name) -> int:
        """Keep ``name``; its number."""
        phrase, width, signs, offset = name
        self._packed.append((phrase * MOST_WORDS + width) * MOST_BEFORE + offset)
        self._signs.extend((*signs, *_NO_SIGNS)[:SIGNS])
        return len(self._packed) - 1

    def meaning(self, number: int) -> tuple[int, int, int]:
        """The phrase, its width and its offset."""
        rest, offset = divmod(self._packed[number], MOST_BEFORE)
        return *divmod(rest, MOST_WORDS), offset

    def meets(self, number: int, signs: Sequence[int]) -> bool:
        """Whether words of ``signs`` may begin this name."""
        first = number * SIGNS
        return all(map(meet, self._signs[first : first + SIGNS], signs))

    def meeting(self, numbers: Collection[int], readings: Sequence[int]) -> list[int]:
        """The phrases among names of one word that a word of any of these signs may be."""
        signs, packed, each_ = self._signs, self._packed, MOST_WORDS * MOST_BEFORE
        found = [n for reading in readings for n in numbers if meet(signs[n * SIGNS], reading)]
        return [packed[n] // each_ for n in dict.fromkeys(found)]
