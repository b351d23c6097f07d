"""Which addresses may be visited: the defence against feeds that point inwards (SSRF).

Three fences, each enough on its own for its case: the URL is judged before anything is resolved,
every answer of the resolver is judged before any is dialled, and the address of each socket is
judged before it is opened (literal addresses skip resolvers).
"""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

PORTS = frozenset({80, 443, 8080, 8443})

# Names of a local network: RFC 6761, RFC 8375 and what is used besides.
INTERNAL_SUFFIXES = (
    ".localhost",
    ".localdomain",
    ".local",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".lan",
    ".svc",
    ".home.arpa",
)
# RFC 6761 and 7686: nothing on the public network is ever called so.
RESERVED_SUFFIXES = (".onion", ".test", ".invalid", ".example")

# is_global calls some of these global in Python 3.11: IANA's special registries, multicast, relay
# anycast, and one cloud's wire server.
_CLOSED_V4 = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
# Only 2000::/3 is handed out as global unicast, so whatever lies outside is closed with no list:
# loopback, mapped and translated IPv4, NAT64, unique and link local, multicast.
_OPEN_V6 = ip_network("2000::/3")
_CLOSED_V6 = tuple(
    ip_network(net)
    for net in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)

_AUTHORITY = re.compile(r"\Ahttps?://([^/?#]*)", re.IGNORECASE)
_HOST_NAME = re.compile(r"\A(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)+\Z")
_ENDS_IN_NUMBER = re.compile(r"(?:\A|\.)(?:[0-9]+|0x[0-9a-f]*)\Z")
_DOTTED_QUAD = re.compile(r"\A(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})\Z")
# int() reads the digits of every script, and so do URL parsers built on it.
_FOREIGN_NUMBER = re.compile(r"(?:\A|\.|:)(?![0-9]+\.?\Z)\d+\.?\Z")
_USER = re.compile(r"\A[A-Za-z0-9._~+-]+(?::[A-Za-z0-9._~!$'()*+,;=%-]*)?\Z")

Address = IPv4Address | IPv6Address


class ForbiddenAddress(OSError):
    """An address that must not be dialled; an ``OSError`` so that it passes through the client."""


def is_public(address: Address) -> bool:
    """Whether ``address`` is a plain, globally reachable unicast address."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in net for net in _CLOSED_V4)
    return address in _OPEN_V6 and not any(address in net for net in _CLOSED_V6)


def objection(url: str) -> str:
    """Why ``url`` must not be visited, as a phrase; ``""`` when the guard has none.

    Judges the text of the URL only: names are not resolved here.
    """
    return next((found for _, found in judged(url) if found), "")


def judged(url: str) -> Iterator[tuple[str, str]]:
    """Each rule for the text of a URL, in words, and what it finds: ``""`` where all is well.

    Ends with the first that finds something: the later ones take the earlier for granted.
    """
    for rule, objection_of in _RULES:
        found = objection_of(url)
        yield rule, found
        if found:
            return


def oddity(url: str) -> str:
    """What in the text of a URL, relative or not, is read differently by different readers."""
    if "\\" in url or any(unicodedata.category(letter) == "Cc" for letter in url):
        return "it holds a control character or a backslash"
    return ""


def _authority_objection(url: str) -> str:
    authority = _AUTHORITY.match(url)
    if authority is None:
        return "it does not begin with http:// or https://"
    user, _, host = authority[1].rpartition("@")
    if user and not _USER.match(user):
        return "the part before @ is not a plain user name and password"
    if not host or "%" in host or " " in host or not host.isprintable():
        return "it names no host that can be read in one way only"
    if any(_FOREIGN_NUMBER.search(part) for part in (host, host.rpartition(":")[0])):
        return "its host or port is a number in digits that not everybody reads as such"
    if unicodedata.normalize("NFKC", host.casefold()) != unicodedata.normalize(
        "NFC", host.casefold()
    ):
        return "its host is written in look-alike letters"
    return ""


def _port_objection(url: str) -> str:
    try:
        port = URL(url).port
    except ValueError:
        return "it is not a well-formed address"
    return "" if port in PORTS else f"port {port} is not one of {_PORTS}"


def _host_objection(url: str) -> str:
    return name_objection((URL(url).raw_host or "").lower())


_PORTS = ", ".join(map(str, sorted(PORTS)))
_RULES: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("its letters can be read in one way only", oddity),
    ("it begins with http:// or https:// and names a plain host", _authority_objection),
    (f"its port is one of {_PORTS}", _port_objection),
    ("its host is a public name or address", _host_objection),
)


def name_objection(host: str) -> str:
    """Why this host (lower case, IDNA) must not be visited; ``""`` when the guard has none."""
    bare = host.rstrip(".")
    if ":" in bare or _ENDS_IN_NUMBER.search(bare):
        return _literal_objection(bare)
    if f".{bare}".endswith(INTERNAL_SUFFIXES):
        return "its name belongs to a local network"
    if f".{bare}".endswith(RESERVED_SUFFIXES):
        return "its name is reserved: no public site is called so"
    if not _HOST_NAME.match(bare):
        return "its host is no public name: one with a dot, in letters, digits and hyphens"
    return ""


def _literal_objection(host: str) -> str:
    # Only the strict dotted quad is read the same way by everybody; 127.1 and 0177.1 are not.
    if ":" not in host and not _DOTTED_QUAD.match(host):
        return "its host is a number that is no plain address"
    try:
        address = ip_address(host)
    except ValueError:
        return "its host is a number that is no plain address"
    return "" if is_public(address) else f"{address} is not a public address"


class GuardedResolver(AbstractResolver):
    """Refuses a name when *any* of its addresses is not public, so that none can be chosen."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve ``host``.

        Raises:
            ForbiddenAddress: One of the answers must not be dialled.
            OSError: The name has no address.
        """
        answers = await self._inner.resolve(host, port, family)
        for answer in answers:
            check_address(answer["host"])
        return answers

    async def close(self) -> None:
        await self._inner.close()


def check_address(host: str) -> None:
    """Raise ``ForbiddenAddress`` unless ``host`` is the text of a public address."""
    try:
        address = ip_address(host)
    except ValueError:
        raise ForbiddenAddress(f"{host!r} is not an address") from None
    if not is_public(address):
        raise ForbiddenAddress(f"{address} is not a public address")


AddrInfo = tuple[int, int, int, str, tuple[object, ...]]


def guarded_socket(info: AddrInfo) -> socket.socket:
    """Open the socket for one address, or refuse: the last fence before the connection.

    Raises:
        ForbiddenAddress: The address must not be dialled.
    """
    family, kind, protocol, _, address = info
    check_address(str(address[0]))
    opened = socket.socket(family, kind, protocol)
    opened.setblocking(False)
    return opened
