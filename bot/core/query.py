"""Watch syntax, first form: text in, a ``Query`` out, or an error that points at the column.

Words side by side are a phrase, ``"exact"`` is taken letter for letter, ``a + b`` wants all of
them, and ``topic:``, ``place:`` and ``country:`` ask for what was understood. Syntax of other
search engines is refused where it stands: silently read as words it would never fire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.text import bare, is_stop_word, tokenize
from bot.errors import QueryError

MAX_LENGTH = 200
MAX_TERMS = 20
FACETS = ("topic", "place", "country")
EXAMPLE = "عين الأسد"

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»"}
_OPERATORS = frozenset({"OR", "AND", "NOT", "أو", "او", "بدون"})
_LATER_FACETS = ("source", "lang", "sev")
_FACET = re.compile(r"([A-Za-z]+)[:\uff1a](.*)", re.DOTALL)
_FACET_VALUE = re.compile(r"[\w'’-]+")
_PIECE = re.compile(r'"[^"]*"?|[“”„][^”“]*[”“]?|«[^»]*»?|\+|[^\s"“”„«+]+')
_NEAR = re.compile(r"NEAR(/\d+)?")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand side by side, folded as they were written.

    ``words`` keep their article; ``exact`` phrases are compared with it, others without.
    """

    words: tuple[str, ...]
    exact: bool = False

    @property
    def bare(self) -> tuple[str, ...]:
        """The words without articles, as ``folded_shadow`` writes them."""
        return tuple(map(bare, self.words))

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"' if self.exact else " ".join(self.bare)


@dataclass(frozen=True, slots=True)
class Facet:
    """What an entry was understood to be: ``kind`` is one of ``FACETS``."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Query:
    """A watch understood: every phrase and every facet must hold."""

    phrases: tuple[Phrase, ...] = ()
    facets: tuple[Facet, ...] = ()

    @property
    def canonical(self) -> str:
        """One spelling for all that mean the same; parsing it gives it again."""
        return " + ".join(sorted({str(part) for part in (*self.phrases, *self.facets)}))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of the query as written, with its column."""

    text: str
    column: int

    @property
    def quoted(self) -> bool:
        return self.text[0] in _QUOTES


def parse(text: str) -> Query:
    """Understand ``text`` as a watch.

    Raises:
        QueryError: With the column, a stable ``problem`` name and a mended example. Problems:
            ``empty``, ``too-long``, ``too-many-terms``, ``too-short``, ``stop-words``,
            ``unclosed-quote``, ``dangling-plus``, ``unsupported``, ``unknown-facet``,
            ``empty-facet``.
    """
    try:
        return _parsed(text)
    except QueryError as error:
        if not _is_right(error.example):
            error.example = EXAMPLE
        raise


def _is_right(example: str) -> bool:
    try:
        _parsed(example)
    except QueryError:
        return False
    return True


def _parsed(text: str) -> Query:
    if not text.strip():
        raise QueryError("The watch is empty.", 0, problem="empty", example=EXAMPLE)
    if len(text) > MAX_LENGTH:
        raise QueryError(
            f"The watch is longer than {MAX_LENGTH} characters.",
            MAX_LENGTH,
            problem="too-long",
            example=_shortened(text),
        )
    groups = _groups([_Piece(m.group(), m.start()) for m in _PIECE.finditer(text)], text)
    return _query(groups, text)


def _groups(pieces: list[_Piece], text: str) -> list[list[_Piece]]:
    """Split at ``+``; nothing may be missing on either side of one."""
    groups: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.text == "+":
            _need_left_side(groups[-1], piece, text)
            groups.append([])
        else:
            groups[-1].append(_checked(piece, text))
    if not groups[-1]:
        raise _dangling(text.rindex("+"), text)
    return groups


def _need_left_side(group: list[_Piece], plus: _Piece, text: str) -> None:
    if not group:
        raise _dangling(plus.column, text)
    touches = plus.column and not text[plus.column - 1].isspace()
    if touches and not _has_word_after(text, plus.column):
        raise _unsupported(_Piece("+", plus.column), "word+", text)


def _has_word_after(text: str, column: int) -> bool:
    following = text[column + 1 :].lstrip()
    return bool(following) and following[0] != "+"


def _dangling(column: int, text: str) -> QueryError:
    parts = [part.strip() for part in text.split("+") if part.strip()]
    example = " + ".join(parts) if parts else f"{EXAMPLE} + صاروخ"
    return QueryError(
        "A + needs words on both sides.", column, problem="dangling-plus", example=example
    )


