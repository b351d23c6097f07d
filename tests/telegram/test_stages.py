"""At which moment did it break? Real sockets that end at each stage of a request.

Before there was a connection nothing has left, and the message is sent again; after that nobody
knows. An error on the wrong side is a lost alert or a duplicate.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.core.model import Message
from bot.errors import DeliveryDelayed, DeliveryError, DeliveryUncertain, MessengerDown
from bot.telegram import request as request_module
from bot.telegram.bot import RasidBot
from bot.telegram.client import TelegramMessenger
from bot.telegram.disguise import Disguise
from bot.telegram.request import AiohttpRequest
from tests.telegram.conftest import TOKEN

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HELLO = Message(7, "hello", html=False)
# More than the kernel takes in one piece, so that a request can break off in its middle.
LONG = Message(7, "صاروخ " * 600_000, html=False)
SENT = json.dumps({"ok": True, "result": {"message_id": 5, "date": 1, "chat": {"id": 7}}})


@asynccontextmanager
async def messenger(base: str, read_s: float = 0.3) -> AsyncIterator[TelegramMessenger]:
    disguise = Disguise(TOKEN)
    request = AiohttpRequest(disguise, read_timeout_s=read_s)
    bot = RasidBot(disguise.shown, base_url=base, request=request)
    yield TelegramMessenger(bot)
    await bot.disconnect()


@asynccontextmanager
async def talking(talk: Talk, **how: object) -> AsyncIterator[int]:
    """A server that does ``talk`` with everybody who connects; its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        with contextlib.suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
        ):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(met, "127.0.0.1", 0, **how)  # type: ignore[arg-type]
    yield server.sockets[0].getsockname()[1]
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def failure(base: str, message: Message = HELLO, **how: float) -> DeliveryError:
    async with messenger(base, **how) as door:
        with pytest.raises(DeliveryError) as caught:
            await door.send(message)
    return caught.value


def never_left(error: DeliveryError) -> bool:
    assert type(error) in {DeliveryDelayed, DeliveryUncertain}
    return isinstance(error, DeliveryDelayed)


async def head(reader: asyncio.StreamReader) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def whole(reader: asyncio.StreamReader) -> None:
    text = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in text.lower().split(b"\r\n") if b"content-length" in line)
    await reader.readexactly(int(length.split(b":")[1]))


def answer(body: str, *, claims: int = 0, status: str = "200 OK") -> bytes:
    length = claims or len(body.encode())
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}".encode()


# What never leaves.


async def test_nobody_listens(unused_tcp_port: int) -> None:
    assert never_left(await failure(f"http://127.0.0.1:{unused_tcp_port}/bot"))


async def test_a_queue_that_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_module, "CONNECT_TIMEOUT_S", 0.2)
    with socket.socket() as full, contextlib.ExitStack() as held:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(2):
            one = held.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        assert never_left(await failure(f"http://127.0.0.1:{full.getsockname()[1]}/bot"))


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert never_left(await failure("http://api.example.org/bot"))


@pytest.mark.parametrize(
    "base", ["http://[::1/bot", "http:///bot", "gopher://x/bot", "http://\ud800/bot"]
)
async def test_an_address_that_is_none(base: str) -> None:
    assert never_left(await failure(base))


