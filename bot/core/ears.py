"""One ear: names of one kind of letters, by the keys of their sounds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, product

from bot.core.chunks import each
from bot.core.codes import Codes
from bot.core.packed import Kept, Many
from bot.core.phrases import Phrases

_MOST_KEYS = 8  # of one phrase


class Ear:
    """Listens for names of one kind of letters, by sound."""

    def __init__(self) -> None:
        self.codes = Codes()
        self.phrases = Phrases()
        self.places: dict[str, int] = {}  # code of a name of one word → where its phrases stand
        self.singles = Many()
        self.new_keys: set[str] = set()
        self.new_names: set[str] = set()

    def kept(self) -> Kept:
        """What :meth:`of_kept` makes the same of; only of what is settled."""
        places = "".join(self.places)
        return self.codes.kept(), self.phrases.kept(), places, self.singles.kept()

    @classmethod
    def of_kept(cls, kept: Kept) -> Ear:
        """What was kept."""
        codes, phrases, places, singles = kept
        ear = cls()
        ear.codes, ear.phrases = Codes.of_kept(codes), Phrases.of_kept(phrases)
        ear.places = {code: place for place, code in enumerate(each(places))}
        ear.singles = Many.of_kept(singles)
        return ear

    def add(self, keys: Sequence[tuple[str, ...]], value: int) -> None:
        """Listen for words with one of ``keys`` each, as ``value``."""
        for chosen in islice(product(*keys), _MOST_KEYS):
            codes = [self._learn(key) for key in chosen]
            if len(codes) > 1:
                self.phrases.add("".join(codes), value)
            else:
                self.singles.add(self.places.setdefault(codes[0], len(self.places)), value)
                self.new_names.add(codes[0])

    def _learn(self, key: str) -> str:
        code, is_new = self.codes.learn(key)
        if is_new:
            self.new_keys.add(key)
        return code
