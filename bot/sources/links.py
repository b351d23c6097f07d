"""Links a reader can open."""

from __future__ import annotations

from urllib.parse import urljoin


def http_link(base_url: str, link: str) -> str:
    """``link`` made absolute; ``""`` for what a reader cannot open (``javascript:``, ``tag:``)."""
    if not link:
        return ""
    try:
        absolute = urljoin(base_url, link)
    except ValueError:
        return ""
    return absolute if absolute.lower().startswith(("http://", "https://")) else ""
