"""One polite, guarded visit to one address: bytes and facts, nothing understood yet."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.core.model import Source
from bot.errors import SourceChallenged, SourceInvalid, SourceUnavailable
from bot.sources import failures, guard, hops
from bot.sources.inflate import CutShort, Inflater, TooLarge, UnknownEncoding
from bot.sources.resolve import SystemResolver

_PIECE = 65_536
_VALIDATOR_MAX = 1_024
_SAID = 200  # bytes of a refusal that are worth reading
_MOVED = frozenset({301, 302, 303, 307, 308})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one visit may cost. ``max_bytes`` counts the body after inflation."""

    total_s: float = 30
    idle_s: float = 10
    max_bytes: int = 5_000_000
    redirects: int = 5
    user_agent: str = "Rasid/0.1 (self-hosted news watcher)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a visit brought back. With ``not_modified`` the body is empty on purpose.

    ``etag`` and ``last_modified`` are byte-exact, ``""`` when the server sent none that can be
    kept so. ``content_type`` and ``charset`` are lower case, ``""`` when it named none;
    ``headers`` has lower-case names. ``moved_to`` is where it was found when every redirect on the
    way was for good, ``""`` when there was none or one was not.
    """

    status: int
    final_url: str
    body: bytes = b""
    not_modified: bool = False
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    charset: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""


class Fetcher:
    """Visits addresses: one request in flight per host, a new connection each time, no cookies.

    Redirects are followed by hand so that the guard sees every hop. A source the operator marked
    ``private`` may stand at any address, but only its own host and port are exempt: where it
    redirects to is guarded as ever.
    """

    def __init__(
        self,
        limits: FetchLimits,
        *,
        resolver: AbstractResolver | None = None,
        seen: Callable[[aiohttp.ClientResponse], None] | None = None,
    ) -> None:
        """``resolver`` answers names in place of the system's; it is guarded all the same.

        ``seen`` is shown each answer of each hop before anything is made of it.
        """
        self._seen = seen
        self._limits = limits
        self._resolver = resolver
        self._sessions: dict[bool, aiohttp.ClientSession] = {}
        self._hosts: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def get(
        self,
        source: Source,
        *,
        conditional: bool = True,
        accept: str = _ACCEPT,
        ask: Callable[[URL], Awaitable[None]] | None = None,
    ) -> Fetched:
        """Visit ``source`` and follow its redirects.

        Args:
            source: Its validators are sent back byte-exact when ``conditional``.
            conditional: ``False`` asks for the whole document whatever we have already.
            accept: What kinds of document are wished for.
            ask: Asked before each hop, and free to raise; it may visit the same host.

        Raises:
            SourceUnavailable: It may work later.
            SourceRefused: Our guard or a size limit said no.
            SourceInvalid: There is nothing to read at this address.
        """
        url = hops.first(source)
        is_lasting = True
        clock = asyncio.get_running_loop().time
        left_s = self._limits.total_s
        for redirects in range(self._limits.redirects + 1):
            if ask is not None:
                await ask(url)
            # The wait for another visit to this host does not count against this one.
            async with self._turn(url):
                begun = clock()
                found = await self._whatever_304(source, url, conditional, left_s, accept)
                left_s -= clock() - begun
            if isinstance(found, Fetched):
                has_moved = redirects and is_lasting
                return replace(found, moved_to=hops.lasting(url)) if has_moved else found
            url, is_lasting = found.url, is_lasting and found.is_permanent
        raise SourceInvalid(
            source.id,
            f"It redirects more than {self._limits.redirects} times, lastly to {hops.shown(url)}. "
            "Open the address in a browser and configure the address it ends at.",
        )

    async def post(self, source: Source, address: str, form: Mapping[str, str]) -> tuple[int, str]:
        """Send a form to an address that ``source`` names; redirects are not followed.

        Returns:
            The status, and the first words of the answer.

        Raises:
            SourceUnavailable: It may work later.
            SourceRefused: Our guard said no.
        """
        url = hops.named(source, address)
        session = self._session(exempt=hops.is_exempt(source, url))
        headers = {"User-Agent": self._limits.user_agent, "Accept-Encoding": "identity"}
        try:
            async with (
                self._turn(url),
                asyncio.timeout(self._limits.total_s),
                session.post(url, data=form, headers=headers, allow_redirects=False) as response,
            ):
                said = await response.content.read(_SAID)
                return response.status, said.decode("utf-8", "replace")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise failures.of_exception(
                source, error, self._limits.total_s, self._limits.idle_s
            ) from error

    async def close(self) -> None:
        """Close every connection; the fetcher may be used again afterwards."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def _turn(self, url: URL) -> asyncio.Lock:
        host = (url.raw_host or "").lower()
        lock = self._hosts.get(host)
        if lock is None:
            lock = self._hosts[host] = asyncio.Lock()
        return lock

    async def _whatever_304(
        self, source: Source, url: URL, conditional: bool, left_s: float, accept: str
    ) -> Fetched | hops.Hop:
        """One hop; asked again for the whole document where one may stand behind a 304."""
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            return await self._hop(source, url, conditional, left_s, accept)
        except SourceUnavailable as error:
            if not (conditional and failures.may_be_a_body_behind_304(source, error)):
                raise
        return await self._hop(source, url, False, left_s - (clock() - begun), accept)

    async def _hop(
        self, source: Source, url: URL, conditional: bool, left_s: float, accept: str
    ) -> Fetched | hops.Hop:
        headers = self._headers(source, url, conditional) | {"Accept": accept}
        exempt = hops.is_exempt(source, url)
        # A proxy of the operator's may stand anywhere; what is asked of it is judged before.
        session = self._session(exempt=exempt or bool(source.proxy))
        try:
            async with asyncio.timeout(max(left_s, 0.0)):
                if source.proxy and not exempt:
                    await self._check_name(url)
                async with session.get(
                    url, headers=headers, allow_redirects=False, proxy=source.proxy or None
                ) as response:
                    return await self._answer(source, response, conditional)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise failures.of_exception(
                source, error, self._limits.total_s, self._limits.idle_s
            ) from error

    async def _check_name(self, url: URL) -> None:
        """Judge the addresses we know of a name that a proxy will look up for itself."""
        inner = self._resolver or SystemResolver()
        try:
            await guard.GuardedResolver(inner).resolve(url.raw_host or "", url.port or 0)
        except guard.ForbiddenAddress:
            raise
        except OSError:
            # Behind a proxy there is often nobody to ask: then its own rules must do.
            return

    def _headers(self, source: Source, url: URL, conditional: bool) -> dict[str, str]:
        headers = {
            "User-Agent": self._limits.user_agent,
            "Accept-Encoding": "gzip, deflate",  # no br: there is no bounded decoder for it here
        }
        if conditional and source.etag:
            headers["If-None-Match"] = source.etag
        if conditional and source.last_modified:
            headers["If-Modified-Since"] = source.last_modified
        if not hops.is_own(source, url):
            return headers
        # The operator's for this feed: they may hold a key, so no other host gets them.
        own = dict(source.headers)
        names = {name.lower() for name in own}
        return {name: value for name, value in headers.items() if name.lower() not in names} | own

    def _session(self, *, exempt: bool) -> aiohttp.ClientSession:
        if exempt not in self._sessions:
            self._sessions[exempt] = aiohttp.ClientSession(
                connector=self._connector(exempt=exempt),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                # Content-Security-Policy headers of news sites pass aiohttp's 8,190.
                max_field_size=32_768,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._limits.idle_s, sock_read=self._limits.idle_s
                ),
            )
        return self._sessions[exempt]

    def _connector(self, *, exempt: bool) -> aiohttp.TCPConnector:
        inner = self._resolver or SystemResolver()
        return aiohttp.TCPConnector(
            resolver=inner if exempt else guard.GuardedResolver(inner),
            socket_factory=None if exempt else guard.guarded_socket,
            use_dns_cache=False,
            force_close=True,
            limit=0,
        )

    async def _answer(
        self, source: Source, response: aiohttp.ClientResponse, conditional: bool
    ) -> Fetched | hops.Hop:
        if self._seen:
            self._seen(response)
        if response.headers.get("cf-mitigated"):
            raise SourceChallenged(source.id, failures.CHALLENGE)
        if response.status in _MOVED:
            return hops.following(source, response)
        if response.status == 304:
            return _not_modified(source, response, conditional)
        if response.status not in (200, 203):
            asked, date = response.headers.get("Retry-After", ""), response.headers.get("Date", "")
            raise failures.of_status(source, response.status, asked, date)
        return _fetched(response, await self._body(source, response))

    async def _body(self, source: Source, response: aiohttp.ClientResponse) -> bytes:
        limit = self._limits.max_bytes
        if (response.content_length or 0) > limit:
            raise failures.too_large(source, limit, response.content_length)
        try:
            inflater = Inflater(response.headers.get("Content-Encoding", ""), limit)
            async for piece in response.content.iter_chunked(_PIECE):
                inflater.feed(piece)
            return inflater.finish()
        except TooLarge as error:
            raise failures.too_large(source, limit) from error
        except CutShort as error:
            raise SourceUnavailable(
                source.id, "Its compressed document ended too early or is damaged."
            ) from error
        except UnknownEncoding as error:
            raise SourceInvalid(
                source.id,
                f"It is packed as {str(error)!r:.40}, though only gzip and deflate were offered.",
            ) from error


def _not_modified(source: Source, response: aiohttp.ClientResponse, conditional: bool) -> Fetched:
    if not conditional or not (source.etag or source.last_modified):
        raise SourceUnavailable(
            source.id, "It says its document has not changed, though we never had it."
        )
    return _fetched(response, b"", not_modified=True)


def _fetched(
    response: aiohttp.ClientResponse, body: bytes, *, not_modified: bool = False
) -> Fetched:
    named = "Content-Type" in response.headers
    return Fetched(
        status=response.status,
        final_url=str(response.url),
        body=body,
        not_modified=not_modified,
        etag=_validator(response, "ETag"),
        last_modified=_validator(response, "Last-Modified"),
        content_type=response.content_type.lower() if named else "",
        charset=(response.charset or "").lower() if named else "",
        headers={name.lower(): value for name, value in response.headers.items()},
    )


def _validator(response: aiohttp.ClientResponse, name: str) -> str:
    value = response.headers.get(name, "")
    # Bytes that are no UTF-8 could be neither stored nor returned exactly: then we have none.
    with suppress(UnicodeEncodeError):
        return value if len(value.encode()) <= _VALIDATOR_MAX else ""
    return ""