def _checked(piece: _Piece, text: str) -> _Piece:
    """The piece itself, unless it is syntax this form does not have."""
    if piece.quoted:
        if len(piece.text) < 2 or piece.text[-1] not in _QUOTES.values():
            mended = f'{text[: piece.column]}"{piece.text[1:].strip()}"'
            raise QueryError(
                "The quotation is not closed.",
                piece.column,
                problem="unclosed-quote",
                example=mended,
            )
        return piece
    for foreign in _foreign(piece):
        raise _unsupported(foreign, foreign.text, text)
    return piece


def _foreign(piece: _Piece) -> Iterator[_Piece]:
    if piece.text in _OPERATORS or _NEAR.fullmatch(piece.text):
        yield piece
    if piece.text[0] in "-−!" and len(piece.text) > 1:
        yield _Piece(piece.text[0], piece.column)
    for at, character in enumerate(piece.text):
        if character in "|()[]{}~*":
            yield _Piece(character, piece.column + at)


def _unsupported(piece: _Piece, what: str, text: str) -> QueryError:
    return QueryError(
        f"“{what}” is not part of the watch syntax.",
        piece.column,
        problem="unsupported",
        example=_without_foreign(text),
    )


def _without_foreign(text: str) -> str:
    """The query's words joined by +, as the nearest thing that is understood."""
    # Words after a minus or NOT are unwanted: an example must not turn them into wanted ones.
    kept = re.split(r"(?:^|\s)(?:NOT\b|بدون\b|[-−!](?=\S))", text)[0]
    parts = re.split(r"\b(?:OR|AND)\b|\s(?:أو|او)\s|NEAR(?:/\d+)?|[|()\[\]{}~*+]\d*", kept)
    return " + ".join(part.strip() for part in parts if part.strip(' "'))


def _query(groups: list[list[_Piece]], text: str) -> Query:
    phrases: list[Phrase] = []
    facets: list[Facet] = []
    for group in groups:
        for part in _runs(group):
            (facet, phrase) = _understood(part, text)
            facets += facet
            phrases += phrase
    _within_limits(phrases, facets, text)
    return Query(tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(facets)))


def _runs(group: list[_Piece]) -> Iterator[list[_Piece]]:
    """Words side by side stay together; a quotation or a facet stands by itself."""
    run: list[_Piece] = []
    for piece in group:
        if piece.quoted or _FACET.fullmatch(piece.text):
            if run:
                yield run
            yield [piece]
            run = []
        else:
            run.append(piece)
    if run:
        yield run


def _understood(run: list[_Piece], text: str) -> tuple[list[Facet], list[Phrase]]:
    first = run[0]
    if first.quoted:
        return [], [_phrase(first.text[1:-1], first.column, exact=True)]
    facet = _FACET.fullmatch(first.text)
    if facet is not None:
        return [_facet(facet[1].lower(), facet[2], first.column)], []
    end = run[-1].column + len(run[-1].text)
    return [], [_phrase(text[first.column : end], first.column, exact=False)]


def _facet(kind: str, value: str, column: int) -> Facet:
    if kind not in FACETS:
        later = "not offered" if kind in _LATER_FACETS else "unknown"
        raise QueryError(
            f"“{kind}:” is {later}; there are topic:, place: and country:.",
            column,
            problem="unknown-facet",
            example="topic:rocket-attack",
        )
    if not _FACET_VALUE.fullmatch(value):
        raise QueryError(
            f"“{kind}:” needs a name right after the colon.",
            column + len(kind) + 1,
            problem="empty-facet",
            example={"topic": "topic:all", "place": "place:ain-al-asad"}.get(kind, "country:iq"),
        )
    return Facet(kind, value.lower())


def _phrase(text: str, column: int, *, exact: bool) -> Phrase:
    tokens = tokenize(text)
    words = tuple(token.text for token in tokens)
    if not words or (len(words) == 1 and len(bare(words[0])) < 2):
        raise QueryError(
            "One letter, or none, would be found everywhere.",
            column,
            problem="too-short",
            example=EXAMPLE,
        )
    function = all(token.function for token in tokens)
    if function or (not exact and all(map(is_stop_word, words)) and not _is_name(text)):
        raise QueryError(
            "Only words that stand in every text: add a name or a rarer word.",
            column,
            problem="stop-words",
            example=f"{text.strip()} {EXAMPLE}",
        )
    return Phrase(words, exact)


def _is_name(text: str) -> bool:
    # علي folds onto على, but written with its dots it is a name and may be watched.
    return text.strip().endswith("علي")


def _within_limits(phrases: list[Phrase], facets: list[Facet], text: str) -> None:
    terms = sum(len(phrase.words) for phrase in phrases) + len(facets)
    if terms > MAX_TERMS:
        raise QueryError(
            f"More than {MAX_TERMS} words.",
            0,
            problem="too-many-terms",
            example=_shortened(text),
        )


def _shortened(text: str) -> str:
    """The first words of ``text``."""
    return " ".join(re.sub(r"[^\w\s]", " ", text).split()[:3])
