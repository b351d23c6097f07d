"""What came instead of a feed, in a sentence the operator can act on."""

from __future__ import annotations

import re

from bot.core.model import Source
from bot.errors import SourceChallenged, SourceInvalid, SourceIsPage
from bot.sources import plain

_CHALLENGES = (
    "just a moment",
    "attention required",
    "checking your browser",
    "are you a robot",
    "verify you are human",
    "captcha",
    "ddos protection",
    "access denied",
)
_TITLE = re.compile(r"<title[^>]*>(.{0,300}?)</title", re.IGNORECASE | re.DOTALL)
_FEED_LINK = re.compile(
    r"<link\b[^>]{0,400}type=[\"']application/(?:rss|atom)\+xml[\"'][^>]{0,400}>", re.IGNORECASE
)
_HREF = re.compile(r"href=[\"']([^\"']{1,400})", re.IGNORECASE)
_HTML = re.compile(r"<!doctype\s+html|<html\b|<head\b|<body\b", re.IGNORECASE)
_HEAD = 20_000
_PAGE_HEAD = 200_000
_FEED = re.compile(r"\A\s*(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<(?:rss|feed|rdf:)", re.IGNORECASE)


def error_of(source: Source, body: bytes, problem: str) -> SourceInvalid:
    """``problem`` as the failure it is: a page that asks for a human, a web page, no good feed."""
    # The marks are ASCII, which every encoding a page comes in shares.
    head = body[:_HEAD].replace(b"\0", b"").decode("latin-1")
    if not _HTML.search(head) or _FEED.match(head):
        return SourceInvalid(source.id, problem)
    kind = SourceChallenged if is_challenge(head) else SourceIsPage
    return kind(source.id, problem)


def is_challenge(page: str) -> bool:
    """Whether a web page wants to be convinced of a human."""
    return any(mark in page.lower() for mark in _CHALLENGES)


def what_it_is(text: str, content_type: str = "") -> str:
    """What ``text`` is, given that it is no feed."""
    head = text[:_HEAD]
    if not head.strip():
        return "It answers with an empty document instead of a feed."
    if _HTML.search(head):
        return _page(head)
    if head.lstrip().startswith("<"):
        root = re.search(r"<([\w:.-]{1,60})", head)
        name = f" (<{root[1]}>)" if root else ""
        return f"It answers with XML{name} that is no feed."
    label = f" labelled {content_type}" if content_type else ""
    return f'It answers with a text{label} that is no feed: "{plain.line_of(head[:400])[:80]}".'


def linked_feeds(text: str) -> tuple[str, ...]:
    """The addresses of feeds that a web page names, as it writes them."""
    found = (_HREF.search(link[0]) for link in _FEED_LINK.finditer(text[:_PAGE_HEAD]))
    return tuple(dict.fromkeys(href[1].strip() for href in found if href))


def _page(head: str) -> str:
    found = _TITLE.search(head)
    title = plain.line_of(found[1])[:100] if found else ""
    named = f' titled "{title}"' if title else ""
    if is_challenge(head):
        return (
            f"It answers with a page{named} that wants to be convinced of a human, not with the "
            "feed. Ask the publisher to let feed readers pass, or use another address."
        )
    feed = _FEED_LINK.search(head)
    address = _HREF.search(feed[0]) if feed else None
    if address:
        return f"It is a web page{named}, not a feed; the page says its feed is at {address[1]}."
    return f"It is a web page{named}, not a feed. Look for the address of its RSS or Atom feed."
