"""One sound key for a name in any script, and the keys its other spellings may have.

A key is the initial vowel (``A``), the classes of the consonants, and a final i (``Y``) or
u (``W``): عين الأسد and Ayn al-Assad are both ``AN AST``. Vowels inside are left to
``bot.core.slots.alike``. A text's word has one key; what is ambiguous is spelt out for the watch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.core import sounds
from bot.core.letters import fold
from bot.core.morphology import bare, is_stop_word
from bot.core.respell import spellings
from bot.core.slots import alike, compared, is_plain, strength
from bot.core.sounds import ARABIC, CYRILLIC, LATIN, has_foreign_letters, plain, script

__all__ = [
    "alike", "compared", "find", "fused", "has_foreign_letters", "has_tanwin", "is_article",
    "is_plain", "keys", "may_be_name", "may_sound", "script", "strength", "watch_keys",
]  # fmt: skip

MAX_WATCH_KEYS = 8

_ARTICLES = frozenset(
    "al el ul il ol as es us ash esh ad ed ud an en un ar er ur at et ut az ez uz ath adh edh l "
    "aş eş "
    "e ye "  # Persian: Shahrak-e Gharb
    "ال אל א אס אז אד אש אן אר аль эль ул ад эд ан эн ар эр ас эс ат эт аз эз аш эш".split()
)
_LONGEST_ARTICLE = 8  # with marks and apostrophes
# The article, where three letters stay; the same rule as ``text.bare``.
_ATTACHED = re.compile(rb"\naL(?=[^\n]{3})")
# In this order: doubled letters would hide digraphs, digraphs hide single letters.
_DIGRAPHS = tuple(
    (old.encode(), new.encode())
    for old, new in [
        *((c + c, c) for c in ("b c d f g h j k l m n p q r s t v z kh sh th dh".split())),
        ("ch", "C"), ("sh", "C"), ("zh", "C"), ("dj", "C"), ("kh", "x"), ("gh", "K"),
        ("th", "T"), ("dh", "D"), ("ph", "B"), ("ck", "K"), ("tz", "S"),
        ("sC", "C"), ("tC", "C"), ("dC", "C"), ("ce", "C"), ("ci", "C"), ("cy", "C"),
        ("mb", "nb"), ("mp", "np"), ("ee", "i"), ("oo", "u"),
        ("\noua", "\nwa"), ("\noue", "\nwe"), ("\noui", "\nwi"), ("u'l\n", "\n"),
    ]
)  # fmt: skip
_GERESH = ((b"G'", b"C"), (b"J'", b"C"), (b"V'", b"Z"))
# Letters only Latin and Cyrillic leave: without one there are no digraphs to look for.
_ALL_BUT_LATIN = bytes(set(range(256)) - set(b"bcdefghjklmnopqrstuvyz"))
_CLASSES = bytes.maketrans(b"eUoybpfvtdszjcgkqrlmnGJV", b"aauiBBBBTDSZCKKKKRLMNKST")
_ENDS = tuple(
    (old.encode(), new.encode())
    for old, new in [
        ("\nw", "\nB"), ("\na", "\nA"), ("\ni", "\nA"), ("\nu", "\nA"), ("\nE", "\nA"),
        ("P\n", "a\n"), ("Q\n", "\n"), ("h\n", "\n"), ("E\n", "\n"), ("F\n", "a\n"),
        ("i\n", "Y\n"), ("u\n", "W\n"), ("w\n", "W\n"),
    ]
)  # fmt: skip
_GUTTURALS = bytes.maketrans(b"QPhx", b"HHHH")


def keys(words: Sequence[str]) -> list[str]:
    """The sound key of each word of a text, ``""`` for one without sound (digits, other scripts).

    Args:
        words: As written: vowel marks, tatweel, ZWNJ, apostrophes and capitals may stay.

    Returns:
        Exactly one key for each word, in order. Made for batches: one pass over all of them.
    """
    if not words:
        return []
    letters = sounds.coarse("\n".join(words).lower())
    if letters.count(b"\n") != len(words) - 1:
        letters = sounds.coarse("\n".join(word.replace("\n", "") for word in words).lower())
    found = _classes(b"\n" + letters + b"\n").decode("ascii").split("\n")[1:-1]
    return found if b"0" not in letters else ["" if "0" in key else key for key in found]


def _classes(letters: bytes) -> bytes:
    letters = _ATTACHED.sub(b"\n", letters)
    if letters.translate(None, _ALL_BUT_LATIN):
        letters = _replaced(letters, _DIGRAPHS)
    if b"'" in letters:
        letters = _replaced(letters, _GERESH)
    letters = _replaced(letters.translate(_CLASSES, b"'"), _ENDS)
    letters = letters.translate(_GUTTURALS, b"aiuwEF")
    # The last d may be a t (Bağdat), and be followed by the vowel of a case (в Багдаде).
    return letters.replace(b"D\n", b"T\n")


def _replaced(letters: bytes, pairs: tuple[tuple[bytes, bytes], ...]) -> bytes:
    for old, new in pairs:
        letters = letters.replace(old, new)
    return letters


def watch_keys(word: str) -> tuple[str, ...]:
    """The keys under which the name ``word`` may stand in a text, its own first, at most 8."""
    return watch_keys_of([word])[0]


def watch_keys_of(words: Sequence[str]) -> list[tuple[str, ...]]:
    """``watch_keys`` of each of ``words``; of many at once ten times as fast."""
    variants = [list(spellings(word)) for word in words]
    found = iter(keys([variant for spelt in variants for variant in spelt]))
    return [_distinct([next(found) for _ in spelt]) for spelt in variants]


def _distinct(found: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_WATCH_KEYS] if found[0] else ()


def consonants(key: str) -> int:
    """How many consonants a sound key holds: its word is at least so strong."""
    return len(key) - key.count("A") - key.count("Y") - key.count("W")


# ── what a word of a text may be ─────────────────────────────────────────────────────────────


def is_article(word: str) -> bool:
    """Whether ``word`` is an Arabic article standing apart (al, ez, ül, ال, אל, эль)."""
    return len(word) < _LONGEST_ARTICLE and plain(word).replace("ü", "u").strip("'") in _ARTICLES


def may_be_name(text_word: str, all_lower: bool) -> bool:
    """Whether a word of a text may be a name: a capital, where the script has them.

    Args:
        text_word: As written.
        all_lower: No word of the text has a capital; then only strong words count.
    """
    if script(text_word) not in (LATIN, CYRILLIC):
        return True
    if is_stop_word(fold(text_word)):
        return False
    return strength(text_word) >= 6 if all_lower else text_word.lstrip("'’‘ʿ`")[:1].isupper()


_TANWIN = re.compile("[\u064b-\u064d]")


def has_tanwin(word: str) -> bool:
    """Whether ``word`` carries a tanwin, which no name does."""
    return _TANWIN.search(word) is not None


def may_sound(watch_word: str, text_word: str) -> bool:
    """Whether sound may decide between these two at all.

    Across scripts always; inside one only where spellings are nobody's rule: Latin and Cyrillic
    transcriptions, and Kurdish or Persian letters against Arabic ones. Names take no tanwin.
    """
    if has_tanwin(text_word):
        return False
    watch, text = script(watch_word), script(text_word)
    if watch != text:
        return bool(watch and text)
    if watch == ARABIC:
        return has_foreign_letters(watch_word) or has_foreign_letters(text_word)
    return watch in (LATIN, CYRILLIC)


_SUN = "تثدذرزسشصضطظلن"


def fused(words: Sequence[str]) -> str:
    """Several words as the press may run them together (Deyrizor, Hizbullah, Najmabad).

    An Arabic article inside becomes a connecting alef, without its l before a sun letter; other
    articles go. The result is for ``watch_keys``, ``alike`` and ``strength`` alone.
    """
    kept = [word for word in words if not is_article(word)]
    return kept[0] + "".join(map(_joined, kept[1:])) if kept else ""


def _joined(word: str) -> str:
    if script(word) != ARABIC or not word.startswith("ال") or len(word) < 4:
        return word
    # الله keeps both its l: Hizbullah.
    rest = word[2:]
    return "ٱ" + (rest if rest[0] in _SUN and rest != "له" else "ل" + rest)


# ── the reference: one phrase in one text, for tests and measuring ───────────────────────────


def find(watch: Sequence[str], text: Sequence[str]) -> tuple[int, int] | None:
    """Where the phrase ``watch`` stands in the words of ``text`` by sound: first and past last.

    Articles are skipped on both sides; the phrase must have a strength of 4; an apostrophe may
    end a word (Irak'ın) or stand inside it (Sha'abi). ``None`` when it stands nowhere.
    """
    wanted = [word for word in watch if not is_article(word)]
    if not wanted or sum(map(strength, wanted)) < 4:
        return None
    all_lower = not any(word[:1].isupper() for word in text)
    for start in range(len(text)):
        end = _end(wanted, text, start, all_lower)
        if end is not None:
            return start, end
    return None


def _end(wanted: Sequence[str], text: Sequence[str], at: int, all_lower: bool) -> int | None:
    number = 0
    while number < len(wanted):
        while number and at < len(text) and is_article(text[at]):
            at += 1
        if at == len(text):
            return None
        heard = _heard(wanted[number:], text[at], all_lower)
        if not heard:
            return None
        number, at = number + heard, at + 1
    return at


def _heard(wanted: Sequence[str], text_word: str, all_lower: bool) -> int:
    """How many of the first wanted words ``text_word`` is: one, two run together, or none."""
    if _hears(wanted[0], text_word, all_lower):
        return 1
    one = fused(wanted[:2])
    return 2 if len(wanted) > 1 and strength(one) >= 4 and _hears(one, text_word, all_lower) else 0


def _hears(watch_word: str, text_word: str, all_lower: bool) -> bool:
    if bare(fold(watch_word)) == bare(fold(text_word)):
        return True
    if not may_sound(watch_word, text_word) or not may_be_name(text_word, all_lower):
        return False
    forms = dict.fromkeys((text_word, re.split("['’]", text_word)[0] or text_word))
    meant = watch_keys(watch_word)
    return any(keys([form])[0] in meant and alike(watch_word, form) for form in forms)
