"""One stem for the forms of a word: enough to compare texts by, never shown and never looked for.

Dictionary forms come from the data (``Knowledge.inflections``: broken plurals, verbs); what they
do not know loses its article, proclitics and the commonest endings.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from bot.core.model import Knowledge
from bot.core.morphology import bare
from bot.core.text import name_key

_LEFT = 3  # letters that stay
_ENDINGS = {
    "arabic": ("هايي", "تين", "تان", "يين", "يون", "هاي", "ات", "ون", "ين", "ان", "يه",
               "ها", "هم", "ه", "ي", "ا"),
    "latin": ("ings", "ing", "ies", "ed", "es", "s", "e", "y"),
    "hebrew": ("ימ", "ות", "ה"),
    "cyrillic": ("ами", "ого", "ов", "ой", "ах", "ом", "ы", "и", "а", "у", "е"),
}  # fmt: skip
_LETTERS = {
    "arabic": ("\u0620", "ۿ"),
    "latin": ("a", "ɏ"),
    "hebrew": ("א", "ת"),
    "cyrillic": ("Ѐ", "ӿ"),
}


@lru_cache(maxsize=4)
def stems(knowledge: Knowledge) -> Mapping[str, str]:
    """Folded, bare forms and the dictionary form they stand for."""
    found: dict[str, str] = {}
    for word in knowledge.inflections:
        forms = [key[0] for key in map(name_key, word.forms) if len(key) == 1]
        for form in forms:
            found.setdefault(form, forms[0])
    return found


@lru_cache(maxsize=65_536)
def stem(word: str, known: Stems) -> str:
    """The stem of a folded word."""
    for form in without_clitics(word):
        if form in known.words:
            return known.words[form]
    return _shortened(form)


class Stems:
    """The dictionary forms and the common words, as something that can be remembered by."""

    __slots__ = ("common", "words")

    def __init__(self, knowledge: Knowledge) -> None:
        self.words = stems(knowledge)
        self.common = knowledge.common


def without_clitics(word: str) -> tuple[str, ...]:
    """The word without its article, then without what stands before it."""
    first = bare(word)
    rest = first
    if rest is word and len(word) > _LEFT + 2 and word[0] in "وف":
        rest = bare(word[1:])
    if rest.startswith("لل") and len(rest) > _LEFT + 2:
        rest = rest[2:]
    elif len(rest) > _LEFT + 2 and rest[0] in "بكل" and rest[1:3] == "ال":
        rest = rest[3:]
    return (first,) if rest == first else (first, rest)


def _shortened(word: str) -> str:
    script = next((name for name, (a, z) in _LETTERS.items() if a <= word[0] <= z), "")
    for ending in _ENDINGS.get(script, ()):
        if word.endswith(ending) and len(word) - len(ending) >= _LEFT:
            return word[: -len(ending)]
    return word
