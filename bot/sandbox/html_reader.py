"""Reading HTML byte by byte: the small steps ``markup`` is made of."""

from __future__ import annotations

SPACE = frozenset(b" \t\r\n\0\v")
NAME_ENDS = SPACE | frozenset(b"=>/\"'")
_TOKEN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
_DIGITS = {10: frozenset(b"0123456789"), 16: frozenset(b"0123456789abcdefABCDEF")}
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAMED = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}


class HtmlReader:
    """A position in UTF-8 bytes that ends with a NUL, so that one look ahead is always safe."""

    def __init__(self, text: str) -> None:
        self._bytes = text.encode() + b"\0"
        self.at = 0

    @property
    def byte(self) -> int:
        """The byte here, 0 at the end."""
        return self._bytes[self.at]

    @property
    def is_over(self) -> bool:
        """Whether everything is read."""
        return self.at >= len(self._bytes) - 1

    def skip(self, which: frozenset[int]) -> bytes:
        """Step over bytes of ``which`` and return them."""
        start = self.at
        while self.byte in which:
            self.at += 1
        return self._bytes[start : self.at]

    def skip_space(self) -> None:
        """Step over white space, never over the end."""
        self.skip(SPACE - {0})

    def skip_until(self, which: frozenset[int]) -> bytes:
        """Step to the next byte of ``which`` (a set that holds 0) and return what was passed."""
        start = self.at
        while self.byte not in which:
            self.at += 1
        return self._bytes[start : self.at]

    def token(self) -> str:
        """A bare attribute value, in lower case."""
        return self.skip(_TOKEN).decode().lower()

    def quoted(self) -> str:
        """A quoted attribute value, references decoded; stops at the end if it is never closed."""
        mark = self.byte
        self.at += 1
        value = bytearray()
        while not self.is_over and self.byte != mark:
            letter = self.reference() if self.byte == ord("&") else None
            if letter is not None:
                value += letter.encode(errors="replace")
                continue
            value.append(self.byte)
            self.at += 1
        self.at += self.byte == mark
        return value.decode(errors="replace")

    def reference(self) -> str | None:
        """The character of the reference at this ``&``, stepping over it; ``None``: plain text."""
        start = self.at
        letter = self._number(start) if self._bytes[start + 1] == ord("#") else self._named(start)
        if letter is None:
            self.at = start
            return None
        self.at += self.byte == ord(";")
        return letter

    def _number(self, start: int) -> str | None:
        base = 16 if self._bytes[start + 2] == ord("x") else 10
        self.at = start + (3 if base == 16 else 2)
        digits = self.skip(_DIGITS[base])
        if not digits or self.at - start >= 10:
            return None
        code = int(digits, base)
        return chr(code) if 0 < code < 0x10FFFF else None

    def _named(self, start: int) -> str | None:
        self.at = start + 1
        return _NAMED.get(self.skip(_LETTERS))
