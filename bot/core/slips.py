"""What can be a slip of the pen: one letter is wrong, and the word is no other form of the name.

Words here are folded and without article, several of them with blanks between.
"""

from __future__ import annotations

from enum import IntEnum

SHORTEST = 4  # letters; of fewer nearly every word is near another
# So short a name has ordinary words all around it: only what is no letter of their roots counts.
_SHORT = 4
_WEAK = frozenset("اويهءaeiouy")
# What makes another word of one: of Italy, Italian; our Jordan; students, the Taliban.
_ENDINGS = ("يه", "ات", "ان", "ين", "ون", "نا", "ها", "هم", "وا", "ي", "ه", "و", "ت")
_OF_NAMES = (*_ENDINGS, "يا", "ا", "")
_STEM = 3
_ARABIC, _LAST = "\u0600", "\u06ff"


class Slip(IntEnum):
    """What is wrong, the likeliest first: a letter is there twice, a weak one, any other."""

    TWICE = 0
    WEAK = 1
    OTHER = 2


def slip(written: str, name: str) -> Slip | None:
    """What is wrong with ``written``, one letter from ``name``, if it can be that name misspelt.

    A letter is too many, missing or wrong, or two are swapped. Never the first one alone: in
    Arabic that is a particle, in other languages another word (Turkey, murky).
    """
    short = min(len(written), len(name))
    if written[:1] != name[:1] or short < SHORTEST:
        return None
    kind = _kind(written, name)
    if kind is Slip.TWICE:
        return kind
    if (kind is Slip.OTHER and short <= _SHORT) or _is_form(written, name):
        return None
    return None if _is_longer(written, name) else kind


def _kind(written: str, name: str) -> Slip:
    short, long = sorted((written, name), key=len)
    if len(long) == len(short):
        return Slip.OTHER
    at = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if long[at] == long[at - 1]:
        return Slip.TWICE
    return Slip.WEAK if long[at] in _WEAK else Slip.OTHER


def _is_longer(written: str, name: str) -> bool:
    """Whether it is ``name`` and an ending, as many languages have them: Russia, Russian."""
    return written[:-1] == name and not _ARABIC <= name[0] <= _LAST


def _is_form(written: str, name: str) -> bool:
    stems = {name.removesuffix(ending) for ending in _OF_NAMES if name.endswith(ending)}
    found = (written.removesuffix(ending) for ending in _ENDINGS if written.endswith(ending))
    return any(len(stem) >= _STEM and stem in stems for stem in found)
