"""Which entries are stubs, and of which the page behind the link is worth reading."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.core.model import Entry, FullText, Reading, Reason, Verdict, Wanted

SHORT = 280  # a body with fewer letters is no report yet
_CUT = ("…", "...", "[…]", "[...]")
_SETTLED = frozenset({Reason.ALREADY_SEEN, Reason.TOO_OLD, Reason.FAILED})


def wanted(verdict: Verdict, mode: FullText) -> Wanted | None:
    """The page that is to be read after this verdict, if there is one.

    Args:
        verdict: What was decided about the entry as its feed gave it.
        mode: What the operator wants of its feed.
    """
    entry = verdict.entry
    if mode is FullText.NEVER or entry.is_seed or entry.is_page or verdict.reason in _SETTLED:
        return None
    host = _host(entry.link)
    if not host or not is_stub(entry):
        return None
    if mode is FullText.AUTO and not _is_promising(verdict.reading):
        return None
    return Wanted(entry.fingerprint, host, verdict.reading.severity)


def is_stub(entry: Entry) -> bool:
    """Whether its body is short or was cut off."""
    body = entry.body.rstrip()
    return len(body) < SHORT or body.endswith(_CUT)


def _is_promising(reading: Reading) -> bool:
    """Flagged, or nearly so: a place and a weapon, and nothing that speaks against it."""
    return reading.flag or bool(reading.places and reading.facts.weapons and not reading.guard)


def _host(link: str) -> str:
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return (parts.hostname or "").lower() if parts.scheme in {"http", "https"} else ""
