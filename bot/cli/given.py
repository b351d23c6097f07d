"""What a command is given to read: a file, standard input, or what a shell puts in their place."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from io import BufferedReader, BytesIO
from pathlib import Path

import click

from bot import jsonlines
from bot.bytelines import first_letter, text_lines
from bot.errors import ConfigError

_ENOUGH = 4_096  # bytes in which it shows what kind of text it is
_ROWS = frozenset({".jsonl", ".ndjson"})

FILE = click.argument("file", type=click.Path(allow_dash=True, path_type=Path), default=Path("-"))


class Given:
    """One input, opened: its kind can be asked before it is read, even where it is a pipe."""

    def __init__(self, file: Path, note: Callable[[str], None]) -> None:
        """Open ``file``, or standard input for ``-``.

        Raises:
            ConfigError: It cannot be read.
        """
        self.is_stream = not file.is_file()
        self.name = "input.txt" if self.is_stream else file.name
        self._note = note
        self._stream = _standard(note) if str(file) == "-" else _opened(file)

    def is_json_lines(self) -> bool:
        """Whether it is rows for the contract, and not a document."""
        if self.is_stream:
            beginning = self._stream.peek(_ENOUGH)[:_ENOUGH]
            if not beginning:  # a terminal would be asked for its end twice
                self._stream = BufferedReader(BytesIO())
            return first_letter(beginning) in {"{", ""}
        if Path(self.name).suffix not in _ROWS:
            return False
        is_seeds = jsonlines.is_seeds(text_lines(self._stream, lambda _: None))
        self._stream.seek(0)
        return not is_seeds

    def lines(self) -> Iterator[str]:
        """Its lines as text, whatever its charset."""
        return text_lines(self._stream, self._note)

    def body(self) -> bytes:
        """All its bytes."""
        return self._stream.read()


def _standard(note: Callable[[str], None]) -> BufferedReader:
    if sys.stdin.isatty():
        note("reading what you type, to the end (Ctrl-D); or name a FILE")
    buffer = sys.stdin.buffer
    return buffer if isinstance(buffer, BufferedReader) else BufferedReader(buffer)  # type: ignore[arg-type]


def _opened(file: Path) -> BufferedReader:
    try:
        return file.open("rb")
    except FileNotFoundError as error:
        raise ConfigError(f"{file} is not a file", "FILE") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}", "FILE") from error
