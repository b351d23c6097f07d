"""What stands between white space, understood once and remembered.

News repeats its words. A text therefore costs one look-up a word; only what was never seen before
is folded and taken apart, and that in one go for the whole text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from bot.core.codes import NO_WORD, WIDTH, Codes
from bot.core.loose import LooseHit
from bot.core.model import Token
from bot.core.morphology import bare, clitic_forms
from bot.core.skeleton import keys
from bot.core.text import joined, tokenize_all, word_of
from bot.core.words import (
    NOTHING,
    SHED,
    WHOLE,
    Chunk,
    Extras,
    Heard,
    Loosely,
    Other,
    Words,
    words_of,
)

_REMEMBERED = 65_536  # chunks; about 40 MB


class Ears(Protocol):
    """What listens to the words of a text (``core.hearing``)."""

    def new_sounds(self) -> Sequence[set[str]]:
        """The codes each ear listens for since the last call, by ear."""

    def sounds(self, tokens: Sequence[Token], words: Sequence[str], keys: Sequence[str],
               is_lower: bool) -> Iterable[Sequence[str]]:
        """For each ear the codes of the words."""

    def names(self, tokens: Sequence[Token], words: Sequence[str], sounds: Sequence[Sequence[str]],
              is_lower: bool) -> Iterable[Heard]:
        """The names of one word that the words sound like."""


class Chunks:
    """Reads texts; remembers their chunks."""

    def __init__(
        self,
        codes: Codes,
        stems: Iterable[str],
        ears: Ears,
        loosely: Callable[[str], Iterable[LooseHit]],
    ) -> None:
        """Read with the ``codes`` of folded words without article.

        Args:
            codes: Open stems end in ``*``.
            stems: The open stems.
            ears: What the sounds of the words are for.
            loosely: The loose words a folded word may stand for.
        """
        self._codes = codes
        self._stems = frozenset(stems)
        self._heads = frozenset(stem[:2] for stem in self._stems)
        self._ears = ears
        self._loosely = loosely
        # A text without capitals is read otherwise: there every word may be a name.
        self._known: dict[bool, dict[str, Chunk]] = {False: {}, True: {}}
        self._missed: dict[str, list[str]] = {}
        self._stale = False

    def forget_word(self, word: str) -> None:
        """Somebody looks for ``word`` now: chunks that held it without a code are read anew."""
        for chunk in self._missed.pop(word, ()):
            for known in self._known.values():
                known.pop(chunk, None)

    def listen(self) -> None:
        """Somebody listens for new sounds: chunks that sound so are read anew."""
        self._stale = True

    def forget_all(self) -> None:
        """Read everything anew."""
        for known in self._known.values():
            known.clear()
        self._missed.clear()

    def read(self, text: str) -> Words:
        """The words of ``text`` as codes."""
        if self._stale:
            self._forget_sounds()
        is_lower = text.islower()
        known = self._known[is_lower]
        chunks = text.split()
        records = [*map(known.get, chunks)]
        if None in records:
            self._learn(dict.fromkeys(chunks), known, is_lower)
            records = [*map(known.get, chunks)]
        return words_of(text, chunks, records)  # type: ignore[arg-type]  # all are known by now

    def _forget_sounds(self) -> None:
        new = self._ears.new_sounds()
        for known in self._known.values():
            stale = [
                chunk
                for chunk, record in known.items()
                if any(codes and not codes.isdisjoint(each(sounds))
                       for codes, sounds in zip(new, record.sounds, strict=True))
            ]
            for chunk in stale:
                del known[chunk]
        self._stale = False

    def _learn(self, wanted: Iterable[str], known: dict[str, Chunk], is_lower: bool) -> None:
        if len(known) > _REMEMBERED:
            self.forget_all()
        chunks = [chunk for chunk in wanted if chunk not in known]
        all_tokens = tokenize_all(chunks)
        words = [
            [chunk[token.start : token.end] for token in tokens]
            for chunk, tokens in zip(chunks, all_tokens, strict=True)
        ]
        heard = iter(keys([word for spoken in words for word in spoken]))
        for chunk, tokens, spoken in zip(chunks, all_tokens, words, strict=True):
            sounds = self._ears.sounds(tokens, spoken, [next(heard) for _ in tokens], is_lower)
            known[chunk] = self._chunk(chunk, tokens, spoken, [*sounds], is_lower)

    def _chunk(
        self,
        chunk: str,
        tokens: tuple[Token, ...],
        words: Sequence[str],
        sounds: Sequence[Sequence[str]],
        is_lower: bool,
    ) -> Chunk:
        codes: list[str] = []
        others: list[Other] = []
        shed: list[str] = []
        for at, token in enumerate(tokens):
            code = self._code(chunk, word_of(token))
            readings = self._readings(chunk, token.text, at, 1)
            if token.glued:
                for word, end in joined(tokens, at):
                    readings += self._joined(chunk, word, at, end - at)
            is_shed = code is None and len(readings) == 1 and not token.glued
            if is_shed:
                only = readings.pop()
                code, is_shed = only.code, only.first
            codes.append(code or NO_WORD)
            shed.append(SHED if is_shed else WHOLE)
            others += readings
        names = self._ears.names(tokens, words, sounds, is_lower)
        extras = Extras(tuple(others), tuple(names), tuple(self._loose(tokens)))
        return Chunk(
            "".join(codes),
            "".join(shed),
            tuple(map("".join, sounds)),
            tokens,
            extras if any(extras) else NOTHING,
        )

    # ── letters ──────────────────────────────────────────────────────────────────────────

    def _code(self, chunk: str, word: str) -> str | None:
        code = self._codes.get(word)
        if code is None:
            self._missed.setdefault(word, []).append(chunk)
        return code

    def _joined(self, chunk: str, word: str, at: int, width: int) -> list[Other]:
        code = self._code(chunk, bare(word))
        whole = [] if code is None else [Other(at, width, code, first=False)]
        return whole + self._readings(chunk, word, at, width)

    def _readings(self, chunk: str, word: str, at: int, width: int) -> list[Other]:
        """What else a word may be: itself without clitics, the open stems it begins with."""
        plain = bare(word)
        forms = [form for form in clitic_forms(word) if form != plain]
        codes = [code for form in forms if (code := self._code(chunk, form)) is not None]
        found = [Other(at, width, code, first=True) for code in dict.fromkeys(codes)]
        if word[:2] in self._heads:
            found += self._stemmed(word, at, width)
        return found

    def _stemmed(self, word: str, at: int, width: int) -> Iterator[Other]:
        for length in range(2, len(word) + 1):
            stem = f"{word[:length]}*"
            if stem in self._stems:
                yield Other(at, width, self._codes.encoded([stem]), first=False)

    # ── loose words ──────────────────────────────────────────────────────────────────────

    def _loose(self, tokens: Sequence[Token]) -> Iterator[Loosely]:
        for at, token in enumerate(tokens):
            if not token.function:
                for hit in self._loosely(token.text):
                    yield Loosely(at, hit.number, hit.how, hit.clitic)


def each(codes: str) -> Iterator[str]:
    """The single codes of a row of them."""
    return map("".join, zip(codes[::WIDTH], codes[1::WIDTH], strict=True))
