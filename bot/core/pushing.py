"""Being told instead of asking: who offers it, is it they who speak, when to ask again.

WebSub as of https://www.w3.org/TR/websub/. Push is a gift and never relied upon: polling goes on,
at a slower pace while push proves that it misses nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from html import unescape
from typing import NamedTuple

from bot.core.model import Push, PushState

LEASE = timedelta(days=10)  # what hubs give at most
_SHORTEST_LEASE = timedelta(minutes=5)
_ANSWER = timedelta(minutes=10)  # a hub that took our request calls back by then
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)
_TRUSTED = timedelta(days=1)  # a push that brought nothing for so long proves nothing
_SLOWER, _SLOWEST = 4, timedelta(minutes=30)
_HASHES = ("sha1", "sha256", "sha384", "sha512")  # section 8 of the standard
_HEAD = 16_384  # characters in which a feed names its hub
_LINK_TAG = re.compile(r"<(?:\w+:)?link\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LINK_HEADER = re.compile(r"<([^<>]*)>([^<]*)")
_RELATION = re.compile(r"rel\s*=\s*\"?([^\";,]*)", re.IGNORECASE)


class Offer(NamedTuple):
    """Where a feed can be subscribed to, and under which name."""

    hub: str
    topic: str


def offered(link_header: str, text: str) -> Offer | None:
    """The hub and the name a feed gives itself, by its ``Link`` header, else by its first lines."""
    found = named(link_header, text)
    hub, topic = found.get("hub", ""), found.get("self", "")
    # Bytes of a header that are not UTF-8 arrive as lone surrogates: nobody could write them down.
    is_web = all(
        url.startswith(("https://", "http://")) and url.isprintable() for url in (hub, topic)
    )
    return Offer(hub, topic) if is_web else None


def named(link_header: str, text: str) -> dict[str, str]:
    """The addresses that a feed names, by what they are to it (``hub``, ``self`` …)."""
    found: dict[str, str] = {}
    for relations, address in (*_in_header(link_header), *_in_text(text[:_HEAD])):
        for relation in relations.lower().split():
            found.setdefault(relation, address)
    return found


def _in_header(header: str) -> list[tuple[str, str]]:
    return [
        (relation[1], link[1])
        for link in _LINK_HEADER.finditer(header[:_HEAD])
        if (relation := _RELATION.search(link[2]))
    ]


def _in_text(head: str) -> list[tuple[str, str]]:
    tags = [
        {name.lower(): unescape(one or other) for name, one, other in _ATTRIBUTE.findall(tag[1])}
        for tag in _LINK_TAG.finditer(head)
    ]
    return [(tag["rel"], tag["href"]) for tag in tags if "rel" in tag and "href" in tag]


def is_signed(secret: str, header: str, body: bytes) -> bool:
    """Whether ``X-Hub-Signature`` proves that whoever sent ``body`` knows ``secret``."""
    method, _, given = header.strip().partition("=")
    if method.lower() not in _HASHES:
        return False
    right = hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(right.encode(), given.strip().lower().encode("utf-8", "replace"))


def answer_by(now: datetime) -> datetime:
    """Until when a hub that took our request should have called."""
    return now + _ANSWER


def again_at(failures: int, now: datetime) -> datetime:
    """When to ask again after so many failures in a row (>= 1)."""
    return now + min(_FIRST_WAIT * 2.0 ** min(failures - 1, 20), _LONGEST_WAIT)


def leased(asked_s: int, now: datetime) -> tuple[datetime, datetime]:
    """Until when a lease of so many seconds holds, and when to ask for the next."""
    lease = min(max(timedelta(seconds=asked_s), _SHORTEST_LEASE), LEASE)
    return now + lease, now + lease * 3 / 4


def is_proven(push: Push, now: datetime) -> bool:
    """Whether it brought something of late, and has missed nothing since."""
    if push.state is not PushState.ACTIVE or push.pushed_at is None:
        return False
    in_time = now - push.pushed_at <= _TRUSTED and (push.lease_until or now) > now
    return in_time and (push.missed_at is None or push.missed_at < push.pushed_at)


def slowed(wait: timedelta, push: Push | None, now: datetime) -> timedelta:
    """How long a source is left alone when push brings its news."""
    if push is None or not is_proven(push, now):
        return wait
    return max(wait, min(wait * _SLOWER, _SLOWEST))
