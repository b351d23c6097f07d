"""Fold letters, find words, keep their place in the original.

Folding makes the spellings of one word equal: Arabic, Persian and Kurdish letters, vowel marks,
both digit sets, presentation forms, Hebrew final letters, Latin accents. It deletes and adds
characters, so offsets are never taken from folded text: every token carries its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bot.core.model import Token

ZWNJ = "\u200c"

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
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u08d3-\u08e1\u08e3-\u08ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
_HIDDEN = "\u00ad\u061c\u200b\u200d-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_ARABIC = (
    "\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff"
    "\u0750-\u077f\u08a0-\u08c9\ufb50-\ufdfb\ufe70-\ufefc"
)
# Arabic letters and digits are separate words (بـ١٤ صاروخا); K1, T4 and S400 stay whole.
_WORD = re.compile(
    rf"[{_ARABIC}](?:[{_ARABIC}{_MARKS}{_HIDDEN}])*"
    rf"|(?:(?![{_ARABIC}])[^\W_])(?:(?:(?![{_ARABIC}])[^\W_])|[{_MARKS}{_HIDDEN}])*"
)
_FOLDED_WORD = re.compile(r"[^\W_]+")
# The letters alone decide: على is a preposition, علي a name, and folding makes them one.
_FUNCTION = frozenset({"على", "إلى", "الى", "حتى", "متى", "لدى", "سوى"})
_FUNCTION_WORDS = _FUNCTION | {c + w for c in "وف" for w in _FUNCTION}
_STOP = frozenset(
    "في من عن مع هذا هذه ذلك التي الذي ان او ثم بعد قبل كل لا ما لم لن قد هو هي و ف ب ل ك يا "
    "علي الي حتي متي لدي سوي در از به با که را این ان است و تا بر برای های می یک هم "
    "the a an of in on at to for and or is are was by with from as it this that "
    "ve bir bu da de ile icin ki mi u li ji di ku bi את של על עם זה הוא היא לא".split()
)
_HEBREW_PREFIXES = "בלמהושכ"
_PROCLITICS = frozenset("وفبلكس" + _HEBREW_PREFIXES)
_BIDI = re.compile(f"[{_HIDDEN}\u061c\u200e\u200f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufff9-\ufffb]")
_BREAK = re.compile(r"[!?؟;؛\n…]|[.۔](?=\s|$)")
_FARSI = re.compile("[پچژگکی]")
_KURDISH = re.compile("[ێۆڕڵەڤ]")
_ARABIC_ONLY = re.compile("[يكةأإىؤ]")


def fold(text: str) -> str:
    """``text`` with its letters folded; words and punctuation stay. Idempotent."""
    return _letters(text.replace(ZWNJ, " "))


@lru_cache(maxsize=65_536)
def _folded(chunk: str) -> tuple[tuple[str, ...], bool]:
    """The words a piece of the original folds to, and whether it is a function word.

    Almost always one word; ligatures (ﷺ) and fractions give more.
    """
    function = "ى" in chunk and _bare_letters(chunk) in _FUNCTION_WORDS
    return tuple(_FOLDED_WORD.findall(_letters(chunk))), function


def _letters(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Lowering can yield composed letters and composing marks, so it stands between two rounds.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    kept = (c for c in plain if unicodedata.category(c) not in _INVISIBLE)
    return "".join(map(_digit, kept)).translate(_ALIKE)


def _digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))


def tokenize(text: str) -> tuple[Token, ...]:
    """The words of ``text`` in order, folded, each with its offsets in the original.

    A word with a zero-width non-joiner gives its parts, the first ones ``glued`` to the next.
    """
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    has_zwnj = ZWNJ in text
    for found in _WORD.finditer(text):
        start, end = found.span()
        words, function = _folded(found.group())
        glued = has_zwnj and text[end : end + 1] == ZWNJ and text[end + 1 : end + 2].isalpha()
        for word in words:
            yield Token(word, start, end, glued and word is words[-1], function)


def _bare_letters(chunk: str) -> str:
    return "".join(c for c in chunk if unicodedata.category(c) == "Lo")


def bare(word: str) -> str:
    """A folded word without the Arabic article. Idempotent: الالعاب and العاب meet."""
    while len(word) > 4 and word.startswith("ال"):
        word = word[2:]
    return word


def clitic_forms(word: str) -> Iterator[str]:
    """What may be left of a folded word in a text without its proclitics and article.

    [وف]?[بلك]?(ال)? and لل; س before a verb; Hebrew likewise. At least three letters stay.
    Only texts are read so: a watch keeps its letters, or وزير and بغداد would lose their first.
    """
    if len(word) < 4 or word[0] not in _PROCLITICS:
        return
    if word[0] in _HEBREW_PREFIXES:
        yield from _without_hebrew_prefix(word)
        return
    for rest in _without_particle(word):
        if len(rest) >= 3:
            yield rest
            if bare(rest) != rest:
                yield bare(rest)


def _without_hebrew_prefix(word: str) -> Iterator[str]:
    yield word[1:]
    if word[0] in "ושמ" and word[1] in _HEBREW_PREFIXES and len(word) > 4:
        yield word[2:]


def _without_particle(word: str) -> Iterator[str]:
    for rest in (word, word[1:]) if word[0] in "وف" else (word,):
        if rest is not word:
            yield rest
        if rest.startswith("لل"):
            yield rest[2:]
        if rest[0] in "بلك" or (rest[0] == "س" and rest[1:2] in tuple("يتنا")):
            yield rest[1:]


def joined(tokens: tuple[Token, ...], start: int) -> Iterator[tuple[str, int]]:
    """Each longer word that begins at ``start`` when glued tokens are read as one, and its end."""
    word = tokens[start].text
    while tokens[start].glued and start + 1 < len(tokens):
        start += 1
        word += tokens[start].text
        yield word, start + 1


def name_key(text: str) -> tuple[str, ...]:
    """What makes two spellings of a name equal: its folded words without articles."""
    return tuple(bare(token.text) for token in tokenize(text))


def folded_shadow(title: str, body: str) -> str:
    """The searchable shadow of an entry: folded words, no articles, joined by single spaces."""
    return " ".join(word for field in (title, body) for word in _shadow(tokenize(field)))


def _shadow(tokens: tuple[Token, ...]) -> Iterator[str]:
    for at, token in enumerate(tokens):
        yield bare(token.text)
        if not token.glued and at and tokens[at - 1].glued:
            yield bare(_whole(tokens, at))


def _whole(tokens: tuple[Token, ...], last: int) -> str:
    first = last
    while first and tokens[first - 1].glued:
        first -= 1
    return "".join(token.text for token in tokens[first : last + 1])


def is_stop_word(word: str) -> bool:
    """Whether a folded word is too common to be looked for by itself."""
    return word in _STOP or bare(word) in _STOP


def sentence_numbers(text: str, tokens: tuple[Token, ...], first: int = 0) -> tuple[int, ...]:
    """The number of the sentence each token stands in, counted from ``first``."""
    numbers: list[int] = []
    for at, token in enumerate(tokens):
        if at and _breaks(text, tokens[at - 1], token):
            first += 1
        numbers.append(first)
    return tuple(numbers)


def _breaks(text: str, before: Token, after: Token) -> bool:
    between = text[before.end : after.start]
    if len(between) <= 1 and between != "\n":
        return False
    found = _BREAK.search(between)
    if found is None:
        return False
    # "U.S. base" and "J. Austin": a full stop after a single letter ends nothing.
    # A line that ends in a colon leads into the next one: "Official: <line> rockets fell".
    if found.group() == ".":
        return before.end - before.start > 1
    return found.group() != "\n" or ":" not in between


def arabic_script_language(text: str) -> str:
    """``ar``, ``fa`` or ``ckb`` by the letters used, ``""`` without any that tells."""
    kurdish = len(_KURDISH.findall(text))
    farsi = len(_FARSI.findall(text))
    if kurdish > 1 and kurdish * 3 > farsi:
        return "ckb"
    arabic = len(_ARABIC_ONLY.findall(text))
    if farsi == arabic:
        return ""
    return "fa" if farsi > arabic else "ar"


def clean(text: str) -> str:
    """``text`` without bidi controls, zero-width and control characters, white space collapsed.

    The zero-width non-joiner stays between letters, where Persian needs it.
    """
    visible = _CONTROL.sub("", _BIDI.sub("", text))
    return " ".join(_lone_zwnj(visible).split())


def _lone_zwnj(text: str) -> str:
    return re.sub(f"(?<!\\w){ZWNJ}+|{ZWNJ}+(?!\\w)|(?<={ZWNJ}){ZWNJ}+", "", text)