async def test_a_handshake_that_is_cut_off_or_never_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def cut(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read(10)

    async def silent(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(request_module, "CONNECT_TIMEOUT_S", 0.3)
    for talk in (cut, silent):
        async with talking(talk) as port:
            assert never_left(await failure(f"https://127.0.0.1:{port}/bot"))


async def test_a_certificate_of_somebody_else(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(  # noqa: ASYNC221 - nothing else runs yet
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def reads(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        assert await reader.read(1) == b"", "our request left for somebody who is not Telegram"

    async with talking(reads, ssl=context) as port:
        assert never_left(await failure(f"https://127.0.0.1:{port}/bot"))


PROXY_SAYS = ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"]


@pytest.mark.parametrize("says", [*PROXY_SAYS, None])
async def test_a_proxy_that_opens_no_tunnel(
    says: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head(reader)
        if says:
            writer.write(answer("no", status=says))

    async with talking(refuse) as port:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        assert never_left(await failure("https://api.telegram.org/bot"))


@pytest.mark.parametrize("status", ["302 Found", "400 Bad Request", "403 Forbidden",
                                    "407 Proxy Authentication Required", "413 Too Large",
                                    "429 Too Many Requests", "451 Unavailable"])  # fmt: skip
async def test_whoever_refuses_before_the_bot_api_says_nothing_about_the_chat(status: str) -> None:
    async def firewall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(answer("<h1>Blocked by your administrator</h1>", status=status))

    async with talking(firewall) as port:
        assert never_left(await failure(f"http://127.0.0.1:{port}/bot"))


# What may have arrived.


async def closes(*_: object) -> None:
    """Accepted, and closed without reading a byte."""


async def after_the_head(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await head(reader)


async def in_the_body(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await head(reader)
    await reader.readexactly(10)


async def after_the_body(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await whole(reader)


async def with_a_reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await head(reader)
    writer.transport.abort()


async def in_the_status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await whole(reader)
    writer.write(b"HTTP/1.1 2")
    await writer.drain()


async def in_the_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await whole(reader)
    writer.write(answer(SENT[:20], claims=len(SENT)))
    await writer.drain()


async def in_a_chunk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await whole(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{")
    await writer.drain()


async def in_silence(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await whole(reader)
    await asyncio.sleep(60)


async def in_the_silence_of_an_answer(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await whole(reader)
    writer.write(answer(SENT[:20], claims=len(SENT)))
    await asyncio.sleep(60)


async def in_no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await whole(reader)
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    await writer.drain()


def answering(body: str) -> Talk:
    async def garbled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(answer(body))
        await writer.drain()

    return garbled


STAGES = [
    closes, after_the_head, in_the_body, after_the_body, with_a_reset, in_the_status,
    in_the_answer, in_a_chunk, in_silence, in_the_silence_of_an_answer, in_no_http,
]  # fmt: skip


@pytest.mark.parametrize("talk", STAGES)
@pytest.mark.parametrize("message", [HELLO, LONG], ids=["short", "long"])
async def test_once_there_was_a_connection_nobody_knows(talk: Talk, message: Message) -> None:
    async with talking(talk) as port:
        error = await failure(f"http://127.0.0.1:{port}/bot", message)
    assert not never_left(error)
    assert isinstance(error, DeliveryUncertain)
    assert not error.answered


async def test_a_connection_that_is_never_taken_up() -> None:
    """The kernel makes it and takes the request; whoever comes later may still read it."""
    with socket.socket() as lazy:
        lazy.bind(("127.0.0.1", 0))
        lazy.listen(5)
        assert not never_left(await failure(f"http://127.0.0.1:{lazy.getsockname()[1]}/bot"))


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "null", "{}", '{"ok": true}', '{"ok": false}', '{"ok": true, "result": 1}',
     '{"ok": true, "result": {}}', '{"ok": true, "result": {"message_id": "5"}}', "[" * 100_000],
    ids=lambda body: body[:40],
)  # fmt: skip
async def test_an_answer_that_says_nothing_is_a_lost_one(body: str) -> None:
    async with talking(answering(body)) as port:
        error = await failure(f"http://127.0.0.1:{port}/bot")
    assert isinstance(error, DeliveryUncertain)
    assert not error.answered  # or it would be repeated for as long as somebody garbles answers


async def test_one_byte_at_a_time_does_not_keep_a_place_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        for byte in answer(SENT, claims=10_000):
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)

    monkeypatch.setattr(request_module, "CONNECT_TIMEOUT_S", 0.1)
    async with talking(dribble) as port, asyncio.timeout(2):
        assert not never_left(await failure(f"http://127.0.0.1:{port}/bot", read_s=0.3))


@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "504 Too Late"])
async def test_trouble_behind_the_door_is_told_apart_from_silence(status: str) -> None:
    async def troubled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(answer("<html>" + "x" * 9_000, status=status))

    async with talking(troubled) as port:
        error = await failure(f"http://127.0.0.1:{port}/bot")
    assert isinstance(error, DeliveryUncertain)
    assert error.answered
    assert len(str(error)) < 100  # it is written beside the delivery


@pytest.mark.parametrize("status", ["401 Unauthorized", "404 Not Found"])
async def test_a_wrong_address_stops_the_messenger(status: str) -> None:
    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await whole(reader)
        writer.write(answer("<h1>Welcome to nginx!</h1>", status=status))

    async with talking(stranger) as port:
        assert isinstance(await failure(f"http://127.0.0.1:{port}/bot"), MessengerDown)


# What works.


async def test_a_connection_that_was_closed_while_it_idled_is_opened_anew() -> None:
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await whole(reader)
        writer.write(answer(SENT))
        await writer.drain()

    async with talking(once) as port, messenger(f"http://127.0.0.1:{port}/bot") as door:
        for _ in range(3):
            assert await door.send(HELLO) == 5
            await asyncio.sleep(0.05)
    assert connections == 3


async def test_one_connection_carries_many_messages_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            text = await reader.readuntil(b"\r\n\r\n")
            asked.append(text.split(b"\r\n")[0])
            assert b"Proxy-Authorization: Basic bWU6cGFzcw==" in text
            await reader.readexactly(int(text.lower().split(b"content-length: ")[1].split()[0]))
            writer.write(answer(SENT))

    async with talking(proxy) as port:
        monkeypatch.setenv("http_proxy", f"http://me:pass@127.0.0.1:{port}")
        monkeypatch.delenv("no_proxy", raising=False)
        async with messenger("http://api.example.org/bot") as door:
            assert [await door.send(HELLO) for _ in range(3)] == [5, 5, 5]
    line = f"POST http://api.example.org/bot{TOKEN}/sendMessage HTTP/1.1".encode()
    assert asked == [line] * 3


async def test_half_of_a_letter_is_no_reason_not_to_send() -> None:
    async with talking(answering(SENT)) as port, messenger(f"http://127.0.0.1:{port}/bot") as door:
        assert await door.send(Message(7, "a \ud83d b", html=False)) == 5
