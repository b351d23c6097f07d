"""Words looked for loosely: with typing errors (``word~``) or pronoun endings (``word+``).

Off unless a watch asks for it. A word is found through what is left of it when a letter is left
out, on both sides: a hash of that leads to the few candidates, and rapidfuzz decides.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import NamedTuple
from zlib import crc32

from rapidfuzz.distance import OSA

from bot.core.model import How
from bot.core.morphology import bare, clitic_forms, suffix_forms
from bot.core.packed import Kept

SHORTEST = {1: 5, 2: 9}  # letters a word needs for so many typing errors
_FIRST_ARABIC, _LAST_ARABIC = "\u0600", "\u06ff"


class Nearby:
    """Words within one or two typing errors (a letter too many, missing, wrong, or two swapped)."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.edits = bytearray()
        self._fresh: dict[int, list[int]] = {}
        self._starts: array[int] = array("I")
        self._numbers: array[int] = array("I")
        self._most = 0
        self._longest = 0

    def add(self, word: str, edits: int) -> int:
        """Let ``word`` be found with up to ``edits`` errors; its number."""
        number = len(self.words)
        self.words.append(word)
        self.edits.append(edits)
        self._most = max(self._most, edits)
        self._longest = max(self._longest, len(word))
        for rest in _rests(word, edits):
            self._fresh.setdefault(crc32(rest.encode()), []).append(number)
        return number

    def settle(self) -> None:
        """Pack everything into arrays: at 100,000 words a tenth of the memory."""
        size = 1 << max(8, (8 * len(self.words)).bit_length())
        hashed = sorted(
            (crc32(rest.encode()) % size, number)
            for number, word in enumerate(self.words)
            for rest in _rests(word, self.edits[number])
        )
        counts = [0] * (size + 1)
        for slot, _ in hashed:
            counts[slot + 1] += 1
        self._starts = array("I", accumulate(counts))
        self._numbers = array("I", [number for _, number in hashed])
        self._fresh.clear()

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of; only of what is settled."""
        words = "\n".join(self.words)
        return words, bytes(self.edits), self._starts.tobytes(), self._numbers.tobytes()

    @classmethod
    def of_kept(cls, kept: Kept) -> Nearby:
        """What was kept."""
        words, edits, starts, numbers = kept
        nearby = cls()
        nearby.words = words.split("\n") if words else []
        nearby.edits = bytearray(edits)
        nearby._starts, nearby._numbers = array("I", starts), array("I", numbers)
        nearby._most = max(edits, default=0)
        nearby._longest = max(map(len, nearby.words), default=0)
        return nearby

    def near(self, word: str, edits: int = 2) -> list[tuple[int, int]]:
        """The words that ``word`` may be meant for, as (number, errors), each once."""
        found: dict[int, int] = {}
        if len(word) > self._longest + self._most:  # a blob of letters has no end of rests
            return []
        for rest in _rests(word, min(edits, self._most)):
            for number in self._candidates(crc32(rest.encode())):
                if number not in found:
                    limit = min(edits, self.edits[number])
                    found[number] = _errors(self.words[number], word, limit)
        return [(number, errors) for number, errors in found.items() if errors <= edits]

    def _candidates(self, hashed: int) -> Iterator[int]:
        if len(self._starts) > 1:
            slot = hashed % (len(self._starts) - 1)
            yield from self._numbers[self._starts[slot] : self._starts[slot + 1]]
        yield from self._fresh.get(hashed, ())


_FAR = 99


def _rests(word: str, edits: int) -> set[str]:
    """``word`` and what is left of it without any one (or two) of its letters."""
    rests = last = {word}
    for _ in range(edits):
        last = {rest[:at] + rest[at + 1 :] for rest in last for at in range(len(rest))}
        rests = rests | last
    return rests


def _errors(word: str, written: str, limit: int) -> int:
    # In Arabic the first letter stays, or every clitic would be a typing error.
    if limit == 1 and word[0] != written[0] and _FIRST_ARABIC <= word[0] <= _LAST_ARABIC:
        return _FAR
    errors = OSA.distance(word, written, score_cutoff=limit)
    return errors if errors <= limit else _FAR


class LooseHit(NamedTuple):
    """A word of a text stands for loose word ``number``; ``clitic``: without its clitics."""

    number: int
    how: How
    score: int
    clitic: bool


class Loose:
    """The loose words of all watches, and what each word of a text may stand for."""

    def __init__(self, common: Collection[str], kept: Kept = ()) -> None:
        """``common`` words of a text are never taken for typing errors."""
        words, nearby, fuzzy, endings = kept or ((), (), (), {})
        self._common = common
        self._numbers: dict[tuple[str, int, bool], int] = {
            word: number for number, word in enumerate(words)
        }
        self._nearby = Nearby.of_kept(nearby) if nearby else Nearby()
        self._fuzzy = list(fuzzy)  # number of the nearby word → loose number
        self._ending: dict[str, tuple[int, ...]] = dict(endings)
        self._remembered: dict[str, tuple[LooseHit, ...]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, word: str, edits: int, suffixes: bool) -> int:
        """The number of this loose word."""
        key = (word, edits, suffixes)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._numbers)
            self._remembered.clear()
            if edits:
                self._nearby.add(word, edits)
                self._fuzzy.append(number)
            if suffixes:
                self._ending[word] = (*self._ending.get(word, ()), number)
        return number

    def settle(self) -> None:
        """Everything known so far is packed; more may still be added."""
        self._nearby.settle()

    def kept(self) -> Kept:
        """What makes the same again; only of what is settled."""
        return tuple(self._numbers), self._nearby.kept(), tuple(self._fuzzy), self._ending

    def hits(self, word: str) -> tuple[LooseHit, ...]:
        """What a folded word of a text may stand for."""
        known = self._remembered.get(word)
        if known is None:
            if len(self._remembered) > 65_536:
                self._remembered.clear()
            known = self._remembered[word] = tuple(self._found(word))
        return known

    def _found(self, word: str) -> Iterator[LooseHit]:
        plain = bare(word)
        yield from self._read(plain, clitic=False)
        if word != plain:
            yield from self._read(word, clitic=False)
        for form in clitic_forms(word):
            if form != plain:
                yield from self._read(form, clitic=True)

    def _read(self, word: str, *, clitic: bool) -> Iterator[LooseHit]:
        for form in suffix_forms(word):
            for number in self._ending.get(form, ()):
                yield LooseHit(number, How.STEM, 92, clitic)
        for number in self._ending.get(word, ()):
            yield LooseHit(number, How.CLITIC if clitic else How.EXACT, 100, clitic)
        for number, errors in self._nearby.near(word) if self._fuzzy else ():
            if not errors:
                how = How.CLITIC if clitic else How.EXACT
                yield LooseHit(self._fuzzy[number], how, 95 if clitic else 100, clitic)
            elif word not in self._common and not clitic:
                score = round(100 * (1 - errors / len(self._nearby.words[number])))
                yield LooseHit(self._fuzzy[number], How.FUZZY, score, clitic)
