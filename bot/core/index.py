"""The phrases of all watches by number: what each is looked for as, and where it stands.

A phrase has one number, however many watches hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from bot.core.chunks import Chunks
from bot.core.codes import Codes
from bot.core.hearing import Hearing
from bot.core.loose import Loose
from bot.core.model import Hit, How, Knowledge, Scan
from bot.core.packed import Kept, Texts
from bot.core.phrases import Phrases
from bot.core.query import Phrase
from bot.core.rows import Row, Rows
from bot.core.spellings import Key, Way, fused, spellings_of
from bot.core.text import key_of
from bot.core.windows import Windows
from bot.core.words import Words

_WAYS = len(Way)
HOW = tuple(way.how for way in Way)


class Listener(Protocol):
    """Who learns to hear the names among the phrases: our own ears, or somebody's beside us."""

    def prepare(self, texts: Iterable[str]) -> None:
        """Understand the words of many texts at once, before they come one by one."""

    def add(self, number: int, text: str) -> bool:
        """Let phrase ``number`` be heard, if it is a name; whether it is heard here from now on."""


class Index:
    """Watched phrases, over the codes and the automaton they share with what is known to all."""

    def __init__(
        self,
        knowledge: Knowledge,
        phrases: Phrases,
        codes: Codes,
        first: int,
        kept: Kept = (),
        *,
        listener: Listener | None = None,
    ) -> None:
        """``first`` is the first number in ``phrases`` that is free for watches.

        ``listener``: who learns to hear names, if not our own ears.
        """
        written, hearing, loose, windows, exact, numbers = kept or ((), (), (), (), {}, {})
        self.written = Texts.of_kept(written) if written else Texts()
        self.spellings = spellings_of(knowledge)
        self.hearing = Hearing(self.written, knowledge.common, hearing)
        self.loose = Loose(knowledge.common, loose)
        self._listener = listener or self.hearing
        self._phrases = phrases
        self._codes = codes
        self._first = first
        self._windows = Windows(self.loose, windows)
        self._rows = Rows(self.spellings, codes)
        self._exact: dict[int, Key] = dict(exact)
        self._numbers: dict[str, int] = dict(numbers)  # of exact and loose phrases

    def kept(self, ears: Kept = ()) -> Kept:
        """What makes the same again; only of what is settled. ``ears`` are the listener's."""
        written, loose, windows = self.written.kept(), self.loose.kept(), self._windows.kept()
        heard = ears or self.hearing.kept()
        return written, heard, loose, windows, self._exact, self._numbers

    # ── adding ───────────────────────────────────────────────────────────────────────────

    def prepare(self, queries: Sequence[str], chunks: Chunks) -> None:
        """Understand the words of many ``queries`` at once, before they come one by one."""
        for word in self._rows.prepare(queries):
            chunks.forget_word(word)
        self._listener.prepare(queries)

    def row(self, query: str, chunks: Chunks) -> tuple[int, Key] | None:
        """The number and the words of a ``query`` that is a row of plain words, all prepared.

        ``None`` for any other. It is what :meth:`number` gives for the phrase.
        """
        row = self._rows.row(query)
        if row is None:
            return None
        number = self._written_before(query, row.code)
        return self._new_row(query, row, chunks) if number is None else number, row.key

    def _new_row(self, text: str, row: Row, chunks: Chunks) -> int:
        number = self.written.add(text)
        self._phrases.add(row.code, self._first + number * _WAYS + Way.OWN)
        if row.may_fuse and (whole := fused(text)) is not None:
            self._look_for(whole, number, Way.OWN, chunks)
        self._hear(number, text, chunks)
        return number

    def number(self, phrase: Phrase, chunks: Chunks) -> int:
        """The number of ``phrase``, which is looked for from now on."""
        if phrase.exact or phrase.is_loose:
            return self._special(phrase, chunks)
        key = key_of(phrase.written)
        known = self._written_before(phrase.written, self._codes.encoded(key))
        return self._plain(phrase.written, key, chunks) if known is None else known

    def _written_before(self, text: str, code: str) -> int | None:
        """The number of a phrase of these very letters, whose words have this ``code``."""
        for number in self._phrases.numbers(code):
            at, way = divmod(number - self._first, _WAYS)
            # The sound of a name is in its letters as written: Şırnak is not Sirnak.
            if way == Way.OWN and self._is_written(at, text):
                return at
        return None

    def _is_written(self, number: int, text: str) -> bool:
        return number >= 0 and number not in self._exact and self.written[number] == text

    def _special(self, phrase: Phrase, chunks: Chunks) -> int:
        known = self._numbers.get(str(phrase))
        if known is not None:
            return known
        number = self._numbers[str(phrase)] = self.written.add(phrase.written)
        if phrase.exact:
            self._exact[number] = tuple(word.text for word in phrase.words)
            self._look_for(key_of(phrase.written), number, Way.OWN, chunks)
        else:
            # Loosely means more than usual, not less: the other forms are looked for too.
            key = tuple(word.bare for word in phrase.words)
            for spelling, way in self.spellings.of(key).items():
                self._look_for(spelling, number, way, chunks)
            self._windows.add(number, phrase.words, phrase.written)
            chunks.forget_all()
        return number

    def _plain(self, text: str, key: Key, chunks: Chunks) -> int:
        number = self.written.add(text)
        self._look_for(key, number, Way.OWN, chunks)
        for spelling, way in self._others(text, key):
            self._look_for(spelling, number, way, chunks)
        self._hear(number, text, chunks)
        return number

    def _hear(self, number: int, text: str, chunks: Chunks) -> None:
        if self._listener.add(number, text):
            chunks.listen()

    def _others(self, text: str, key: Key) -> Iterator[tuple[Key, Way]]:
        yield from self.spellings.of(key, text).items()
        whole = fused(text)
        if whole is not None:
            yield whole, Way.OWN
        plain = tuple(word.rstrip("/") for word in key)
        if plain != key:  # الهجوم علي قاعدة: Egyptian papers write ي for ى
            yield plain, Way.OWN

    def _look_for(self, key: Key, number: int, way: Way, chunks: Chunks) -> None:
        learn(self._codes, key, chunks)
        code = self._codes.encoded(key)
        self._phrases.add(code, self._first + number * _WAYS + way)

    def settle(self) -> None:
        """Pack what there is."""
        self.written.settle()
        self.hearing.settle()
        self.loose.settle()
        self._rows.clear()

    # ── finding ──────────────────────────────────────────────────────────────────────────

    @property
    def has_exact(self) -> bool:
        """Whether any phrase stands in quotes."""
        return bool(self._exact)

    def keep_exact(self, found: dict[int, list[Hit]], scan: Scan) -> None:
        """Of phrases in quotes keep in ``found`` those that stand there letter for letter."""
        for number in [number for number in found if number in self._exact]:
            letters = self._exact[number]
            kept = [hit for hit in found.pop(number) if _letters(hit, scan) == letters]
            if kept:
                found[number] = kept

    def heard(self, words: Words) -> Iterator[tuple[int, Hit]]:
        """The phrases found by sound or loosely."""
        yield from self._windows.find(words)
        for start, end, number in self.hearing.find(words):
            yield number, Hit(start, end, How.SOUND)


def _letters(hit: Hit, scan: Scan) -> Key:
    return tuple(token.text for token in scan.tokens[hit.start : hit.end])


def learn(codes: Codes, key: Sequence[str], chunks: Chunks) -> None:
    """Give each word of ``key`` a code; texts that were read without it are read anew."""
    for word in key:
        if codes.learn(word)[1]:
            chunks.forget_word(word)
