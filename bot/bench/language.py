"""A made-up press: words, names, texts and watches with the statistics of the real one, by a seed.

Ordinary words come from roots and patterns (Arabic), syllables (the others) and our own lexicons;
names of three or four syllables in every script from one list. Their frequencies follow Zipf's law,
set so that after a thousand texts every eighth word of a new one was never seen, as in a real
stream of Arabic news (measured there: 0.11 to 0.13). Texts carry clitics, articles, vowel marks,
ZWNJ, capitals, punctuation and words of other languages as often as the press does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, product
from random import Random
from typing import TypeVar

from bot.core.letters import fold
from bot.core.model import Knowledge
from bot.core.morphology import is_stop_word

SHARES = {"ar": 70, "en": 15, "fa": 8, "tr": 4, "he": 3}
TEXT_BYTES = 2_000
_ORDINARY = {"ar": 70_000, "en": 40_000, "fa": 30_000, "tr": 40_000, "he": 30_000}
_NAMES = 300_000
_NAME_SHARE = 0.15  # of the words of a text
_EXPONENT = 1.4
_SHIFT = 20.0
_RARE_FROM = 50  # the commonest words stand in no watch

_ROOT_LETTERS = "ررلملنمبدعقسفحجتشكطخصزهذغضثظ"
_PATTERNS = (
    "فعل فعال فاعل مفعول فعيل تفعيل فعلة فعول مفعل تفاعل انفعال افتعال استفعال فعالة مفاعلة فواعل "
    "افعال فعلان مفاعل فعولة فعيلة تفعيلات فعالات مفعولين فاعلون يفعل تفعل يفعلون فعلي فعلية"
).split()
_SYLLABLES = {
    "en": ("b c d f g h k l m n p r s t v w st tr pr ch sh", "a e i o u ea", "n r s t l d ng"),
    "fa": ("ب پ ت ج چ خ د ر ز س ش ف ک گ ل م ن ه و", "ا و ی", "ن ر ت د م ش ان"),
    "tr": ("b c ç d f g h k l m n p r s ş t v y z", "a e ı i o ö u ü", "n r k l m ş t"),
    "he": ("ב ג ד ה ו ז ח ט י כ ל מ נ ס ע פ צ ק ר ש ת", "ו י א", "ר נ ל ת מ ה"),
}
# A consonant of a name in Arabic, Latin and Hebrew letters, and its vowels.
_CONSONANTS = tuple(
    "ب,b,ב ت,t,ת د,d,ד ر,r,ר ز,z,ז س,s,ס ش,sh,ש ف,f,פ ك,k,כ ل,l,ל م,m,מ ن,n,נ ه,h,ה ح,h,ח "
    "ج,j,ג ق,q,ק خ,kh,ח غ,gh,ג ط,t,ט".split()
)
_VOWELS = tuple("ا,a,א ي,i,י و,u,ו :,a,: :,i,: :,u,:".split())
_SCRIPT_OF = {"ar": 0, "fa": 0, "en": 1, "tr": 1, "he": 2}
_Word = TypeVar("_Word")
_MARKS = "\u064e\u064f\u0650\u0651\u0652"


class Press:
    """Everything that is written, from one seed."""

    def __init__(self, knowledge: Knowledge, seed: int = 1) -> None:
        self._random = Random(seed)
        self._ordinary = {lang: self._vocabulary(lang, knowledge) for lang in SHARES}
        self._names = _distinct(self._spellings(), _NAMES)
        self._sought = {lang: _sought(words) for lang, words in self._ordinary.items()}
        self._weights: dict[int, list[float]] = {}
        self._standing = {lang: self._combinations(lang) for lang in SHARES}

    # ── words ────────────────────────────────────────────────────────────────────────────

    def _vocabulary(self, lang: str, knowledge: Knowledge) -> list[str]:
        own = [t.text for t in knowledge.terms if t.lang == lang and t.text.isalpha()]
        made = _arabic(self._random) if lang == "ar" else _syllabic(self._random, _SYLLABLES[lang])
        words = _distinct(made, _ORDINARY[lang] - len(own))
        # Common words are short: Zipf's other law.
        words.sort(key=lambda word: len(word) + self._random.random() * 3)
        for word in own:
            words.insert(500 + int(self._random.random() * 20_000), word)
        return list(dict.fromkeys(words))

    def _spellings(self) -> Iterator[tuple[str, ...]]:
        """Names, each in Arabic, Latin and Hebrew letters."""
        consonants = [consonant.split(",") for consonant in _CONSONANTS]
        vowels = [vowel.replace(":", "").split(",") for vowel in _VOWELS]
        while True:
            parts = [
                self._random.choice(pool)
                for _ in range(self._random.choice((3, 4, 4, 4)))
                for pool in (consonants, vowels)
            ]
            if self._random.random() < 0.6:
                parts.append(self._random.choice(consonants))
            yield tuple("".join(part[script] for part in parts) for script in range(3))

    def _combinations(self, lang: str) -> list[tuple[str, ...]]:
        """Words that often stand together: names of offices, towns, people."""
        pool = self._watched(lang, 90_000)
        return [tuple(pool[at : at + 2 + at % 2]) for at in range(0, len(pool) - 3, 3)]

    def _rank(self, size: int) -> int:
        return self._ranks(size, 1)[0]

    def _ranks(self, size: int, count: int) -> list[int]:
        if size not in self._weights:
            chances = (1 / (rank + _SHIFT) ** _EXPONENT for rank in range(size))
            self._weights[size] = list(accumulate(chances))
        return self._random.choices(range(size), cum_weights=self._weights[size], k=count)

    def _named(self, lang: str, rank: int) -> str:
        name = self._names[rank][_SCRIPT_OF[lang]]
        return name.capitalize() if _SCRIPT_OF[lang] == 1 else name

    def _language(self) -> str:
        return self._random.choices(list(SHARES), list(SHARES.values()))[0]

    # ── texts ────────────────────────────────────────────────────────────────────────────

    def texts(self, count: int, size: int = TEXT_BYTES) -> list[str]:
        """``count`` texts of about ``size`` bytes; one in eight words is of another language."""
        return [self._text(self._language(), size) for _ in range(count)]

    def _text(self, lang: str, size: int) -> str:
        words: list[str] = []
        written = 0
        while written < size:
            tongue = lang if self._random.random() < 0.87 else self._language()
            for word in self._run(tongue):
                words.append(self._written(word, tongue))
                written += len(words[-1].encode()) + 1
        return " ".join(words)

    def _run(self, lang: str) -> Sequence[str]:
        """Words that stand together: a standing combination, a name, or some by chance."""
        kind = self._random.random()
        if kind < 0.1:
            return self._standing[lang][self._rank(len(self._standing[lang]))]
        if kind < 0.1 + 3 * _NAME_SHARE:
            return [self._named(lang, self._rank(_NAMES))]
        words = self._ordinary[lang]
        return [words[rank] for rank in self._ranks(len(words), 4)]

    def _written(self, word: str, lang: str) -> str:
        chance = self._random.random()
        if lang == "ar":
            word = self._arabic_written(word, chance)
        elif lang == "he" and chance < 0.2:
            word = self._random.choice("והבל") + word
        elif lang == "fa" and chance < 0.06:
            word += self._random.choice(("\u200cها", "\u200cهای"))
        elif lang in ("en", "tr") and chance < 0.08:
            word = word.capitalize()
        ending = self._random.random()
        return word + ("،" if ending < 0.04 else "." if ending < 0.08 else "")

    def _arabic_written(self, word: str, chance: float) -> str:
        if chance < 0.25:
            return "ال" + word
        if chance < 0.33:
            return self._random.choice(("و", "ب", "ل", "ف")) + word
        if chance < 0.38:
            return self._random.choice(("وال", "بال", "لل")) + word
        if chance < 0.39:
            return word[:1] + self._random.choice(_MARKS) + word[1:]
        return word

    # ── watches ──────────────────────────────────────────────────────────────────────────

    def watches(self, count: int) -> list[str]:
        """Distinct watches: 20 % one name, 60 % two words, 20 % three; every second word a name."""
        found: dict[str, None] = {}
        singles = iter(self._random.sample(range(_NAMES), _NAMES))
        while len(found) < count:
            found[" ".join(self._watch(singles))] = None
        return list(found)

    def _watch(self, singles: Iterator[int]) -> Sequence[str]:
        lang, kind = self._language(), self._random.random()
        if kind < 0.2:
            return [self._named(lang, next(singles))]
        if kind < 0.3:
            return self._random.choice(self._standing[lang])
        return self._watched(lang, 2 if kind < 0.8 else 3)

    def _watched(self, lang: str, count: int) -> list[str]:
        words = self._sought[lang]
        names, ranks = self._ranks(_NAMES, count), self._ranks(len(words), count)
        return [
            self._named(lang, name) if self._random.random() < 0.5 else words[rank]
            for name, rank in zip(names, ranks, strict=True)
        ]

    def mixed(self, count: int) -> list[str]:
        """The same with 20 % boolean and 10 % fuzzy ones."""
        return [self._elaborate(watch) for watch in self.watches(count)]

    def _elaborate(self, watch: str) -> str:
        kind, parts = self._random.random(), watch.split()
        if kind < 0.25 and len(parts) > 1:
            first, second = parts[0], " ".join(parts[1:])
            joint = self._random.choice((" + ", " | ", " + -", " NEAR/5 "))
            # Nobody watches a common word without more.
            if joint in (" | ", " + -"):
                names = self._random.sample(range(_NAMES), 2)
                first, second = (self._named(self._language(), name) for name in names)
            return f"{first}{joint}{second}"
        if kind < 0.36 and len(parts[-1]) >= 5 and parts[-1].isalpha():
            return f"{watch}~"
        return watch


def _arabic(random: Random) -> Iterator[str]:
    letters = list(_ROOT_LETTERS)
    while True:
        roots = [random.choices(letters, k=3) for _ in range(400)]
        pairs = list(product(roots, _PATTERNS))
        random.shuffle(pairs)
        for (first, second, third), pattern in pairs:
            yield pattern.translate(str.maketrans("فعل", first + second + third))


def _syllabic(random: Random, parts: tuple[str, str, str]) -> Iterator[str]:
    starts, middles, ends = (part.split() for part in parts)
    while True:
        count = random.choices((1, 2, 3, 4), (2, 5, 4, 2))[0]
        syllables = [random.choice(starts) + random.choice(middles) for _ in range(count)]
        yield "".join(syllables) + (random.choice(ends) if random.random() < 0.7 else "")


def _sought(words: Sequence[str]) -> list[str]:
    """The words that stand in watches: no watch may be of the commonest alone."""
    return [word for word in words[_RARE_FROM:] if len(word) > 2 and not is_stop_word(fold(word))]


def _distinct(words: Iterator[_Word], count: int) -> list[_Word]:
    found: dict[_Word, None] = {}
    for word in words:
        found[word] = None
        if len(found) == count:
            break
    return list(found)
