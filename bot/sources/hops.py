"""Where a request may go: the first address of a source and each redirect after it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.core.model import Source
from bot.errors import SourceInvalid
from bot.sources import failures, guard

_PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect that was answered: where to, and whether for good (301, 308)."""

    url: URL
    is_permanent: bool


def first(source: Source) -> URL:
    """Where a visit to ``source`` begins: its own address, or where it moved for good.

    Raises:
        SourceRefused: The guard objects.
        SourceInvalid: It is no web address.
    """
    if source.moved_url:
        return _moved_address(source)
    if source.private:
        return _own_address(source)
    if reason := guard.objection(source.url):
        raise failures.refused(source, reason)
    return URL(source.url)


def _moved_address(source: Source) -> URL:
    # Judged as anybody's: that an address is private was allowed of the operator's own only.
    url = URL(source.moved_url)
    if not is_exempt(source, url) and (reason := guard.objection(source.moved_url)):
        raise failures.refused(source, reason)
    return _with_credentials(source, url)


def is_own(source: Source, url: URL) -> bool:
    """Whether ``url`` is on the very host and port the operator configured."""
    is_web = url.scheme in ("http", "https") and bool(url.raw_host)
    return is_web and url.origin() == URL(source.url).origin()


def lasting(url: URL) -> str:
    """``url`` as it is remembered: without password and fragment."""
    return str(url.with_user(None).with_fragment(None))


def _own_address(source: Source) -> URL:
    with suppress(ValueError):
        url = URL(source.url)
        if url.scheme in ("http", "https") and url.raw_host:
            return url
    raise SourceInvalid(source.id, "Its address does not begin with http:// or https://.")


def named(source: Source, address: str) -> URL:
    """An address that the document of ``source`` names.

    Raises:
        SourceRefused: The guard objects.
    """
    with suppress(ValueError):
        url = URL(address)
        if is_exempt(source, url):
            return url
    if reason := guard.objection(address):
        raise failures.refused(source, reason)
    return URL(address)


def is_exempt(source: Source, url: URL) -> bool:
    """Whether the operator's ``private`` covers ``url``: only the source's own host and port."""
    is_web = url.scheme in ("http", "https") and bool(url.raw_host)
    return source.private and is_web and url.origin() == _own_address(source).origin()


def following(source: Source, response: aiohttp.ClientResponse) -> Hop:
    """Where a redirecting answer leads.

    Raises:
        SourceRefused: The guard objects.
        SourceInvalid: It leads nowhere.
    """
    # Bytes of a header that are not UTF-8 arrive as lone surrogates.
    location = response.headers.get("Location", "").encode("utf-8", "surrogateescape")
    text = location.decode("utf-8", "replace").strip()
    if not text:
        raise SourceInvalid(source.id, f"It answers {response.status} but does not say where to.")
    try:
        url = response.url.join(URL(text))
    except ValueError as error:
        raise SourceInvalid(source.id, "It redirects to something that is no address.") from error
    if reason := guard.oddity(text) or ("" if is_exempt(source, url) else _inward(text, url)):
        raise failures.refused(source, f"it redirects to {shown(url)}, and {reason}")
    return Hop(_with_credentials(source, url), response.status in _PERMANENT)


def _inward(text: str, url: URL) -> str:
    if text.startswith("///"):  # a path for some, for browsers a host behind two slashes too many
        return "it names no host that can be read in one way only"
    # Judged as it was written too: joining may already have tidied it.
    return (guard.objection(text) if URL(text).scheme else "") or guard.objection(str(url))


def _with_credentials(source: Source, url: URL) -> URL:
    """The source's own user name and password on its own host; on any other host none."""
    own = URL(source.url)
    bare = url.with_user(None)
    if own.user is None or bare.origin() != own.origin():
        return bare
    return bare.with_user(own.user).with_password(own.password)


def shown(url: URL) -> str:
    """``shown_url`` of an address that was parsed already."""
    return shown_url(str(url))


def shown_url(url: str) -> str:
    """An address as it may stand in a log, a note or an error.

    User name, password and fragment are dropped, and the query with them, where many feeds want
    their key; that there was one shows as ``?…``. Never fails.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number may be half a password
    except ValueError:
        return "an address that cannot be read"
    if not parts.netloc:
        return "an address without a host"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"[:200] + ("?…" if parts.query else "")
