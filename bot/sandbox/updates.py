"""The queue of updates and the one long poll that may wait on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from bot.sandbox.wire import Json, Refusal, conflict

MAX_WAIT_S = 50  # telegram-bot-api, Client.h: LONG_POLL_MAX_TIMEOUT
KEPT_S = 24 * 3600  # updates live a day
# The Bot API leaves these out unless they are asked for by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class Updates:
    """Pending updates in order of their ids. Acknowledged by offset or by the webhook."""

    def __init__(self, first_id: int, now: Callable[[], float]) -> None:
        """``now``: unix seconds."""
        self._next_id = first_id
        self._now = now
        self._pending: deque[tuple[float, Json]] = deque()
        self._changed = asyncio.Event()
        self._poll = 0  # number of the newest waiting poll
        self._ended: dict[int, Refusal] = {}
        self._waiting: set[int] = set()
        self._is_closed = False
        self.allowed: tuple[str, ...] = ()

    def put(self, kind: str, content: Json) -> None:
        """Queue an update, unless its kind is not allowed now."""
        if not self._is_allowed(kind):
            return
        self._pending.append((self._now(), {"update_id": self._next_id, kind: content}))
        self._next_id += 1
        self._wake()

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Remember ``allowed_updates``; ``None`` keeps the last setting, empty is the default."""
        if kinds is not None:
            self.allowed = tuple(kinds)

    def _is_allowed(self, kind: str) -> bool:
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def pending(self) -> list[Json]:
        """What is not acknowledged yet, without what is older than a day."""
        while self._pending and self._pending[0][0] < self._now() - KEPT_S:
            self._pending.popleft()
        return [update for _, update in self._pending]

    def acknowledge(self, update_id: int) -> None:
        """Forget one update (webhook)."""
        self._pending = deque(p for p in self._pending if p[1]["update_id"] != update_id)

    def drop_all(self) -> None:
        """``drop_pending_updates``."""
        self._pending.clear()

    async def get(self, offset: int, limit: int, wait_s: float) -> list[Json]:
        """One getUpdates call.

        Args:
            offset: Acknowledges everything before it; negative: only the last so many are kept.
            limit: At most so many updates.
            wait_s: How long to wait when there is none.

        Raises:
            Refusal: 409, another poll or a webhook took over.
        """
        self._forget_before(offset)
        found = self._from(offset, limit)
        if found or wait_s <= 0:
            return found
        return await self._wait(offset, limit, wait_s)

    def end_polls(self, why: str) -> None:
        """End the waiting poll with 409."""
        for poll in self._waiting:
            self._ended.setdefault(poll, conflict(why))
        self._wake()

    async def changed(self) -> None:
        """Wait until the queue may have changed."""
        await self._changed.wait()

    def close(self) -> None:
        """Let every waiting poll go home empty-handed."""
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _forget_before(self, offset: int) -> None:
        if offset < 0:
            while len(self._pending) > -offset:
                self._pending.popleft()
        while offset > 0 and self._pending and self._pending[0][1]["update_id"] < offset:
            self._pending.popleft()

    def _from(self, offset: int, limit: int) -> list[Json]:
        return [u for u in self.pending() if u["update_id"] >= max(offset, 0)][:limit]

    async def _wait(self, offset: int, limit: int, wait_s: float) -> list[Json]:
        self.end_polls(
            "terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )
        self._poll += 1
        poll = self._poll
        self._waiting.add(poll)
        try:
            async with asyncio.timeout(wait_s):
                return await self._until_found(poll, offset, limit)
        except TimeoutError:
            return []
        finally:
            self._waiting.discard(poll)
            self._ended.pop(poll, None)

    async def _until_found(self, poll: int, offset: int, limit: int) -> list[Json]:
        while True:
            if poll in self._ended:
                raise self._ended[poll]
            found = self._from(offset, limit)
            if found or self._is_closed:
                return found
            await self._changed.wait()
