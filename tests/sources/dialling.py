"""What a form of address makes the fetcher dial: rows of a list, judged one after the other.

Run as a program it judges a whole list with nothing replaced but the name server, and tells as
JSON what each row dialled; Python's own audit events record it, which no code can go round::

    unshare -rn python -m tests.sources.dialling LIST
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import re
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.core.model import Source, SourceKind
from bot.errors import SourceError
from bot.sources.fetch import Fetcher, FetchLimits

PUBLIC = "93.184.215.14"  # where redirects begin; names answer it unless a row says otherwise
PRIVATE = "10.0.0.9"
# Nothing but our own server on loopback ever answers, so short limits hurt no honest row.
LIMITS = FetchLimits(total_s=2, idle_s=1, max_bytes=10_000)

_ESCAPE = re.compile(r"\\(?:([trn])|x([0-9a-f]{2})|u([0-9a-f]{4}))")
_CONTROLS = {"t": "\t", "r": "\r", "n": "\n"}
_REDIRECT = re.compile(r"(\d{3})(?:x(\d))?:(.*)", re.DOTALL)
_ADDRESS = re.compile(r"(?<![\w.:])(?:[0-9a-f]*:[0-9a-f:.]+(?:%\w+)?|\d+\.\d+\.\d+\.\d+)")
_LOOP_UP, _SET_ADDRESS, _SET_FLAGS = 0x49, 0x8916, 0x8914
_ANSWERED_PRIVATELY = {"dns-to-private", "answers-private"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: ``BLOCK``, ``REJECT`` or ``ALLOW``, its class, and the form."""

    verdict: str
    kind: str
    form: str

    @property
    def is_script(self) -> bool:
        """Whether the form says what a server or name server answers, and is no address itself."""
        return self.kind in ("redirect", "rebinding")

    @property
    def answers_privately(self) -> bool:
        """Whether this is about a harmless name with a harmful answer."""
        return self.kind in _ANSWERED_PRIVATELY


@dataclass(frozen=True, slots=True)
class Dialled:
    """What became of one row: every address that was dialled, and how the visits ended."""

    addresses: tuple[str, ...]
    ends: tuple[str, ...]


def read(path: Path) -> list[Row]:
    """The rows of a list."""
    lines = path.read_text("utf-8").splitlines()
    parts = (line.split("\t", 2) for line in lines if line and not line.startswith("#"))
    return [Row(verdict, kind, _ESCAPE.sub(_plain, form)) for verdict, kind, form in parts]


def _plain(found: re.Match[str]) -> str:
    return _CONTROLS[found[1]] if found[1] else chr(int(found[2] or found[3], 16))


class Names(AbstractResolver):
    """Answers as a system's resolver would: numbers by themselves, names as a row says.

    ``answers`` are the addresses of one question after the other; the last stays.
    """

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._number(host) or self._next()
        ]

    def _number(self, host: str) -> list[str]:
        try:
            return [socket.inet_ntoa(socket.inet_aton(host))]
        except (OSError, UnicodeEncodeError):
            return []

    def _next(self) -> Sequence[str]:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    async def close(self) -> None: ...


async def dial(row: Row, log: list[str], begins_at: str, answer: str = PUBLIC) -> Dialled:
    """Visit what ``row`` describes, twice where a second answer matters.

    Args:
        row: Of a list.
        log: Where somebody records the addresses that are dialled.
        begins_at: Address without a path of a server that redirects, see ``redirecting``.
        answer: What names resolve to, unless the row is about that.
    """
    log.clear()
    fetcher = Fetcher(LIMITS, resolver=Names(*_answers(row, answer)))
    ends = []
    for _ in range(2 if row.kind == "rebinding" and "then" in row.form else 1):
        source = Source("row", SourceKind.FEED, "Row", _address(row, begins_at))
        try:
            await fetcher.get(source)
            ends.append("read")
        except SourceError as error:
            ends.append(type(error).__name__)
    await fetcher.close()
    return Dialled(tuple(log), tuple(ends))


def _answers(row: Row, answer: str) -> list[Sequence[str]]:
    if row.kind == "rebinding":
        found = [_ADDRESS.findall(part) for part in row.form.split("then")]
        return [part or ["127.0.0.1"] for part in found]  # CNAME localhost
    if row.kind == "redirect" and any(name in row.form for name in ("loop.", "rebind.")):
        return [[PRIVATE]]
    return [[PRIVATE if row.answers_privately else answer]]


def _address(row: Row, begins_at: str) -> str:
    if row.kind == "rebinding":
        # The server answers with a way back to the same name, which is then looked up again.
        path = f"/302/{b'http://turns.wire.news/'.hex()}" if "redirect" in row.form else "/"
        return f"http://turns.wire.news{path}"
    if row.kind != "redirect":
        return row.form
    if found := _REDIRECT.fullmatch(row.form):
        target = (found[3] if found[3] else "/").encode().hex()
        return f"{begins_at}/{found[1]}/" + "again/" * (int(found[2] or 1) - 1) + target
    return f"{begins_at}/page/{row.form.partition(':')[2].encode().hex()}"


async def redirecting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server whose paths say what it answers: ``/STATUS/HEX`` redirects there, ``/page/HEX``
    is a page that wants to be left at once, ``again/`` redirects to the rest of the path first.
    """
    request = await reader.readuntil(b"\r\n\r\n")
    path = request.split(b" ")[1].decode()
    parts = path.strip("/").split("/")
    if parts[0] == "page":
        body = b'<meta http-equiv="refresh" content="0;url=%s">' % bytes.fromhex(parts[1])
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body)
    elif len(parts) >= 2:
        once_less = f"/{parts[0]}/{'/'.join(parts[2:])}".encode()
        to = once_less if parts[1] == "again" else bytes.fromhex(parts[1])
        status = b"HTTP/1.1 %s Moved\r\n" % parts[0].encode()
        writer.write(status + b"Connection: close\r\nLocation: " + to + b"\r\n\r\n")
    else:
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhere")
    writer.close()


# ── as a program in a network of its own ─────────────────────────────────────────────────────


def _raise_network() -> None:
    """Loopback, and on it the one public address at which redirects begin."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        at = struct.pack("16sHH4s8x", b"lo:9", socket.AF_INET, 0, socket.inet_aton(PUBLIC))
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH14x", b"lo", _LOOP_UP))
        fcntl.ioctl(control, _SET_ADDRESS, at)


def _recording() -> list[str]:
    log: list[str] = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            log.append(str(arguments[1][0]))

    sys.addaudithook(note)
    return log


async def _judged(path: Path) -> list[list[str]]:
    log = _recording()
    server = await asyncio.start_server(redirecting, PUBLIC, 80)
    found = [await dial(row, log, f"http://{PUBLIC}") for row in read(path)]
    server.close()
    return [[*one.addresses] for one in found]


if __name__ == "__main__":
    _raise_network()
    json.dump(asyncio.run(_judged(Path(sys.argv[1]))), sys.stdout)
