"""One HTTP server for what others may ask us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from bot.errors import ConfigError

_STOP_S = 2.0


@dataclass(slots=True)
class WebServer:
    """A running server; ``port`` is the one it got."""

    port: int
    _runner: web.AppRunner

    async def close(self) -> None:
        """Stop listening; what is being answered is finished first."""
        await self._runner.cleanup()


async def start_web(
    routes: Iterable[web.RouteDef], host: str, port: int, max_bytes: int, key: str = "web.port"
) -> WebServer:
    """Listen.

    Args:
        routes: What is answered; all else is 404.
        host: Loopback unless the operator chose otherwise.
        port: 0 takes any free one.
        max_bytes: Of the body of a request.
        key: Where the operator wrote the port.

    Raises:
        ConfigError: The port cannot be opened.
    """
    app = web.Application(client_max_size=max_bytes)
    app.add_routes(routes)
    # Without access log: the address of a push is its password.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(
            f"{key} {port} on {host} cannot be opened: {error.strerror}", key
        ) from error
    return WebServer(runner.addresses[0][1], runner)
