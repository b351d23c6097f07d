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
from collections.abc import Iterator
from typing import Any

from telegram import Update
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, TelegramError
from telegram.ext import Application, ContextTypes

from bot.errors import StoreUnavailable
from bot.telegram.bot import RasidBot

log = logging.getLogger(__name__)

POLL_S = 30
WEDGED_S = 150.0
NETWORK_TRIES = 5
_PATIENCE_S = 0.3  # between two looks for what others ask, while something is under way
TOKEN_REFUSED = "token-refused: set TELEGRAM_BOT_TOKEN to the token that BotFather gave you"  # noqa: S105
WEBHOOK_REMOVED = "webhook-removed: an earlier program left it; nothing can be polled beside one"
# As the Bot API server words it (tdlib/telegram-bot-api, Client.cpp), in lower case.
_WEBHOOK_ACTIVE = "webhook is active"

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class UpdateLoop:
    """Polls until stopped.

    Args:
        app: With its handlers; not initialised yet, so that a start needs no network.
        first_pause_s: Where the back-off begins; it doubles up to a minute.
    """

    def __init__(
        self,
        app: AnyApplication,
        bot: RasidBot,
        *,
        poll_s: int = POLL_S,
        wedged_s: float = WEDGED_S,
        first_pause_s: float = 1.0,
    ) -> None:
        self._app = app
        self._bot = bot
        self._poll_s = poll_s
        self._wedged_s = wedged_s
        self._first_pause_s = first_pause_s
        self._offset: int | None = None
        self._failures: dict[int, Exception] = {}
        self._open: dict[int, asyncio.Task[None]] = {}  # under way, by update id
        self._served: set[int] = set()  # served while an earlier one is still under way
        self._last: dict[int | None, asyncio.Task[None]] = {}  # of each chat
        self._task: asyncio.Task[None] | None = None
        app.add_error_handler(self._remember)

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
            for task in self._open.values():
                task.cancel()
            await asyncio.wait({self._task, *self._open.values()})

    async def _turns(self) -> None:
        pauses = self._pauses()
        while True:
            trouble = await self._turn()
            if not trouble:
                pauses = self._pauses()
                continue
            pause = next(pauses)
            level = logging.ERROR if trouble == TOKEN_REFUSED else logging.WARNING
            log.log(level, "updates_wait reason=%s again_in_s=%.1f", trouble, pause)
            await asyncio.sleep(pause)

    async def _turn(self) -> str:
        """One poll and what it brought; the name of the trouble when there was one."""
        try:
            await self._app.initialize()
            async with asyncio.timeout(self._wedged_s):
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
            self._begin(raw)
        await self._patience()
        return ""

    def _begin(self, raw: dict[str, Any]) -> None:
        """Serve an update beside the others, but after what its own chat asked before."""
        update_id, chat = int(raw["update_id"]), chat_id(raw)
        if update_id in self._served or update_id in self._open:
            return
        before = self._last.get(chat)
        task = asyncio.create_task(self._take(raw, before), name=f"update {update_id}")
        self._open[update_id] = self._last[chat] = task

    async def _patience(self) -> None:
        """Wait for what was begun, but not for ever: others may have asked meanwhile."""
        if self._open:
            await asyncio.wait(set(self._open.values()), timeout=_PATIENCE_S)
        for update_id, task in tuple(self._open.items()):
            if task.done():
                del self._open[update_id]
                self._served.add(update_id)
                task.result()
        self._last = {chat: task for chat, task in self._last.items() if not task.done()}
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

    async def _take(self, raw: dict[str, Any], before: asyncio.Task[None] | None) -> None:
        """Serve one update once ``before`` has ended."""
        if before is not None:
            await asyncio.wait({before})
        update_id = int(raw["update_id"])
        try:
            update = Update.de_json(raw, self._bot)
        except (TypeError, ValueError, KeyError, AttributeError):
            log.exception("update_unreadable update=%s", update_id)
        else:
            await self._serve(update)

    async def _serve(self, update: Update) -> None:
        """Until it is served, or has failed in a way that waiting does not mend."""
        for tries, pause in enumerate(self._pauses(), start=1):
            await self._app.process_update(update)
            error = self._failures.pop(update.update_id, None)
            if error is None:
                return
            if not _is_passing(error, tries):
                log.error("update_skipped update=%s", update.update_id, exc_info=error)
                return
            log.warning("update_again update=%s error=%s", update.update_id, type(error).__name__)
            await asyncio.sleep(pause)

    async def _remember(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        if isinstance(update, Update) and context.error is not None:
            self._failures[update.update_id] = context.error

    def _pauses(self) -> Iterator[float]:
        pause = self._first_pause_s
        while True:
            yield pause
            pause = min(pause * 2, 60.0)


def chat_id(raw: dict[str, Any]) -> int | None:
    """The chat an update belongs to, whatever its kind; ``None`` where there is none."""
    for content in raw.values():
        if isinstance(content, dict):
            message = content.get("message") or content
            chat = message.get("chat") if isinstance(message, dict) else None
            if isinstance(chat, dict):
                return chat.get("id")
    return None


def _is_passing(error: Exception, tries: int) -> bool:
    if isinstance(error, StoreUnavailable):
        return True
    network = isinstance(error, NetworkError) and not isinstance(error, BadRequest)
    return network and tries < NETWORK_TRIES
