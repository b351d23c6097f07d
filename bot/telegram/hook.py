"""Receiving by webhook: Telegram calls us, and hears "done" once the answer was recorded.

What we do not take stays with Telegram, which tries again for a day. So nothing is said to be done
that is not, and one that comes twice is answered once (``Store.answer``), as when polling.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.telegram.bot import ALLOWED, RasidBot
from bot.telegram.hearing import Hearing
from bot.telegram.serving import AnyApplication, Serving, pauses
from bot.telegram.updates import TOKEN_REFUSED

log = logging.getLogger(__name__)

CHECK_S = 300.0
# Less than the time after which Telegram gives up waiting; it then brings the update again.
_PATIENCE_S = 20.0
_AT_ONCE = 20


@dataclass(slots=True)
class Hook:
    """Keeps the webhook set until stopped, and serves what comes.

    Attributes:
        url, secret: Where Telegram calls, and what it says to show that it is Telegram.
        check_s: Seconds between two looks whether it is still ours.
        first_pause_s: Where the back-off begins; it doubles up to a minute.
        hearing: Is told of each look, also that Telegram cannot bring what waits there.
    """

    app: AnyApplication
    bot: RasidBot
    serving: Serving
    url: str
    secret: str
    check_s: float = CHECK_S
    first_pause_s: float = 1.0
    hearing: Hearing = field(default_factory=Hearing)
    _is_met: bool = False
    _is_set: bool = False
    _complaint: str = ""
    _unbrought: str = ""
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, raw: dict[str, Any]) -> bool:
        """Serve one update; false when it is not served yet and must come again."""
        if not self._is_met or self._stopped.is_set():
            return False
        task = self.serving.begin(raw)
        await asyncio.wait({task}, timeout=_PATIENCE_S)
        return task.done() and not task.cancelled()

    async def run(self) -> None:
        """Set the webhook and keep it until :meth:`stop`; no failure of the network ends it."""
        waits = pauses(self.first_pause_s)
        while not self._stopped.is_set():
            trouble = await self._turn()
            self.hearing.note(trouble or self._unbrought)
            if trouble:
                pause = next(waits)
                level = logging.ERROR if trouble == TOKEN_REFUSED else logging.WARNING
                log.log(level, "updates_wait reason=%s again_in_s=%.1f", trouble, pause)
            else:
                waits, pause = pauses(self.first_pause_s), self.check_s
            await self._rest(pause)

    async def stop(self) -> None:
        """Take nothing more. The webhook stays: Telegram keeps what comes for the next start."""
        self._stopped.set()
        await self.serving.stop()

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopped.wait(), seconds)
        except TimeoutError:
            return

    async def _turn(self) -> str:
        """Set it or look after it; the name of the trouble when there was one."""
        try:
            await self.bot.meet(self.app)
            self._is_met = True
            if self._is_set:
                self._is_set = await self._is_ours()
            if not self._is_set:
                await self._set()
        except InvalidToken:
            return TOKEN_REFUSED
        except TelegramError as error:
            return f"{type(error).__name__}:{error.message}"
        return ""

    async def _set(self) -> None:
        wanted = {
            "url": self.url,
            "secret_token": self.secret,
            "allowed_updates": ALLOWED,
            "max_connections": _AT_ONCE,
            "drop_pending_updates": False,
        }
        await self.bot.said("setWebhook", wanted)
        self._is_set = True
        log.info("webhook_set url=%s", self.url)

    async def _is_ours(self) -> bool:
        """Whether it is still set; what Telegram complains of is told once."""
        info = await self.bot.said("getWebhookInfo", {})
        info = info if isinstance(info, dict) else {}
        complaint = (
            f"{info.get('last_error_message', '')} {info.get('last_error_date', '')}".strip()
        )
        if complaint and complaint != self._complaint:
            waiting = info.get("pending_update_count")
            log.warning("webhook_fails waiting=%s telegram_says=%r", waiting, complaint)
        self._complaint = complaint
        # The last complaint stays for ever; with something that waits it is one of now.
        waits = bool(info.get("pending_update_count"))
        self._unbrought = str(info.get("last_error_message", "")) if waits else ""
        if info.get("url") == self.url:
            return True
        log.warning("webhook_taken: another program has set or removed it; it is set anew")
        return False
