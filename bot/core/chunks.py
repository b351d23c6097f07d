"""What stands between white space, understood once and remembered.

News repeats its words. A text therefore costs one look-up a word; only what was never seen before
is folded and taken apart, and that in one go for the whole text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from bot.core.codes import NO_WORD, Codes
from bot.core.loose import Loose
from bot.core.memory import Memory
from bot.core.model import Token
from bot.core.morphology import PROCLITICS, bare, clitic_forms
from bot.core.skeleton import keys
from bot.core.text import function_word, joined, tokenize_all, word_of
from bot.core.words import (
    LONGEST_CHUNK,
    NOTHING,
    PLAIN,
    SHED,
    SPECIAL,
    Chunk,
    Extras,
    Heard,
    Loosely,
    Other,
    Sound,
    Tokens,
    Words,
    spelt,
)

_WORDLESS = "\uf8ff"  # the rows of a dash: nothing, but something to remember; no code holds it


class Ears(Protocol):
    """What listens to the words of a text (``core.hearing``)."""

    def news(self) -> tuple[set[str], set[str]]:
        """The sound keys that are new since the last call, and the codes with new names."""

    def sounds(
        self, tokens: Sequence[Token], words: Sequence[str], keys: Sequence[str], is_lower: bool
    ) -> Sequence[Sound]:
        """What each word sounds like."""


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
        self._longest_stem = max(map(len, self._stems), default=0)
        self._ears = ears
        self._loose = loose
        # A text without capitals is read otherwise: there every word may be a name.
        self._memories = (Memory(), Memory())
        self._stale = False

    def forget_word(self, word: str) -> None:
        """Somebody looks for ``word`` now: chunks that held it without a code are read anew."""
        for memory in self._memories:
            memory.forget(word)

    def listen(self) -> None:
        """Somebody listens for new sounds: chunks that sound so are read anew."""
        self._stale = True

    def forget_all(self) -> None:
        """Read everything anew."""
        for memory in self._memories:
            memory.forget_all()

    def read(self, text: str) -> Words:
        """The words of ``text`` as codes."""
        if self._stale:
            self._forget_sounds()
        is_lower = text.islower()
        memory = self._memories[is_lower]
        chunks = text.split()
        if len(text) > LONGEST_CHUNK:
            chunks = [*_cut(chunks)]
        try:
            rows = [*map(memory.rows.__getitem__, chunks)]
        except KeyError:
            self._learn(memory.recall(dict.fromkeys(chunks)), memory, is_lower)
            rows = [*map(memory.rows.__getitem__, chunks)]
        whole = "".join(rows)
        if _WORDLESS in whole:
            rows = ["" if row == _WORDLESS else row for row in rows]
            whole = "".join(rows)
        return Words(whole, Tokens(text, chunks, rows, memory.known))

    def _forget_sounds(self) -> None:
        keys_, codes = self._ears.news()
        for memory in self._memories:
            for key in keys_:
                memory.forget(f"={key}")
            if codes:
                memory.forget_sounding(codes)
        self._stale = False

    def _learn(self, chunks: Sequence[str], memory: Memory, is_lower: bool) -> None:
        if not chunks:
            return
        all_tokens = tokenize_all(chunks)
        flat = [token for tokens in all_tokens for token in tokens]
        spoken = [
            chunk[token.start : token.end]
            for chunk, tokens in zip(chunks, all_tokens, strict=True)
            for token in tokens
        ]
        heard = keys(spoken)
        sounds = self._ears.sounds(flat, spoken, heard, is_lower)
        start = 0
        for chunk, tokens in zip(chunks, all_tokens, strict=True):
            end = start + len(tokens)
            missed = [
                f"={key or sound_of(token)}"
                for key, token in zip(heard[start:end], tokens, strict=True)
            ]
            self._keep(memory, chunk, tokens, sounds[start:end], missed)
            start = end

    def _keep(
        self,
        memory: Memory,
        chunk: str,
        tokens: tuple[Token, ...],
        sounds: Sequence[Sound],
        missed: list[str],
    ) -> None:
        rows: list[str] = []
        others: list[Other] = []
        for at, (token, sound) in enumerate(zip(tokens, sounds, strict=True)):
            code, mark, readings = self._word(tokens, at, missed)
            bounds = chr(token.start) + chr(token.end)
            rows += (code, *sound.codes, spelt(sound.sign), bounds, mark, PLAIN)
            others += readings
        extras = NOTHING
        names = tuple(Heard(at, name) for at, sound in enumerate(sounds) for name in sound.names)
        loose = tuple(self._loosely(tokens)) if self._loose else ()
        if others or names or loose:
            extras = Extras(tuple(others), names, loose)
            rows[-1] = SPECIAL
        memory.keep(chunk, "".join(rows) or _WORDLESS, Chunk(tokens, extras, tuple(missed)))

    def _word(
        self, tokens: tuple[Token, ...], at: int, missed: list[str]
    ) -> tuple[str, str, Sequence[Other]]:
        """The code of a word, its mark, and how else it may be read."""
        token = tokens[at]
        text = token.text
        code = self._code(word_of(token), missed)
        if not token.glued and text[0] not in PROCLITICS and text[:2] not in self._heads:
            return code or NO_WORD, PLAIN, ()
        readings = self._readings(text, at, 1, missed, token.function)
        if token.glued:
            for word, end in joined(tokens, at):
                readings += self._joined(word, at, end - at, missed)
        elif not code and len(readings) == 1:
            only = readings.pop()
            return only.code, SHED if only.first else PLAIN, ()
        return code or NO_WORD, PLAIN, readings

    def _code(self, word: str, missed: list[str]) -> str:
        """The code of ``word``; where nobody looks for it, empty, and it is among ``missed``."""
        code = self._codes.get(word, "")
        if not code:
            missed.append(word)
        return code

    def _joined(self, word: str, at: int, width: int, missed: list[str]) -> list[Other]:
        code = self._code(bare(word), missed)
        whole = [Other(at, width, code, first=False)] if code else []
        return whole + self._readings(word, at, width, missed)

    def _readings(
        self, word: str, at: int, width: int, missed: list[str], function: bool = False
    ) -> list[Other]:
        """What else a word may be: itself without clitics, the open stems it begins with."""
        plain = bare(word)
        forms = [form for form in clitic_forms(word) if form != plain]
        if function:  # وعلى is على with a clitic, and no name
            forms = [function_word(form) for form in forms]
        codes = [code for form in forms if (code := self._code(form, missed))]
        found = [Other(at, width, code, first=True) for code in dict.fromkeys(codes)]
        if word[:2] in self._heads:
            found += self._stemmed(word, at, width)
        return found

    def _stemmed(self, word: str, at: int, width: int) -> Iterator[Other]:
        for length in range(2, min(len(word), self._longest_stem) + 1):
            stem = f"{word[:length]}*"
            if stem in self._stems:
                yield Other(at, width, self._codes.encoded([stem]), first=False)

    def _loosely(self, tokens: Sequence[Token]) -> Iterator[Loosely]:
        for at, token in enumerate(tokens):
            if not token.function:
                for hit in self._loose.hits(token.text):
                    yield Loosely(at, hit.number, hit.how, hit.clitic)


def _cut(chunks: Iterable[str]) -> Iterator[str]:
    """``chunks`` where the few that are no words but blobs are cut into pieces."""
    for chunk in chunks:
        yield from (chunk[at : at + LONGEST_CHUNK] for at in range(0, len(chunk), LONGEST_CHUNK))


def sound_of(token: Token) -> str:
    """The sound key of a word without a sound: a figure is heard as itself."""
    return f"={token.text}"
