from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.errors import (
    SourceChallenged,
    SourceError,
    SourceGone,
    SourceInvalid,
    SourceMissing,
    SourceRefused,
    SourceUnavailable,
)
from bot.sources.failures import of_exception, retry_after_s
from bot.sources.fetch import Fetcher, FetchLimits
from tests.sources.servers import feed_at, raw, serving

LIMITS = FetchLimits(total_s=1.0, idle_s=0.3, max_bytes=100_000, user_agent="Tester/1 (+ops@x.org)")
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    made = Fetcher(LIMITS)
    yield made
    await made.close()


async def test_a_document_comes_back_with_its_facts(fetcher: Fetcher) -> None:
    async def feed(request: web.Request) -> web.Response:
        headers = {
            "ETag": 'W/"a, b"',
            "Last-Modified": "Wed, 07 Jul 2021 13:30:00 GMT",
            "Content-Type": "application/rss+xml; charset=Windows-1256",
        }
        return web.Response(body=b"<rss/>", headers=headers)

    async with serving(feed=feed) as url:
        fetched = await fetcher.get(feed_at(f"{url}/feed"))
    assert (fetched.status, fetched.body, fetched.not_modified) == (200, b"<rss/>", False)
    assert fetched.etag == 'W/"a, b"'
    assert fetched.last_modified == "Wed, 07 Jul 2021 13:30:00 GMT"
    assert (fetched.content_type, fetched.charset) == ("application/rss+xml", "windows-1256")
    assert fetched.final_url == f"{url}/feed"


async def test_validators_go_back_byte_exact_and_304_is_a_value(fetcher: Fetcher) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def feed(request: web.Request) -> web.Response:
        headers = request.headers
        seen.append((headers.get("If-None-Match"), headers.get("If-Modified-Since")))
        return web.Response(status=304, headers={"ETag": '"new"'})

    etag, modified = 'W/"x;y--é"', "Thursday, 08-Jul-21 00:00:00 GMT"
    async with serving(feed=feed) as url:
        source = feed_at(f"{url}/feed", etag=etag, last_modified=modified)
        fetched = await fetcher.get(source)
    assert seen == [(etag, modified)]
    assert fetched.not_modified
    assert (fetched.body, fetched.etag) == (b"", '"new"')


async def test_an_unconditional_visit_sends_no_validators(fetcher: Fetcher) -> None:
    async def feed(request: web.Request) -> web.Response:
        assert "If-None-Match" not in request.headers
        return web.Response(status=304)

    async with serving(feed=feed) as url:
        with pytest.raises(SourceUnavailable, match="never had it"):
            await fetcher.get(feed_at(f"{url}/feed", etag='"x"'), conditional=False)


async def test_the_request_is_honest_and_carries_no_cookie(fetcher: Fetcher) -> None:
    seen: list[web.Request] = []
    connections: set[object] = set()

    async def feed(request: web.Request) -> web.Response:
        seen.append(request)
        assert request.transport is not None
        connections.add(request.transport.get_extra_info("peername"))
        answer = web.Response(body=b"x")
        answer.set_cookie("track", "me")
        return answer

    async with serving(feed=feed) as url:
        for _ in range(2):
            await fetcher.get(feed_at(f"{url}/feed"))
    for request in seen:
        assert request.headers["User-Agent"] == "Tester/1 (+ops@x.org)"
        assert request.headers["Accept-Encoding"] == "gzip, deflate"
        assert not {"Cookie", "Referer"} & set(request.headers)
    assert len(connections) == 2


