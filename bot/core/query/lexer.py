"""A watch in pieces: words, quotations, facets, brackets and operators, each with its column."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.letters import fold
from bot.core.model import Token
from bot.core.morphology import is_stop_word
from bot.core.query.facets import facet_name, named, quoted
from bot.core.query.kinds import Kind, Piece
from bot.core.query.problems import Problem, replaced, wrong
from bot.core.query.signs import (
    ARABIC_AND,
    ARABIC_NOT,
    ARABIC_OR,
    GERSHAYIM,
    HIDDEN,
    LATIN_OPERATORS,
    QUOTES,
    UNMANNED,
    plain,
    quotation_end,
)
from bot.core.query.tree import Facet, Word
from bot.core.query.words import is_modified, word_piece
from bot.core.text import tokenize
from bot.errors import QueryError

MAX_WITHIN = 100
_WITHIN = 10


_GAP = re.compile(rf"[\s{HIDDEN}]+")
_RUN = re.compile(rf"(?:[^\s،()|+~{{}}\[\]*^\\{QUOTES}]|{GERSHAYIM})+")
_FOREIGN = re.compile(r"/[^\s/][^/]*/|[{}\[\]^~\\]|\*+|!+(?=[\w\"(])|&+(?!\S)")
_MINUS = re.compile(rf"-+(?=[{HIDDEN}]*(?:[^\s\w()|+{QUOTES}]{{0,3}}[\w({QUOTES}]|\s*(?:[)|+]|$)))")
_SIMPLE = {"(": Kind.OPEN, ")": Kind.CLOSE, "+": Kind.AND}
_BARS = re.compile(r"\|+")
_LATIN = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}
_ARABIC = {ARABIC_AND: Kind.AND, ARABIC_OR: Kind.OR, ARABIC_NOT: Kind.NOT}
_NEAR = re.compile(r"NEAR|(?:NEAR|near|Near|قرب)/(.*)")
_UNSEEN = re.compile(f"[{HIDDEN}]")


def lex(text: str) -> list[Piece]:
    """The pieces of ``text`` in order, white space left out.

    Raises:
        QueryError: ``unsupported``, ``unclosed-quote``, ``bad-distance``, ``unknown-facet``,
            ``empty-facet``, ``bad-facet-value``, ``too-short-for-fuzzy``, ``stop-word-fuzzy``.
    """
    return list(_Lexer(plain(text)).pieces())


class _Lexer:
    def __init__(self, text: str) -> None:
        self._text = text

    def pieces(self) -> Iterator[Piece]:
        at, depth = self._after_gap(0), 0
        while at < len(self._text):
            piece = self._comma(at, depth) if self._text[at] == "،" else self._piece(at)
            depth += (piece.kind is Kind.OPEN) - (piece.kind is Kind.CLOSE)
            yield piece
            at = self._after_gap(piece.end)

    def _after_gap(self, at: int) -> int:
        gap = _GAP.match(self._text, at)
        return gap.end() if gap else at

    @staticmethod
    def _comma(at: int, depth: int) -> Piece:
        """Inside brackets the Arabic comma separates no watches, so it means one or the other."""
        return Piece(Kind.OR if depth > 0 else Kind.SIGNS, at, at + 1)

    def _piece(self, at: int) -> Piece:
        sign = self._text[at]
        if foreign := _FOREIGN.match(self._text, at):
            raise self._unsupported(foreign)
        if sign in QUOTES:
            return self._quotation(at)
        if sign in _SIMPLE:
            return Piece(_SIMPLE[sign], at, at + 1)
        if bars := _BARS.match(self._text, at):
            return Piece(Kind.OR, at, bars.end())
        if minus := _MINUS.match(self._text, at):
            return Piece(Kind.MINUS, at, minus.end())
        return self._run(at)

    def _unsupported(self, found: re.Match[str]) -> QueryError:
        start, end, sign = found.start(), found.end(), found.group()
        by = {"!": "-", "&": "+", "*": "+"}.get(sign[0], " ")
        if sign[0] == "*" and not self._ends_a_word(start, end):
            by = " "
        if len(sign) > 1 and sign[0] == "/":
            by = re.sub(r"\W+", " ", sign)
        if sign == "~":
            end = _after_digits(self._text, end)
        return wrong(Problem.UNSUPPORTED, start, replaced(self._text, start, end, by))

    def _ends_a_word(self, start: int, end: int) -> bool:
        after = self._text[end : end + 1]
        return start > 0 and self._text[start - 1].isalnum() and (not after or after.isspace())

    # ── quotations ───────────────────────────────────────────────────────────────────────

    def _quotation(self, at: int) -> Piece:
        end = self._quotation_end(at)
        tokens = tokenize(self._text[at + 1 : end - 1])
        return Piece(
            Kind.QUOTE,
            at,
            end,
            words=tuple(Word(token.text) for token in tokens),
            common=all(is_stop_word(token.text) for token in tokens),
            function=all(token.function for token in tokens),
        )

    def _quotation_end(self, at: int) -> int:
        end = quotation_end(self._text, at)
        if not end:
            mended = f'{self._text[:at]}"{self._text[at + 1 :].strip()}"'
            raise wrong(Problem.UNCLOSED_QUOTE, at, mended)
        return end

    # ── runs of other characters ─────────────────────────────────────────────────────────

    def _run(self, at: int) -> Piece:
        run = _RUN.match(self._text, at)
        end = run.end() if run else at + 1
        written = self._text[at:end]
        if ":" in written and (facet := self._facet(written, at, end)):
            return facet
        tokens = tokenize(written)
        return self._operator(written, tokens, end) or word_piece(self._text, at, end, tokens)

    def _facet(self, written: str, at: int, end: int) -> Piece | None:
        name, _, value = written.partition(":")
        opens_quote = not value and self._text[end : end + 1] in tuple(QUOTES)
        kind, start = facet_name(name), at + len(name) + 1
        if not kind:
            if fold(name).isalpha() and (opens_quote or tokenize(value)):
                raise wrong(Problem.UNKNOWN_FACET, at, self._mended_name(name, at, start))
            return None
        if not opens_quote:
            return self._facet_piece(at, end, named(kind, value, self._text, (start, end)))
        end = self._quotation_end(start)
        inner = self._text[start + 1 : end - 1]
        return self._facet_piece(at, end, quoted(kind, inner, self._text, (start, end)))

    @staticmethod
    def _facet_piece(at: int, end: int, facet: Facet) -> Piece:
        return Piece(Kind.FACET, at, end, facet=facet)

    def _mended_name(self, name: str, at: int, start: int) -> str:
        # topics: or sources: is meant for topic: or source:; else the colon is dropped.
        known = facet_name(name[:-1])
        return replaced(self._text, at, start, f"{known}:" if known else f"{name} ")

    def _operator(self, written: str, tokens: tuple[Token, ...], end: int) -> Piece | None:
        if is_modified(self._text, end):
            return None
        at = end - len(written)
        if near := _NEAR.fullmatch(_UNSEEN.sub("", written)):
            return Piece(Kind.NEAR, at, end, within=self._within(near[1], at, end))
        if len(tokens) != 1:
            return None
        kind = _ARABIC.get(tokens[0].text)
        if kind is None and tokens[0].text in LATIN_OPERATORS:
            kind = _LATIN.get(_UNSEEN.sub("", written))
        if kind is None or (tokens[0].text == ARABIC_NOT and self._is_unmanned(end)):
            return None
        return Piece(kind, at, end)

    def _is_unmanned(self, end: int) -> bool:
        """Whether the next word makes the one that ended at ``end`` a part of a name."""
        following = _RUN.match(self._text, self._after_gap(end))
        return following is not None and fold(following.group()).startswith(UNMANNED)

    def _within(self, written: str | None, at: int, end: int) -> int:
        if written is None:
            return _WITHIN
        if not written.isdecimal() or int(written) > MAX_WITHIN:
            most = MAX_WITHIN if written.isdecimal() else _WITHIN
            mended = replaced(self._text, at, end, f"NEAR/{most}")
            raise wrong(Problem.BAD_DISTANCE, at, mended)
        return int(written)


def _after_digits(text: str, at: int) -> int:
    while text[at : at + 1].isdecimal():
        at += 1
    return at
