"""What went wrong on a visit, as one of our errors and a sentence that says how to mend it.

The one door where aiohttp's errors and HTTP's statuses become ours.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp

from bot.core.model import Source
from bot.errors import (
    SourceEmptied,
    SourceError,
    SourceGone,
    SourceInvalid,
    SourceMissing,
    SourceRefused,
    SourceUnavailable,
)
from bot.sources import guard

_FORBIDDEN = 403
# One wrong header must not silence a feed for a week.
_RETRY_AFTER_MAX_S = 24 * 3600.0
_LATER = frozenset({408, 420, 421, 425, 429})

CHALLENGE = (
    "The publisher answers with a page that asks for a human (cf-mitigated), not with the feed. "
    "Ask them to let feed readers pass, or use another address of the same news."
)
_STATUS_MEANING = {
    401: (
        "It asks for a password. Put it into the address in config.yaml "
        "(https://user:password@…); it is sent to that host only and shown nowhere."
    ),
    402: "It asks for a payment.",
    403: "It forbids this program the feed. Try the address in a browser; it may be blocked here.",
    404: "There is no document at this address. Look for the feed's new address.",
    410: "The publisher says this feed is gone for good. Remove it or look for another.",
    451: "It is withheld for legal reasons where this program runs.",
}
_STATUS_ERROR: dict[int, type[SourceInvalid]] = {404: SourceMissing, 410: SourceGone}


def refused(source: Source, reason: str) -> SourceRefused:
    """The guard's no, with the way out for an operator who knows better."""
    return SourceRefused(
        source.id,
        f"The address was not visited: {reason}. "
        "If you trust it, set private: true for this one feed (--private on the command line).",
    )


def too_large(source: Source, limit: int, said: int | None = None) -> SourceRefused:
    """A document beyond ``limit`` bytes; ``said`` is what its header announced, if it did."""
    size = f"{said:,} bytes" if said else "more than that"
    return SourceRefused(
        source.id,
        f"Its document is too large: {size}, and the limit is {limit:,}. "
        "Ask for a shorter feed or raise the limit.",
    )


def emptied(source: Source) -> SourceEmptied:
    """A feed without entries that had some: what was known of it is kept for when they return."""
    return SourceEmptied(
        source.id,
        f"Its feed is empty, though it used to hold {source.held} entries. "
        "It is often full again in a while; if not, look for another address.",
    )


def of_status(source: Source, status: int, retry_after: str, date: str) -> SourceError:
    """What an answer that is neither a document nor a redirect means."""
    wait_s = retry_after_s(retry_after, date)
    # A refusal that says when to come back is none.
    if status >= 500 or status in _LATER or (status == _FORBIDDEN and wait_s is not None):
        asked = "" if wait_s is None else f" It asks to wait {wait_s:.0f} s."
        return SourceUnavailable(source.id, f"It answers {status}: not now.{asked}", wait_s)
    meaning = _STATUS_MEANING.get(status, "That is no document to read.")
    kind = _STATUS_ERROR.get(status, SourceInvalid)
    return kind(source.id, f"It answers {status}. {meaning}")


def retry_after_s(value: str, date: str) -> float | None:
    """Seconds a ``Retry-After`` header asks us to wait, at least 0 and at most a day.

    Args:
        value: Seconds or an HTTP date.
        date: The answer's own ``Date``: the wait is reckoned on the server's clock, not on ours.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), _RETRY_AFTER_MAX_S)
    until, since = http_date(text), http_date(date)
    if until is None or since is None:
        return None
    return min(max((until - since).total_seconds(), 0.0), _RETRY_AFTER_MAX_S)


def http_date(text: str) -> datetime | None:
    """The moment an HTTP header names; ``None`` when it names none, or one without a zone."""
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def of_exception(source: Source, error: Exception, total_s: float, idle_s: float) -> SourceError:
    """What an exception of the client means; to be raised ``from`` it."""
    cause = getattr(error, "os_error", error)
    if isinstance(cause, guard.ForbiddenAddress):
        return refused(source, str(cause))
    if isinstance(error, TimeoutError):
        return SourceUnavailable(
            source.id,
            f"It did not finish answering in {total_s:g} s or was silent for {idle_s:g} s.",
        )
    return SourceUnavailable(source.id, _sentence(error))


def may_be_a_body_behind_304(source: Source, error: SourceUnavailable) -> bool:
    """Whether asking again without validators may help.

    A document behind a 304 is taken for the next answer on the connection and is no HTTP: without
    this such a feed could be read once and then never again.
    """
    has_validators = bool(source.etag or source.last_modified)
    return has_validators and isinstance(error.__cause__, aiohttp.ClientResponseError)


def _sentence(error: Exception) -> str:
    for kind, say in _SENTENCES:
        if isinstance(error, kind):
            return say(error)
    return f"It does not speak proper HTTP ({type(error).__name__})."


def _not_found(error: Exception) -> str:
    host = getattr(error, "host", "")
    return f"Its name {host!r:.80} was not found. Check the address and the network."


def _by_proxy(error: Exception) -> str:
    # Its own words may repeat the proxy's password.
    return f"No connection to it: its proxy answers {getattr(error, 'status', 'no')}."


def _not_connected(error: Exception) -> str:
    host, cause = getattr(error, "host", ""), getattr(error, "os_error", None)
    return f"No connection to {host!r:.80}: {getattr(cause, 'strerror', None) or 'refused'}."


# The more special first: aiohttp's classes inherit from one another.
_SENTENCES: tuple[tuple[type[Exception], Callable[[Exception], str]], ...] = (
    (aiohttp.ClientConnectorDNSError, _not_found),
    (
        aiohttp.ClientConnectorCertificateError,
        lambda _: (
            "Its certificate could not be verified: it is expired, self-signed or of another name."
        ),
    ),
    (aiohttp.ClientSSLError, lambda _: "No secure connection could be made."),
    (ssl.SSLError, lambda _: "No secure connection could be made."),
    (aiohttp.ClientConnectorError, _not_connected),
    (aiohttp.ClientHttpProxyError, _by_proxy),
    (
        aiohttp.ClientPayloadError,
        lambda _: "The answer broke off or has another length than it says.",
    ),
    (
        aiohttp.ServerDisconnectedError,
        lambda _: "It closed the connection without an answer.",
    ),
)
