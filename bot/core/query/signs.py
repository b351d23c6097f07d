"""The signs of the watch syntax as people type them: quotation marks, operators, look-alikes."""

from __future__ import annotations

import re

# Characters nobody sees, left by keyboards and right-to-left editors.
HIDDEN = "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff"
# One for one, so that columns stay what they were.
_ALIKE = str.maketrans("＋｜（）：～－−＂", '+|():~--"')
_CLOSERS = dict.fromkeys('"“”„‟', '"“”‟') | {"«": "»", "»": "«"}
QUOTES = "".join(_CLOSERS)
_CLOSING = {opener: re.compile(f"[{closers}]") for opener, closers in _CLOSERS.items()}
# Hebrew writes its acronyms with a quotation mark before the last letter: צה"ל.
GERSHAYIM = '(?<=[א-ת])["”](?=[א-ת](?![א-ת]))'
_GERSHAYIM = re.compile(GERSHAYIM)

# As ``core.text`` folds them: أو and او are one. Latin operators are known by their capitals.
ARABIC_AND, ARABIC_OR, ARABIC_NOT = "و", "او", "بدون"
ARABIC_OPERATORS = frozenset({ARABIC_AND, ARABIC_OR, ARABIC_NOT})
LATIN_OPERATORS = frozenset({"and", "or", "not", "near"})
# "Without a pilot" and "without a crew" are how Arabic and Persian say drone: no operator there.
UNMANNED = ("طيار", "سرنشين")


def plain(text: str) -> str:
    """``text`` with full-width and typographic signs as the plain ones; the same length."""
    return text.translate(_ALIKE)


def quotation_end(text: str, start: int) -> int:
    """Where the quotation opened at ``start`` has ended, 0 when it never does."""
    for closer in _CLOSING[text[start]].finditer(text, start + 1):
        if not _GERSHAYIM.match(text, closer.start()):
            return closer.end()
    return 0
