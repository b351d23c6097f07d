"""Whether two words that share a sound key are one name.

Arabic and Hebrew leave short vowels out, Latin, Cyrillic and Kurdish write them: a written word
may put one vowel where the other has none, and must have one of the right colour where the
other has a long one. Ends must agree: حرير is not Hariri.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.shapes import Shape, Way, readings, shapes
from bot.core.sounds import ARABIC, LATIN, script

FIRST, INNER, LAST = range(3)
_LONG_NAME = 6  # as strong a name is heard with stretched letters too

# What a slot of an abjad may be where vowels are written. A long a is never e, nor i "ie":
# سنجار is no Singer and حرير no Harrier (measured; costs 0.5 % of the spellings found).
_LONG = {
    "a": "(?:aa?|ae|oa)",
    "e": "(?:[aeêo]|ae)",
    "i": "(?:[aeo]?(?:iy?|y|ee|ê|e|ei)|[aeiou]?y[aeiou]?)",
    "u": "(?:[aeo]?(?:u|w|o|ou|oo)|[aeiou]?w[aeiou]?)",
    "?": "[aeiouyê]{0,2}",
    "^": "(?:[aeiouê]|ou|oo|ee|aa)",
}
_NONE = {Way.ARABIC: "(?:[aeiouyê]|ou|oo|ee)?", Way.HEBREW: "[aeiouyê]{0,2}"}
_OPEN = "[aeiouyê]{1,2}"  # an ayn that begins a word is heard
_LIGHT = re.compile("[?^ae]")
_VOWELS = {
    "a": "ae", "e": "aeiE", "ê": "eiE", "i": "ieE", "y": "iE", "o": "ou", "u": "uo", "w": "uo",
}  # fmt: skip


@lru_cache(maxsize=8_192)
def alike(watch_word: str, text_word: str) -> bool:
    """Whether the two words may be one name: consonants, slots, ends. Symmetric.

    The exact check after their keys met. A word without letters is like itself only.
    """
    return compared(watch_word, text_word)


def compared(watch_word: str, text_word: str) -> bool:
    """The same for words that are hardly compared again: nothing is remembered of the first."""
    if watch_word == text_word:
        return True
    texts = shapes(text_word)
    return any(_meet(one, other) for one in readings(watch_word) for other in texts)


@lru_cache(maxsize=8_192)
def is_plain(name: str, text_word: str) -> bool:
    """Whether a Latin ``name`` is in an Arabic word without stretching a letter, or a long one is.

    A word of an Arabic text may be anything, and short names sound like many: to hear one in it
    p must not be b, nor kh ح (measured on news: half the wrong names go, one right one in 70).
    True for all other scripts. Asked after :func:`alike`.
    """
    if script(name) != LATIN or script(text_word) != ARABIC or strength(name) >= _LONG_NAME:
        return True
    texts = shapes(text_word)
    return any(
        len(one.plain) == len(other.plain)
        and all(a & b for a, b in zip(one.plain, other.plain, strict=True))
        and (other.way is Way.WRITTEN or (other.fused >= one.fused and _reads_as(other, one)))
        for one in shapes(name)
        for other in texts
    )


def _meet(one: Shape, other: Shape) -> bool:
    written = one.way is other.way is Way.WRITTEN
    left, right = (one.strict, other.strict) if written else (one.sounds, other.sounds)
    if len(left) != len(right) or not left:
        return False
    for a, b in zip(left, right, strict=True):
        if not a & b:
            return False
    if written:
        return one.fused == other.fused and _same_vowels(one.slots, other.slots)
    if one.way is Way.WRITTEN:
        one, other = other, one
    if other.way is Way.WRITTEN:
        return one.fused >= other.fused and _reads_as(one, other)
    return _same_long_vowels(one, other)


# ── an abjad and a written word ──────────────────────────────────────────────────────────────


def _reads_as(abjad: Shape, written: Shape) -> bool:
    last = len(abjad.slots) - 1
    for at, (slot, vowels) in enumerate(zip(abjad.slots, written.slots, strict=True)):
        place = FIRST if not at else LAST if at == last else INNER
        if not fits(slot, vowels, abjad.way, place):
            return False
    return not _opens(abjad.slots, written.slots)


@lru_cache(maxsize=8_192)
def fits(slot: str, vowels: str, way: Way, place: int) -> bool:
    """Whether ``vowels`` may be written where an abjad has ``slot``."""
    if place != INNER and not slot:
        return not vowels
    if place == FIRST and slot == "?":
        pattern = _OPEN
    elif slot:
        pattern = "".join(_LONG[letter] for letter in slot)
    else:
        pattern = _NONE[way]
    if place == LAST and slot[-1] == "i":
        pattern += "i?"
    return re.fullmatch(pattern, vowels) is not None


def _opens(slots: tuple[str, ...], vowels: tuple[str, ...]) -> bool:
    """أنبار is no Anubar: between an alef and a long vowel two consonants stand together."""
    return len(slots) > 3 and slots[:2] == ("^", "") and slots[2] != "" and vowels[1] != ""


# ── two written words ────────────────────────────────────────────────────────────────────────


def _same_vowels(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return all(a == b or _near(a, b) for a, b in zip(one, other, strict=True))


@lru_cache(maxsize=8_192)
def _near(one: str, other: str) -> bool:
    """Whether two spellings of one vowel, both there, may sound the same."""
    return bool(one and other and _colours(one) & _colours(other))


def _colours(vowels: str) -> frozenset[str]:
    """The vowels a spelling is close to: a e i, E for the diphthong in Ayn, o u."""
    vowels = vowels.replace("ou", "u").replace("oo", "u").replace("ee", "i").replace("aa", "a")
    if re.fullmatch("[ae][iy]", vowels):
        return frozenset("Ee")
    if re.fullmatch("[ao][uw]", vowels):
        return frozenset("ou")
    if len(vowels) == 1:
        return frozenset(_VOWELS[vowels])
    return frozenset([re.sub("[yw]", "", vowels)])


# ── two abjad words ──────────────────────────────────────────────────────────────────────────


def _same_long_vowels(one: Shape, other: Shape) -> bool:
    loose = one.way is not other.way
    last = len(one.slots) - 1
    for at, (a, b) in enumerate(zip(one.slots, other.slots, strict=True)):
        if at in (0, last) and bool(a) != bool(b):
            return False
        if at == last:
            same = _without_light(a) == _without_light(b)
        else:
            same = _same_slot(a, b, not at) if loose else a.strip("?^") == b.strip("?^")
        if not same:
            return False
    return True


@lru_cache(maxsize=8_192)
def _same_slot(one: str, other: str, is_first: bool) -> bool:
    """Hebrew writes no long a, and some short vowels: אירביל, כירכוכ."""
    a, b = _without_light(one), _without_light(other)
    return a == b or (not (a and b) and (is_first or len(a + b) == 1))


@lru_cache(maxsize=4_096)
def _without_light(slot: str) -> str:
    return _LIGHT.sub("", slot)


# ── weight ───────────────────────────────────────────────────────────────────────────────────


_CLEAR = re.compile("(?<=[aeiouê])[wy](?=[aeiouê])|aa|[iouyêw]+")


@lru_cache(maxsize=16_384)
def strength(word: str) -> int:
    """How much there is to hear in ``word``: its consonants and long vowels.

    Where vowels are written none is known to be long: each i and u counts, all a and e inside
    the word as one.
    """
    found = shapes(word)
    if not found:
        return 0
    shape = found[0]
    if shape.way is not Way.WRITTEN:
        return len(shape.sounds) + sum(len(set(slot) & set("aiu")) for slot in shape.slots)
    clear = [len(_CLEAR.findall(slot)) for slot in shape.slots]
    inside = zip(shape.slots[1:-1], clear[1:-1], strict=True)
    faint = any(slot and not heard for slot, heard in inside)
    return len(shape.sounds) + sum(clear[1:]) + faint
