"""A word taken apart: what each consonant may stand for, and the slots between them.

Spelling is ambiguous (sh, v, a final h), so a word has several readings. Those of Arabic and
Hebrew hold long vowels only; those of Latin, Cyrillic and Kurdish hold every vowel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from bot.core.sounds import (
    ABJAD_BITS,
    ARABIC,
    CYRILLIC,
    HEBREW,
    PLAIN_BITS,
    STRICT_BITS,
    WRITTEN_BITS,
    bits,
    is_kurdish,
    plain,
    script,
)


class Way(IntEnum):
    """How much a writing shows: Arabic and Hebrew long vowels, the others every vowel."""

    ARABIC = 1
    HEBREW = 2
    WRITTEN = 3


class Shape(NamedTuple):
    """One reading of a word.

    Attributes:
        way: Where vowels are written, slots hold them as Latin letters; else ``a i u`` long,
            ``?`` a hamza or ayn, ``^`` an initial alef, ``e`` a final ة or ه.
        sounds: For each consonant the bits of what it may stand for in another script.
        strict: The same between two words that write their vowels.
        plain: The same where no letter is stretched.
        slots: What stands before, between and after the consonants: one more than these.
        fused: Whether an article was taken off the front of the word.
    """

    way: Way
    sounds: tuple[int, ...]
    strict: tuple[int, ...]
    plain: tuple[int, ...]
    slots: tuple[str, ...]
    fused: bool = False


# Several readings a word, about 1 KB; a word is asked for several times at once and hardly again.
@lru_cache(maxsize=4_096)
def shapes(word: str) -> tuple[Shape, ...]:
    """The readings of ``word``, the plain one first; none for a word without letters."""
    found = [*readings(word)]
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def readings(word: str) -> Iterator[Shape]:
    """The same one by one, some of them twice: of two words that are alike the first ones are."""
    if _CLEAR_ARABIC.fullmatch(word) and not _ARABIC_AMBIGUOUS.search(word):
        yield _abjad(Way.ARABIC, word, fused=False)
        return
    letters, kind = plain(word), script(word)
    if kind == HEBREW:
        yield from (_abjad(Way.HEBREW, *reading) for reading in _hebrew(letters))
    elif kind == ARABIC and not is_kurdish(word):
        yield from (_abjad(Way.ARABIC, *reading) for reading in _arabic(letters))
    elif kind:
        yield from (_written(*reading) for reading in _latin(letters, kind))


# ── Arabic and Hebrew ────────────────────────────────────────────────────────────────────────

Rules = tuple[tuple[re.Pattern[str], str], ...]


def _rules(*pairs: tuple[str, str]) -> Rules:
    return tuple((re.compile(old), new) for old, new in pairs)


def _others(word: str, rules: Rules) -> Iterator[str]:
    """``word``, then what each rule alone makes of it."""
    yield word
    for old, new in rules:
        other = old.sub(new, word)
        if other != word:
            yield other


_ARABIC_MARKS = re.compile("[ـ\u064b-\u0652\u0670\u200c\u200d'’‘ʿʾʼ׳`]")
_ARABIC_READ = str.maketrans("کیھ", "كيه")
_ARABIC_OTHER = _rules(
    ("تش", "چ"), (r"([^اوي])\1", r"\1"), ("خو(?=ا)", "خ"), ("خ$", "ح"), ("ة$", "ت")
)
_ARABIC_AMBIGUOUS = re.compile(r"تش|([^اوي])\1|خوا|[خة]$")  # where any of these applies
# Half of all names: nothing to be taken off, and one reading. It takes a third of the time.
_CLEAR_ARABIC = re.compile("(?!ال|[يو])[ء-غف-ي]*[ء-غف-نوي]")
_FINAL_VOWEL = {"ه": "ة", "ى": "ا"}


def _arabic(word: str) -> Iterator[tuple[str, bool]]:
    word = _ARABIC_MARKS.sub("", word).translate(_ARABIC_READ)
    fused = len(word) > 4 and word.startswith("ال")
    word = word[2:] if fused else word
    word = {"ي": "Y", "و": "W"}.get(word[:1], word[:1]) + word[1:]
    for spelt in _endings(word):
        ambiguous = _ARABIC_AMBIGUOUS.search(spelt)
        for other in _others(spelt, _ARABIC_OTHER) if ambiguous else (spelt,):
            yield other, fused


def _endings(word: str) -> Iterator[str]:
    if len(word) > 1 and word[-1] in _FINAL_VOWEL:
        yield word[:-1] + _FINAL_VOWEL[word[-1]]
    yield word


_HEBREW_READ = str.maketrans("ךםןףץ", "כמנפצ")
_HEBREW_MARKS = _rules(
    ("ג['׳]", "Ǧ"), ("צ['׳]", "Č"), ("ט['׳]", "Ẑ"), ("['׳]", ""), ("^ו+", "W"),
    ("ה$", "ة"), ("^י(?=[אוי]|..)", "Y"),
)  # fmt: skip
_HEBREW_OTHER = _rules(("(?<=.)וו?(?=.)", "V"), ("^Y", "י"))


def _hebrew(word: str) -> Iterator[tuple[str, bool]]:
    word = word.translate(_HEBREW_READ)
    for old, new in _HEBREW_MARKS:
        word = old.sub(new, word)
    if word.startswith("אל") and len(word) > 4:
        for other in _others(word[2:], _HEBREW_OTHER):
            yield other, True
    for other in _others(word, _HEBREW_OTHER):
        yield other, False


_ABJAD_VOWELS = {
    "ا": "a", "آ": "a", "أ": "?", "إ": "?", "ٱ": "?", "ئ": "?", "ؤ": "?", "ء": "?", "ع": "?",
    "ة": "e", "ى": "i", "ي": "i", "و": "u", "א": "?", "ע": "?", "ו": "u", "י": "i",
}  # fmt: skip
_LONG_TWICE = re.compile(r"([iu])\1")


_CONSONANT = re.compile(f"([{''.join(ABJAD_BITS)}])")


def _abjad(way: Way, word: str, fused: bool) -> Shape:
    first, *rest = _CONSONANT.split(word)
    sounds = [ABJAD_BITS[letter] for letter in rest[::2]]
    if "مب" in word or "مپ" in word:
        for at, (letter, between, other) in enumerate(
            zip(rest[::2], rest[1::2], rest[2::2], strict=False)
        ):
            sounds[at] |= _N if letter == "م" and not between and other in _LIPS else 0
    every = tuple(sounds)
    slots = (_first_slot(first), *map(_slot, rest[1::2]))
    return Shape(way, every, every, every, slots, fused)


@lru_cache(maxsize=4_096)
def _slot(letters: str) -> str:
    """What stands between two consonants, or behind the last."""
    return _LONG_TWICE.sub(r"\1", "".join([_ABJAD_VOWELS.get(letter, "") for letter in letters]))


@lru_cache(maxsize=4_096)
def _first_slot(letters: str) -> str:
    """What stands before the first consonant."""
    is_alef = letters.startswith(("ا", "أ", "إ", "א"))
    slot = f"^{_slot(letters[1:])}" if is_alef else _slot(letters)
    # An alef or ayn only carries the long vowel after it.
    return slot[1:] if slot[:1] in ("?", "^") and slot[1:2] in ("a", "i", "u") else slot


# ── Latin, and what is read through it ───────────────────────────────────────────────────────

_LATIN_READ = str.maketrans(
    "âáàäãåāæéèëēėəęîíìïīıôóòöõōøœúùüūûýÿčšșžġñłßđðħ",
    "aaaaaaaaeeeeeeeiiiiiioooooooouuuuuyyçşşžğnlsddh",
)
_CYRILLIC_READ = str.maketrans({
    "а": "a", "б": "b", "в": "В", "г": "Г", "ґ": "g", "д": "d", "е": "e", "є": "e", "э": "e",
    "ё": "o", "ж": "Ж", "з": "z", "и": "i", "ы": "e", "і": "i", "ї": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "П", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "Х", "ц": "s", "ч": "Ч", "ш": "ş", "щ": "ş", "ъ": "", "ь": "", "ю": "yu",
    "я": "ya", "’": "", "'": "", "ʼ": "",
})  # fmt: skip
_KURDISH_READ = str.maketrans({
    "ب": "b", "پ": "p", "ت": "t", "ط": "t", "ث": "s", "ج": "j", "چ": "ç", "ح": "h", "ه": "h",
    "ھ": "h", "خ": "x", "د": "d", "ذ": "z", "ر": "r", "ڕ": "r", "ز": "z", "ژ": "ž", "س": "s",
    "ش": "ş", "ص": "s", "ض": "z", "ظ": "z", "غ": "ğ", "ف": "f", "ڤ": "v", "ق": "q", "ك": "k",
    "ک": "k", "گ": "g", "ل": "l", "ڵ": "l", "م": "m", "ن": "n", "و": "w", "ۆ": "o", "ا": "a",
    "ە": "e", "ی": "i", "ي": "i", "ێ": "ê", "ئ": "", "ع": "", "أ": "a", "آ": "a", "ى": "i",
    "ة": "e", "\u200c": "", "ـ": "",
})  # fmt: skip
_SOFT_SIGN = re.compile("(?<=[bВГgdЖzklmnПrstfХşЧ])y(?=[ua])")
_GLIDE = re.compile("(?<![aeiouêw])w(?![aeiouêw])")
_APOSTROPHES = re.compile("[’‘ʿʾʼ`׳]")
_START = _rules(("[üu]'l$", ""), ("^'+|'+$", ""), ("^ou(?=[aei])", "w"))
_DOUBLE = re.compile(r"([^aeiou]h?)\1")
_FUSED = re.compile(r"^(?:[ae]l(?=.{3})|[aeiu](?:sh(?=sh)|([tdrzsnş])(?=\1)))")
_SILENT_H = re.compile("(?<=[aeiouy])h$")
_DIGRAPH = re.compile("(?<=[stkgdz])h")
_INNER_V = re.compile("(?<=.)[vВ]")
_CASE = re.compile("(?<=[^aeiouy])[ae]$")
_OBLIQUE = re.compile("(?<=[^aeiouyêw])ê$")


def _latin(word: str, kind: str) -> Iterator[tuple[str, bool]]:
    """The spelling in plain Latin letters, then the same with other digraphs and endings."""
    word = _romanized(word, kind)
    for old, new in _START:
        word = old.sub(new, word)
    for form in _forms(_DOUBLE.sub(r"\1", word), kind):
        yield form, False
    article = _FUSED.match(word)
    if article:
        for form in _forms(_DOUBLE.sub(r"\1", word[article.end() :]), kind):
            yield form, True


def _romanized(word: str, kind: str) -> str:
    if kind == CYRILLIC:
        return _SOFT_SIGN.sub("", word.translate(_CYRILLIC_READ))
    if kind == ARABIC:
        return _GLIDE.sub("u", word.translate(_KURDISH_READ))
    return _APOSTROPHES.sub("'", word).translate(_LATIN_READ)


def _forms(word: str, kind: str) -> Iterator[str]:
    if not _AMBIGUOUS.search(word):
        yield word
        return
    for end in dict.fromkeys((_SILENT_H.sub("", word), word)):
        for split in dict.fromkeys((end, _DIGRAPH.sub("'h", end))):
            yield from dict.fromkeys((split, _INNER_V.sub("w", split)))
    # Russian and Kurmanji cases: в Багдаде, из Багдада, li Kerkûkê.
    if (_CASE if kind == CYRILLIC else _OBLIQUE).search(word):
        yield word[:-1]


_AMBIGUOUS = re.compile("[aeêh]$|[stkgdz]h|(?<=.)[vВ]")  # where any of these may apply
_TOKEN = re.compile("sch|tch|dzh|[stkgdzpc]h|dj|ck|dЖ|c(?=[eiyê])|.")
_SAME = {"sch": "sh", "tch": "ch", "dzh": "dj", "dЖ": "dj"}
_VOWEL = frozenset("aeiouêwy")
_INITIAL_Y = re.compile("^y(?=[aeiouê])")
_N, _LIPS = bits("n"), frozenset("bpبپ")
# Turkish hardens the end of a word: Bağdat, Recep.
_HARDENED = {"t": bits("d"), "p": bits("b")}


def _written(word: str, fused: bool) -> Shape:
    sounds: list[int] = []
    strict: list[int] = []
    clear: list[int] = []
    slots = [""]
    word = _INITIAL_Y.sub("Y", "W" + word[1:] if word.startswith("w") else word)
    tokens = _tokens(word)
    for at, name in enumerate(tokens):
        if name not in WRITTEN_BITS:
            slots[-1] += name if name in _VOWEL else ""
            continue
        more = _N if name == "m" and tokens[at + 1 : at + 2] in (["b"], ["p"]) else 0
        if at == len(tokens) - 1:
            more |= _HARDENED.get(name, 0)
        sounds.append(WRITTEN_BITS[name] | more)
        strict.append(STRICT_BITS[name] | more)
        clear.append(PLAIN_BITS[name])
        slots.append("")
    return Shape(Way.WRITTEN, tuple(sounds), tuple(strict), tuple(clear), tuple(slots), fused)


def _tokens(word: str) -> list[str]:
    """Letters and digraphs; ``ċ`` is a c before e, i and y."""
    found = [_SAME.get(name, name) for name in _TOKEN.findall(word)]
    for at, name in enumerate(found[:-1]):
        if name == "c" and found[at + 1] in ("e", "i", "y", "ê"):
            found[at] = "ċ"
    return found
