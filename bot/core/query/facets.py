"""Facets: their names in both languages and the form of their values."""

from __future__ import annotations

import re
import unicodedata

from bot.core.letters import fold
from bot.core.morphology import bare
from bot.core.query.problems import Problem, replaced, wrong
from bot.core.query.signs import HIDDEN
from bot.core.query.tree import Facet
from bot.errors import QueryError

FACETS = ("topic", "place", "country", "source", "lang", "sev")

_ARABIC = ("موضوع", "مكان", "بلد", "مصدر", "لغة", "خطورة")
_NAMES = dict(zip(FACETS, FACETS, strict=True)) | {
    bare(fold(name)): kind for name, kind in zip(_ARABIC, FACETS, strict=True)
}
_SLUG = r"[^\W_][\w'’-]*"
_FORMS = {
    "topic": re.compile(_SLUG),
    "place": re.compile(_SLUG),
    "country": re.compile("[a-z]{2}"),
    "source": re.compile(r"[^\W_][\w.'’-]*"),
    "lang": re.compile("[a-z]{2,3}"),
    "sev": re.compile("[1-3]"),
}
_RIGHT = {
    "topic": "rocket-attack",
    "place": "ain-al-asad",
    "country": "iq",
    "source": "bbc",
    "lang": "ar",
    "sev": "2",
}
_UNSEEN = re.compile(f"[{HIDDEN}]")
_QUOTE_OR_SPACE = re.compile(r'[\s"“”„‟«»]+')
_NEXT_VALUE = re.compile(r"\s+([\w'’.-]+)")
_AT_THE_END = ".,;:!?؟؛،…"


def facet_name(written: str) -> str:
    """The kind that ``written`` names in either language, ``""`` if none."""
    return _NAMES.get(bare(fold(_UNSEEN.sub("", written))), "")


def named(kind: str, value: str, text: str, span: tuple[int, int]) -> Facet:
    """The facet whose ``value`` stands in ``text`` at ``span``, unquoted.

    Raises:
        QueryError: ``empty-facet`` or ``bad-facet-value``.
    """
    value = _plain(value)
    if not value:
        raise wrong(Problem.EMPTY_FACET, span[0], _filled(kind, text, *span))
    if not _FORMS[kind].fullmatch(value):
        raise _malformed(kind, text, span)
    return Facet(kind, value)


def quoted(kind: str, value: str, text: str, span: tuple[int, int]) -> Facet:
    """Like :func:`named` for a ``value`` in quotation marks, which a source alone may need."""
    name = _plain(" ".join(_QUOTE_OR_SPACE.split(value)))
    if kind != "source":
        return named(kind, name, text, span)
    if not any(map(str.isalnum, name)):
        raise _malformed(kind, text, span)
    return Facet(kind, name)


def _malformed(kind: str, text: str, span: tuple[int, int]) -> QueryError:
    return wrong(Problem.BAD_FACET_VALUE, span[0], replaced(text, *span, _RIGHT[kind]))


def _filled(kind: str, text: str, start: int, end: int) -> str:
    """The text with a value behind the colon: the next word if it can be one."""
    following = _NEXT_VALUE.match(text, end)
    if following and _FORMS[kind].fullmatch(following[1].lower()):
        return replaced(text, start, following.end(), following[1])
    return replaced(text, start, end, _RIGHT[kind] + " ")


def _plain(value: str) -> str:
    """Lower-case, digits of every script as ASCII, nothing unseen, no full stop at the end."""
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in _UNSEEN.sub("", value))
    return "".join(digits).lower().strip().rstrip(_AT_THE_END + " ")
