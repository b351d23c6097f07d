"""Updates are served beside each other, those of one chat in turn, each until it is recorded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

from telegram import Update
from telegram.error import BadRequest, NetworkError
from telegram.ext import Application, ContextTypes

from bot.errors import StoreUnavailable
from bot.telegram.bot import RasidBot

log = logging.getLogger(__name__)

NETWORK_TRIES = 5

AnyApplication = Application[Any, Any, Any, Any, Any, Any]


class Serving:
    """Hands updates to the handlers.

    Args:
        app: With its handlers; not initialised yet, so that a start needs no network.
        first_pause_s: Where the back-off begins; it doubles up to a minute.

    Attributes:
        under_way: What is being served, by update id.
    """

    def __init__(self, app: AnyApplication, bot: RasidBot, first_pause_s: float) -> None:
        self._app = app
        self._bot = bot
        self._first_pause_s = first_pause_s
        self._failures: dict[int, Exception] = {}
        self._last: dict[int | None, asyncio.Task[None]] = {}  # of each chat
        self.under_way: dict[int, asyncio.Task[None]] = {}
        app.add_error_handler(self._remember)

    def begin(self, raw: dict[str, Any]) -> asyncio.Task[None]:
        """Serve an update after what its own chat asked before; it comes twice, it is begun once.

        The task never fails: whatever is wrong with an update, the others go on.
        """
        update_id, chat = int(raw["update_id"]), chat_id(raw)
        if update_id in self.under_way:
            return self.under_way[update_id]
        self._last = {known: task for known, task in self._last.items() if not task.done()}
        task = asyncio.create_task(
            self._take(raw, self._last.get(chat)), name=f"update {update_id}"
        )
        self.under_way[update_id] = self._last[chat] = task
        task.add_done_callback(lambda _: self.under_way.pop(update_id, None))
        return task

    async def stop(self) -> None:
        """End at once. What is being served comes again later, and is answered once."""
        tasks = list(self.under_way.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

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
        for tries, pause in enumerate(pauses(self._first_pause_s), start=1):
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


def pauses(first_s: float) -> Iterator[float]:
    """A back-off that doubles up to a minute."""
    pause = first_s
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
