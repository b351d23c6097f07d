"""Receiving: fetch → serve and record → confirm.

python-telegram-bot's own polling confirms updates before their handlers ran, so that a crash
loses commands. Here an update counts as confirmed only by the next ``getUpdates``, which is asked
after the answer was recorded; one that comes twice is answered once (``Store.answer``). Chats do
not wait for each other: while one request takes its time, those of others are fetched and served,
and what is under way stays unconfirmed.
"""

from __future__ import annotations

import asyncio
import logging

from telegram.error import Conflict, InvalidToken, TelegramError

from bot.telegram.bot import RasidBot
from bot.telegram.hearing import Hearing
from bot.telegram.serving import AnyApplication, Serving, pauses

log = logging.getLogger(__name__)

POLL_S = 30
WEDGED_S = 150.0
_PATIENCE_S = 0.3  # between two looks for what others ask, while something is under way
TOKEN_REFUSED = "token-refused: set TELEGRAM_BOT_TOKEN to the token that BotFather gave you"  # noqa: S105
WEBHOOK_REMOVED = "webhook-removed: an earlier program left it; nothing can be polled beside one"
# As the Bot API server words it (tdlib/telegram-bot-api, Client.cpp), in lower case.
_WEBHOOK_ACTIVE = "webhook is active"


class UpdateLoop:
    """Polls until stopped.

    Args:
        app: Initialised by the first turn that has a network.
        serving: Gets what was fetched.
        first_pause_s: Where the back-off begins; it doubles up to a minute.
        hearing: Is told how each turn went.
    """

    def __init__(
        self,
        app: AnyApplication,
        bot: RasidBot,
        serving: Serving,
        *,
        poll_s: int = POLL_S,
        wedged_s: float = WEDGED_S,
        first_pause_s: float = 1.0,
        hearing: Hearing | None = None,
    ) -> None:
        self._app = app
        self._hearing = hearing or Hearing()
        self._bot = bot
        self._serving = serving
        self._poll_s = poll_s
        self._wedged_s = wedged_s
        self._first_pause_s = first_pause_s
        self._offset: int | None = None
        self._open: dict[int, asyncio.Task[None]] = {}  # under way, by update id
        self._served: set[int] = set()  # served while an earlier one is still under way
        self._task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Poll and serve until :meth:`stop`; no failure of network or store ends it."""
        self._task = asyncio.create_task(self._turns(), name="updates")
        await asyncio.wait({self._task})
        if not self._task.cancelled():
            self._task.result()

    async def stop(self) -> None:
        """End at once. An update being served is repeated at the next start, and answered once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            await self._serving.stop()

    async def _turns(self) -> None:
        waits = pauses(self._first_pause_s)
        while True:
            trouble = await self._turn()
            self._hearing.note(trouble)
            if not trouble:
                waits = pauses(self._first_pause_s)
                continue
            pause = next(waits)
            level = logging.ERROR if trouble == TOKEN_REFUSED else logging.WARNING
            log.log(level, "updates_wait reason=%s again_in_s=%.1f", trouble, pause)
            await asyncio.sleep(pause)

    async def _turn(self) -> str:
        """One poll and what it brought; the name of the trouble when there was one."""
        try:
            async with asyncio.timeout(self._wedged_s):
                await self._bot.meet(self._app)
                # What is under way comes again at once, so there is nothing to wait for.
                wait_s = 0 if self._open else self._poll_s
                updates = await self._bot.unparsed_updates(self._offset, wait_s)
        except Conflict as error:
            return await self._conflict(error)
        except InvalidToken:
            return TOKEN_REFUSED
        except TimeoutError:
            await self._bot.reconnect()
            return "poll-wedged"
        except TelegramError as error:
            return f"{type(error).__name__}:{error.message}"
        for raw in updates:
            update_id = raw["update_id"]
            if update_id not in self._served and update_id not in self._open:
                self._open[update_id] = self._serving.begin(raw)
        await self._patience()
        return ""

    async def _patience(self) -> None:
        """Wait for what was begun, but not for ever: others may have asked meanwhile."""
        if self._open:
            await asyncio.wait(set(self._open.values()), timeout=_PATIENCE_S)
        for update_id, task in tuple(self._open.items()):
            if task.done():
                del self._open[update_id]
                self._served.add(update_id)
                task.result()
        self._confirm()

    def _confirm(self) -> None:
        """Let the next poll confirm everything before the first that is still under way."""
        if self._open:
            self._offset = min(self._open)
        elif self._served:
            self._offset = max(self._served) + 1
        self._served = {known for known in self._served if known >= (self._offset or 0)}

    async def _conflict(self, error: Conflict) -> str:
        """Make way when another one polls; a webhook would block polling for good and is removed.

        What it had not delivered stays with Telegram and comes with the next poll.
        """
        if _WEBHOOK_ACTIVE not in error.message.lower():
            return "another-instance-polls"
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except TelegramError as failure:
            return f"webhook-in-the-way:{type(failure).__name__}"
        return WEBHOOK_REMOVED
