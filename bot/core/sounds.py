"""The letters of five scripts and the sounds they may stand for.

Two readings of the same letters. The coarse one gives each a class, so that a name has one key
in every script; it is made for speed and works on bytes. The fine one (``bot.core.slots``) gives
each all the consonants it may stand for, to compare two words whose keys met.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

ARABIC, LATIN, HEBREW, CYRILLIC = "arab", "latn", "hebr", "cyrl"

_LETTER = re.compile(
    r"([A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0259\u1e00-\u1eff])"
    r"|([\u0620-\u063f\u0641-\u064a\u066e-\u066f\u0671-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff"
    r"\u0750-\u077f\ufb50-\ufdfb\ufe70-\ufefc])|([\u05d0-\u05ea\ufb1d-\ufb4f])|([\u0400-\u052f])"
)
_SCRIPTS = ("", LATIN, ARABIC, HEBREW, CYRILLIC)
_KURDISH = re.compile("[ەێۆڕڵڤ]")
_FOREIGN = re.compile("[پچژگڤەێۆڕڵ]")

# Capitals are classes already; small letters still wait for their neighbours: "U" is an alef
# that begins no article, "F" a final alef that looks like a ya, "Q" a guttural and "E" an ayn that
# fall silent at the end of a word, "P" the h that is a vowel there, "G", "J" and "V" Hebrew
# letters that a geresh makes another sound.
_READ_AS = (
    ("ا", "a"), ("أإآٱئؤءە", "U"), ("ة", "a"), ("ىے", "F"), ("ێيی", "i"), ("وۆ", "w"), ("ع", "E"),
    ("ح", "Q"), ("هھ", "P"), ("خ", "x"), ("بپفڤ", "B"), ("تطث", "T"), ("دض", "D"), ("سص", "S"),
    ("زذظ", "Z"), ("جچژش", "C"), ("كکقغگ", "K"), ("رڕ", "R"), ("لڵ", "L"), ("م", "M"), ("ن", "N"),
    ("א", "a"), ("ע", "E"), ("ח", "Q"), ("ה", "P"), ("ו", "w"), ("י", "i"), ("בפף", "B"),
    ("ת", "T"), ("ט", "V"), ("ד", "D"), ("ס", "S"), ("ז", "Z"), ("ש", "C"), ("ג", "G"), ("צץ", "J"),
    ("כךק", "K"), ("ר", "R"), ("ל", "L"), ("מם", "M"), ("נן", "N"),
    ("ая", "a"), ("еэєы", "e"), ("иії", "i"), ("й", "y"), ("оё", "o"), ("ую", "u"), ("б", "b"),
    ("в", "v"), ("гґ", "g"), ("д", "d"), ("жчшщ", "C"), ("з", "z"), ("к", "k"), ("л", "l"),
    ("м", "m"), ("н", "n"), ("п", "p"), ("р", "r"), ("сц", "s"), ("т", "t"), ("ф", "f"),
    ("х", "x"),
    ("âáàäãåāæ", "a"), ("êéèëēėəę", "e"), ("îíìïīı", "i"), ("ôóòöõōøœ", "o"), ("ûúùüū", "u"),
    ("ýÿ", "y"), ("çčşșšž", "C"), ("ğġ", "K"), ("ñ", "n"), ("ł", "l"), ("ß", "s"), ("đð", "d"),
    ("ħ", "h"), ("'’‘ʿʾʼ׳`", "'"),
)  # fmt: skip
_SILENT = "ـ\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670\u200c\u200d\u0307ъь"
_DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
# Marks that make one letter with the letter before them: ş may be written s and a cedilla.
_COMPOSING = re.compile("[\u0300-\u0306\u0308-\u036f\u0653-\u0655]")
# Letters too rare for the byte table, written with one that is in it.
_RARE = str.maketrans("ہۃېۍګڪۇۈۋټډړښځڼٹڈڑںڭ", "هةییگكووڤتدرشجنتدرنگ")


def _byte_tables() -> tuple[str, bytes, bytes]:
    """Each letter its own byte; what the byte is read as; the bytes that are dropped."""
    read = {ord(c): c for c in "abcdefghijklmnopqrstuvwxyz\n"}
    read |= {ord(c): as_ for letters, as_ in _READ_AS for c in letters}
    read |= {ord(c): "0" for digits in _DIGITS for c in digits}
    read |= {ord(c): "" for c in _SILENT}
    if len(read) > 256:
        raise ValueError(f"{len(read)} letters do not fit into bytes")
    # CPython makes its fast encoding map only where byte 0 is U+0000; else a dict,
    # ten times slower (measured).
    read[0] = ""
    free = iter(sorted(set(range(256)) - {c for c in read if c < 128}))
    byte_of = {c: c if c < 128 else next(free) for c in read}
    letters = ["\ufffe"] * 256
    coarse, silent = bytearray(256), bytearray()
    for code, byte in byte_of.items():
        letters[byte] = chr(code)
        if read[code]:
            coarse[byte] = ord(read[code])
        else:
            silent.append(byte)
    return "".join(letters), bytes(coarse), bytes(silent)


_BYTES, _COARSE, _DROPPED = _byte_tables()
_ENCODING = codecs.charmap_build(_BYTES)
_KNOWN = frozenset(c for letters, _ in _READ_AS for c in letters).union(
    "abcdefghijklmnopqrstuvwxyz\n\0", _SILENT, *_DIGITS
)


def _spell_run(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_spelt, error.object[error.start : error.end])), error.end


@lru_cache(maxsize=4096)
def _spelt(letter: str) -> str:
    """A letter outside the byte table in letters that are in it; nothing for other scripts."""
    composed = unicodedata.normalize("NFKC", letter).translate(_RARE)
    parts = (c if c in _KNOWN else unicodedata.normalize("NFKD", c).lower() for c in composed)
    return "".join(c for part in parts for c in part if c in _KNOWN and c != "\n")


# Called for runs of unknown letters only: presentation forms, rare accents, other scripts.
_SPELL = "bot.core.sounds"
codecs.register_error(_SPELL, _spell_run)


def coarse(words: str) -> bytes:
    """Lines of lower-case words as coarse letters: one byte each, lines kept."""
    words = persian_joints(words)
    try:
        letters, _ = codecs.charmap_encode(words, "strict", _ENCODING)
    except UnicodeEncodeError:
        letters, _ = codecs.charmap_encode(_lines_composed(words), _SPELL, _ENCODING)
    return letters.translate(_COARSE, _DROPPED)


def persian_joints(words: str) -> str:
    """A final ه inside a word of parts (خامنه‌ای) written as the vowel it is."""
    return words.replace("ه\u200cا", "ةئ").replace("ه\u200c", "ة") if "\u200c" in words else words


def _lines_composed(words: str) -> str:
    if not _COMPOSING.search(words):
        return words
    lines = words.split("\n")
    return "\n".join(_composed(word) if _COMPOSING.search(word) else word for word in lines)


def _composed(word: str) -> str:
    return unicodedata.normalize("NFC", word).replace("\n", "")


def plain(word: str) -> str:
    """``word`` in lower case and in letters the byte table has; all others are left out."""
    letters = _composed(persian_joints(word)).lower()
    return letters if _KNOWN.issuperset(letters) else "".join(_in_table(c) for c in letters)


def _in_table(letter: str) -> str:
    return letter if letter in _KNOWN else _spelt(letter)


def script(word: str) -> str:
    """``arab``, ``latn``, ``hebr`` or ``cyrl`` by the first letter of these, else ``""``."""
    found = _LETTER.search(word)
    return _SCRIPTS[found.lastindex or 0] if found else ""


def is_kurdish(word: str) -> bool:
    """Whether ``word`` has a letter only Kurdish uses: its vowels are then written out."""
    return _KURDISH.search(word) is not None


def has_foreign_letters(word: str) -> bool:
    """Whether ``word`` has letters Arabic lacks, so that it may spell an Arabic name by sound."""
    return _FOREIGN.search(word) is not None


# ── the fine reading ─────────────────────────────────────────────────────────────────────────

# Each letter: the consonants it may stand for. T ث, D ذ, Đ ض, Ẓ ظ, G غ.
_ABJAD = {
    "ب": "b", "پ": "pb", "ت": "t", "ط": "t", "ث": "T", "ج": "j", "چ": "č", "ح": "h", "ه": "h",
    "خ": "x", "د": "d", "ذ": "D", "ر": "r", "ز": "z", "ژ": "ž", "س": "s", "ش": "š", "ص": "s",
    "ض": "Đ", "ظ": "Ẓ", "غ": "G", "ف": "f", "ڤ": "v", "ق": "q", "ك": "kg", "گ": "gj", "ل": "l",
    "م": "m", "ن": "n",
    "ב": "bv", "ג": "gGj", "ד": "dDĐẒ", "ה": "h", "ז": "zžD", "ח": "hx", "ט": "tẒ", "כ": "kx",
    "ל": "l", "מ": "m", "נ": "n", "ס": "s", "פ": "pf", "צ": "sĐẒ", "ק": "qk", "ר": "r",
    "ש": "šs", "ת": "tT", "Ǧ": "j", "Č": "č", "Ẑ": "Ẓ", "W": "wv", "Y": "y", "V": "vf",
}  # fmt: skip
_WRITTEN = {
    "b": "b", "p": "pb", "f": "f", "ph": "f", "v": "vfw", "t": "tT", "th": "Tt", "d": "dDĐẒ",
    "dh": "DĐẒ", "s": "sT", "z": "zDĐẒž", "j": "jž", "dj": "j", "zh": "žj", "ç": "čšj",
    "ch": "čš", "ş": "š", "sh": "š", "ž": "žj", "h": "hx", "kh": "xh", "x": "xh", "g": "gGqj",
    "gh": "Gqg", "ğ": "G", "k": "kq", "ck": "k", "q": "qkG", "r": "r", "l": "l", "m": "m",
    "n": "n", "c": "jk", "ċ": "js", "Y": "y", "W": "wv",
    "Г": "gGhj", "Х": "hx", "П": "pb", "Ж": "žj", "Ч": "čj", "В": "vw", "Д": "dDĐẒ",
}  # fmt: skip
# Between two spellings that write their vowels a letter is nearly itself: Reza is not Reda.
_STRICT = {
    "v": "vw", "t": "t", "th": "Tt", "d": "d", "dh": "Dd", "s": "s", "z": "z", "g": "gG",
    "gh": "Gg", "q": "qk", "k": "kq", "kh": "xh", "x": "xh", "c": "jk", "ċ": "js", "p": "p",
    "Д": "d", "П": "p",
}  # fmt: skip
# What a letter is where nothing is stretched: خ is kh and ح is not, a p is no b.
_PLAIN = {
    "v": "vf", "t": "t", "th": "T", "d": "dĐ", "dh": "DẒ", "s": "s", "z": "zẒ", "j": "j", "dj": "j",
    "zh": "ž", "ç": "č", "ž": "ž", "h": "h", "kh": "x", "x": "x", "g": "gG", "gh": "G", "k": "k",
    "q": "q", "c": "k", "ċ": "s", "p": "p",
}  # fmt: skip


SOUNDS = "bpfvwtTdDĐẒszjžčšhxgGkqrlmny"


def bits(sounds: str) -> int:
    """A set of consonants as bits of one number."""
    return sum(1 << SOUNDS.index(sound) for sound in sounds)


ABJAD_BITS = {letter: bits(sounds) for letter, sounds in _ABJAD.items()}
WRITTEN_BITS = {letter: bits(sounds) for letter, sounds in _WRITTEN.items()}
PLAIN_BITS = WRITTEN_BITS | {letter: bits(sounds) for letter, sounds in _PLAIN.items()}
STRICT_BITS = WRITTEN_BITS | {letter: bits(sounds) for letter, sounds in _STRICT.items()}
