"""When two addresses are one feed's."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def same_feed(url: str) -> str:
    """What the addresses of one feed have in common: all but user, password and fragment.

    Never fails: what cannot be read is like itself alone.
    """
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    host = parts.netloc.rpartition("@")[2].lower()
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