async def test_proxy_variables_of_the_environment_are_ignored(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with raw(OK + b"\r\nfine") as url:
        assert (await fetcher.get(feed_at(url))).body == b"fine"


async def test_redirects_are_followed_to_the_end(fetcher: Fetcher) -> None:
    async def a(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/b?x=1"})

    async def b(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "c"})

    async def c(request: web.Request) -> web.Response:
        return web.Response(body=b"here")

    async with serving(a=a, b=b, c=c) as url:
        fetched = await fetcher.get(feed_at(f"{url}/a"))
        assert (fetched.body, fetched.final_url) == (b"here", f"{url}/c")


async def test_a_redirect_loop_ends_after_five_redirects(fetcher: Fetcher) -> None:
    visits: list[int] = []

    async def a(request: web.Request) -> web.Response:
        visits.append(1)
        return web.Response(status=302, headers={"Location": "/a"})

    async with serving(a=a) as url:
        with pytest.raises(SourceInvalid, match="redirects more than 5 times"):
            await fetcher.get(feed_at(f"{url}/a"))
    assert len(visits) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data/",
        "//10.0.0.1/feed",
        "http://[::1]/",
        "http://2130706433/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/1",
        "\\\\127.0.0.1\\x",
        "http://localhost/feed",
    ],
)
async def test_a_redirect_inwards_is_refused_even_for_a_private_source(
    fetcher: Fetcher, location: str
) -> None:
    async def a(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": location})

    async with serving(a=a) as url:
        with pytest.raises(SourceRefused, match="not visited"):
            await fetcher.get(feed_at(f"{url}/a"))


async def test_a_loopback_feed_is_refused_unless_the_operator_allows_it(fetcher: Fetcher) -> None:
    async with raw(OK + b"\r\nsecret") as url:
        with pytest.raises(SourceRefused, match="private: true"):
            await fetcher.get(feed_at(url, private=False))


async def test_a_password_stays_on_its_own_host(fetcher: Fetcher) -> None:
    seen: list[str | None] = []

    async def a(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(status=301, headers={"Location": "/b"})

    async def b(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(status=302, headers={"Location": "http://user:pw@127.0.0.1:1/"})

    async with serving(a=a, b=b) as url:
        with pytest.raises(SourceRefused) as refused:
            await fetcher.get(feed_at(f"{url}/a".replace("//", "//me:canary-secret@")))
    assert seen == ["Basic bWU6Y2FuYXJ5LXNlY3JldA=="] * 2
    assert "canary" not in str(refused.value)
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "headers", "kind", "wait"),
    [
        (429, {"Retry-After": "120"}, SourceUnavailable, 120.0),
        (503, {"Retry-After": "Wed, 07 Jul 2021 13:31:00 GMT"}, SourceUnavailable, 60.0),
        (500, {}, SourceUnavailable, None),
        (502, {"Retry-After": "soon"}, SourceUnavailable, None),
        (408, {}, SourceUnavailable, None),
        (404, {}, SourceMissing, None),
        (410, {}, SourceGone, None),
        (403, {}, SourceInvalid, None),
        (204, {}, SourceInvalid, None),
    ],
)
async def test_each_status_says_what_to_do_next(
    fetcher: Fetcher, status: int, headers: dict[str, str], kind: type, wait: float | None
) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(
            status=status, headers={"Date": "Wed, 07 Jul 2021 13:30:00 GMT", **headers}
        )

    async with serving(feed=feed) as url:
        with pytest.raises(SourceError, match=str(status)) as failed:
            await fetcher.get(feed_at(f"{url}/feed"))
    assert type(failed.value) is kind
    assert getattr(failed.value, "retry_after_s", None) == wait
    assert failed.value.source_id == "feed-1"


async def test_a_challenge_page_is_called_one(fetcher: Fetcher) -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(status=403, headers={"cf-mitigated": "challenge"}, body=b"<html>")

    async with serving(feed=feed) as url:
        with pytest.raises(SourceChallenged, match="asks for a human"):
            await fetcher.get(feed_at(f"{url}/feed"))


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"news" * 100)),
        ("gzip", gzip.compress(b"news" * 60) + gzip.compress(b"news" * 40)),
        ("x-gzip", gzip.compress(b"news" * 100)),
        ("deflate", zlib.compress(b"news" * 100)),
        ("deflate", zlib.compress(b"news" * 100)[2:-4]),
        ("gzip", b"news" * 100),
        ("identity", b"news" * 100),
    ],
)
async def test_packed_bodies_are_unpacked(fetcher: Fetcher, encoding: str, packed: bytes) -> None:
    head = OK + f"Content-Encoding: {encoding}\r\n\r\n".encode()
    async with raw(head + packed) as url:
        assert (await fetcher.get(feed_at(url))).body == b"news" * 100


async def test_a_gzip_bomb_is_cut_at_the_limit(fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(20_000_000))
    assert len(bomb) < LIMITS.max_bytes
    async with raw(OK + b"Content-Encoding: gzip\r\n\r\n" + bomb) as url:
        with pytest.raises(SourceRefused, match="too large"):
            await fetcher.get(feed_at(url))


