"""What others would do with the same feeds at the same moment: fetch, and no more.

They know no schedule, no guard, no database and no limits. Each opens a new connection for each
visit, as somebody does who comes every five minutes.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from importlib import import_module
from time import process_time
from typing import Any

import aiohttp

from bot.bench.publisher import ETAG

Visit = Callable[[str], Awaitable[None]]
_HEADERS = {"If-None-Match": ETAG, "Accept-Encoding": "gzip, deflate"}


async def side_by_side(visit: Visit, urls: Sequence[str], at_once: int) -> None:
    """Visit all, ``at_once`` at a time."""
    waiting = iter(urls)

    async def one_after_the_other() -> None:
        for url in waiting:
            await visit(url)

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))


async def bare_aiohttp(urls: Sequence[str], at_once: int) -> None:
    """The library that we use too, and nothing around it."""
    connector = aiohttp.TCPConnector(force_close=True, limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def visit(url: str) -> None:
            async with session.get(url, headers=_HEADERS) as response:
                await response.read()

        await side_by_side(visit, urls, at_once)


async def httpx(urls: Sequence[str], at_once: int) -> None:
    """The other library.

    Raises:
        ImportError: It is not installed.
    """
    library = import_module("httpx")
    limits = library.Limits(max_connections=None, max_keepalive_connections=0)
    async with library.AsyncClient(limits=limits, trust_env=False) as client:

        async def visit(url: str) -> None:
            await client.get(url, headers=_HEADERS)

        await side_by_side(visit, urls, at_once)


def feedparser_ms(documents: Sequence[bytes]) -> float:
    """Processor milliseconds in which feedparser reads one of them, set up as we set it up."""
    parse: Callable[..., Any] = import_module("feedparser").parse
    begun = process_time()
    for body in documents:
        parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    return (process_time() - begun) / len(documents) * 1e3
