"""Composition: one HTTP server on loopback that is Telegram, its users and a newsroom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.errors import ConfigError
from bot.sandbox.bot_api import BotApi
from bot.sandbox.guard import LOOPBACK, add_headers, guard
from bot.sandbox.newsroom import Newsroom
from bot.sandbox.page_api import PageApi
from bot.sandbox.world import World, first_id

PAGE = Path(__file__).with_name("page")
MAX_BODY_BYTES = 51 * 1024 * 1024  # the 50 MB document and what travels around it
STOP_S = 2.0


@dataclass(slots=True)
class Sandbox:
    """A running sandbox.

    Attributes:
        url: ``http://127.0.0.1:PORT``, without a slash at the end.
        token: The token it answers to.
        world: Its state, for tests that look inside.
        newsroom: Its reports.
    """

    url: str
    token: str
    world: World
    newsroom: Newsroom
    _runner: web.AppRunner

    @property
    def api_url(self) -> str:
        """python-telegram-bot's ``base_url``."""
        return f"{self.url}/bot"

    @property
    def file_url(self) -> str:
        """python-telegram-bot's ``base_file_url``."""
        return f"{self.url}/file/bot"

    @property
    def feed_url(self) -> str:
        """The newsroom's feed."""
        return f"{self.url}/newsroom/feed.xml"

    async def close(self) -> None:
        """Stop answering; waiting polls and streams end at once."""
        await self.world.close()
        await self._runner.cleanup()


async def start_sandbox(
    *, host: str = "127.0.0.1", port: int, token: str, seeds: Path | None = None
) -> Sandbox:
    """Start a sandbox.

    Args:
        host: A loopback name.
        port: 0 takes any free one.
        token: ``<digits>:<letters>``, the one the bot will use.
        seeds: The folder listed in the newsroom pane.

    Raises:
        ConfigError: The host is not loopback, or the port cannot be opened.
    """
    if host not in LOOPBACK:
        raise ConfigError(f"the sandbox listens on loopback only, not on {host!r}", "sandbox.host")
    world = World(token)
    newsroom = Newsroom(first_id(world.now()), world.now)
    # Without access log: every request line carries the token.
    runner = web.AppRunner(_app(world, newsroom, seeds), access_log=None, shutdown_timeout=STOP_S)
    await runner.setup()
    url = await _listen(runner, host, port)
    newsroom.site_url = url
    return Sandbox(url, token, world, newsroom, runner)


def _app(world: World, newsroom: Newsroom, seeds: Path | None) -> web.Application:
    app = web.Application(middlewares=[guard], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(add_headers)
    app.add_routes(BotApi(world).routes())
    app.add_routes(PageApi(world, newsroom, seeds).routes())
    app.add_routes([web.get("/", _index), web.get("/page/{name:.+}", _page_file)])
    return app


async def _listen(runner: web.AppRunner, host: str, port: int) -> str:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        await runner.cleanup()
        why = (
            f"the sandbox cannot listen on {host}:{port} ({error.strerror or error}):"
            " end what uses it, or set sandbox.port (RASID_SANDBOX__PORT) to another"
        )
        raise ConfigError(why, "sandbox.port") from error
    bound = runner.addresses[0][1]
    return f"http://{f'[{host}]' if ':' in host else host}:{bound}"


async def _index(request: web.Request) -> web.StreamResponse:
    return _file_or_404("index.html")


async def _page_file(request: web.Request) -> web.StreamResponse:
    return _file_or_404(request.match_info["name"])


def _file_or_404(name: str) -> web.StreamResponse:
    path = (PAGE / name).resolve()
    if not path.is_relative_to(PAGE.resolve()) or not path.is_file():
        return web.Response(status=404, text=f"The sandbox page has no file {name!r}.\n")
    return web.FileResponse(path)
