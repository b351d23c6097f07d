"""Who may talk to the sandbox: this machine only, and pages of our own only."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse foreign names (DNS rebinding) and foreign pages; set the page's headers."""
    if not is_loopback(request.headers.get("Host", "")):
        return problem(403, "the sandbox answers to loopback names only")
    # An <img> of a foreign page asks without an Origin, and the sandbox's token is no secret.
    # Clients that are no browsers do not send this header.
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return problem(403, "requests of other sites are refused")
    origin = request.headers.get("Origin")
    if origin is not None and not _is_same(origin, request.headers["Host"]):
        return problem(403, "requests of other sites are refused")
    is_ours = request.path.startswith("/_sandbox/")
    if is_ours and request.method == "POST" and request.content_type != "application/json":
        # A form of a foreign page can be sent without asking; JSON cannot.
        return problem(415, "send JSON with Content-Type: application/json")
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """``on_response_prepare``: also covers streams and static files."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(("/_sandbox/", "/page/")) or request.path == "/":
        response.headers.setdefault("Cache-Control", "no-store")


def problem(status: int, why: str) -> web.Response:
    """A refusal of the sandbox's own routes."""
    return web.json_response({"error": why}, status=status)


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine."""
    return re.sub(r":\d+$", "", host).strip("[]").lower() in LOOPBACK


def _is_same(origin: str, host: str) -> bool:
    return urlsplit(origin).netloc.lower() == host.lower()
