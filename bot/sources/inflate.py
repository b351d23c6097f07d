"""Compressed bodies unpacked piece by piece, never beyond a limit."""

from __future__ import annotations

import zlib

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 65_536
# Beside the standard's own what some servers write there of a body that is not packed.
_PLAIN = frozenset({"", "identity", "none", "utf-8", "utf8", "8bit", "binary"})


class TooLarge(Exception):
    """The unpacked body outgrew its limit."""


class CutShort(Exception):
    """The packed body ended in the middle, or was not what it claimed."""


class UnknownEncoding(Exception):
    """A content encoding that was never offered."""


class Inflater:
    """Takes the pieces of one body as they arrive and keeps the unpacked whole.

    A body that says gzip but is plain is taken as it is: servers behind careless caches do this.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        """``encoding`` is the Content-Encoding header.

        Raises:
            UnknownEncoding: It is neither empty, identity, gzip nor deflate.
        """
        name = encoding.strip().lower()
        if name not in {*_PLAIN, "gzip", "x-gzip", "deflate"}:
            raise UnknownEncoding(name)
        self._name = "" if name in _PLAIN else name.removeprefix("x-")
        self._limit = max_bytes
        self._unpacker: zlib._Decompress | None = None
        self._body = bytearray()
        self._head = b""
        self._wire = 0

    def feed(self, piece: bytes) -> None:
        """Add one piece.

        Raises:
            TooLarge: The body is larger than the limit.
            CutShort: It cannot be unpacked.
        """
        self._wire += len(piece)  # padding behind the end unpacks to nothing and may be endless
        if self._wire > self._limit:
            raise TooLarge
        if not self._name:
            self._keep(piece)
        elif self._unpacker is None:
            self._begin(piece)
        else:
            self._unpack(piece)

    def finish(self) -> bytes:
        """The whole body.

        Raises:
            CutShort: The packed body ended too early.
        """
        if self._head:
            self._name = ""
            self._keep(self._head)
        if self._unpacker is not None and not self._unpacker.eof:
            raise CutShort
        return bytes(self._body)

    def _begin(self, piece: bytes) -> None:
        # Two bytes tell the formats apart; a first piece may hold only one.
        head = self._head + piece
        if len(head) < 2:
            self._head = head
            return
        self._head = b""
        wbits = self._window(head)
        if wbits is None:
            self._name = ""
            self._keep(head)
            return
        self._unpacker = zlib.decompressobj(wbits)
        self._unpack(head)

    def _window(self, head: bytes) -> int | None:
        if self._name == "gzip":
            return 16 + zlib.MAX_WBITS if head.startswith(_GZIP_MAGIC) else None
        # "deflate" means zlib by the standard and a bare stream by some servers.
        is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS

    def _unpack(self, piece: bytes) -> None:
        while piece:
            unpacker = self._unpacker
            if unpacker is None or (unpacker.eof and not piece.startswith(_GZIP_MAGIC)):
                return  # padding behind the end
            if unpacker.eof:
                unpacker = self._unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                self._keep(unpacker.decompress(piece, _PIECE))
            except zlib.error as error:
                raise CutShort from error
            piece = unpacker.unconsumed_tail or unpacker.unused_data

    def _keep(self, piece: bytes) -> None:
        if len(self._body) + len(piece) > self._limit:
            raise TooLarge
        self._body += piece
