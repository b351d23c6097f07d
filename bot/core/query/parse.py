"""Text in, a query out; or an error with an example that was mended until it is right."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.morphology import bare, is_stop_word
from bot.core.query.checks import all_checked
from bot.core.query.grammar import MAX_TERMS, tree
from bot.core.query.problems import EXAMPLE, Problem, wrong
from bot.core.query.signs import ARABIC_OPERATORS, LATIN_OPERATORS
from bot.core.query.tree import AllOf, Facet, Phrase, Query, Word
from bot.core.text import tokenize
from bot.errors import QueryError

MAX_LENGTH = 200
STAYS_SHORT = MAX_LENGTH // 4  # characters that folding cannot make too long

# The canonical spelling has spaces around signs which its watch need not have had; what is
# accepted once must be accepted again.
_MAX_CANONICAL = 2 * MAX_LENGTH
_SPACES = re.compile(r" (?=[+|] )|(?<= [+|]) ")
_LIGATURES = "\u2000"  # below, no character folds to more than three
_WORD = r"[^\W\d_]+"
_ORDINARY_WORD = re.compile(_WORD)
_ORDINARY = re.compile(f"{_WORD}(?: {_WORD})*")
_OPERATORS = ARABIC_OPERATORS | LATIN_OPERATORS
_LEFT_OVER = re.compile(r"(?<!\S)-+(?!\S)|(?<=\()\s+|\s+(?=\))")
_SHOWN = 60
_MENDINGS = 12


def parse(text: str) -> Query:
    """Understand ``text`` as a watch.

    Raises:
        QueryError: With the column (0 to ``len(text)``), the name of a :class:`Problem` and a
            mended example, which is itself a right watch.
    """
    try:
        return _checked(text)
    except QueryError as error:
        error.example = _mended(error.example)
        raise


@lru_cache(maxsize=1024)  # a list is worded again at every press of its buttons
def only_facets(text: str) -> tuple[Facet, ...]:
    """The facets of a watch that wants all of them and nothing else, one of each kind.

    Empty for any other text: one with words, with alternatives, with two topics, a wrong one.
    """
    try:
        root = parse(text).root
    except QueryError:
        return ()
    parts = root.parts if isinstance(root, AllOf) else (root,)
    named = tuple(part for part in parts if isinstance(part, Facet))
    return named if len({facet.kind for facet in named}) == len(parts) else ()


def _mended(example: str) -> str:
    """``example`` as it is, or mended further: one query may have several things wrong."""
    for _ in range(_MENDINGS):
        example = " ".join(_LEFT_OVER.sub("", example).split())
        try:
            _checked(example)
        except QueryError as error:
            example = error.example
        else:
            return example
    return EXAMPLE


def _checked(text: str) -> Query:
    if not text.strip():
        raise wrong(Problem.EMPTY, 0)
    if len(text) > MAX_LENGTH and not _is_canonical(text):
        raise _too_long(text)
    query = _ordinary(text) or _read(text)
    if not _stays_short(text) and _length(query) > MAX_LENGTH:
        raise _too_long(text)
    return query


def _ordinary(text: str) -> Query | None:
    """A row of plain words, as most watches are: four times as fast without lexer and grammar."""
    if not _ORDINARY.fullmatch(text):
        return None
    words = tuple(Word(token.text) for token in tokenize(text))
    if len(words) > MAX_TERMS or any(word.text in _OPERATORS for word in words):
        return None
    if all(_is_weak(word.text) for word in words):
        return None
    return Query(Phrase(words, column=0, written=text))


def stands_alone(written: str, word: str) -> bool:
    """Whether ``written``, which folds to ``word``, is by itself a watch that is read as a phrase.

    A row of such words with single spaces between them is a watch and a phrase of them, if it has
    no more than ``STAYS_SHORT`` characters and ``MAX_TERMS`` words.
    """
    if not _stays_short(written) or not _ORDINARY_WORD.fullmatch(written):
        return False
    return word not in _OPERATORS and not _is_weak(word)


def _is_weak(word: str) -> bool:
    """Whether nobody may watch for a folded word alone: too short, or too common."""
    return len(bare(word)) <= 2 or is_stop_word(word)


def _stays_short(text: str) -> bool:
    """Whether folding cannot make ``text`` too long: nearly all are so, and spelling takes time."""
    return len(text) <= STAYS_SHORT and max(text) < _LIGATURES


def _length(query: Query) -> int:
    """Characters it takes to write ``query``; one ligature can fold to eighteen letters."""
    return len(_SPACES.sub("", query.canonical))


def _is_canonical(text: str) -> bool:
    if len(text) > _MAX_CANONICAL:
        return False
    try:
        return _read(text).canonical == text
    except QueryError:
        return False


def _too_long(text: str) -> QueryError:
    return wrong(Problem.TOO_LONG, min(len(text), MAX_LENGTH), _shortened(text))


def _shortened(text: str) -> str:
    """The first words of ``text``."""
    start, space, _ = text.strip()[:_SHOWN].rpartition(" ")
    return start if space else EXAMPLE


def _read(text: str) -> Query:
    if not any(map(str.isalnum, text)):
        raise wrong(Problem.NO_WORD, len(text) - len(text.lstrip()))
    return all_checked(tree(text), text)
