"""Which links the server accepts, and the form it gives them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_USER_LINK = re.compile(r"tg:(?://)?user/?\?id=(\d+)$", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)


class WrongLink(ValueError):
    """The link cannot be used; the text says why in the server's words."""


def mentioned_user(url: str) -> int | None:
    """The user id of a ``tg://user?id=…`` link, ``None`` for any other link."""
    found = _USER_LINK.match(url)
    return int(found[1]) if found else None


def checked_link(url: str) -> str:
    """``url`` as the server stores it: scheme added, host lowered, never without a path.

    Raises:
        WrongLink: Not http, https or tg, or the host is not one.
    """
    url = url.strip()
    if url[:3].lower() == "tg:":
        return "tg://" + url[3:].removeprefix("//")
    if not _SCHEME.match(url):
        url = f"http://{url}"
    parts = _split(url)
    if parts.scheme not in {"http", "https"}:
        raise WrongLink("Unsupported URL protocol")
    host = parts.hostname or ""
    if not host:
        raise WrongLink("URL host is empty")
    if ("." not in host and ":" not in host) or re.search(r"[\s<>\"]", host):
        raise WrongLink("Wrong HTTP URL")
    return parts._replace(netloc=parts.netloc.lower(), path=parts.path or "/").geturl()


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is noticed only here
    except ValueError as error:
        raise WrongLink("Wrong HTTP URL") from error
    return parts
