"""The vendor's bot with what we need of it: plain JSON in and out, and nothing to give away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application, ExtBot

ALLOWED = [Update.MESSAGE, Update.CHANNEL_POST, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]


class RasidBot(ExtBot[None]):
    """The vendor's bot, which keeps its token to itself and gives updates out unparsed."""

    def __repr__(self) -> str:
        return "RasidBot[]"

    async def said(self, method: str, asked: Mapping[str, Any]) -> Any:
        """The ``result`` of a method of the Bot API, as it came.

        The vendor's own methods make objects of everything: half of the work of a message, of
        which one number is needed.
        """
        return await self._post(method, dict(asked))

    async def unparsed_updates(self, offset: int | None, timeout_s: int) -> list[dict[str, Any]]:
        """getUpdates as plain JSON, so that one that cannot be parsed does not hide the rest."""
        asked = {
            "offset": offset,
            "timeout": timeout_s,
            "limit": 100,
            "allowed_updates": ALLOWED,
        }
        found = await self._post("getUpdates", asked, read_timeout=timeout_s + 30.0)
        if not isinstance(found, list) or not all(map(_is_update, found)):
            raise TelegramError("Invalid server response")
        return found

    async def meet(self, app: Application[Any, Any, Any, Any, Any, Any]) -> None:
        """Learn our own name; without it no command can be told from another bot's.

        Raises:
            TelegramError: We could not, or what answers is not the Bot API.
        """
        try:
            await app.initialize()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TelegramError("Invalid server response") from error

    async def reconnect(self) -> None:
        """Drop the polling connection; the next poll opens a new one."""
        await self._request[0].shutdown()

    async def disconnect(self) -> None:
        """Close all connections, also when nobody was ever asked who we are."""
        for request in self._request:
            await request.shutdown()


def _is_update(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)
