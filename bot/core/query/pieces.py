"""The several watches of one command."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.query.signs import QUOTES, plain, quotation_end
from bot.core.text import clean

_BETWEEN = frozenset("،\n")


def pieces(text: str) -> tuple[tuple[str, int], ...]:
    """Each watch of ``text``, its white space collapsed, and the column where it begins.

    The Arabic comma or a new line stands between them, but not in quotation marks or brackets;
    a mark or bracket that is never closed protects nothing.
    """
    ends = (*_borders(plain(text)), len(text))
    starts = (0, *(end + 1 for end in ends))
    found = (_piece(text, start, end) for start, end in zip(starts, ends, strict=False))
    return tuple(piece for piece in found if piece[0])


def _piece(text: str, start: int, end: int) -> tuple[str, int]:
    written = text[start:end]
    return " ".join(clean(written).split()), start + len(written) - len(written.lstrip())


def _borders(text: str) -> Iterator[int]:
    closing = _closing(text)
    at = 0
    while at < len(text):
        if text[at] in _BETWEEN:
            yield at
        at = closing.get(at, at) + 1


def _closing(text: str) -> dict[int, int]:
    """Where each quotation and each bracket of ``text`` that is closed has its last character."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while at < len(text):
        if text[at] in QUOTES and (end := quotation_end(text, at)):
            ends[at] = end - 1
        elif text[at] == "(":
            opened.append(at)
        elif text[at] == ")" and opened:
            ends[opened.pop()] = at
        at = ends.get(at, at) + 1
    return ends
