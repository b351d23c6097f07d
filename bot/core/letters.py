"""Fold letters: the spellings of one word become equal.

Arabic, Persian and Kurdish letters, vowel marks, both digit sets, presentation forms, Hebrew
points and final letters, capitals and accents of Latin and Cyrillic script. One hamza stays: that
of ألمانيا, إلهام and آلمان (all become أل), or the name would lose its first letters as an article.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ZWNJ = "\u200c"
# Character classes for regular expressions, without their brackets.
MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u08d3-\u08e1\u08e3-\u08ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
HIDDEN = "\u00ad\u061c\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
ARABIC = (
    "\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u08a0-\u08c9\ufb50-\ufdfb\ufe70-\ufefc"
)

# Letters that NFKD leaves apart but readers and keyboards treat as one.
_ALIKE_LETTERS = {
    "ا": "ٱٲٳٵ",
    "ي": "ىیېێےۑ",
    "و": "ۆۇۈۅ",
    "ه": "ةەھہۃ",
    "ك": "کڪ",
    "ر": "ڕ",
    "ل": "ڵ",
    "i": "ı",
    "o": "ø",
    "d": "đð",
    "l": "ł",
    "σ": "ς",
    "כ": "ך",
    "מ": "ם",
    "נ": "ן",
    "פ": "ף",
    "צ": "ץ",
}
_ALIKE = str.maketrans(
    {c: into for into, letters in _ALIKE_LETTERS.items() for c in letters} | {"ء": "", "ـ": ""}
)
_INVISIBLE = frozenset({"Mn", "Me", "Cf"})
# An alef and its hamza apart, other marks between them.
_COMPOSED = re.compile("ا[\u064b-\u0652\u0656-\u065f\u0670]*[\u0653-\u0655]")
# The hamza at the start of a word, after particles and article at most, and before an l.
_RADICAL = re.compile(r"\b((?:[وف]?[بلك]?(?:ال)?|[وف]?لل))[أإآ](?=ل\w\w)")
_KEPT, _HELD = "أ", "ٵ"  # the latter is in no text by then: it is one of the letters alike
_ALEFS = (("أ", "ا"), ("إ", "ا"), ("آ", "ا"), (_HELD, _KEPT))


def fold(text: str) -> str:
    """``text`` with its letters folded; words and punctuation stay. Idempotent."""
    return _fold_lines(text.replace(ZWNJ, " "))


def fold_words(words: Sequence[str]) -> list[str]:
    """Each of ``words`` folded; none may hold a line feed. The quick way for many at once."""
    if not words:
        return []
    return _fold_lines("\n".join(words)).split("\n")


def _fold_lines(lines: str) -> str:
    if lines.isascii():
        return lines.lower()
    if not _RARE.search(lines):
        return _fold_common(lines.lower())
    return "\n".join(
        _fold_any(line) if _RARE.search(line) else _fold_common(line.lower())
        for line in lines.split("\n")
    )


def _fold_common(text: str) -> str:
    # Measured: looking first and replacing then is ten times as fast as str.translate, but for a
    # few words it looks too often.
    if len(text) < _LONG:
        return _fold_hamza(text.translate(_TABLE))
    for letter, into in _CHAIN:
        if letter in text:
            text = text.replace(letter, into)
    return _fold_hamza(text)


def _fold_hamza(text: str) -> str:
    """أ إ آ as ا, all but the one that keeps a word from beginning with an article, as أ."""
    if "أل" in text or "إل" in text or "آل" in text:
        text = _RADICAL.sub(rf"\1{_HELD}", text)
    for letter, into in _ALEFS:
        if letter in text:
            text = text.replace(letter, into)
    return text


def _fold_any(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Lowering can yield composed letters and composing marks, so it stands between two rounds.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    kept = (c for c in _COMPOSED.sub(_KEPT, plain) if unicodedata.category(c) not in _INVISIBLE)
    return _fold_hamza("".join(map(_digit, kept)).translate(_ALIKE))


def _digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))


# What the press is written in nearly always: the chain knows all of it, and nothing else.
_COMMON = "".join(
    (
        *map(chr, range(0x20, 0x7F)),
        "\n،؛؟«»“”‘’–—…٪",
        *map(chr, range(0x621, 0x63B)),
        *map(chr, range(0x640, 0x653)),
        "\u0670٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹پچژگکیەێۆڕڵڤھہۀ",
        *map(chr, range(0x5D0, 0x5EB)),
        *map(chr, range(0x410, 0x450)),
        "ёЁçÇğĞıöÖşŞüÜêÊîÎûÛâÂéèáíóú",
    )
)
_RARE = re.compile(f"[^{re.escape(_COMMON)}]")
_CHAIN = tuple(
    (letter, _fold_any(letter))
    for letter in dict.fromkeys(_COMMON.lower())
    if _fold_any(letter) != letter and letter not in "أإآ"
)
_TABLE = str.maketrans(dict(_CHAIN))
_LONG = 150
