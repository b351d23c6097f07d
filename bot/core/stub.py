"""Which entries are stubs, and of which the page behind the link is worth reading."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.core.model import Entry, FullText, Reading, Reason, Verdict, Wanted

SHORT = 280  # a body with fewer letters is no report yet
_SERVICES = frozenset({"www", "feeds", "feed", "rss", "rcs", "m"})  # before a site's name
_CUT = ("…", "...", "[…]", "[...]")
_SETTLED = frozenset({Reason.ALREADY_SEEN, Reason.TOO_OLD, Reason.FAILED})


def wanted(verdict: Verdict, mode: FullText, feed: str) -> Wanted | None:
    """The page that is to be read after this verdict, if there is one.

    Args:
        verdict: What was decided about the entry as its feed gave it.
        mode: What the operator wants of its feed.
        feed: The feed's address. Only ``always`` leads to another site than its own: a feed names
            whatever addresses it likes.
    """
    entry = verdict.entry
    if mode is FullText.NEVER or entry.is_seed or entry.is_page or verdict.reason in _SETTLED:
        return None
    host = _host(entry.link)
    if not host or not is_stub(entry):
        return None
    if mode is FullText.AUTO and not (_is_promising(verdict.reading) and _is_near(host, feed)):
        return None
    return Wanted(entry.fingerprint, host, verdict.reading.severity)


def is_stub(entry: Entry) -> bool:
    """Whether its body is short or was cut off."""
    body = entry.body.rstrip()
    return len(body) < SHORT or body.endswith(_CUT)


def _is_promising(reading: Reading) -> bool:
    """Flagged, or nearly so: a place and a weapon, and nothing that speaks against it."""
    return reading.flag or bool(reading.places and reading.facts.weapons and not reading.guard)


def _is_near(host: str, feed: str) -> bool:
    """Whether a page stands on the site of its feed: the same host, or one inside of the other.

    feeds.news.example and www.news.example are one site, as far as their last names are.
    """
    own, other = _site(host), _site(_host(feed))
    return own == other or own.endswith(f".{other}") or other.endswith(f".{own}")


def _site(host: str) -> str:
    first, dot, rest = host.partition(".")
    return rest if dot and first in _SERVICES and "." in rest else host


def _host(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return (parts.hostname or "").lower() if parts.scheme in {"http", "https"} else ""
