"""Words of a watch and what may follow them: ~ for typing errors, + for endings."""

from __future__ import annotations

import re

from bot.core.model import Token
from bot.core.morphology import bare, is_stop_word
from bot.core.query.kinds import Kind, Piece
from bot.core.query.problems import EXAMPLE, Problem, replaced, wrong
from bot.core.query.signs import HIDDEN
from bot.core.query.tree import LETTERS_FOR_EDITS, Word

_EDITS = re.compile(r"~(\d*)(?!\w)")
_SUFFIXES = re.compile(rf"\+(?=[\s{HIDDEN})|]|$)")
_WILDCARD_INSIDE = re.compile(r"(?<=\w)\?(?=\w)")


def is_modified(text: str, end: int) -> bool:
    """Whether the word that ended at ``end`` is followed by a ~ or a + of its own."""
    return text[end : end + 1] == "~" or _SUFFIXES.match(text, end) is not None


def word_piece(text: str, at: int, end: int, tokens: tuple[Token, ...]) -> Piece:
    """The words from ``at`` to ``end`` with the ~ or + that follows them; SIGNS without a word.

    Args:
        text: The whole watch.
        at: Where the run of characters begins.
        end: Where it ends.
        tokens: What the run folds to.

    Raises:
        QueryError: ``unsupported``, ``too-short-for-fuzzy``, ``stop-word-fuzzy``.
    """
    if not tokens:
        return Piece(Kind.SIGNS, at, end)
    if wildcard := _WILDCARD_INSIDE.search(text, at, end):
        column = wildcard.start()
        raise wrong(Problem.UNSUPPORTED, column, replaced(text, column, column + 1))
    common = [is_stop_word(t.text) and not _is_name(t.text, t.function) for t in tokens]
    edits, after = _edits(text, tokens[-1].text, common[-1], at, end)
    suffixes = _SUFFIXES.match(text, after)
    last = Word(tokens[-1].text, edits, suffixes is not None)
    return Piece(
        Kind.WORD,
        at,
        suffixes.end() if suffixes else after,
        words=(*(Word(token.text) for token in tokens[:-1]), last),
        common=all(common),
        function=all(token.function for token in tokens),
    )


def _edits(text: str, word: str, common: bool, at: int, end: int) -> tuple[int, int]:
    """The typing errors allowed by what follows a word, and where that ends."""
    found = _EDITS.match(text, end)
    if found is None:
        return 0, end
    edits = int(found[1] or 1)
    if edits not in (1, 2):
        raise wrong(Problem.UNSUPPORTED, end, replaced(text, end, found.end(), "~ "))
    if common:
        mended = replaced(text, end, found.end())
        alone = not (text[:at].strip() or text[found.end() :].strip())
        raise wrong(Problem.STOP_WORD_FUZZY, at, EXAMPLE if alone else mended)
    _long_enough(text, len(word), edits, end, found.end())  # with its article, as it was written
    return edits, found.end()


def _long_enough(text: str, letters: int, edits: int, start: int, end: int) -> None:
    if letters >= LETTERS_FOR_EDITS[edits]:
        return
    by = "~ " if letters >= LETTERS_FOR_EDITS[1] else " "
    mended = replaced(text, start, end, by)
    raise wrong(Problem.TOO_SHORT_FOR_FUZZY, start, mended)


def _is_name(word: str, function: bool) -> bool:
    # علي folds onto على, but written with its dots it is a name and may be watched.
    return not function and bare(word) == "علي"
