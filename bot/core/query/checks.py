"""Is a watch worth having: does it ask for anything, how much would it find, can it ever hold?"""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.morphology import is_stop_word
from bot.core.query.lexer import lex
from bot.core.query.problems import EXAMPLE, Problem, wrong
from bot.core.query.tree import (
    AllOf,
    AnyOf,
    Facet,
    Near,
    Node,
    Phrase,
    Query,
    QueryWarning,
    Warned,
    Without,
    wanted,
)

_NOTHING, _LANGUAGE, _SOMETHING = range(3)


def is_anchored(node: Node) -> bool:
    """Whether ``node`` asks for anything at all, in each of its branches."""
    return _strength(node) > _NOTHING


def all_checked(root: Node, text: str) -> Query:
    """The query for a tree read from ``text``, with what is doubtful about it.

    Raises:
        QueryError: ``only-negative`` or ``too-broad``.
    """
    strength = _strength(root)
    if strength == _NOTHING:
        raise wrong(Problem.ONLY_NEGATIVE, _start(text), f"{EXAMPLE} {text.strip()}")
    if strength == _LANGUAGE:
        language = next(leaf for leaf in _leaves(root) if getattr(leaf, "kind", "") == "lang")
        whole = f"({text.strip()})" if isinstance(root, AnyOf) else text.strip()
        raise wrong(Problem.TOO_BROAD, _column(language, text), f"{whole} + {EXAMPLE}")
    return Query(root, tuple(_warnings(root, text)))


def _start(text: str) -> int:
    return len(text) - len(text.lstrip())


def _strength(node: Node) -> int:
    match node:
        case Without():
            return _NOTHING
        case Facet(kind="lang"):
            return _LANGUAGE
        case AllOf(parts=parts):
            return max(map(_strength, parts))
        case AnyOf(parts=parts):
            return min(map(_strength, parts))
    return _SOMETHING


def _leaves(node: Node) -> Iterator[Phrase | Facet]:
    """The phrases and facets of ``node``, excluded ones too."""
    match node:
        case Without(part=part):
            yield from _leaves(part)
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield from wanted(node)


def _column(leaf: Phrase | Facet, text: str) -> int:
    if isinstance(leaf, Phrase):
        return leaf.column
    # A facet keeps no column: it is asked for so seldom that it is looked up again.
    return next((piece.column for piece in lex(text) if piece.facet == leaf), 0)


def _warnings(root: Node, text: str) -> Iterator[QueryWarning]:
    if _is_broad(root):
        leaf = next(leaf for leaf in wanted(root) if _is_broad(leaf))
        yield _warning(Warned.BROAD, leaf, text)
    for excluded in _contradictions(root):
        leaf = next(_leaves(excluded))
        yield _warning(Warned.CONTRADICTION, leaf, text)


def _warning(problem: Warned, leaf: Phrase | Facet, text: str) -> QueryWarning:
    part = leaf.written if isinstance(leaf, Phrase) else str(leaf)
    return QueryWarning(problem, _column(leaf, text), part)


def _is_broad(node: Node) -> bool:
    """Whether ``node`` holds for a good share of all texts."""
    match node:
        case Phrase():
            return _is_broad_phrase(node)
        case Facet(kind=kind):
            return kind in ("source", "lang")
        case Near(left=left, right=right):
            return _is_broad(left) and _is_broad(right)
        case AllOf(parts=parts):
            return all(map(_is_broad, parts))
        case AnyOf(parts=parts):
            return any(map(_is_broad, parts))
    return True


def _is_broad_phrase(phrase: Phrase) -> bool:
    if phrase.exact and all(is_stop_word(word.text) for word in phrase.words):
        return True
    word = phrase.bare[0]
    # K1 and T4 are as short, but they are names of bases.
    return len(phrase.words) == 1 and (word.isdecimal() or (len(word) <= 2 and word.isalpha()))


def _contradictions(node: Node) -> Iterator[Node]:
    """What is excluded although another part of the same group asks for it."""
    match node:
        case AllOf(parts=parts):
            asked = [part for part in parts if not isinstance(part, Without)]
            for part in parts:
                if isinstance(part, Without) and any(_excludes(part.part, a) for a in asked):
                    yield part.part
                yield from _contradictions(part)
        case AnyOf(parts=parts):
            for part in parts:
                yield from _contradictions(part)


def _excludes(excluded: Node, asked: Node) -> bool:
    """Whether nothing with ``asked`` in it can be without ``excluded``."""
    if isinstance(excluded, AnyOf):
        return any(_excludes(part, asked) for part in excluded.parts)
    if isinstance(excluded, Phrase) and isinstance(asked, Phrase):
        return _stands_in(excluded, asked)
    return str(excluded) == str(asked)


def _stands_in(part: Phrase, whole: Phrase) -> bool:
    if part.exact and not whole.exact:
        return False  # another form of the words may be meant
    size = len(part.words)
    windows = range(len(whole.words) - size + 1)
    return any(whole.bare[start : start + size] == part.bare for start in windows)
