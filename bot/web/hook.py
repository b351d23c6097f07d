"""Where Telegram calls when it brings updates instead of being asked for them."""

from __future__ import annotations

import hmac
import json
from typing import Any

from aiohttp import web

from bot.ports import Inbox

PATH = "/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
# An update with the longest text, its entities and the message it answers is a tenth of that.
MAX_BYTES = 1_000_000
_MOST_UPDATES = 2**63  # what a database can count


def routes(inbox: Inbox, secret: str) -> list[web.RouteDef]:
    """The route of one receiver; ``secret`` is what Telegram was told to say."""
    expected = secret.encode()

    async def bring(request: web.Request) -> web.Response:
        # Before anything is read: who does not know the secret gets none of our memory.
        if not hmac.compare_digest(_said(request), expected):
            raise web.HTTPForbidden(text="this is not for you\n")
        update = _update(await request.clone(client_max_size=MAX_BYTES).read())
        if update is None:
            raise web.HTTPBadRequest(text="this is no update\n")
        # Not taken: 503 lets Telegram keep it and come again.
        return web.Response(status=200 if await inbox.take(update) else 503)

    return [web.post(PATH, bring)]


def _said(request: web.Request) -> bytes:
    # Bytes that are no UTF-8 arrive as lone surrogates.
    return request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")


def _update(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    number = raw.get("update_id") if isinstance(raw, dict) else None
    return raw if type(number) is int and 0 <= number < _MOST_UPDATES else None
