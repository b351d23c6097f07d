"""Who calls in Telegram's name, and what is done for them: nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from bot.web.hook import HEADER, MAX_BYTES, PATH, routes
from bot.web.server import start_web

SECRET = "s3cret-word"
GOOD = {"update_id": 7, "message": {"chat": {"id": 5}}}


@dataclass
class Taken:
    """Keeps what was handed over."""

    is_done: bool = True
    updates: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, raw: dict[str, Any]) -> bool:
        self.updates.append(raw)
        return self.is_done


async def test_a_secret_that_is_no_text_is_wrong_like_any_other(url: str) -> None:
    said = HEADER.encode() + b": \xff\xfe"
    host, port = url.removeprefix("http://").partition("/")[0].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    path = b"/" + url.removeprefix("http://").partition("/")[2].encode()
    writer.write(
        b"POST " + path + b" HTTP/1.1\r\nHost: x\r\n" + said + b"\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert b" 403 " in await reader.readline()
    writer.close()


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
async def url(taken: Taken) -> AsyncIterator[str]:
    # The web room's own cap is another one: hubs bring whole feeds.
    server = await start_web(routes(taken, SECRET), "127.0.0.1", 0, 5_000_000)
    yield f"http://127.0.0.1:{server.port}{PATH}"
    await server.close()


async def post(url: str, body: bytes, secret: str | None = SECRET) -> int:
    headers = {} if secret is None else {HEADER: secret}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as got,
    ):
        return got.status


async def test_telegram_is_heard(url: str, taken: Taken) -> None:
    assert await post(url, json.dumps(GOOD).encode()) == 200
    assert taken.updates == [GOOD]


@pytest.mark.parametrize(
    "secret", [None, "", "S3cret-word", SECRET + "x", SECRET[:-1], "sécret", "0"]
)
async def test_whoever_does_not_know_the_word_is_refused(
    url: str, taken: Taken, secret: str | None
) -> None:
    assert await post(url, json.dumps(GOOD).encode(), secret) == 403
    assert taken.updates == []


async def test_a_stranger_is_refused_before_they_have_sent_their_gigabytes(
    url: str, taken: Taken
) -> None:
    host, port = url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000\r\n\r\n".encode())
    async with asyncio.timeout(2):
        assert b" 403 " in await reader.readline()
    writer.close()


@pytest.mark.parametrize("length", [MAX_BYTES + 1, 4_000_000])
async def test_what_is_too_large_is_not_read(url: str, taken: Taken, length: int) -> None:
    whole = json.dumps(GOOD)[:-1] + ', "x": "' + "x" * length + '"}'
    assert await post(url, whole.encode()) == 413

    async def pieces() -> AsyncIterator[bytes]:  # without saying how much it will be
        for at in range(0, len(whole), 100_000):
            yield whole[at : at + 100_000].encode()

    assert await post(url, pieces()) == 413  # type: ignore[arg-type]
    assert taken.updates == []


@pytest.mark.parametrize(
    "body",
    [b"", b"x", b"[]", b"7", b"null", b"{}", b'{"update_id": "7"}', b'{"update_id": true}',
     b'{"update_id": 7.5}', b'{"update_id": 9223372036854775808}', b'{"update_id": -1}',
     b"\xff\xfe", b"[" * 500_000],
    ids=lambda body: body[:20].decode("latin-1"),
)  # fmt: skip
async def test_what_is_no_update_is_refused(url: str, taken: Taken, body: bytes) -> None:
    assert await post(url, body) == 400
    assert taken.updates == []


async def test_what_is_not_served_yet_must_come_again(url: str, taken: Taken) -> None:
    taken.is_done = False
    assert await post(url, json.dumps(GOOD).encode()) == 503


async def test_there_is_nothing_to_look_at(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for method in ("GET", "PUT", "DELETE"):
            async with session.request(method, url, headers={HEADER: SECRET}) as got:
                assert got.status == 405
