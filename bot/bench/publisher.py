"""A thousand made-up publishers on loopback, in a process of their own.

Each stands at an address of its own (127.1.x.y), so that nothing is one host. ``/same/N`` has not
changed for whoever had it; ``/news/N`` has two new entries at each visit, 25 in all, 30 KB;
``/bomb/NAME`` is that bomb.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from multiprocessing.connection import Connection
from typing import NamedTuple, cast

from bot.bench.bombs import BOMBS

ETAG = '"as-it-was"'
ENTRIES, NEW = 25, 2
_TITLE = 10  # words
_HEAD = b"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title>"
_TAIL = b"</channel></rss>"
_UNCHANGED = (
    b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\nETag: " + ETAG.encode() + b"\r\n\r\n"
)


class Feeds:
    """What the publishers publish, from the texts of a made-up press."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._date = format_datetime(datetime.now(UTC)).encode()
        self._bodies = [_item(text) for text in texts]
        self._visits: Counter[bytes] = Counter()

    def next_of(self, path: bytes) -> bytes:
        """The feed at ``path``, with two entries more than at the visit before."""
        self._visits[path] += 1
        return self.document(path, self._visits[path])

    def document(self, path: bytes, visit: int) -> bytes:
        """The feed at ``path`` as it stood at that visit."""
        newest = visit * NEW + ENTRIES
        # Every feed begins elsewhere in the press, else all of them would tell the same news.
        start = hash(path)
        items = (
            self._bodies[(start + number) % len(self._bodies)]
            % {b"key": b"%s-%d" % (path, number), b"date": self._date}
            for number in range(newest, newest - ENTRIES, -1)
        )
        return _HEAD + b"".join(items) + _TAIL


def _item(text: str) -> bytes:
    words = text.split()
    title = escape(" ".join(words[:_TITLE])).replace("%", "%%")
    body = escape(" ".join(words[_TITLE:])).replace("%", "%%")
    return (
        f"<item><title>{title}</title><link>http://wire.news%(key)s</link>"
        f"<guid isPermaLink='false'>%(key)s</guid><pubDate>%(date)s</pubDate>"
        f"<description>{body}</description></item>"
    ).encode()


class _Conversation(asyncio.Protocol):
    def __init__(self, feeds: Feeds) -> None:
        self._feeds, self._request = feeds, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            self._transport.write(self._answer(self._request))
            self._transport.close()

    def _answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        if path.startswith(b"/same/") and b"If-None-Match" in request:
            return _UNCHANGED
        body = self._body(path)
        head = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/rss+xml\r\n"
        tag = b"ETag: %s\r\n" % ETAG.encode() if path.startswith(b"/same/") else b""
        return head + tag + b"Content-Length: %d\r\n\r\n" % len(body) + body

    def _body(self, path: bytes) -> bytes:
        if path.startswith(b"/bomb/"):
            return BOMBS[path.rpartition(b"/")[2].decode()]()
        if path.startswith(b"/same/"):
            return self._feeds.document(path, 0)
        return self._feeds.next_of(path)


class Publishers(NamedTuple):
    """Where they stand: ``hosts`` addresses, all at one port."""

    hosts: int
    port: int

    def url(self, number: int, kind: str = "same", name: str = "") -> str:
        """The address of feed ``number``; the feeds take turns with the hosts."""
        return f"http://{_host(number % self.hosts)}:{self.port}/{kind}/{name or number}"


def _host(number: int) -> str:
    return f"127.1.{number // 200 + 1}.{number % 200 + 1}"


@contextmanager
def publishing(hosts: int, texts: Sequence[str]) -> Iterator[Publishers]:
    """The publishers, listening until the block ends."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, hosts, list(texts)), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Publishers(hosts, ours.recv())
    finally:
        process.kill()
        process.join()


def _serve(parent: Connection, hosts: int, texts: Sequence[str]) -> None:
    open_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    asyncio.run(_listen(parent, hosts, Feeds(texts)))


async def _listen(parent: Connection, hosts: int, feeds: Feeds) -> None:
    loop, port = asyncio.get_running_loop(), 0
    for number in range(hosts):
        listener = socket.create_server((_host(number), port), backlog=512)
        port = listener.getsockname()[1]
        await loop.create_server(lambda: _Conversation(feeds), sock=listener)
    parent.send(port)
    await asyncio.Event().wait()
