"""A server on loopback that misbehaves in one way per name: ``http://NAME.hostile/``.

Every row of the table says what it answers and what must come of it: the class of error and its
sentence, or that it is read all the same, with which note and how many entries.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp.abc import AbstractResolver, ResolveResult

from bot.bench.bombs import BOMBS, rss
from bot.core.model import Source, SourceKind
from bot.errors import (
    SourceChallenged,
    SourceError,
    SourceGone,
    SourceInvalid,
    SourceRefused,
    SourceUnavailable,
)
from bot.sources.fetch import FetchLimits

LIMITS = FetchLimits(total_s=2.5, idle_s=0.8, max_bytes=5_000_000)
PARSE_S = 2.0
WITHIN_S = LIMITS.total_s + 30.0  # a queue of bombs on a busy machine included

Writer = asyncio.StreamWriter
Answer = Callable[[Writer, bytes], Awaitable[None]]

CALM = rss("<item><title>Calm at the airport</title><guid>1</guid></item>")
_OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
_CHALLENGE = b"<!doctype html><title>Just a moment...</title><body>Checking your browser</body>"


@dataclass(frozen=True, slots=True)
class Case:
    """One way to misbehave and what comes of it.

    Attributes:
        answer: What the server does with a request.
        ends: The error, or ``None`` where the feed is read all the same.
        says: Stands in its sentence, or in a note of what was read.
        entries: How many are read.
        waits_s: What it asked us to wait.
        etag: What we had from before.
    """

    answer: Answer
    ends: type[SourceError] | None
    says: str = ""
    entries: int = 0
    waits_s: float | None = None
    etag: str = ""


# ── ways to answer ───────────────────────────────────────────────────────────────────────────


def _said(*parts: bytes) -> Answer:
    async def answer(writer: Writer, _: bytes) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return answer


def _feed(body: bytes, *headers: str) -> Answer:
    head = _OK + b"".join(f"{line}\r\n".encode() for line in headers)
    return _said(head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _status(line: str, *headers: str) -> Answer:
    lines = [f"HTTP/1.1 {line}", "Connection: close", "Content-Length: 0", *headers]
    return _said("\r\n".join([*lines, "", ""]).encode())


def _moved(location: str) -> Answer:
    return _status("302 Found", f"Location: {location}")


def _dripping(head: bytes, drop: bytes) -> Answer:
    """Never silent for long, never done."""

    async def answer(writer: Writer, _: bytes) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.05)

    return answer


def _endless(head: bytes, piece: bytes) -> Answer:
    async def answer(writer: Writer, _: bytes) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()

    return answer


def _then_silent(head: bytes) -> Answer:
    async def answer(writer: Writer, _: bytes) -> None:
        writer.write(head)
        await asyncio.sleep(60)

    return answer


def _unchanged_with_a_body() -> Answer:
    """Behind its 304 stands the document, as some caches have it; asked without validators it is
    an ordinary answer.
    """
    behind = b"HTTP/1.1 304 Not Modified\r\nContent-Length: %d\r\n\r\n" % len(CALM)

    async def answer(writer: Writer, request: bytes) -> None:
        is_conditional = b"If-None-Match" in request
        await (_said(behind + CALM) if is_conditional else _feed(CALM))(writer, request)

    return answer


def _packed(encoding: str, body: bytes) -> Answer:
    return _feed(body, f"Content-Encoding: {encoding}")


def _gzip_bomb() -> bytes:
    """200 MB of nothing in 200 KB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()


_GZIP = b"Content-Encoding: gzip\r\n\r\n"
_CHUNKED = b"Transfer-Encoding: chunked\r\n"
_NO_HTTP = "does not speak proper HTTP"
_ENTITIES = "declares entities of its own"

