"""A trie of folded words, walked by the words of a text.

A token offers the keys that may lead on from a node: itself, without its article, without its
clitics, the open stems it begins with; what a token offers is remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.core.model import How, Token
from bot.core.text import bare, clitic_forms, joined

_REMEMBERED = 50_000  # tokens; about 10 MB
_End = TypeVar("_End")


@dataclass(slots=True)
class _Node(Generic[_End]):
    """Where each word leads, and what ends here."""

    next: dict[str, _Node[_End]] = field(default_factory=dict)
    ends: list[_End] = field(default_factory=list)


class Trie(Generic[_End]):
    """Phrases and what each means; built first, then walked."""

    def __init__(self) -> None:
        self._root: _Node[_End] = _Node()
        self._words: set[str] = set()
        self._stems: set[str] = set()
        self._offered: dict[str, tuple[tuple[str, How], ...]] = {}
        self._first: dict[str, list[tuple[_Node[_End], How]]] = {}

    def add(self, words: Iterable[str], ending: _End) -> None:
        """Let ``words`` mean ``ending``: folded, without articles, ``füze*`` open at its end."""
        node = self._root
        for word in words:
            (self._stems if word.endswith("*") else self._words).add(word)
            node = node.next.setdefault(word, _Node())
        if node is not self._root and ending not in node.ends:
            node.ends.append(ending)

    def begins_nothing(self, token: Token) -> bool:
        """Whether it is known already that no phrase begins so: nine words of ten."""
        return not token.glued and self._first.get(token.text) == []

    def walk(
        self, tokens: tuple[Token, ...], start: int, limit: int
    ) -> Iterator[tuple[_End, int, How]]:
        """Every phrase that begins at token ``start`` and ends before ``limit``.

        Yields:
            What it means, the token after its last, and how its first word was found.
        """
        open_paths = list(self._entrances(tokens, start))
        while open_paths:
            node, at, how = open_paths.pop()
            for ending in node.ends:
                yield ending, at, how
            if at >= limit or not node.next:
                continue
            for key, end, new in self._steps(tokens, at):
                # Only the first word of a phrase carries clitics: "and" splits phrases.
                if new is not How.CLITIC and key in node.next:
                    open_paths.append((node.next[key], end, how))

    def _entrances(
        self, tokens: tuple[Token, ...], start: int
    ) -> Iterable[tuple[_Node[_End], int, How]]:
        word, roots = tokens[start].text, self._root.next
        if tokens[start].glued:
            steps = self._steps(tokens, start)
            return [(roots[key], end, how) for key, end, how in steps if key in roots]
        known = self._first.get(word)
        if known is None:
            known = [(roots[key], how) for key, how in self._offers(word) if key in roots]
            self._first[word] = known
        return [(node, start + 1, how) for node, how in known]

    def _steps(self, tokens: tuple[Token, ...], at: int) -> Iterator[tuple[str, int, How]]:
        for key, how in self._offers(tokens[at].text):
            yield key, at + 1, how
        if tokens[at].glued:
            for word, end in joined(tokens, at):
                for key, how in self._offers(word):
                    yield key, end, how

    def _offers(self, word: str) -> tuple[tuple[str, How], ...]:
        offered = self._offered.get(word)
        if offered is None:
            if len(self._offered) >= _REMEMBERED:
                self._offered.clear()
                self._first.clear()
            offered = self._offered[word] = tuple(self._keys(word))
        return offered

    def _keys(self, word: str) -> Iterator[tuple[str, How]]:
        plain = bare(word)
        if plain in self._words:
            yield plain, How.EXACT
        for rest in clitic_forms(word):
            if rest in self._words and rest != plain:
                yield rest, How.CLITIC
        for length in range(2, len(word) + 1):
            if f"{word[:length]}*" in self._stems:
                yield f"{word[:length]}*", How.EXACT
