"""Whether we live and are ready, for a monitor or whatever restarts us. It looks at nothing itself.

It is served from the watcher's thread: a blocked main loop is answered for, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.core.condition import Condition
from bot.core.model import Vitals

LIVE, READY = "/livez", "/readyz"
_OLD = {"Cache-Control": "no-store"}


def routes(look: Callable[[], Condition]) -> list[web.RouteDef]:
    """Both routes; ``look`` says how we are doing and must not take its time."""

    async def live(_: web.Request) -> web.Response:
        seen = look()
        return _answer(seen.is_alive, {"alive": seen.is_alive})

    async def ready(_: web.Request) -> web.Response:
        seen = look()
        return _answer(seen.is_ready, {"ready": seen.is_ready} | _facts(seen))

    return [web.get(LIVE, live), web.get(READY, ready)]


def _answer(is_well: bool, told: dict[str, Any]) -> web.Response:
    return web.json_response(told, status=200 if is_well else 503, headers=_OLD)


def _facts(seen: Condition) -> dict[str, Any]:
    signs = seen.signs
    if seen.looked_s_ago is None:
        return {"wrong": dict(seen.wrong)}
    return {
        "wrong": dict(seen.wrong),
        "looked_s_ago": round(seen.looked_s_ago, 1),
        "loop_silent_s": round(signs.loop_silent_s, 1),
        "telegram_silent_s": round(signs.telegram_silent_s, 1),
        "free_mb": signs.free_bytes // 2**20,
    } | (_of(signs.vitals) if signs.vitals else {})


def _of(vitals: Vitals) -> dict[str, Any]:
    read_at, waits = vitals.polled_ok_at, vitals.waits_since
    return {
        "sources": {"all": vitals.feeds, "fresh": vitals.fresh, "waiting": vitals.waiting},
        "read_at": read_at and read_at.isoformat(timespec="seconds"),
        "waits_since": waits and waits.isoformat(timespec="seconds"),
        "given_up_last_hour": vitals.dead,
        "unconfirmed_last_hour": vitals.unconfirmed,
    }
