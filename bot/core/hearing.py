"""Names heard in another script or another spelling: which phrases sound like words of a text.

Keys meet first (``core.skeleton``), then every word is compared with every word. Three ears listen,
each for names of other letters, so that an Arabic text is not held against Arabic names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import repeat
from math import prod

from bot.core.chunks import sound_of
from bot.core.codes import NO_WORD, WIDTH, each
from bot.core.ears import MOST_BEFORE, MOST_WORDS, SIGNS, Ear, Name
from bot.core.letters import fold
from bot.core.model import Token
from bot.core.morphology import bare
from bot.core.packed import Kept, Texts
from bot.core.signs import joint, sign, signs
from bot.core.skeleton import (
    alike,
    compared,
    fused,
    has_foreign_letters,
    has_tanwin,
    is_plain,
    may_be_name,
    may_sound,
    script,
    strength,
    watch_keys,
)
from bot.core.sounds import ARABIC, LATIN
from bot.core.spoken import OTHER_EAR, Spoken, Vocabulary, is_silent
from bot.core.text import tokenize
from bot.core.words import EARS, Sound, Words

STRONG = 4  # consonants and long vowels a name needs to be known by its sound
ARTICLE = "\1" * WIDTH  # stands in the sounds for words that are no part of a name's sound
_REMEMBERED = 65_536
_SILENT = Sound((ARTICLE,) * 3)
_UNHEARD = Sound((NO_WORD,) * 3)
_LETTERS = (ARABIC, LATIN, "")  # the script of each ear's names
_ATTACHED = "ال"


class Hearing:
    """The names of all watches, by sound."""

    def __init__(self, written: Texts, common: Collection[str], kept: Kept = ()) -> None:
        """``written`` are the phrases by number; of ``common`` words alone no name is made."""
        self.ears = tuple(map(Ear.of_kept, kept)) or (Ear(), Ear(), Ear())
        self._vocabulary = Vocabulary(common)
        self._written = written
        self._common = common
        # The first answer costs as much as folding ten words, and the press repeats its names.
        self._is_heard = lru_cache(_REMEMBERED)(partial(_are_heard, written))

    # ── names ────────────────────────────────────────────────────────────────────────────

    def prepare(self, texts: Iterable[str]) -> None:
        """Understand the words of many phrases at once, before they come one by one."""
        self._vocabulary.prepare(texts)

    def add(self, number: int, text: str) -> bool:
        """Let phrase ``number`` be heard, if it is a name and a strong one; whether it is."""
        heard = [word for word in self._vocabulary.words(text) if not word.is_article]
        if all(word.is_common for word in heard) or len(heard) >= MOST_WORDS:
            return False
        ear, strong = self.ears[_ear_of(heard)], _are_strong(heard)
        if strong:
            start = _start(heard)
            signs = [word.sign for word in heard[:SIGNS]]
            keys = [word.keys for word in heard[start : start + 2]]
            ear.add(keys, Name(number, len(heard), signs, start))
        if any(word.text.startswith(_ATTACHED) for word in heard[1:]):
            whole = fused([word.written for word in heard])
            if strength(whole) >= STRONG:
                ear.add([watch_keys(whole)], Name(number, 1, [sign(whole)]))
                return True
        return strong

    def settle(self) -> None:
        """Pack what there is."""
        for ear in self.ears:
            ear.settle()
        self.news()
        self._vocabulary.clear()

    def kept(self) -> Kept:
        """What the ears need to hear the same again."""
        return tuple(ear.kept() for ear in self.ears)

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
    ) -> list[Sound]:
        """What each word of a text sounds like to each ear, and the names that it is."""
        return [*map(self._sound, tokens, words, keys, repeat(is_lower))]

    def _sound(self, token: Token, word: str, key: str, is_lower: bool) -> Sound:
        if is_silent(word):
            return _SILENT
        if "ء" <= word[0] <= "ي" and key:  # most words: without a capital, all may be names
            skipped = 0 if has_foreign_letters(word) else 1  # Arabic names are read, not heard
        elif key and not may_be_name(word, is_lower):
            return _UNHEARD
        else:
            skipped = 0
        heard = key or sound_of(token)
        codes = (NO_WORD,) * skipped + tuple(
            ear.codes.get(heard, NO_WORD) for ear in self.ears[skipped:]
        )
        if codes == _UNHEARD.codes:
            return _UNHEARD
        own = signs(word)
        # Crime is not كريمة, capital or not.
        is_common = bare(token.text) in self._common
        return Sound(codes, joint(own), () if is_common else tuple(self._named(word, codes, own)))

    def _named(self, word: str, codes: Sequence[str], own: Sequence[int]) -> Iterator[int]:
        for names, ear, code in zip(_LETTERS, self.ears, codes, strict=True):
            meant = ear.singles(code, own)
            if not meant:
                continue
            # Names of other letters, which are most, are held against a word without more ado.
            is_name = _is_name if names in ("", script(word)) else _sounds_as
            for number in meant:
                name = self._whole(number)
                if is_name(name, word) and is_plain(name, word):
                    yield number

    def _whole(self, number: int) -> str:
        text = self._written[number]
        if text.isalpha():
            return text
        names = _names(text)
        return names[0] if len(names) == 1 else fused(names)

    # ── a text ───────────────────────────────────────────────────────────────────────────

    def find(self, words: Words) -> Iterator[tuple[int, int, int]]:
        """Each (first word, word after the last, phrase) that is heard in a text."""
        for at, number in words.extras.heard:
            yield at, at + 1, number
        for ear, row in zip(self.ears, EARS, strict=True):
            places, codes = _without_articles(words.row(row))
            found = ear.find(codes)
            if not found:
                continue
            signs = [words.signs[place] for place in places] if places else words.signs
            for start, end, number in ear.likely(found, signs):
                at_words = places[start:end] if places else range(start, end)
                if self._is_heard(number, *map(words.tokens.written, at_words)):
                    yield at_words[0], at_words[-1] + 1, number


def _are_heard(written: Texts, number: int, *words: str) -> bool:
    return all(map(_is_name, _names(written[number]), words))


def _is_name(name: str, word: str) -> bool:
    if script(name) == script(word) and fold(name) == fold(word):
        return True
    return may_sound(name, word) and alike(name, word)


def _sounds_as(name: str, word: str) -> bool:
    """The same of two words in different scripts."""
    return not has_tanwin(word) and compared(name, word)


@lru_cache(maxsize=4_096)
def _names(text: str) -> tuple[str, ...]:
    """The words of ``text`` that are heard, as they are written."""
    words = (text[token.start : token.end] for token in tokenize(text))
    return tuple(word for word in words if not is_silent(word))


def _ear_of(words: Sequence[Spoken]) -> int:
    """The ear that listens for a name of these letters: Arabic ones, Latin ones, or any others."""
    ears = {word.ear for word in words if word.keys[0][0] != "="}
    return ears.pop() if len(ears) == 1 else OTHER_EAR


def _are_strong(words: Sequence[Spoken]) -> bool:
    # The consonants alone nearly always tell, and they are at hand.
    if sum(word.consonants for word in words) >= STRONG:
        return True
    return sum(strength(word.written) for word in words) >= STRONG


def _start(words: Sequence[Spoken]) -> int:
    """Where the two words side by side stand by which a name is heard: the fewest keys."""
    if len(words) <= 2:
        return 0
    starts = range(max(1, min(len(words) - 1, MOST_BEFORE)))
    return min(starts, key=lambda at: prod(len(word.keys) for word in words[at : at + 2]))


def _without_articles(sounds: str) -> tuple[list[int], str]:
    """The word each code stands for (empty: its own number), and the codes without articles."""
    if ARTICLE not in sounds:
        return [], sounds
    codes = list(each(sounds))
    at = [place for place, code in enumerate(codes) if code != ARTICLE]
    return at, "".join([codes[place] for place in at])
