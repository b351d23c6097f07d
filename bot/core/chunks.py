"""What stands between white space, understood once and remembered.

News repeats its words. A text therefore costs one look-up a word; only what was never seen before
is folded and taken apart, and that in one go for the whole text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from bot.core.codes import NO_WORD, WIDTH, Codes
from bot.core.loose import Loose
from bot.core.model import Token
from bot.core.morphology import PROCLITICS, bare, clitic_forms
from bot.core.skeleton import keys
from bot.core.text import joined, tokenize_all, word_of
from bot.core.words import (
    EARS,
    NOTHING,
    ROWS,
    SHED,
    SPECIAL,
    Chunk,
    Extras,
    Heard,
    Loosely,
    Other,
    Tokens,
    Words,
)

_REMEMBERED = 65_536  # chunks; about 40 MB
_WORDLESS = "\uf8ff"  # the rows of a dash: nothing, but something to remember; no code holds it


class Ears(Protocol):
    """What listens to the words of a text (``core.hearing``)."""

    def new_sounds(self) -> Sequence[set[str]]:
        """The codes each ear listens for since the last call, by ear."""

    def sounds(
        self, tokens: Sequence[Token], words: Sequence[str], keys: Sequence[str], is_lower: bool
    ) -> Sequence[Sequence[str]]:
        """For each ear the codes of the words."""

    def names(
        self,
        tokens: Sequence[Token],
        words: Sequence[str],
        sounds: Sequence[Sequence[str]],
    ) -> Iterable[Heard]:
        """The names of one word that the words sound like."""


class _Memory(NamedTuple):
    """What is known of chunks: their rows of codes, which every text needs, and all else."""

    rows: dict[str, str]
    chunks: dict[str, Chunk]


class Chunks:
    """Reads texts; remembers their chunks."""

    def __init__(
        self,
        codes: Codes,
        stems: Iterable[str],
        ears: Ears,
        loose: Loose,
    ) -> None:
        """Read with the ``codes`` of folded words without article.

        Args:
            codes: Open stems end in ``*``.
            stems: The open stems.
            ears: What the sounds of the words are for.
            loose: The words looked for with typing errors or endings.
        """
        self._codes = codes
        self._stems = frozenset(stems)
        self._heads = frozenset(stem[:2] for stem in self._stems)
        self._ears = ears
        self._loose = loose
        # A text without capitals is read otherwise: there every word may be a name.
        self._memories = (_Memory({}, {}), _Memory({}, {}))
        self._missed: dict[str, list[str]] = {}
        self._stale = False

    def forget_word(self, word: str) -> None:
        """Somebody looks for ``word`` now: chunks that held it without a code are read anew."""
        for chunk in self._missed.pop(word, ()):
            for memory in self._memories:
                memory.rows.pop(chunk, None)

    def listen(self) -> None:
        """Somebody listens for new sounds: chunks that sound so are read anew."""
        self._stale = True

    def forget_all(self) -> None:
        """Read everything anew."""
        for memory in self._memories:
            memory.rows.clear()
            memory.chunks.clear()
        self._missed.clear()

    def read(self, text: str) -> Words:
        """The words of ``text`` as codes."""
        if self._stale:
            self._forget_sounds()
        is_lower = text.islower()
        memory = self._memories[is_lower]
        chunks = text.split()
        rows = [*map(memory.rows.get, chunks)]
        if not all(rows):
            self._learn(dict.fromkeys(chunks), memory, is_lower)
            rows = [*map(memory.rows.get, chunks)]
        if _WORDLESS in rows:
            rows = ["" if row == _WORDLESS else row for row in rows]
        return Words("".join(rows), Tokens(text, chunks, rows, memory.chunks))  # type: ignore[arg-type]  # all are known by now

    def _forget_sounds(self) -> None:
        new = self._ears.new_sounds()
        for memory in self._memories:
            for chunk, rows in [*memory.rows.items()]:
                if any(
                    codes and not codes.isdisjoint(each(rows[ear * WIDTH :], ROWS))
                    for ear, codes in zip(EARS, new, strict=True)
                ):
                    del memory.rows[chunk]
        self._stale = False

    def _learn(self, wanted: Iterable[str], memory: _Memory, is_lower: bool) -> None:
        if len(memory.rows) > _REMEMBERED:
            self.forget_all()
        chunks = [chunk for chunk in wanted if chunk not in memory.rows]
        all_tokens = tokenize_all(chunks)
        flat = [token for tokens in all_tokens for token in tokens]
        spoken = [
            chunk[token.start : token.end]
            for chunk, tokens in zip(chunks, all_tokens, strict=True)
            for token in tokens
        ]
        sounds = self._ears.sounds(flat, spoken, keys(spoken), is_lower)
        names = sorted(self._ears.names(flat, spoken, sounds))
        start = 0
        for chunk, tokens in zip(chunks, all_tokens, strict=True):
            end = start + len(tokens)
            heard = [codes[start:end] for codes in sounds]
            own = [Heard(at - start, number) for at, number in names if start <= at < end]
            self._keep(memory, chunk, tokens, heard, tuple(own))
            start = end

    def _keep(
        self,
        memory: _Memory,
        chunk: str,
        tokens: tuple[Token, ...],
        sounds: Sequence[Sequence[str]],
        names: tuple[Heard, ...],
    ) -> None:
        rows: list[str] = []
        others: list[Other] = []
        for at in range(len(tokens)):
            code, mark, readings = self._word(chunk, tokens, at)
            rows += (code, sounds[0][at], sounds[1][at], sounds[2][at], mark, "\0")
            others += readings
        extras = NOTHING
        loose = tuple(self._loosely(tokens)) if self._loose else ()
        if others or names or loose:
            extras = Extras(tuple(others), names, loose)
            rows[-1] = SPECIAL
        memory.rows[chunk] = "".join(rows) or _WORDLESS
        memory.chunks[chunk] = Chunk(tokens, extras)

    def _word(
        self, chunk: str, tokens: tuple[Token, ...], at: int
    ) -> tuple[str, str, Sequence[Other]]:
        """The code of a word, its mark, and how else it may be read."""
        token = tokens[at]
        text = token.text
        code = self._code(chunk, word_of(token))
        if not token.glued and text[0] not in PROCLITICS and text[:2] not in self._heads:
            return code or NO_WORD, "\0", ()
        readings = self._readings(chunk, text, at, 1)
        if token.glued:
            for word, end in joined(tokens, at):
                readings += self._joined(chunk, word, at, end - at)
        elif not code and len(readings) == 1:
            only = readings.pop()
            return only.code, SHED if only.first else "\0", ()
        return code or NO_WORD, "\0", readings

    # ── letters ──────────────────────────────────────────────────────────────────────────

    def _code(self, chunk: str, word: str) -> str:
        """The code of ``word``; where nobody looks for it, empty, and that is remembered."""
        code = self._codes.get(word, "")
        if not code:
            self._missed.setdefault(word, []).append(chunk)
        return code

    def _joined(self, chunk: str, word: str, at: int, width: int) -> list[Other]:
        code = self._code(chunk, bare(word))
        whole = [Other(at, width, code, first=False)] if code else []
        return whole + self._readings(chunk, word, at, width)

    def _readings(self, chunk: str, word: str, at: int, width: int) -> list[Other]:
        """What else a word may be: itself without clitics, the open stems it begins with."""
        plain = bare(word)
        forms = [form for form in clitic_forms(word) if form != plain]
        codes = [code for form in forms if (code := self._code(chunk, form))]
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

    def _loosely(self, tokens: Sequence[Token]) -> Iterator[Loosely]:
        for at, token in enumerate(tokens):
            if not token.function:
                for hit in self._loose.hits(token.text):
                    yield Loosely(at, hit.number, hit.how, hit.clitic)


def each(codes: str, step: int = 1) -> Iterator[str]:
    """Every ``step``-th single code of a row of them."""
    width = WIDTH * step
    return map("".join, zip(codes[::width], codes[1::width], strict=True))
