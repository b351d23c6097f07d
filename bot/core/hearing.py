"""Names heard in another script or another spelling: which phrases sound like words of a text.

Keys meet first (``core.skeleton``), then every word is compared with every word. Three ears listen,
each for names of other letters, so that an Arabic text is not held against Arabic names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from math import prod
from typing import NamedTuple

from bot.core.chunks import each, sound_of
from bot.core.codes import NO_WORD, WIDTH
from bot.core.ears import Ear
from bot.core.letters import fold
from bot.core.model import Token
from bot.core.morphology import bare
from bot.core.packed import Kept, Texts
from bot.core.skeleton import (
    alike,
    consonants,
    fused,
    has_foreign_letters,
    is_article,
    is_plain,
    may_be_name,
    may_sound,
    script,
    strength,
    watch_keys,
    watch_keys_of,
)
from bot.core.text import tokenize, tokenize_all
from bot.core.words import EARS, Heard, Words

STRONG = 4  # consonants and long vowels a name needs to be known by its sound
ARTICLE = "\1" * WIDTH  # stands in the sounds for words that are no part of a name's sound
_OFFSETS = 4  # words before the pair a phrase is heard by, at most three
_ATTACHED = "ال"
_LONGEST_ARTICLE = 5


class Spoken(NamedTuple):
    """A word of a name as it was written, with all that is asked of it.

    ``text`` is folded; ``ear`` listens for words of its letters; it has as many ``consonants`` at
    least.
    """

    text: str
    written: str
    keys: tuple[str, ...]
    ear: int
    consonants: int
    is_common: bool
    is_article: bool


class Hearing:
    """The names of all watches, by sound."""

    def __init__(self, written: Texts, common: Collection[str], kept: Kept = ()) -> None:
        """``written`` are the phrases by number; of ``common`` words alone no name is made."""
        self.ears = tuple(map(Ear.of_kept, kept)) or (Ear(), Ear(), Ear())
        self._written = written
        self._common = common
        self._spoken: dict[str, Spoken] = {}

    # ── names ────────────────────────────────────────────────────────────────────────────

    def add(self, number: int) -> bool:
        """Let phrase ``number`` be heard, if it is a name and a strong one; whether it is."""
        words = self._words(self._written[number])
        if all(word.is_common for word in words):
            return False
        ear, value = self.ears[_ear_of(words)], number * _OFFSETS
        strong = _are_strong(words)
        if strong:
            start = _start(words)
            ear.add([word.keys for word in words[start : start + 2]], value + start)
        if any(word.text.startswith(_ATTACHED) for word in words[1:]):
            whole = fused([word.written for word in words])
            if strength(whole) >= STRONG:
                ear.add([watch_keys(whole)], value)
                return True
        return strong

    def prepare(self, texts: Iterable[str]) -> None:
        """Work out the words of many phrases at once, before they are added one by one."""
        words = [*{word for text in texts for word in text.split() if word not in self._spoken}]
        known = zip(words, tokenize_all(words), watch_keys_of(words), strict=True)
        for word, tokens, keys in known:
            if len(tokens) == 1 and tokens[0].end - tokens[0].start == len(word):
                self._spoken[word] = self._spoken_of(tokens[0], word, keys)

    def settle(self) -> None:
        """Pack what there is."""
        for ear in self.ears:
            ear.phrases.settle()
            ear.singles.settle()
        self.news()
        self._spoken.clear()

    def kept(self) -> Kept:
        """What the ears need to hear the same again."""
        return tuple(ear.kept() for ear in self.ears)

    def _words(self, text: str) -> list[Spoken]:
        """The words of ``text`` that are heard: all but articles."""
        words = [self._word(token, text[token.start : token.end]) for token in tokenize(text)]
        return [word for word in words if not word.is_article]

    def _word(self, token: Token, written: str) -> Spoken:
        known = self._spoken.get(written)
        if known is None:
            known = self._spoken[written] = self._spoken_of(token, written, watch_keys(written))
        return known

    def _spoken_of(self, token: Token, written: str, keys: tuple[str, ...]) -> Spoken:
        return Spoken(
            token.text,
            written,
            keys or (sound_of(token),),
            _ear_for(written),
            consonants(keys[0]) if keys else 0,
            bare(token.text) in self._common,
            _is_silent(written),
        )

    # ── the words of a text ──────────────────────────────────────────────────────────────

    def news(self) -> tuple[set[str], set[str]]:
        """The sound keys that are new since the last call, and the codes with new names."""
        keys = set().union(*(ear.new_keys for ear in self.ears))
        codes = set().union(*(ear.new_names for ear in self.ears))
        for ear in self.ears:
            ear.new_keys, ear.new_names = set(), set()
        return keys, codes

    def sounds(
        self, tokens: Sequence[Token], words: Sequence[str], keys: Sequence[str], is_lower: bool
    ) -> list[list[str]]:
        """For each ear the codes of the words; ``NO_WORD`` where it need not listen."""
        arabic, latin, others = (ear.codes.get for ear in self.ears)
        found: list[list[str]] = [[], [], []]
        one, two, three = (codes.append for codes in found)
        for token, word, key in zip(tokens, words, keys, strict=True):
            if _is_silent(word):
                code = first = third = ARTICLE
            elif "ء" <= word[0] <= "ي" and key:  # most words: without a capital, all may be names
                first = arabic(key, NO_WORD) if has_foreign_letters(word) else NO_WORD
                code, third = latin(key, NO_WORD), others(key, NO_WORD)
            elif key and not may_be_name(word, is_lower):
                code = first = third = NO_WORD
            else:
                heard = key or sound_of(token)
                first, code, third = (get(heard, NO_WORD) for get in (arabic, latin, others))
            one(first)
            two(code)
            three(third)
        return found

    def names(
        self, tokens: Sequence[Token], words: Sequence[str], sounds: Sequence[Sequence[str]]
    ) -> Iterator[Heard]:
        """The names of one word that the words sound like."""
        for ear, codes in zip(self.ears, sounds, strict=True):
            for at, place in enumerate(map(ear.places.get, codes)):
                # Crime is not كريمة, capital or not.
                if place is not None and bare(tokens[at].text) not in self._common:
                    for value in ear.singles.of(place):
                        number = value // _OFFSETS
                        name = self._whole(number)
                        if self._is_name(name, tokens[at], words[at]) and is_plain(name, words[at]):
                            yield Heard(at, number)

    def _whole(self, number: int) -> str:
        text = self._written[number]
        if text.isalpha():
            return text
        names = _names(text)
        return names[0] if len(names) == 1 else fused(names)

    def _is_name(self, name: str, token: Token, word: str) -> bool:
        return _sounds_like(name, word) or fold(name) == token.text

    # ── a text ───────────────────────────────────────────────────────────────────────────

    def find(self, words: Words, text: str) -> Iterator[tuple[int, int, int]]:
        """Each (first word, word after the last, phrase) that is heard in ``text``."""
        for at, number in words.extras.heard:
            yield at, at + 1, number
        for ear, row in zip(self.ears, EARS, strict=True):
            places, sounds = _without_articles(words.row(row))
            for start, _, value in ear.phrases.find(sounds):
                number, offset = divmod(value, _OFFSETS)
                names = _names(self._written[number])
                first, last = start - offset, start - offset + len(names)
                if first < 0 or last * WIDTH > len(sounds):
                    continue
                at_words = places[first:last] if places else range(first, last)
                if self._is_heard(names, words, text, at_words):
                    yield at_words[0], at_words[-1] + 1, number

    def _is_heard(
        self, names: Sequence[str], words: Words, text: str, places: Sequence[int]
    ) -> bool:
        for name, at in zip(names, places, strict=True):
            token = words.tokens[at]
            if not self._is_name(name, token, text[token.start : token.end]):
                return False
        return True


# The first answer for two words costs as much as folding ten.
@lru_cache(maxsize=65_536)
def _sounds_like(name: str, word: str) -> bool:
    return may_sound(name, word) and alike(name, word)


@lru_cache(maxsize=16_384)
def _names(text: str) -> tuple[str, ...]:
    """The words of ``text`` that are heard, as they are written."""
    words = (text[token.start : token.end] for token in tokenize(text))
    return tuple(word for word in words if not _is_silent(word))


def _is_silent(word: str) -> bool:
    """Whether a word is no part of a name's sound; asked of the short ones only."""
    return len(word) <= _LONGEST_ARTICLE and is_article(word)


