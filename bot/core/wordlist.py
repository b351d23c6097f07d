"""The words of a piece of text in one string, as they are remembered.

Tuples of tokens would be a dozen objects for every word the press ever used, and looking through
them for garbage was what the slowest texts waited for.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.model import Token

_GLUED, _FUNCTION = "\1", "\2"  # behind a word: what a token is


def told(tokens: Iterable[Token]) -> str:
    """The words of ``tokens``, a line each; where they stand is told apart."""
    return "\n".join([_told(token) for token in tokens])


def _told(token: Token) -> str:
    marks = _GLUED * token.glued + _FUNCTION * token.function
    return token.text + marks if marks else token.text


def token_of(word: str, start: int, end: int) -> Token:
    """The token of a word as it was told."""
    if word[-1] > _FUNCTION:
        return Token(word, start, end)
    return Token(word.rstrip(_GLUED + _FUNCTION), start, end, _GLUED in word, _FUNCTION in word)
