"""Where a feed is found, what goes along, and who is asked on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import pytest
from aiohttp import web
from yarl import URL

from bot.core.model import Source
from bot.errors import SourceRefused, SourceUnavailable
from bot.sources.fetch import Fetcher, FetchLimits
from tests.sources.servers import feed_at, serving
from tests.sources.test_guard import StubResolver


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    made = Fetcher(FetchLimits(total_s=2, idle_s=1))
    yield made
    await made.close()


def leading(status: int, to: str):
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": to})

    return handler


async def here(_: web.Request) -> web.Response:
    return web.Response(body=b"here", headers={"ETag": '"x"'})


@pytest.mark.parametrize(
    ("chain", "moved"),
    [
        ((), False),
        ((301,), True),
        ((308, 301), True),
        ((302,), False),
        ((301, 302), False),
        ((307, 301), False),
    ],
)
async def test_only_a_chain_of_moves_for_good_is_one(
    fetcher: Fetcher, chain: tuple[int, ...], moved: bool
) -> None:
    steps = {f"s{n}": leading(status, f"/s{n + 1}#top") for n, status in enumerate(chain)}
    steps[f"s{len(chain)}"] = here
    async with serving(**steps) as url:
        source = feed_at(f"{url}/s0".replace("//", "//me:canary@"))
        fetched = await fetcher.get(source)
        assert fetched.body == b"here"
        assert fetched.moved_to == (f"{url}/s{len(chain)}" if moved else "")


async def test_a_source_that_moved_is_visited_there_with_its_password(fetcher: Fetcher) -> None:
    seen: list[str | None] = []

    async def new(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=b"new")

    async with serving(new=new) as url:
        home = f"{url}/old".replace("//", "//me:canary@")
        fetched = await fetcher.get(feed_at(home, moved_url=f"{url}/new"))
    assert (fetched.body, fetched.moved_to) == (b"new", "")
    assert seen == ["Basic bWU6Y2FuYXJ5"]


async def test_where_a_source_moved_to_is_guarded_though_its_own_address_is_exempt(
    fetcher: Fetcher,
) -> None:
    with pytest.raises(SourceRefused, match="not visited"):
        await fetcher.get(feed_at("http://127.0.0.1:81/a", moved_url="http://127.0.0.1:82/a"))


@pytest.mark.parametrize(
    ("url", "goes"),
    [
        ("https://news.org/b", True),
        ("http://news.org/b", False),
        ("https://news.org:8443/b", False),
        ("https://cdn.news.org/b", False),
    ],
)
def test_a_key_in_a_header_goes_to_its_own_origin_only(fetcher, url: str, goes: bool) -> None:
    source = feed_at("https://news.org/a", headers=(("Authorization", "canary"),))
    assert ("Authorization" in fetcher._headers(source, URL(url), True)) is goes


async def test_headers_of_the_operator_go_to_the_feed_s_own_host_only(fetcher: Fetcher) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def feed(request: web.Request) -> web.Response:
        seen.append((request.headers.get("X-Key"), request.headers.get("User-Agent")))
        if request.path == "/other":
            return web.Response(body=b"fine")
        other = URL(str(request.url)).with_path("/other")
        return web.Response(status=302, headers={"Location": str(other.with_host("localhost"))})

    async with serving(feed=feed, other=feed) as url:
        own = (("X-Key", "canary"), ("user-agent", "Mine/1"))
        with pytest.raises(SourceRefused) as refused:
            await fetcher.get(feed_at(f"{url}/feed", headers=own))
        fetched = await fetcher.get(feed_at(f"{url}/other", headers=own))
    assert seen == [("canary", "Mine/1")] * 2
    assert fetched.body == b"fine"
    assert "canary" not in repr(refused.value)
    assert "canary" not in repr(feed_at("http://x.org/", headers=own, proxy="http://u:canary@p"))


@asynccontextmanager
async def proxying(answer: bytes) -> AsyncIterator[tuple[str, list[str]]]:
    """An HTTP proxy that answers all there is itself; gives its address and what it was asked."""
    asked: list[str] = []

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        asked.append(head)
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answering, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine"


def proxied(proxy: str, url: str = "http://news.org/feed") -> Source:
    return feed_at(url, private=False, proxy=proxy)


class Nobody(StubResolver):
    """Behind a proxy the names of the world are often not known."""

    async def resolve(self, *_: object, **__: object) -> NoReturn:
        raise OSError("no such name")


@pytest.mark.parametrize("resolver", [StubResolver(["8.8.8.8"]), Nobody()])
async def test_a_feed_behind_a_proxy_is_asked_of_the_proxy(resolver: StubResolver) -> None:
    fetcher = Fetcher(FetchLimits(), resolver=resolver)
    async with proxying(FINE) as (proxy, asked):
        fetched = await fetcher.get(proxied(proxy.replace("//", "//me:canary@")))
    await fetcher.close()
    assert fetched.body == b"fine"
    assert asked[0].startswith("GET http://news.org/feed HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic bWU6Y2FuYXJ5" in asked[0]


@pytest.mark.parametrize(
    ("url", "answers"),
    [
        ("http://news.org/feed", ["127.0.0.1"]),
        ("http://news.org/feed", ["8.8.8.8", "10.0.0.1"]),
        ("http://169.254.169.254/feed", ["8.8.8.8"]),
        ("http://router.lan/feed", ["8.8.8.8"]),
    ],
)
async def test_a_proxy_is_not_asked_for_what_is_private(url: str, answers: list[str]) -> None:
    fetcher = Fetcher(FetchLimits(), resolver=StubResolver(answers))
    async with proxying(FINE) as (proxy, asked):
        with pytest.raises(SourceRefused, match="not visited"):
            await fetcher.get(proxied(proxy, url))
    await fetcher.close()
    assert asked == []


async def test_a_proxy_that_refuses_does_not_show_its_password() -> None:
    fetcher = Fetcher(FetchLimits(), resolver=StubResolver(["8.8.8.8"]))
    refusing = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with proxying(refusing) as (proxy, _):
        with pytest.raises(SourceUnavailable, match="its proxy answers 407") as failed:
            await fetcher.get(proxied(proxy.replace("//", "//me:canary@"), "https://news.org/a"))
    await fetcher.close()
    assert "canary" not in str(failed.value)