def _ear_of(words: Sequence[Spoken]) -> int:
    """The ear that listens for a name of these letters: Arabic ones, Latin ones, or any others."""
    ears = {word.ear for word in words if word.keys[0][0] != "="}
    return ears.pop() if len(ears) == 1 else 2


def _ear_for(word: str) -> int:
    found = script(word)
    if found == "arab":
        return 2 if has_foreign_letters(word) else 0
    return 1 if found == "latn" else 2


def _are_strong(words: Sequence[Spoken]) -> bool:
    # The consonants alone nearly always tell, and they are at hand.
    if sum(word.consonants for word in words) >= STRONG:
        return True
    return sum(strength(word.written) for word in words) >= STRONG


def _start(words: Sequence[Spoken]) -> int:
    """Where the two words side by side stand by which a name is heard: the fewest keys."""
    starts = range(max(1, min(len(words) - 1, _OFFSETS)))
    return min(starts, key=lambda at: prod(len(word.keys) for word in words[at : at + 2]))


def _without_articles(sounds: str) -> tuple[list[int], str]:
    """The word each code stands for (empty: its own number), and the codes without articles."""
    if ARTICLE not in sounds:
        return [], sounds
    codes = list(each(sounds))
    at = [place for place, code in enumerate(codes) if code != ARTICLE]
    return at, "".join([codes[place] for place in at])
