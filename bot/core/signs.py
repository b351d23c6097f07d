"""What a word sounds like in one number, so that most words it is not are told in a moment.

Two words that are alike (``core.slots``) have signs that meet; of words whose keys met by chance
three in four have not. To meet costs a tenth of the comparison.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import or_

from bot.core.shapes import Shape, Way, shapes
from bot.core.slots import INNER, fits
from bot.core.sounds import SOUNDS

# A sign speaks of the first four consonants, the slots behind them, and how the word ends. Each
# pair takes one of four UTF-16 characters, so that a text can hold signs (``core.words``): six bits
# for the consonant, five for the slot, two for the ending, and above each one that is never set.
_PAIRS = range(0, 64, 16)
_SLOT_AT, _ENDING_AT = 7, 13
_ANY_SOUND, _ANY_SLOT, _ANY_ENDING = (1 << 6) - 1, (1 << 5) - 1, (1 << 2) - 1
# The sounds of one class of keys (``core.sounds``) each have a bit of their own; those of
# different classes need not, for the keys have told them apart.
_BIT = {
    sound: 1 << at
    for sounds in ("bpfvw", "tTs", "zẒĐdD", "jčšž", "hx", "gGkq", "rlmny")
    for at, sound in enumerate(sounds)
}
_ABSENT = 1 << 5  # there is no such consonant
_WRITTEN = 1 << 4  # a vowel where vowels are written
_LONG = ("", "a", "i", "u")  # what may stand between two consonants of an abjad
_CLOSED, _OPEN = 1 << _ENDING_AT, 2 << _ENDING_AT


def _every(sound: int, slot: int, ending: int) -> int:
    return sum((sound | slot << _SLOT_AT | ending << _ENDING_AT) << at for at in _PAIRS)


ANY = _every(_ANY_SOUND, _ANY_SLOT, _ANY_ENDING)  # the sign of what has no letters
_GUARDS = _every(_ANY_SOUND + 1, _ANY_SLOT + 1, _ANY_ENDING + 1)
_ENDINGS = _every(0, 0, _ANY_ENDING) & ~(_ANY_ENDING << _ENDING_AT)  # all pairs but the first


def meet(one: int, other: int) -> bool:
    """Whether two words of these signs may be alike: they share something in every field."""
    # The bit above a field is set by the carry, if any bit in it is.
    return ((one & other) + ANY) & _GUARDS == _GUARDS


def sign(word: str) -> int:
    """The sign of ``word``: of all its readings together; below 2 ** 63."""
    return joint(signs(word))


def joint(found: Sequence[int]) -> int:
    """Several signs as one."""
    return found[0] if len(found) == 1 else reduce(or_, found)


def signs(word: str) -> tuple[int, ...]:
    """The sign of each reading of ``word``: of one alone there is more to tell."""
    found = tuple(map(_sign_of, shapes(word))) or (ANY,)
    return found if len(found) == 1 else tuple(dict.fromkeys(found))


def _sign_of(shape: Shape) -> int:
    way, sounds, strict, _, slots, _ = shape
    found = _BEYOND[min(len(sounds), len(_PAIRS) + 1)] | _ending(slots[-1], way)
    for at, sound, other in zip(_PAIRS, sounds, strict, strict=False):
        found |= _heard(sound | other) << at
    for at, slot in zip(_PAIRS, slots[1:-1], strict=False):
        found |= _vowels(slot, way) << at
    return found


_BEYOND = [
    sum(_ABSENT << at for at in _PAIRS[count:])
    | sum(_ANY_SLOT << _SLOT_AT + at for at in _PAIRS[max(0, count - 1) :])
    for count in range(len(_PAIRS) + 2)
]


@lru_cache(maxsize=512)
def _heard(bits: int) -> int:
    """Some sounds, each as its bit within its class."""
    return sum({_BIT[sound] for at, sound in enumerate(SOUNDS) if bits >> at & 1})


@lru_cache(maxsize=8_192)
def _vowels(slot: str, way: Way) -> int:
    """What a slot may be in an abjad."""
    found = _ANY_SLOT  # a hamza may be anything
    if way is Way.WRITTEN:
        found = sum(fits(vowels, slot, Way.ARABIC, INNER) << at for at, vowels in enumerate(_LONG))
        found |= _WRITTEN if slot else 0
    elif way is Way.ARABIC and slot in _LONG:
        found = 1 << _LONG.index(slot)
    elif way is Way.HEBREW and slot in ("i", "u"):  # those of others may be left out, not changed
        found = sum(1 << _LONG.index(vowel) for vowel in ("", "a", slot))
    return found << _SLOT_AT


@lru_cache(maxsize=1_024)
def _ending(slot: str, way: Way) -> int:
    """How the word ends. The first pair tells whether in a vowel; an ayn may fall silent.

    The others tell it where two abjads meet, which must end alike: whether anything is written
    there, an i, an u.
    """
    silent = not slot.strip("?")
    found = (_CLOSED if silent else 0) | (_OPEN if slot else 0)
    # Folding makes a final ؤ a و and leaves a final ء out, and equal words must meet.
    if way is Way.WRITTEN or (way is Way.ARABIC and "?" in slot):
        return found | _ENDINGS
    told = (bool(slot), "i" in slot, "u" in slot)
    return found | sum(
        (_OPEN if is_there else _CLOSED) << at
        for at, is_there in zip(_PAIRS[1:], told, strict=True)
    )
