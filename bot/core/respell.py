"""A watch's word spelt as other scripts would have heard it.

A text's word has one sound key; where letters are ambiguous (ج is j, g or c, sh may be s and h)
the watch is spelt both ways in its own script, and each spelling gives a key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from bot.core.sounds import ARABIC, CYRILLIC, HEBREW, LATIN, plain, script

# (what is ambiguous, the same script's spelling of another reading), most likely first.
_SPELLINGS = {
    ARABIC: (
        ("ج", "گ"), ("گ", "ج"), ("ث", "س"), ("ذ", "د"), ("ض", "ز"), ("ظ", "د"),
        ("(?<=.)و(?=[اايیةهە])|(?<=ا)و(?=.)", "ف"), ("[سص][هح]", "ش"), ("[تط][هح]", "ت"),
        ("د[هح](?=.)", "د"), ("[كکق][هح]", "خ"), ("ز[هح]", "ژ"), ("تش", "چ"),
        ("(?<=.)م(?=[بپ])", "ن"), (r"([^اوي])\1", r"\1"), ("ى$", "ي"), ("خ$", ""),
        ("(?<=[يیو])ه$", ""), ("يع$", "يعا"), ("(?<=.)ه(?=.)", "گ"), ("خو(?=ا)", "خ"),
        ("^ال(?=[تثدذرزسشصضطظلن].{2})", "ئ"), ("^ال(?=.{3})", "ئل"), ("ة$", "ت"),
    ),
    LATIN: (
        ("th", "s"), ("dh", "z"), ("c(?=[eiy])", "s"), ("c(?=[aou])", "j"), ("g(?!h)", "j"),
        ("j", "g"), ("(?<=.)v", "w"), ("ll", "lل"), ("(?<=.)x", "ks"), ("(?<=.)m(?=b)", "م"),
        ("z(?!h)", "d"), ("(?<=.)(?<![cst])([stkgd])h(?=[aeiou])", r"\1ح"), ("^[ae]l(?=.{3})", ""),
    ),
    HEBREW: (
        ("כ", "ח"), ("וו", "ב"), ("(?<=.)ו(?=.)", "ב"), ("ש", "ס"), ("ג(?!['׳])", "ש"),
        ("צ", "טס"),
    ),
    CYRILLIC: (
        ("дж", "г"), ("г", "х"), ("кх", "х"), ("х", "к"), ("(?<=.)в", "у"), ("з", "д"),
        ("ц", "тс"), ("(?<!д)ж", "з"),
    ),
}  # fmt: skip
_RESPELLINGS = {
    name: tuple((re.compile(old), new) for old, new in pairs) for name, pairs in _SPELLINGS.items()
}


def spellings(word: str) -> Iterator[str]:
    """``word``, then each other reading of its letters alone, then two of them together."""
    yield word
    letters = plain(word)
    pairs = [pair for pair in _RESPELLINGS.get(script(word), ()) if pair[0].search(letters)]
    for size in (1, 2):
        for chosen in combinations(pairs, size):
            spelling = letters
            for old, new in chosen:
                spelling = old.sub(new, spelling)
            yield spelling