CASES: dict[str, Case] = {
    # time
    "slow-body": Case(_dripping(_OK + b"\r\n", b"x"), SourceUnavailable, "in 2.5 s"),
    "slow-header": Case(_dripping(_OK + b"X: ", b"y"), SourceUnavailable, "in 2.5 s"),
    "slow-chunks": Case(
        _dripping(_OK + _CHUNKED + b"\r\n", b"1\r\nx\r\n"), SourceUnavailable, "in 2.5 s"
    ),
    "no-answer": Case(_then_silent(b""), SourceUnavailable, "silent for 0.8 s"),
    "half-a-header": Case(_then_silent(_OK), SourceUnavailable, "silent for 0.8 s"),
    "half-a-body": Case(
        _then_silent(_OK + b"Content-Length: 900\r\n\r\n<rss"), SourceUnavailable, "silent for"
    ),
    "hangs-up": Case(_said(b""), SourceUnavailable, "closed the connection without an answer"),
    # size
    "endless-body": Case(_endless(_OK + b"\r\n", b"x" * 65_536), SourceRefused, "limit is 5,000"),
    "endless-chunks": Case(
        _endless(_OK + _CHUNKED + b"\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
        SourceRefused,
        "limit is 5,000,000",
    ),
    "says-50-mb": Case(
        _then_silent(_OK + b"Content-Length: 50000000\r\n\r\n"), SourceRefused, "50,000,000 bytes"
    ),
    "says-999-mb-falsely": Case(
        _said(_OK + b"Content-Length: 999000000\r\n\r\n" + CALM), SourceRefused, "999,000,000 bytes"
    ),
    "gzip-bomb": Case(_packed("gzip", _gzip_bomb()), SourceRefused, "too large"),
    "deflate-bomb": Case(
        _packed("deflate", zlib.compress(bytes(50_000_000))), SourceRefused, "too large"
    ),
    "gzip-and-padding": Case(
        _endless(_OK + _GZIP + gzip.compress(CALM), bytes(65_536)), SourceRefused, "too large"
    ),
    "gzip-cut-short": Case(
        _packed("gzip", gzip.compress(CALM)[:-12]), SourceUnavailable, "ended too early"
    ),
    "nested-gzip": Case(
        _packed("gzip, gzip", gzip.compress(gzip.compress(CALM))),
        SourceInvalid,
        "packed as 'gzip, gzip'",
    ),
    "nested-gzip-unsaid": Case(
        _packed("gzip", gzip.compress(gzip.compress(CALM))), SourceInvalid, "no feed"
    ),
    "unknown-encoding": Case(_packed("br", b"\x8b\x02\x80"), SourceInvalid, "packed as 'br'"),
    # broken HTTP
    "short-length": Case(
        _said(_OK + b"Content-Length: 5000\r\n\r\n" + CALM), SourceUnavailable, "another length"
    ),
    "long-length": Case(
        _said(_OK + b"Content-Length: 5\r\n\r\n" + CALM), SourceUnavailable, _NO_HTTP
    ),
    "negative-length": Case(
        _said(_OK + b"Content-Length: -5\r\n\r\n" + CALM), SourceUnavailable, _NO_HTTP
    ),
    "two-lengths": Case(
        _said(_OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + CALM),
        SourceUnavailable,
        _NO_HTTP,
    ),
    "length-and-chunks": Case(
        _said(_OK + _CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n"), SourceUnavailable, _NO_HTTP
    ),
    "bad-chunk": Case(
        _said(_OK + _CHUNKED + b"\r\nzz\r\nbroken"), SourceUnavailable, "broke off|proper HTTP"
    ),
    "cut-chunk": Case(_said(_OK + _CHUNKED + b"\r\nff\r\nbroken"), SourceUnavailable, "broke off"),
    "header-of-5-mb": Case(
        _said(_OK + b"X: ", *[b"y" * 50_000] * 100, b"\r\n\r\n"), SourceUnavailable, _NO_HTTP
    ),
    "100000-headers": Case(
        _said(_OK, *[b"X: y\r\n" * 1_000] * 100, b"\r\n" + CALM), SourceUnavailable, _NO_HTTP
    ),
    "garbage": Case(_said(bytes(range(256)) * 40), SourceUnavailable, _NO_HTTP),
    "http-0-9": Case(_said(CALM), SourceUnavailable, _NO_HTTP),
    # redirects
    "redirect-loop": Case(_moved("/feed"), SourceInvalid, "redirects more than 5 times"),
    "redirect-to-metadata": Case(
        _moved("http://169.254.169.254/latest/"), SourceRefused, "not a public address"
    ),
    "redirect-to-a-file": Case(_moved("file:///etc/passwd"), SourceRefused, "not visited"),
    "redirect-nowhere": Case(_status("302 Found"), SourceInvalid, "not say where to"),
    # statuses
    "304-with-a-body": Case(_unchanged_with_a_body(), None, "", 1, etag='"had"'),
    "304-unasked": Case(_status("304 Not Modified"), SourceUnavailable, "we never had it"),
    "200-empty": Case(_feed(b""), SourceInvalid, "empty document"),
    "204": Case(_status("204 No Content"), SourceInvalid, "answers 204"),
    "403": Case(_status("403 Forbidden"), SourceInvalid, "forbids"),
    "403-later": Case(
        _status("403 Forbidden", "Retry-After: 60"), SourceUnavailable, "wait 60 s", waits_s=60
    ),
    "410": Case(_status("410 Gone"), SourceGone, "gone for good"),
    "429": Case(
        _status("429 Too Many", "Retry-After: 120"), SourceUnavailable, "wait 120 s", waits_s=120
    ),
    "503": Case(
        _status(
            "503 Later",
            "Date: Wed, 07 Jul 2021 13:30:00 GMT",
            "Retry-After: Wed, 07 Jul 2021 13:40:00 GMT",
        ),
        SourceUnavailable,
        "wait 600 s",
        waits_s=600,
    ),
    "500": Case(_status("500 Broken"), SourceUnavailable, "answers 500"),
    "challenge": Case(
        _status("403 Forbidden", "cf-mitigated: challenge"), SourceChallenged, "asks for a human"
    ),
    "captcha-page": Case(_feed(_CHALLENGE, "Content-Type: text/html"), SourceChallenged, "human"),
    # documents
    "truncated-xml": Case(
        _feed(rss("<item><title>One</title></item><item><title>Tw").split(b"Tw")[0]),
        None,
        "broken",
        1,
    ),
    "charset-lie": Case(
        _feed(
            rss("<item><title>هدوء حذر في محيط المطار</title></item>").decode().encode("cp1256"),
            "Content-Type: text/xml; charset=utf-8",
        ),
        None,
        "labelled utf-8 but is cp1256",
        1,
    ),
    "a-path": Case(_feed(b"/etc/passwd"), SourceInvalid, "no feed"),
    "an-address": Case(_feed(b"http://127.0.0.1:9/feed"), SourceInvalid, "no feed"),
    "billion-laughs": Case(_feed(BOMBS["billion-laughs"]()), SourceInvalid, _ENTITIES),
    "quadratic": Case(_feed(BOMBS["quadratic"]()), SourceInvalid, _ENTITIES),
    "external-file": Case(_feed(BOMBS["external-file"]()), SourceInvalid, _ENTITIES),
    "external-subset": Case(_feed(BOMBS["external-subset"]()), SourceInvalid, _ENTITIES),
    "deep": Case(_feed(BOMBS["deep"]()), SourceInvalid, "more than 256 deep"),
    "crowded": Case(_feed(BOMBS["crowded"]()), SourceInvalid, "more than 200 attributes"),
    "crowded-entry": Case(_feed(BOMBS["crowded-entry"]()), None, "", 1),
    "many": Case(_feed(BOMBS["many"]()), None, "20000 entries; the newest 500", 500),
    "unclosed": Case(_feed(BOMBS["unclosed"]()), SourceInvalid, "deep"),
    "brackets": Case(_feed(BOMBS["brackets"]()), SourceInvalid, "more than 200,000 tags"),
}


# ── the server ───────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Hostile:
    """The running server; ``visits`` counts requests by name, ``calm`` answers as a feed should."""

    port: int = 0
    visits: dict[str, int] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        """The source that misbehaves in this way; any other name is a feed as it should be."""
        case = CASES.get(name)
        url = f"http://{name}.hostile:{self.port}/feed"
        etag = case.etag if case else ""
        return Source(name, SourceKind.FEED, name, url, private=True, etag=etag)

    async def answer(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        """Answer one request by the name of the host it is for."""
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            host = request.split(b"Host: ", 1)[1].split(b".", 1)[0].decode()
            self.visits[host] = self.visits.get(host, 0) + 1
            case = CASES.get(host)
            await (case.answer if case else _feed(CALM))(writer, request)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def misbehaving() -> AsyncIterator[Hostile]:
    """The server, listening."""
    hostile = Hostile()
    busy: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: Writer) -> None:
        task = asyncio.ensure_future(hostile.answer(reader, writer))
        busy.add(task)
        task.add_done_callback(busy.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


class Here(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host="127.0.0.1",
                port=port,
                family=socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None: ...
