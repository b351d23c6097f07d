"""Webhook delivery over loopback, with the secret header, bounded connections and back-off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.updates import Updates
from bot.sandbox.wire import Json, bad_request

log = logging.getLogger(__name__)

MAX_DELAY_S = 60.0  # telegram-bot-api, WebhookActor.h: MAX_RESEND_TIMEOUT
ANSWER_TIMEOUT = ClientTimeout(total=30)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TOKEN = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as it was set."""

    url: str
    secret: str = ""
    max_connections: int = 40


def checked_hook(url: str, secret: str, max_connections: int) -> Hook:
    """A hook the sandbox can serve.

    Raises:
        Refusal: The URL or the secret will not do. Unlike the real server, plain HTTP is right
            and anything but loopback is refused: the sandbox never leaves the machine.
    """
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not _TOKEN.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    if _host(url) not in LOOPBACK:
        raise bad_request("bad webhook: the sandbox delivers to loopback addresses only")
    return Hook(url, secret, max_connections)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # a port that is no number is noticed only here
    except ValueError:
        raise bad_request("invalid webhook URL specified") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    return parts.hostname


class Webhook:
    """Delivers updates while a hook is set; one at a time for each chat, so that order holds."""

    def __init__(self, updates: Updates, first_delay_s: float = 1.0) -> None:
        self._updates = updates
        self._first_delay_s = first_delay_s
        self._runner: asyncio.Task[None] | None = None
        self._sends: dict[int, asyncio.Task[None]] = {}  # by update id
        self._busy_chats: set[int] = set()
        self.hook: Hook | None = None
        self.set_at = float("-inf")  # monotonic seconds of the last setWebhook with a URL
        self.last_error: tuple[float, str] | None = None

    async def set(self, hook: Hook | None) -> None:
        """Deliver to ``hook`` from now on; ``None``: to nobody."""
        self.hook, self.last_error = hook, None  # first: a poll may ask while the old one closes
        await self.close()
        if hook is not None:
            self._runner = asyncio.create_task(self._run(hook))

    async def close(self) -> None:
        """Stop delivering; what was not confirmed stays pending."""
        tasks = [*self._sends.values(), *([self._runner] if self._runner else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._sends.clear()
        self._busy_chats.clear()
        self._runner = None

    def info(self) -> Json:
        """As a Bot API WebhookInfo."""
        info: Json = {
            "url": self.hook.url if self.hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates.pending()),
        }
        if self.hook:
            info["max_connections"] = self.hook.max_connections
        if self.last_error:
            info |= {
                "last_error_date": int(self.last_error[0]),
                "last_error_message": self.last_error[1],
            }
        return info | (
            {"allowed_updates": list(self._updates.allowed)} if self._updates.allowed else {}
        )

    async def _run(self, hook: Hook) -> None:
        async with ClientSession(timeout=ANSWER_TIMEOUT) as session:
            while True:
                self._start_what_can(hook, session)
                await self._updates.changed()

    def _start_what_can(self, hook: Hook, session: ClientSession) -> None:
        for update in self._updates.pending():
            if len(self._sends) >= hook.max_connections:
                return
            chat_id = chat_of(update)
            if update["update_id"] not in self._sends and chat_id not in self._busy_chats:
                self._busy_chats.add(chat_id)
                send = self._deliver(hook, session, update)
                self._sends[update["update_id"]] = asyncio.create_task(send)

    async def _deliver(self, hook: Hook, session: ClientSession, update: Json) -> None:
        delay_s = self._first_delay_s
        while not await self._is_taken(hook, session, update):
            await asyncio.sleep(delay_s)
            delay_s = min(MAX_DELAY_S, delay_s * 2)
        self._updates.acknowledge(update["update_id"])
        self._sends.pop(update["update_id"], None)
        self._busy_chats.discard(chat_of(update))
        if self.hook is hook:
            self._start_what_can(hook, session)

    async def _is_taken(self, hook: Hook, session: ClientSession, update: Json) -> bool:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        error = "Connection timed out"
        with contextlib.suppress(TimeoutError):
            try:
                async with session.post(hook.url, json=update, headers=headers) as answer:
                    if 200 <= answer.status < 300:
                        return True
                    error = f"Wrong response from the webhook: {answer.status} {answer.reason}"
            except ClientError as failure:
                error = f"Connection failed: {type(failure).__name__}"
        self.last_error = (time.time(), error)
        log.info("webhook_failed update_id=%s error=%r", update["update_id"], error)
        return False


def chat_of(update: Json) -> int:
    """The chat an update belongs to, 0 when it belongs to none."""
    content = next(value for key, value in update.items() if key != "update_id")
    chat = content.get("chat") or content.get("message", {}).get("chat") or {}
    return int(chat.get("id", 0))
