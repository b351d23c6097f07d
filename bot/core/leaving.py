"""Has this chat left, or is it only that nobody hears us?

A chat that blocked us and an outage of the messenger's give the same answer, chat by chat. So a
refusal only makes its chat wait; it is given up when it refuses again, and others were served
meanwhile. What was served before it refused says nothing: that was before the outage.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.errors import ChatClosed, ChatGone, ChatNotFound

# So often, over so many spans. "Chat not found" is said now and then of chats that are there; a
# group that is closed for the night is opened again in the morning, half a day later.
_BELIEVED = {ChatGone: (2, 1), ChatNotFound: (3, 2), ChatClosed: (3, 12 * 60)}


@dataclass(slots=True)
class _Refusals:
    """Of one chat: since when, how often, and how many messages had been served until then."""

    first_at: datetime
    served: int
    times: int = 0


@dataclass(slots=True)
class Leavers:
    """Who refuses us, and since when.

    Attributes:
        most: So many may refuse at once, or leave within ``span``, without a doubt.
        span: Between the first tries of a chat that refuses.
        wait: Between its later ones.
    """

    most: int = 5
    span: timedelta = timedelta(minutes=1)
    wait: timedelta = timedelta(minutes=5)
    _refused: dict[int, _Refusals] = field(default_factory=dict)
    _closed: dict[int, _Refusals] = field(default_factory=dict)
    _left_at: deque[datetime] = field(default_factory=deque)
    _served: int = 0

    def outage_since(self) -> datetime | None:
        """Since when more chats refuse than are served; ``None``: all is well.

        May be asked from another thread.
        """
        refused = list(self._refused.values())
        if not refused:
            return None
        first = min(refused, key=lambda one: one.first_at)
        return first.first_at if self._is_doubtful(first) else None

    def served(self, chat_id: int) -> None:
        """A message arrived there."""
        self.heard(chat_id)
        self._served += 1

    def heard(self, chat_id: int) -> None:
        """Somebody wrote to us there, or it was said that we were let in or thrown out."""
        self._refused.pop(chat_id, None)
        self._closed.pop(chat_id, None)

    def remember(self, chat_id: int, times: int, since: datetime) -> None:
        """It refused a process before this one."""
        self._refused[chat_id] = _Refusals(since, self._served, times)

    def refused(self, error: ChatGone, now: datetime) -> timedelta | None:
        """How long a chat that refused waits; ``None``: it has left."""
        # That one chat has closed says nothing of the others.
        known = self._closed if isinstance(error, ChatClosed) else self._refused
        refusals = known.setdefault(error.chat_id, _Refusals(now, self._served))
        refusals.times += 1
        times, spans = _BELIEVED[type(error)]
        if refusals.times < times:
            return self.span
        is_early = now - refusals.first_at < spans * self.span
        if is_early or self._is_doubtful(refusals) or not self._has_place(now):
            return self.wait
        del known[error.chat_id]
        self._left_at.append(now)
        return None

    def _is_doubtful(self, refusals: _Refusals) -> bool:
        """Whether fewer were served since then than refuse now."""
        refusing = len(self._refused)
        return refusing > self.most and self._served - refusals.served < refusing

    def _has_place(self, now: datetime) -> bool:
        while self._left_at and now - self._left_at[0] > self.span:
            self._left_at.popleft()
        return len(self._left_at) < self.most
