"""From the pieces of a watch to its tree: OR binds loosest, then AND, then exclusion, then NEAR."""

from __future__ import annotations

from bot.core.query.checks import is_anchored
from bot.core.query.kinds import Kind, Piece
from bot.core.query.lexer import lex
from bot.core.query.problems import Problem, replaced, wrong
from bot.core.query.tree import AnyOf, Near, Node, Phrase, all_of, any_of, without
from bot.errors import QueryError

MAX_TERMS = 20
MAX_DEPTH = 5

_DANGLING = {
    Kind.AND: Problem.DANGLING_PLUS,
    Kind.OR: Problem.DANGLING_OR,
    Kind.NOT: Problem.DANGLING_MINUS,
    Kind.MINUS: Problem.DANGLING_MINUS,
    Kind.NEAR: Problem.DANGLING_NEAR,
}
_BEGINS = frozenset({Kind.WORD, Kind.QUOTE, Kind.FACET, Kind.OPEN, Kind.NOT, Kind.MINUS})


def tree(text: str) -> Node:
    """The tree of ``text``, not yet asked whether it is worth having.

    Raises:
        QueryError: Anything but ``empty``, ``too-long``, ``too-broad``; ``only-negative`` for a
            branch of an OR alone.
    """
    return _Reader(text, lex(text)).whole()


