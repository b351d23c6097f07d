"""Real servers on loopback for the tests of this room."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.core.model import Source, SourceKind

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(**handlers: Handler) -> AsyncIterator[str]:
    """An HTTP server with one route per handler; gives its address."""
    app = web.Application()
    for name, handler in handlers.items():
        app.router.add_get(f"/{name}", handler)
    async with TestServer(app, host="127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.port}"


@asynccontextmanager
async def raw(answer: bytes, *, then: float = 0.0, step: int = 0) -> AsyncIterator[str]:
    """A server that writes ``answer`` as it stands, ``step`` bytes at a time if given.

    It keeps the connection open ``then`` seconds afterwards.
    """

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            for at in range(0, len(answer), step or len(answer) or 1):
                writer.write(answer[at : at + (step or len(answer))])
                await writer.drain()
                if step:
                    await asyncio.sleep(0.02)
            await asyncio.sleep(then)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answering, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/feed"
    finally:
        server.close()


def feed_at(url: str, **fields: object) -> Source:
    """A feed the operator allowed to stand on loopback."""
    known: dict[str, object] = {"private": True, **fields}
    return Source("feed-1", SourceKind.FEED, "A feed", url, **known)  # type: ignore[arg-type]
