"""Find words, keep their place in the original.

Folding deletes and adds characters, so offsets are never taken from folded text: every token
carries its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from bot.core.letters import ARABIC, HIDDEN, MARKS, ZWNJ, fold_words
from bot.core.model import Token
from bot.core.morphology import bare

# Arabic letters and digits are separate words (بـ١٤ صاروخا); K1, T4 and S400 stay whole.
_WORD = re.compile(
    rf"[{ARABIC}](?:[{ARABIC}{MARKS}{HIDDEN}])*"
    rf"|(?:(?![{ARABIC}])[^\W_])(?:(?:(?![{ARABIC}])[^\W_])|[{MARKS}{HIDDEN}])*"
)
_FOLDED_WORD = re.compile(r"[^\W_]+")
# The letters alone decide: على is a preposition, علي a name, and folding makes them one.
_FUNCTION = frozenset({"على", "إلى", "الى", "حتى", "متى", "لدى", "سوى"})
_FUNCTION_WORDS = _FUNCTION | {c + w for c in "وف" for w in _FUNCTION}
_BIDI = re.compile(f"[{HIDDEN}\u061c\u200e\u200f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufff9-\ufffb]")
SENTENCE_END = re.compile(r"[!?؟;؛\n…]|[.۔](?=\s|$)")
_FARSI = re.compile("[پچژگکی]")
_KURDISH = re.compile("[ێۆڕڵەڤ]")
_ARABIC_ONLY = re.compile("[يكةأإىؤ]")


@lru_cache(maxsize=512)  # a watch is looked at from several sides, one after the other
def tokenize(text: str) -> tuple[Token, ...]:
    """The words of ``text`` in order, folded, each with its offsets in the original.

    A word with a zero-width non-joiner gives its parts, the first ones ``glued`` to the next.
    """
    return _tokenize(text)


def _tokenize(text: str) -> tuple[Token, ...]:
    found = list(_WORD.finditer(text))
    folded = fold_words([match.group() for match in found])
    has_zwnj = ZWNJ in text
    tokens: list[Token] = []
    for match, word in zip(found, folded, strict=True):
        start, end = match.span()
        glued = has_zwnj and _is_glued(text, end)
        if word.isalnum():
            tokens.append(Token(word, start, end, glued, _is_function(match.group())))
        else:
            tokens += _several(match, word, glued)
    return tuple(tokens)


def _several(match: re.Match[str], folded: str, glued: bool) -> Iterator[Token]:
    """Nothing is left of a lone mark; ligatures (ﷺ) and fractions give several words."""
    words = _FOLDED_WORD.findall(folded)
    for word in words:
        last = glued and word is words[-1]
        yield Token(word, match.start(), match.end(), last, _is_function(match.group()))


def _is_glued(text: str, end: int) -> bool:
    return text[end : end + 1] == ZWNJ and text[end + 1 : end + 2].isalpha()


def _is_function(word: str) -> bool:
    """Whether this is على and not علي: the letters as written decide."""
    return "ى" in word and _bare_letters(word) in _FUNCTION_WORDS


def _bare_letters(chunk: str) -> str:
    return "".join(c for c in chunk if unicodedata.category(c) == "Lo")


def tokenize_all(chunks: Sequence[str]) -> list[tuple[Token, ...]]:
    """The words of each of ``chunks``, which hold no white space; folded in one go."""
    text = "\n".join(chunks)
    found: list[list[Token]] = [[] for _ in chunks]
    at, start, end = 0, 0, len(chunks[0]) if chunks else 0
    for word, first, last, glued, function in _tokenize(text):
        while first >= end + 1:
            at, start = at + 1, end + 1
            end = start + len(chunks[at])
        found[at].append(Token(word, first - start, last - start, glued, function))
    return [tuple(tokens) for tokens in found]


_GLUED = 4  # parts of one word at most; a row of a thousand is no word


def joined(tokens: tuple[Token, ...], start: int) -> Iterator[tuple[str, int]]:
    """Each longer word that begins at ``start`` when glued tokens are read as one, and its end."""
    word, last = tokens[start].text, start + _GLUED
    while start < last and tokens[start].glued and start + 1 < len(tokens):
        start += 1
        word += tokens[start].text
        yield word, start + 1


def name_key(text: str) -> tuple[str, ...]:
    """What makes two spellings of a name equal: its folded words without articles."""
    return tuple(bare(token.text) for token in tokenize(text))


def key_of(text: str) -> tuple[str, ...]:
    """``name_key`` with function words told apart from names of the same letters."""
    return tuple(map(word_of, tokenize(text)))


def word_of(token: Token) -> str:
    """The word a token is looked up as."""
    return function_word(token.text) if token.function else bare(token.text)


def function_word(word: str) -> str:
    """``word`` as a preposition: no text holds a slash in a word, so على never answers علي."""
    return f"{word}/"


def sentence_numbers(
    text: str, starts: Sequence[int], ends: Sequence[int], first: int = 0
) -> tuple[int, ...]:
    """The number of the sentence each token stands in, counted from ``first``.

    ``starts`` and ``ends`` are where the tokens stand in ``text``.
    """
    numbers = [first] if starts else []
    for start, end, following in zip(starts, ends, starts[1:], strict=False):
        # Nearly all tokens have one blank between them: those need no closer look.
        if (following - end > 1 or text[end : end + 1] == "\n") and breaks(
            text, start, end, following
        ):
            first += 1
        numbers.append(first)
    return tuple(numbers)


def breaks(text: str, start: int, end: int, following: int) -> bool:
    """Whether a sentence ends between the token from ``start`` to ``end`` and the following one."""
    between = text[end:following]
    if len(between) <= 1 and between != "\n":
        return False
    found = SENTENCE_END.search(between)
    if found is None:
        return False
    # "U.S. base" and "J. Austin": a full stop after a single letter ends nothing.
    # A line that ends in a colon leads into the next one: "Official: <line> rockets fell".
    if found.group() == ".":
        return end - start > 1
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


def is_plain_arabic(text: str) -> bool:
    """Whether no letter of ``text`` tells of another language in Arabic script."""
    # Twelve searches for a letter are ten times as fast as one for any of twelve.
    return not any(letter in text for letter in "ێۆڕڵەڤپچژگکی")


def clean(text: str) -> str:
    """``text`` without bidi controls, zero-width and control characters, white space collapsed.

    The zero-width non-joiner stays between letters, where Persian needs it.
    """
    visible = _CONTROL.sub("", _BIDI.sub("", text))
    return " ".join(_lone_zwnj(visible).split())


def _lone_zwnj(text: str) -> str:
    return re.sub(f"(?<!\\w){ZWNJ}+|{ZWNJ}+(?!\\w)|(?<={ZWNJ}){ZWNJ}+", "", text)