class _Reader:
    """Recursive descent; each method takes what it understands and stands after it."""

    def __init__(self, text: str, pieces: list[Piece]) -> None:
        self._text = text
        self._pieces = pieces
        self._at = 0
        self._open: list[Piece] = []
        self._terms = 0

    def whole(self) -> Node:
        root = self._any(None)
        if self._kind() is Kind.CLOSE:
            extra = self._take()
            raise wrong(Problem.EXTRA_BRACKET, extra.column, self._dropped(extra))
        return root

    # ── where we stand ───────────────────────────────────────────────────────────────────

    def _kind(self) -> Kind | None:
        return self._pieces[self._at].kind if self._at < len(self._pieces) else None

    def _take(self) -> Piece:
        piece = self._pieces[self._at]
        self._at += 1
        return piece

    def _after_signs(self) -> Kind | None:
        while self._kind() is Kind.SIGNS:
            self._at += 1
        return self._kind()

    def _dropped(self, piece: Piece) -> str:
        return replaced(self._text, piece.column, piece.end)

    # ── the grammar ──────────────────────────────────────────────────────────────────────

    def _any(self, before: Piece | None) -> Node:
        starts = [self._at]
        branches = [self._all(before)]
        while self._after_signs() is Kind.OR:
            bar = self._take()
            starts.append(self._at)
            branches.append(self._all(bar))
        if len(branches) > 1:
            self._check_branches(branches, starts)
        return any_of(branches)

    def _check_branches(self, branches: list[Node], starts: list[int]) -> None:
        """Refuse a branch that asks for nothing: as a part of its neighbour it makes sense."""
        for at, (branch, start) in enumerate(zip(branches, starts, strict=True)):
            if not is_anchored(branch):
                bar = self._pieces[(start if at else starts[1]) - 1]
                column = self._pieces[start].column
                raise wrong(Problem.ONLY_NEGATIVE, column, self._dropped(bar))

    def _all(self, before: Piece | None) -> Node:
        parts = [self._one(before)]
        while (kind := self._after_signs()) is not None:
            if kind is Kind.AND:
                parts.append(self._one(self._take()))
            elif kind in _BEGINS:
                parts.append(self._one(None))
            elif kind is Kind.NEAR:
                raise self._near_refused(self._take())
            else:
                break
        return all_of(parts)

    def _one(self, before: Piece | None) -> Node:
        kind = self._beginning(before)
        if kind is Kind.NOT:
            return without(self._one(self._take()))
        if kind is Kind.MINUS:
            minus = self._take()
            if self._beginning(minus) in (Kind.NOT, Kind.MINUS):
                return without(self._one(minus))
            return without(self._atom(single=True))
        return self._near()

    def _near(self) -> Node:
        left = self._atom()
        if self._after_signs() is not Kind.NEAR:
            return left
        near = self._take()
        if self._beginning(near) in (Kind.NOT, Kind.MINUS):
            raise self._near_refused(near)
        right = self._atom()
        if not (_is_words(left) and _is_words(right)):
            raise self._near_refused(near)
        return Near(left, right, near.within)

    def _atom(self, *, single: bool = False) -> Node:
        piece = self._take()
        if piece.kind is Kind.OPEN:
            return self._bracket(piece)
        if piece.kind is Kind.FACET and piece.facet is not None:
            self._count(piece, 1)
            return piece.facet
        run = [piece]
        while piece.kind is Kind.WORD and not single and self._after_signs() is Kind.WORD:
            run.append(self._take())
        return self._phrase(run)

    def _bracket(self, opening: Piece) -> Node:
        self._open.append(opening)
        if len(self._open) > MAX_DEPTH:
            raise wrong(Problem.TOO_DEEP, opening.column, self._dropped(opening))
        inner = self._any(opening)
        if self._after_signs() is not Kind.CLOSE:
            raise self._unclosed()
        self._take()
        self._open.pop()
        return inner

    def _phrase(self, run: list[Piece]) -> Phrase:
        start, end = run[0].column, run[-1].end
        words = tuple(word for piece in run for word in piece.words)
        rest = replaced(self._text, start, end)
        if not words:
            raise wrong(Problem.NO_WORD, start, rest)
        if len(words) == 1 and len(words[0].bare) < 2:
            raise wrong(Problem.TOO_SHORT, start, rest)
        exact = run[0].kind is Kind.QUOTE
        if all(p.function if exact else p.common for p in run):
            raise wrong(Problem.STOP_WORDS, start, rest)
        for piece in run:
            self._count(piece, len(piece.words))
        return Phrase(words, exact, start, self._text[start:end])

    # ── what is wrong ────────────────────────────────────────────────────────────────────

    def _beginning(self, before: Piece | None) -> Kind:
        """The kind of the operand that begins here; ``before`` stands in front and needs one."""
        first = self._at
        kind = self._after_signs()
        if kind in _BEGINS:
            return kind
        if first < self._at:
            signs = self._pieces[first]
            raise wrong(Problem.NO_WORD, signs.column, self._dropped(signs))
        if kind in _DANGLING:
            raise self._dangling(self._take())
        raise self._dangling(before) if before else self._closed_too_soon()

    def _dangling(self, piece: Piece) -> QueryError:
        if piece.kind is Kind.OPEN:
            return self._empty_bracket(piece)
        return wrong(_DANGLING[piece.kind], piece.column, self._dropped(piece))

    def _empty_bracket(self, opening: Piece) -> QueryError:
        if self._kind() is None:
            return self._unclosed(self._dropped(opening))
        closing = self._take()
        mended = replaced(self._text, opening.column, closing.end)
        return wrong(Problem.NO_WORD, opening.column, mended)

    def _closed_too_soon(self) -> QueryError:
        """The watch begins with a closing bracket."""
        extra = self._take()
        return wrong(Problem.EXTRA_BRACKET, extra.column, self._dropped(extra))

    def _unclosed(self, mended: str = "") -> QueryError:
        whole = self._text + ")" * len(self._open)
        return wrong(Problem.UNCLOSED_BRACKET, self._open[-1].column, mended or whole)

    def _near_refused(self, near: Piece) -> QueryError:
        mended = replaced(self._text, near.column, near.end, "+")
        return wrong(Problem.NEAR_OPERAND, near.column, mended)

    def _count(self, piece: Piece, terms: int) -> None:
        self._terms += terms
        if self._terms > MAX_TERMS:
            raise wrong(Problem.TOO_MANY_TERMS, piece.column, self._text[: piece.column])


def _is_words(node: Node) -> bool:
    """Whether NEAR can measure from it."""
    if isinstance(node, AnyOf):
        return all(isinstance(part, Phrase) for part in node.parts)
    return isinstance(node, Phrase)
