"""Lists of words by language, one word a line, ``#`` before a remark.

``common/*.txt`` are the commonest: what a typing error or a likeness of sound must never lead to,
so no name is among them. ``near-names/*.txt`` are others that no name is suggested for.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from pathlib import Path

from bot.core.text import name_key
from bot.errors import ConfigError


@lru_cache(maxsize=8)
def load_common(folder: Path) -> frozenset[str]:
    """The words of all ``folder/*.txt``, folded and without article (``core.text.name_key``).

    Raises:
        ConfigError: There is no list, a line holds two words or none, or a word stands twice in
            one file; file and line are named.
    """
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise ConfigError(f"{folder}: no *.txt file there", key=folder.name)
    return frozenset(chain.from_iterable(map(_words, paths)))


def _words(path: Path) -> tuple[str, ...]:
    lines = _lines(path)
    # All lines at once: folding word by word would take several times as long.
    words = name_key("\n".join(text for _, text in lines))
    if len(words) != len(lines) or len(set(words)) != len(words):
        _blame(path, lines)
    return words


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines of ``path`` that are no remark, with their numbers from 1."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}", key=path.stem) from error
    numbered = enumerate(text.splitlines(), 1)
    return [(number, line) for number, line in numbered if not line.startswith("#")]


def _blame(path: Path, lines: list[tuple[int, str]]) -> None:
    """Raise for the first line that holds not one word, or a word that stood before."""
    first: dict[str, int] = {}
    for number, text in lines:
        words = name_key(text)
        if len(words) != 1:
            raise _wrong(path, number, f"{text!r} holds {len(words)} words, not one")
        if words[0] in first:
            raise _wrong(path, number, f"{text!r} stands already in line {first[words[0]]}")
        first[words[0]] = number


def _wrong(path: Path, line: int, problem: str) -> ConfigError:
    return ConfigError(f"{path}:{line}: {problem}", key=path.stem)
