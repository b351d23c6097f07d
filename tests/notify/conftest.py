"""Real servers on loopback: one that takes webhooks, one that takes mail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Taker:
    """An HTTP server that keeps what it was asked, and answers with ``status``."""

    url: str = ""
    status: int = 200
    location: str = ""
    asked: list[tuple[str, str, str, dict[str, str]]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        self.asked.append((request.method, request.path, body, dict(request.headers)))
        headers = {"Location": self.location} if self.location else {}
        return web.Response(status=self.status, headers=headers)


@pytest.fixture
async def taker() -> AsyncIterator[Taker]:
    made = Taker()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.take)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/"))
    yield made
    await server.close()


@dataclass
class Postman:
    """An SMTP server that keeps the mail it takes; ``refuses`` turns recipients away."""

    port: int = 0
    refuses: bool = False
    mails: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@pytest.fixture
async def postman() -> AsyncIterator[Postman]:
    made = Postman()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 postman\r\n")
        text: list[str] | None = None
        while raw := await reader.readline():
            line = raw.decode().rstrip("\r\n")
            if text is not None:
                if line == ".":
                    made.mails.append("\n".join(text))
                    text = None
                    writer.write(b"250 taken\r\n")
                else:
                    text.append(line)
                continue
            made.said.append(line)
            verb = line.split()[0].upper()
            if verb == "EHLO":
                writer.write(b"250-postman\r\n250 AUTH PLAIN\r\n")
            elif verb == "AUTH":
                writer.write(b"235 ok\r\n")
            elif verb == "RCPT" and made.refuses:
                writer.write(b"550 no such user: canary-password\r\n")
            elif verb == "DATA":
                text = []
                writer.write(b"354 go on\r\n")
            else:
                writer.write(b"250 ok\r\n")
            if verb == "QUIT":
                break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
