"""Bytes as lines of text, in whatever charset the seeds folder reads too.

UTF-8 is given out line by line, as it comes: whoever feeds us waits for the answers. All else must
be seen whole to tell what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from bot.sources.decode import because, decode

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def text_lines(stream: BinaryIO, note: Callable[[str], None]) -> Iterator[str]:
    """The lines of ``stream`` without their ends; the charset is noted where it was guessed."""
    is_told = False  # by letters beyond ASCII, that it is UTF-8
    for number, line in enumerate(stream):
        if number == 0 and (line.startswith(_WIDE_MARKS) or b"\0" in line):
            yield from _whole(line + stream.read(), note)
            return
        body = line.removeprefix(_UTF8_MARK) if number == 0 else line
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            if not is_told:  # what came before is the same in every charset
                yield from _whole(line + stream.read(), note)
                return
            text = body.decode("utf-8", "replace")
        is_told = is_told or not body.isascii()
        yield text.rstrip("\r\n")


def first_letter(beginning: bytes) -> str:
    """What a text begins with, white space aside; ``""`` when there is nothing else."""
    return decode(beginning).text.lstrip("\ufeff \t\r\n")[:1]


def _whole(body: bytes, note: Callable[[str], None]) -> Iterator[str]:
    decoded = decode(body)
    if decoded.charset != "utf-8":
        note(f"the input is read as {decoded.charset}: {because(body)}")
    for told in decoded.notes:
        note(told)
    # Not splitlines: JSON strings may hold U+2028 and its kin.
    yield from (line.rstrip("\r") for line in decoded.text.split("\n"))
