from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time

import pytest

from bot.errors import SourceUnavailable
from bot.sources.fetch import Fetcher, FetchLimits
from bot.sources.resolve import SystemResolver
from tests.sources.servers import feed_at


async def test_a_numeric_name_resolves_to_itself() -> None:
    (found,) = await SystemResolver().resolve("127.0.0.1", 80)
    assert (found["host"], found["port"], found["family"]) == ("127.0.0.1", 80, socket.AF_INET)


async def test_a_name_that_does_not_exist_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fetcher = Fetcher(FetchLimits())
    with pytest.raises(SourceUnavailable, match=r"'gone\.news\.org' was not found"):
        await fetcher.get(feed_at("http://gone.news.org/rss", private=False))
    await fetcher.close()


@pytest.mark.parametrize("host", ["a" * 70 + ".org", "a..org", "xn--\udcff.org"])
async def test_a_name_that_cannot_be_asked_for_is_an_os_error(host: str) -> None:
    with pytest.raises(OSError, match="cannot be looked up"):
        await SystemResolver().resolve(host)


async def test_dead_name_servers_leave_other_work_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(5) and [])
    resolver = SystemResolver()
    lookups = [asyncio.ensure_future(resolver.resolve(f"n{n}.org")) for n in range(40)]
    await asyncio.sleep(0.05)
    begun = time.monotonic()
    await asyncio.to_thread(int)
    assert time.monotonic() - begun < 1
    over.set()
    await asyncio.gather(*lookups)


def test_a_lookup_that_hangs_does_not_hold_up_the_end_of_the_program() -> None:
    program = (
        "import asyncio, socket, time\n"
        "from bot.sources.resolve import SystemResolver\n"
        "socket.getaddrinfo = lambda *_, **__: time.sleep(60)\n"
        "async def main():\n"
        "    try:\n"
        "        await asyncio.wait_for(SystemResolver().resolve('a.org'), 0.1)\n"
        "    except TimeoutError:\n"
        "        print('given up')\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "given up\n"
