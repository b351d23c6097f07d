"""A made-up press: words, texts and watches with the statistics of the real one, from a seed.

Words come from roots and patterns (Arabic), syllables (the others) and our own lexicons and
gazetteer; their frequencies follow Zipf's law, so that after some thousand texts every ninth word
of a new one was never seen before, as in a real stream. Words stand in standing combinations,
carry clitics, articles, vowel marks, punctuation and ZWNJ as often as in the press.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, product
from random import Random

from bot.core.model import Knowledge

SHARES = {"ar": 70, "en": 15, "fa": 8, "tr": 4, "he": 3}
TEXT_BYTES = 2_000
_WORDS = {"ar": 260_000, "en": 90_000, "fa": 60_000, "tr": 60_000, "he": 40_000}
_RARE_FROM = 400  # nobody watches the commonest words
_EXPONENT = 1.35
_SHIFT = 12.0

_ROOT_LETTERS = "ررلملنمبدعقسفحجتشكطخصزهذغضثظ"
_PATTERNS = (
    "فعل فعال فاعل مفعول فعيل تفعيل فعلة فعول مفعل تفاعل انفعال افتعال استفعال فعالة مفاعلة فواعل افعال "
    "فعلان مفاعل فعولة فعيلة فاعلية تفعيلات فعالات مفعولين فاعلون يفعل تفعل يفعلون مستفعل فعلي فعلية مفعولية"
).split()
_SYLLABLES = {
    "en": ("b c d f g h j k l m n p r s t v w st tr pr ch sh", "a e i o u ea ai", "n r s t l d ng"),
    "fa": ("ب پ ت ج چ خ د ر ز س ش ف ک گ ل م ن ه و", "ا و ی", "ن ر ت د م ش ان"),
    "tr": ("b c ç d f g h k l m n p r s ş t v y z", "a e ı i o ö u ü", "n r k l m ş t"),
    "he": ("ב ג ד ה ו ז ח ט י כ ל מ נ ס ע פ צ ק ר ש ת", "ו י א", "ר נ ל ת מ ה"),
}
_MARKS = "\u064e\u064f\u0650\u0651\u0652"


class Press:
    """Everything that is written, from one seed."""

    def __init__(self, knowledge: Knowledge, seed: int = 1) -> None:
        self._random = Random(seed)
        self._words = {lang: self._vocabulary(lang, knowledge) for lang in SHARES}
        self._weights = {
            lang: list(accumulate(1 / (rank + _SHIFT) ** _EXPONENT for rank in range(len(words))))
            for lang, words in self._words.items()
        }
        self._standing = {lang: self._combinations(lang) for lang in SHARES}

    # ── words ────────────────────────────────────────────────────────────────────────────

    def _vocabulary(self, lang: str, knowledge: Knowledge) -> list[str]:
        own = [t.text for t in knowledge.terms if t.lang == lang and t.text.isalpha()]
        own += [n for p in knowledge.places.values() for n in p.names.get(lang, ()) if n.isalpha()]
        made = _arabic(self._random) if lang == "ar" else _syllabic(self._random, _SYLLABLES[lang])
        words = _distinct(made, _WORDS[lang] - len(own))
        # Common words are short: Zipf's other law.
        words.sort(key=lambda word: len(word) + self._random.random() * 3)
        for word in own:
            words.insert(500 + int(self._random.random() * 40_000), word)
        return list(dict.fromkeys(words))

    def _combinations(self, lang: str) -> list[tuple[str, ...]]:
        pool = self._drawn(lang, 60_000, rare=True)
        return [tuple(pool[at : at + 2 + at % 2]) for at in range(0, len(pool) - 3, 3)]

    def _drawn(self, lang: str, count: int, *, rare: bool = False) -> list[str]:
        words, weights = self._words[lang], self._weights[lang]
        if rare:
            words, weights = words[_RARE_FROM:], weights[_RARE_FROM:]
            weights = [weight - self._weights[lang][_RARE_FROM - 1] for weight in weights]
        return self._random.choices(words, cum_weights=weights, k=count)

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
        """Words that stand together: a standing combination, or some that chance put there."""
        if self._random.random() < 0.15:
            return self._random.choice(self._standing[lang])
        return self._drawn(lang, 5)

    def _written(self, word: str, lang: str) -> str:
        chance = self._random.random()
        if lang == "ar":
            word = self._arabic_written(word, chance)
        elif lang == "he" and chance < 0.2:
            word = self._random.choice("והבל") + word
        elif lang == "fa" and chance < 0.06:
            word += self._random.choice(("\u200cها", "\u200cهای"))
        elif lang in ("en", "tr") and chance < 0.15:
            word = word.capitalize()
        ending = self._random.random()
        return word + ("،" if ending < 0.04 else "." if ending < 0.08 else "")

    def _arabic_written(self, word: str, chance: float) -> str:
        if chance < 0.28:
            return "ال" + word
        if chance < 0.36:
            return self._random.choice(("و", "ب", "ل", "ف")) + word
        if chance < 0.43:
            return self._random.choice(("وال", "بال", "لل")) + word
        if chance < 0.44:
            return word[:1] + self._random.choice(_MARKS) + word[1:]
        return word

    # ── watches ──────────────────────────────────────────────────────────────────────────

    def watches(self, count: int) -> list[str]:
        """Distinct watches: 20 % one word, 60 % two, 20 % three; names and rarer words."""
        found: dict[str, None] = {}
        draws = {lang: self._endless(lang) for lang in SHARES}
        singles = {lang: self._each(lang) for lang in SHARES}
        while len(found) < count:
            lang, kind = self._language(), self._random.random()
            if kind < 0.2:
                words: Sequence[str] = [next(singles[lang], None) or next(draws[lang])]
            elif self._random.random() < 0.2:
                words = self._random.choice(self._standing[lang])
            else:
                words = [next(draws[lang]) for _ in range(2 if kind < 0.8 else 3)]
            found[" ".join(words)] = None
        return list(found)

    def mixed(self, count: int) -> list[str]:
        """The same with 20 % boolean and 10 % fuzzy ones."""
        return [self._elaborate(words) for words in self.watches(count)]

    def _elaborate(self, words: str) -> str:
        kind, parts = self._random.random(), words.split()
        if kind < 0.2 and len(parts) > 1:
            return self._boolean(parts)
        if kind < 0.3 and len(parts[-1]) >= 5:
            return f"{words}~"
        return words

    def _boolean(self, parts: Sequence[str]) -> str:
        joint: Callable[[Sequence[str]], str] = self._random.choice(
            (" + ".join, " | ".join, lambda p: f"{p[0]} + -{p[1]}", lambda p: f"{p[0]} NEAR/5 {p[1]}")
        )
        return joint(parts)

    def _endless(self, lang: str) -> Iterator[str]:
        while True:
            yield from self._drawn(lang, 10_000, rare=True)

    def _each(self, lang: str) -> Iterator[str]:
        yield from self._words[lang][_RARE_FROM:]


def _arabic(random: Random) -> Iterator[str]:
    letters = list(_ROOT_LETTERS)
    while True:
        roots = [random.choices(letters, k=3) for _ in range(400)]
        pairs = list(product(roots, _PATTERNS))
        random.shuffle(pairs)
        for (first, second, third), pattern in pairs:
            swap = str.maketrans({"ف": first, "ع": second, "ل": third})
            yield pattern.translate(swap)


def _syllabic(random: Random, parts: tuple[str, str, str]) -> Iterator[str]:
    starts, middles, ends = (part.split() for part in parts)
    while True:
        count = random.choices((1, 2, 3, 4), (2, 5, 4, 2))[0]
        syllables = [random.choice(starts) + random.choice(middles) for _ in range(count)]
        yield "".join(syllables) + (random.choice(ends) if random.random() < 0.7 else "")


def _distinct(words: Iterator[str], count: int) -> list[str]:
    found: dict[str, None] = {}
    for word in words:
        found[word] = None
        if len(found) == count:
            break
    return list(found)
