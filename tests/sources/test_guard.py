from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Source, SourceKind
from bot.errors import SourceRefused, SourceUnavailable
from bot.sources import guard
from bot.sources.fetch import Fetcher, FetchLimits

CLOSED = """
0.0.0.0 0.255.255.255 10.1.2.3 100.64.0.1 100.127.255.255 127.0.0.1 127.8.8.8 168.63.129.16
169.254.1.1 169.254.169.254 172.16.0.9 172.31.255.254 192.0.0.8 192.0.2.7 192.88.99.2 192.168.1.1
198.18.5.5 198.19.255.1 198.51.100.3 203.0.113.9 224.0.0.251 239.1.1.1 240.1.1.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::808:808 64:ff9b:1::1
100::9 2001::9 2001:db8::9 2002:808:808::1 3fff::9 5f00::9 fc00::9 fd12::9 fe80::9 fec0::9 ff05::9
""".split()
OPEN = """
1.0.0.1 9.9.9.9 11.0.0.1 100.63.0.1 100.128.0.9 126.1.1.1 128.0.0.1 169.253.1.1 172.15.0.1
172.32.0.1 192.167.0.1 223.255.255.1 2606:4700::1 2a02:1::5 2400:cb00::1
""".split()

REFUSED = [
    "http://127.0.0.1/",
    "http://localhost/feed",
    "http://LOCALHOST./",
    "http://news.localhost/",
    "http://printer.local/",
    "http://wiki.corp/",
    "http://intranet/",
    "http://0/",
    "http://127.1/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.01/",
    "http://3232235777/",
    "http://1.2.3.4.5/",
    "http://999.1.1.1/",
    "http://127.0.0.1./",
    "http://[::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://[64:ff9b::a00:1]/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://ｌocalhost/",
    "http://exa\u00admple.com/",
    "http://good.com\\@127.0.0.1/",
    "http://good.com%00.evil.com/",
    "http://good.com%2f@evil.com/",
    "http://127.0.0.1;@evil.com/",
    "http://go od.com/",
    "http://good.com\t/",
    "http://good.com/a\r\nHost: x",
    "\x00http://good.com/",
    " http://good.com/",
    "http:good.com/",
    "http:///good.com/",
    "http://good$com.org/",
    "http://-bad.org/",
    "http://good.com:22/",
    "http://good.com:0/",
    "http://good.com:99999/",
    "http://good.com:80:22/",
    "ftp://good.com/",
    "file:///etc/passwd",
    "feed:http://good.com/",
    "//good.com/",
    "/etc/passwd",
    "",
]
ALLOWED = [
    "http://news.org/",
    "HTTPS://News.org/feed?u=http://127.0.0.1/#@127.0.0.1",
    "https://news.org:8443/feed.xml",
    "http://news.org:8080/",
    "https://8.8.8.8/",
    "http://[2606:4700:4700::1111]/",
    "https://أخبار.com/تغذية",
    "https://خبرها.ir/نیم\u200cفاصله",
    "http://xn--mgbh0fb.com/",
    "https://localhost.news.org/",
    "https://10.news.org/",
    "https://me:p%40ss@news.org/private.xml",
    "http://under_score.news.org/",
    "http://news.org./",
]


@pytest.mark.parametrize("address", CLOSED)
def test_addresses_that_lead_inwards_are_closed(address: str) -> None:
    assert not guard.is_public(ip_address(address))


@pytest.mark.parametrize("address", OPEN)
def test_plain_public_addresses_are_open(address: str) -> None:
    assert guard.is_public(ip_address(address))


@given(st.ip_addresses())
def test_whatever_python_calls_private_is_closed(address: IPv4Address | IPv6Address) -> None:
    if address.is_private or address.is_multicast or address.is_loopback:
        assert not guard.is_public(address)


@pytest.mark.parametrize("url", REFUSED)
def test_urls_that_mean_harm_or_two_things_are_refused(url: str) -> None:
    assert guard.objection(url)


@pytest.mark.parametrize("url", ALLOWED)
def test_honest_urls_pass(url: str) -> None:
    assert guard.objection(url) == ""


@given(st.text(max_size=60))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    assert isinstance(guard.objection(text), str)
    assert isinstance(guard.objection(f"http://{text}/"), str)


@given(st.ip_addresses().filter(lambda address: not guard.is_public(address)))
def test_no_spelling_of_a_closed_address_passes(address: IPv4Address | IPv6Address) -> None:
    spelt = [f"[{address}]", f"[{address.exploded}]"] if address.version == 6 else [
        str(address), str(int(address)), hex(int(address)), f"{address}.",
        f"[::ffff:{address}]", f"[64:ff9b::{address}]", f"[::{address}]",
    ]  # fmt: skip
    assert all(guard.objection(f"http://{host}/") for host in spelt)


class StubResolver(AbstractResolver):
    """Answers every name with the lists given, one list per question."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        now = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=text,
                port=port,
                family=socket.AF_INET6 if ":" in text else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for text in now
        ]

    async def close(self) -> None: ...


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address a socket is opened for; none is really connected."""
    seen: list[str] = []
    real = guard.guarded_socket

    def recording(info: guard.AddrInfo) -> socket.socket:
        real(info).close()
        seen.append(str(info[4][0]))
        raise OSError("recorded, not dialled")

    monkeypatch.setattr(guard, "guarded_socket", recording)
    return seen


def feed(url: str = "http://news.org/feed") -> Source:
    return Source("f", SourceKind.FEED, "F", url)


@pytest.mark.parametrize(
    "answers",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["10.0.0.1", "8.8.8.8"],
        ["::1", "8.8.8.8"],
        ["0.0.0.0"],
        ["::ffff:169.254.169.254"],
        ["64:ff9b::a9fe:a9fe"],
        ["fe80::1%eth0"],
        ["8.8.8.8", "not an address"],
    ],
)
async def test_a_name_with_one_forbidden_answer_is_not_dialled_at_all(
    answers: list[str], dialled: list[str]
) -> None:
    fetcher = Fetcher(FetchLimits(), resolver=StubResolver(answers))
    with pytest.raises(SourceRefused, match="not visited"):
        await fetcher.get(feed())
    await fetcher.close()
    assert dialled == []


async def test_a_public_name_is_dialled_at_exactly_its_answers(dialled: list[str]) -> None:
    fetcher = Fetcher(FetchLimits(), resolver=StubResolver(["8.8.8.8", "9.9.9.9"], ["127.0.0.1"]))
    with pytest.raises(SourceUnavailable, match="No connection"):
        await fetcher.get(feed())
    assert set(dialled) == {"8.8.8.8", "9.9.9.9"}
    dialled.clear()
    # Rebinding: the next visit asks again and the new answer is judged anew.
    with pytest.raises(SourceRefused):
        await fetcher.get(feed())
    await fetcher.close()
    assert dialled == []


@pytest.mark.parametrize("url", REFUSED)
async def test_no_socket_is_opened_for_a_refused_url(url: str, dialled: list[str]) -> None:
    fetcher = Fetcher(FetchLimits(), resolver=StubResolver(["8.8.8.8"]))
    with pytest.raises(SourceRefused):
        await fetcher.get(feed(url))
    await fetcher.close()
    assert dialled == []


def test_the_last_fence_refuses_on_its_own() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))
    with pytest.raises(guard.ForbiddenAddress):
        guard.guarded_socket(info)