async def test_a_size_beyond_the_limit_is_refused_from_the_header(fetcher: Fetcher) -> None:
    # The server sends no byte of the body: whoever waits for it runs into the time-out.
    async with raw(OK + b"Content-Length: 999000000\r\n\r\n", then=5) as url:
        with pytest.raises(SourceRefused, match="999,000,000 bytes"):
            await fetcher.get(feed_at(url))


async def test_a_body_without_end_is_cut_at_the_limit(fetcher: Fetcher) -> None:
    async with raw(OK + b"\r\n" + b"x" * 1_000_000, then=5) as url:
        with pytest.raises(SourceRefused, match="too large"):
            await fetcher.get(feed_at(url))


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 50\r\n\r\nshort",
        OK + b"Content-Length: -5\r\n\r\nx",
        OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nxxxxxxx",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nbroken",
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"news" * 1000)[:-20],
        OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8bnonsense",
        OK + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        OK + b"X: y\r\n" * 5_000 + b"\r\n",
        b"<rss>HTTP/0.9</rss>",
        b"",
    ],
)
async def test_broken_answers_are_unavailable_not_fatal(fetcher: Fetcher, answer: bytes) -> None:
    async with raw(answer) as url:
        with pytest.raises(SourceUnavailable):
            await fetcher.get(feed_at(url))


async def test_an_encoding_that_was_not_offered_is_invalid(fetcher: Fetcher) -> None:
    async with raw(OK + b"Content-Encoding: br\r\n\r\nxxxx") as url:
        with pytest.raises(SourceInvalid, match="'br'"):
            await fetcher.get(feed_at(url))


async def test_silence_ends_at_the_idle_limit(fetcher: Fetcher) -> None:
    begun = asyncio.get_running_loop().time()
    async with raw(OK, then=3) as url:
        with pytest.raises(SourceUnavailable, match="silent"):
            await fetcher.get(feed_at(url))
    assert asyncio.get_running_loop().time() - begun < 0.9


async def test_a_drip_that_is_never_silent_ends_at_the_total_limit(fetcher: Fetcher) -> None:
    begun = asyncio.get_running_loop().time()
    async with raw(OK + b"\r\n" + b"x" * 500, step=1) as url:
        with pytest.raises(SourceUnavailable, match="1 s"):
            await fetcher.get(feed_at(url))
    assert 0.8 < asyncio.get_running_loop().time() - begun < 2


async def test_a_closed_port_is_unavailable(fetcher: Fetcher) -> None:
    with pytest.raises(SourceUnavailable, match="No connection"):
        await fetcher.get(feed_at("http://127.0.0.1:1/"))


async def test_one_request_at_a_time_reaches_a_host(fetcher: Fetcher) -> None:
    now, most = 0, 0

    async def feed(request: web.Request) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return web.Response(body=b"x")

    async with serving(feed=feed) as url:
        await asyncio.gather(*(fetcher.get(feed_at(f"{url}/feed?{n}")) for n in range(6)))
    assert most == 1


async def test_a_validator_that_cannot_be_returned_exactly_is_forgotten(fetcher: Fetcher) -> None:
    async with raw(
        OK + b'ETag: "\xff\xfe"\r\nLast-Modified: ' + b"x" * 2_000 + b"\r\n\r\nx"
    ) as url:
        fetched = await fetcher.get(feed_at(url))
    assert (fetched.etag, fetched.last_modified) == ("", "")


def _all_below(kind: type[BaseException]) -> set[type[BaseException]]:
    return {kind}.union(*(_all_below(child) for child in kind.__subclasses__()))


@pytest.mark.parametrize("kind", sorted(_all_below(aiohttp.ClientError), key=str))
def test_every_error_of_the_client_becomes_one_of_ours(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    failed = of_exception(feed_at("http://127.0.0.1/"), error, 30, 10)
    assert isinstance(failed, SourceError)
    assert len(str(failed)) > 20


def test_retry_after_is_reckoned_on_the_servers_clock_and_bounded() -> None:
    date = "Wed, 07 Jul 2021 13:30:00 GMT"
    assert retry_after_s("Wed, 07 Jul 2021 13:20:00 GMT", date) == 0
    assert retry_after_s("Wed, 07 Jul 2021 14:30:00 GMT", "") is None
    assert retry_after_s("9" * 30, date) == 86_400
    assert retry_after_s("-5", date) is None
    assert retry_after_s("١٢", date) is None
