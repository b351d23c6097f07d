"""Names heard in another script or another spelling: which phrases sound like words of a text.

Keys meet first (``core.skeleton``), then every word is compared with every word. Three ears listen,
each for names of other letters, so that an Arabic text is not held against Arabic names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice, product
from math import prod
from typing import NamedTuple

from bot.core.chunks import each
from bot.core.codes import NO_WORD, WIDTH, Codes
from bot.core.letters import fold
from bot.core.model import Token
from bot.core.morphology import bare
from bot.core.packed import Many, Texts
from bot.core.phrases import Phrases
from bot.core.skeleton import (
    alike,
    fused,
    has_foreign_letters,
    is_article,
    may_be_name,
    may_sound,
    script,
    strength,
    watch_keys,
)
from bot.core.text import tokenize
from bot.core.words import Heard, Words

STRONG = 4  # consonants and long vowels a name needs to be known by its sound
ARTICLE = "\1" * WIDTH  # stands in the sounds for words that are no part of a name's sound
_MOST_KEYS = 8  # of one phrase
_OFFSETS = 4  # words before the pair a phrase is heard by, at most three
_ATTACHED = "ال"


class Spoken(NamedTuple):
    """A word of a name, folded and as it was written, with its keys and its strength."""

    text: str
    written: str
    keys: tuple[str, ...]
    strength: int


class Ear:
    """Listens for names of one kind of letters, by sound."""

    def __init__(self, codes: Codes | None = None, phrases: Phrases | None = None) -> None:
        self.codes = codes or Codes()
        self.phrases = phrases or Phrases()
        self.places: dict[str, int] = {}  # code of a name of one word → where its phrases stand
        self.singles = Many()
        self.new: set[str] = set()

    def add(self, keys: Sequence[tuple[str, ...]], value: int) -> None:
        """Listen for words with one of ``keys`` each, as ``value``."""
        for chosen in islice(product(*keys), _MOST_KEYS):
            codes = [self._learn(key) for key in chosen]
            if len(codes) > 1:
                self.phrases.add("".join(codes), value)
            else:
                self.singles.add(self.places.setdefault(codes[0], len(self.places)), value)
                self.new.add(codes[0])

    def _learn(self, key: str) -> str:
        code, is_new = self.codes.learn(key)
        if is_new:
            self.new.add(NO_WORD)  # what had no code may have one now
        return code


class Hearing:
    """The names of all watches, by sound."""

    def __init__(self, written: Texts, common: Collection[str]) -> None:
        """``written`` are the phrases by number; of ``common`` words alone no name is made."""
        self.ears = (Ear(), Ear(), Ear())
        self._written = written
        self._common = common
        self._spoken: dict[str, Spoken] = {}

    # ── names ────────────────────────────────────────────────────────────────────────────

    def add(self, number: int) -> bool:
        """Let phrase ``number`` be heard, if it is a name and a strong one; whether it is."""
        words = self._words(self._written[number])
        if all(bare(word.text) in self._common for word in words):
            return False
        ear, value = self.ears[_ear_of(words)], number * _OFFSETS
        strong = sum(word.strength for word in words) >= STRONG
        if strong:
            start = _start(words)
            ear.add([word.keys for word in words[start : start + 2]], value + start)
        if any(word.text.startswith(_ATTACHED) for word in words[1:]):
            whole = fused([word.written for word in words])
            if strength(whole) >= STRONG:
                ear.add([watch_keys(whole)], value)
                return True
        return strong

    def settle(self) -> None:
        """Pack what there is."""
        for ear in self.ears:
            ear.phrases.settle()
        self._spoken.clear()

    def _words(self, text: str) -> list[Spoken]:
        """The words of ``text`` that are heard: all but articles."""
        written = [(token.text, text[token.start : token.end]) for token in tokenize(text)]
        return [self._word(*word) for word in written if not is_article(word[1])]

    def _word(self, text: str, written: str) -> Spoken:
        known = self._spoken.get(written)
        if known is None:
            # A figure has no sound: it is heard as itself.
            keys = watch_keys(written) or (f"={text}",)
            known = self._spoken[written] = Spoken(text, written, keys, strength(written))
        return known

    # ── the words of a text ──────────────────────────────────────────────────────────────

    def new_sounds(self) -> list[set[str]]:
        """The codes each ear listens for since the last call."""
        new = [ear.new for ear in self.ears]
        for ear in self.ears:
            ear.new = set()
        return new

    def sounds(
        self, tokens: Sequence[Token], words: Sequence[str], keys: Sequence[str], is_lower: bool
    ) -> list[list[str]]:
        """For each ear the codes of the words; ``NO_WORD`` where it need not listen."""
        found: list[list[str]] = [[], [], []]
        for token, word, key in zip(tokens, words, keys, strict=True):
            for codes, code in zip(found, self._codes(token, word, key, is_lower), strict=True):
                codes.append(code)
        return found

    def _codes(self, token: Token, word: str, key: str, is_lower: bool) -> tuple[str, str, str]:
        if is_article(word):
            return ARTICLE, ARTICLE, ARTICLE
        if key and not may_be_name(word, is_lower):
            return NO_WORD, NO_WORD, NO_WORD
        key = key or f"={token.text}"
        arabic, latin, others = self.ears
        plain = key[0] != "=" and _is_plain_arabic(word)
        return (
            NO_WORD if plain else arabic.codes.get(key, NO_WORD),
            latin.codes.get(key, NO_WORD),
            others.codes.get(key, NO_WORD),
        )

    def names(
        self,
        tokens: Sequence[Token],
        words: Sequence[str],
        sounds: Sequence[Sequence[str]],
        is_lower: bool,
    ) -> Iterator[Heard]:
        """The names of one word that the words sound like."""
        for ear, codes in zip(self.ears, sounds, strict=True):
            for at, code in enumerate(codes):
                place = ear.places.get(code)
                # Crime is not كريمة, capital or not.
                if place is not None and bare(tokens[at].text) not in self._common:
                    for value in ear.singles.of(place):
                        number = value // _OFFSETS
                        if self._is_name(self._whole(number), tokens[at], words[at]):
                            yield Heard(at, number)

    def _whole(self, number: int) -> str:
        text = self._written[number]
        if text.isalpha():
            return text
        names = self._names(number)
        return names[0] if len(names) == 1 else fused(names)

    def _names(self, number: int) -> list[str]:
        text = self._written[number]
        words = [text[token.start : token.end] for token in tokenize(text)]
        return [word for word in words if not is_article(word)]

    def _is_name(self, name: str, token: Token, word: str) -> bool:
        # alike() remembers; its first answer for two words costs as much as folding ten.
        return (may_sound(name, word) and alike(name, word)) or fold(name) == token.text

    # ── a text ───────────────────────────────────────────────────────────────────────────

    def find(self, words: Words, text: str) -> Iterator[tuple[int, int, int]]:
        """Each (first word, word after the last, phrase) that is heard in ``text``."""
        for at, number in words.extras.heard:
            yield at, at + 1, number
        for ear, sounds in zip(self.ears, words.sounds, strict=False):
            places, sounds = _without_articles(sounds)
            for start, _, value in ear.phrases.find(sounds):
                number, offset = divmod(value, _OFFSETS)
                names = self._names(number)
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
            start, end = words.tokens.span(at, at)
            if not self._is_name(name, words.tokens[at], text[start:end]):
                return False
        return True


def _ear_of(words: Sequence[Spoken]) -> int:
    """The ear that listens for a name of these letters: Arabic ones, Latin ones, or any others."""
    scripts = {script(word.written) for word in words} - {""}
    if scripts == {"latn"}:
        return 1
    return 0 if all(_is_plain_arabic(word.written) for word in words) else 2


def _is_plain_arabic(word: str) -> bool:
    return script(word) in ("arab", "") and not has_foreign_letters(word)


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
