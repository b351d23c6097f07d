"""Where hubs call: ``GET`` to prove that we asked, ``POST`` with news."""

from __future__ import annotations

from aiohttp import web

from bot.ports import Pushed

PATH = "/push/"
_LONGEST_CHALLENGE = 1_000


def routes(pushed: Pushed) -> list[web.RouteDef]:
    """The routes of one receiver."""

    async def verify(request: web.Request) -> web.Response:
        asked = request.query
        challenge = asked.get("hub.challenge", "")[:_LONGEST_CHALLENGE]
        lease = asked.get("hub.lease_seconds", "0")
        known = await pushed.verify(
            request.match_info["token"],
            asked.get("hub.mode", ""),
            asked.get("hub.topic", ""),
            int(lease) if lease.isascii() and lease.isdigit() and len(lease) < 12 else 0,
        )
        if not known:
            raise web.HTTPNotFound(text="nothing was asked of you here\n")
        # Plain text that no browser takes for a page: the challenge is the caller's own.
        return web.Response(text=challenge, headers={"X-Content-Type-Options": "nosniff"})

    async def deliver(request: web.Request) -> web.Response:
        token = request.match_info["token"]
        known = await pushed.expects(token) and await pushed.deliver(
            token,
            await request.read(),
            request.headers.get("X-Hub-Signature", ""),
            request.headers.get("Content-Type", ""),
        )
        # 410 tells a hub to forget us.
        return web.Response(status=204 if known else 410)

    return [web.get(f"{PATH}{{token}}", verify), web.post(f"{PATH}{{token}}", deliver)]
