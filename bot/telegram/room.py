"""The Telegram room put together: what ``app`` builds, starts and stops."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram.ext import Application

from bot.core.model import Profile
from bot.telegram.admins import Admins
from bot.telegram.bot import RasidBot
from bot.telegram.client import TelegramMessenger
from bot.telegram.disguise import Disguise
from bot.telegram.handlers import Handlers, Serve
from bot.telegram.hearing import Hearing
from bot.telegram.hook import Hook
from bot.telegram.profile import present
from bot.telegram.request import AiohttpRequest
from bot.telegram.serving import Serving
from bot.telegram.updates import UpdateLoop

log = logging.getLogger(__name__)


@dataclass
class TelegramRoom:
    """Sending and receiving with one token.

    ``messenger`` works from the start, without :meth:`start` and without a network. ``secret`` is
    what Telegram says when it calls us; ``hearing`` whether what people write reaches us.
    """

    bot: RasidBot
    messenger: TelegramMessenger
    secret: str = field(repr=False)
    hearing: Hearing = field(default_factory=Hearing)
    _handlers: Handlers | None = None
    _receiver: UpdateLoop | Hook | None = None

    async def start(self, profiles: Mapping[str, Profile]) -> None:
        """Set the command menus and descriptions where they differ; failures are only logged."""
        await present(self.bot, profiles)

    async def reach(self) -> None:
        """Ask Telegram who we are.

        Raises:
            DeliveryError: It cannot be reached, or does not know us.
        """
        await self.messenger.reach()

    async def run_updates(
        self,
        serve: Serve,
        *,
        hook_url: str = "",
        poll_s: int = 30,
        wedged_s: float = 150.0,
        check_s: float = 300.0,
        first_pause_s: float = 1.0,
    ) -> None:
        """Receive until :meth:`stop`; ``serve`` answers each request and has it recorded.

        With ``hook_url`` Telegram calls there, and somebody hands over what it brings (``take``).
        """
        app = Application.builder().bot(self.bot).updater(None).build()
        self._handlers = Handlers(serve, Admins(self.bot))
        self._handlers.register(app)
        serving = Serving(app, self.bot, first_pause_s)
        if hook_url:
            self._receiver = Hook(
                app, self.bot, serving, hook_url, self.secret, check_s, first_pause_s, self.hearing
            )
        else:
            self._receiver = UpdateLoop(
                app,
                self.bot,
                serving,
                poll_s=poll_s,
                wedged_s=wedged_s,
                first_pause_s=first_pause_s,
                hearing=self.hearing,
            )
        await self._receiver.run()

    async def take(self, raw: dict[str, Any]) -> bool:
        """Serve an update that Telegram brought; false when it must come again."""
        return isinstance(self._receiver, Hook) and await self._receiver.take(raw)

    async def stop(self) -> None:
        """Stop receiving; sending goes on until :meth:`close`."""
        if self._receiver is not None:
            await self._receiver.stop()
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
    disguise = Disguise(token)
    bot = RasidBot(
        disguise.shown,
        base_url=base_url or "https://api.telegram.org/bot",
        base_file_url=file_url or "https://api.telegram.org/file/bot",
        request=AiohttpRequest(disguise),
        get_updates_request=AiohttpRequest(disguise, pool_size=1),
    )
    return TelegramRoom(bot, TelegramMessenger(bot), disguise.secret("webhook"))
