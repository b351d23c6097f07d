"""The Telegram room put together: what ``app`` builds, starts and stops."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass

from telegram.error import TelegramError
from telegram.ext import Application

from bot.core.model import Profile
from bot.telegram.admins import Admins
from bot.telegram.client import TelegramMessenger, translated
from bot.telegram.handlers import Handlers, Serve
from bot.telegram.profile import present
from bot.telegram.request import AiohttpRequest
from bot.telegram.updates import RasidBot, UpdateLoop

log = logging.getLogger(__name__)


@dataclass
class TelegramRoom:
    """Sending and receiving with one token.

    ``messenger`` works from the start, without :meth:`start` and without a network.
    """

    bot: RasidBot
    messenger: TelegramMessenger
    _handlers: Handlers | None = None
    _loop: UpdateLoop | None = None

    async def start(self, profiles: Mapping[str, Profile]) -> None:
        """Set the command menus and descriptions where they differ; failures are only logged."""
        await present(self.bot, profiles)

    async def reach(self) -> None:
        """Ask Telegram who we are.

        Raises:
            DeliveryError: It cannot be reached, or does not know us.
        """
        try:
            await self.bot.get_me()
        except TelegramError as error:
            raise translated(0, error) from error

    async def run_updates(
        self, serve: Serve, *, poll_s: int = 30, wedged_s: float = 150.0, first_pause_s: float = 1.0
    ) -> None:
        """Receive until :meth:`stop`; ``serve`` answers each request and has it recorded."""
        app = Application.builder().bot(self.bot).updater(None).build()
        self._handlers = Handlers(serve, Admins(self.bot))
        self._handlers.register(app)
        self._loop = UpdateLoop(
            app, self.bot, poll_s=poll_s, wedged_s=wedged_s, first_pause_s=first_pause_s
        )
        await self._loop.run()

    async def stop(self) -> None:
        """Stop receiving; sending goes on until :meth:`close`."""
        if self._loop is not None:
            await self._loop.stop()
        if self._handlers is not None:
            await self._handlers.finish(timeout_s=0.5)

    async def close(self) -> None:
        """Close every connection."""
        await self.stop()
        await self.bot.disconnect()


def build(token: str, base_url: str | None = None, file_url: str | None = None) -> TelegramRoom:
    """Make the room; nothing is sent and nobody is asked yet.

    Args:
        token: As BotFather gave it.
        base_url: API address up to and with ``/bot``; Telegram's own when ``None``.
        file_url: The same for files, up to and with ``/file/bot``.
    """
    # The vendor is changing RetryAfter.retry_after from int to timedelta; this chooses the new
    # form and silences its warning at each flood.
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    # At DEBUG the vendor writes the address with the token, and every text with its chat.
    logging.getLogger("telegram").setLevel(logging.WARNING)
    bot = RasidBot(
        token,
        base_url=base_url or "https://api.telegram.org/bot",
        base_file_url=file_url or "https://api.telegram.org/file/bot",
        request=AiohttpRequest(),
        get_updates_request=AiohttpRequest(pool_size=1),
    )
    return TelegramRoom(bot, TelegramMessenger(bot))
