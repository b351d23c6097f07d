"""What a word sheds: the Arabic article, proclitics, pronoun suffixes; and words too common.

All words here are folded. Only texts are read without clitics: a watch keeps its letters, or
وزير and بغداد would lose their first.
"""

from __future__ import annotations

from collections.abc import Iterator

_STOP = frozenset(
    "في من عن مع هذا هذه ذلك التي الذي ان او ثم بعد قبل كل لا ما لم لن قد هو هي و ف ب ل ك يا "
    "علي الي حتي متي لدي سوي در از به با که را این ان است و تا بر برای های می یک هم "
    "the a an of in on at to for and or is are was by with from as it this that "
    "ve bir bu da de ile icin ki mi u li ji di ku bi את של על עם זה הוא היא לא".split()
)
_HEBREW_PREFIXES = "בלמהושכ"
PROCLITICS = frozenset("وفبلكس" + _HEBREW_PREFIXES)
# Possessive and object pronouns, the longest first; Arabic, then Hebrew.
_PRONOUNS = ("كما", "هما", "ها", "هم", "هن", "كم", "كن", "نا", "ني", "ه", "ك", "ي")
_STEM_LETTERS = 3
_KURMANJI_VOWELS = frozenset("aeêiîouû")
_TURKISH_HARMONY = {"i": "e", "ü": "e", "ı": "a", "u": "a"}


def bare(word: str) -> str:
    """A folded word without the Arabic article. Idempotent. A hamza makes أل no article: ألعاب."""
    while len(word) > 4 and word.startswith("ال"):
        word = word[2:]
    return word


def without_hamza(word: str) -> str:
    """A folded word as who leaves the hamza of ألمانيا out would have it, without an article."""
    return bare(f"ا{word[1:]}") if word.startswith("أ") else word


def declined(name: str, lang: str) -> Iterator[str]:
    """A place's name as it stands in a sentence, in languages that write no apostrophe before it.

    Kurmanji after a preposition: li Hewlêrê, ji Bexdayê. Turkish compounds: Başika Üssü'ne is
    Başika üssüne for most.
    """
    if lang == "kmr":
        yield f"{name}yê" if name[-1:] in _KURMANJI_VOWELS else f"{name}ê"
    elif lang == "tr" and " " in name and name[-1] in _TURKISH_HARMONY:
        vowel = _TURKISH_HARMONY[name[-1]]
        yield from (f"{name}n{ending}" for ending in (vowel, f"d{vowel}", f"d{vowel}n"))


def clitic_forms(word: str) -> Iterator[str]:
    """What may be left of a folded word in a text without its proclitics and article.

    [وف]?[بلك]?(ال)? and لل; س before a verb; Hebrew likewise. At least three letters stay.
    """
    if len(word) < 4 or word[0] not in PROCLITICS:
        return
    if word[0] in _HEBREW_PREFIXES:
        yield from _without_hebrew_prefix(word)
        return
    for rest in _without_particle(word):
        if len(rest) >= _STEM_LETTERS:
            yield rest
            if rest.startswith("ال") and bare(rest) != rest:
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


def suffix_forms(word: str) -> Iterator[str]:
    """What may be left of a folded Arabic word without a pronoun at its end: صواريخهم, صواريخنا.

    Only for ``word+``: with it حريري becomes حرير and البغدادي becomes بغداد.
    """
    for pronoun in _PRONOUNS:
        stem = word.removesuffix(pronoun)
        if stem != word and len(stem) >= _STEM_LETTERS:
            yield stem
            if stem.endswith("ت"):  # ة opens to ت before a pronoun: قاعدتهم
                yield stem[:-1] + "ه"


def prefixes(word: str) -> str:
    """The proclitics that a text may put before a folded word, one letter each."""
    if "א" <= word[0] <= "ת":
        return _HEBREW_PREFIXES
    return "وفبلك" if "ا" <= word[0] <= "ي" else ""


# Endings of names and what stands for them in the other cases; the first that fits.
_CASES = {
    "ru": (
        ("ия", ("ии", "ию", "ией")),
        ("а", ("ы", "и", "е", "у", "ой")),
        ("я", ("и", "е", "ю", "ей")),
        ("ь", ("я", "ю", "ем", "е", "и", "ью")),
        ("й", ("я", "ю", "ем", "е")),
        *((end, ()) for end in "оеёиыуэю"),
        ("", ("а", "у", "ом", "е")),
    ),
    "kmr": (
        *((end, (f"{end}yê",)) for end in "aeêû"),
        ("î", ("iyê", "îyê")),
        ("o", ("oyê",)),
        ("", ("ê", "a")),
    ),
}  # fmt: skip


def case_forms(name: str, lang: str) -> Iterator[str]:
    """``name`` and its other cases, by the ending of its last word; names of acronyms have none."""
    yield name
    if lang not in _CASES or name[-1:].isupper() or not name[-1:].isalpha():
        return
    end, others = next(pair for pair in _CASES[lang] if name.endswith(pair[0]))
    for other in others:
        yield name.removesuffix(end) + other


def is_stop_word(word: str) -> bool:
    """Whether a folded word is too common to be looked for by itself."""
    return word in _STOP or bare(word) in _STOP
