"""Has this chat left, or is it only that nobody hears us?

A chat that blocked us and an outage of the messenger's give the same answer, chat by chat. So the
first refusal only makes a chat's messages wait, and it is given up when it refuses again later
while others are served. Nobody is given up while more refuse than are served: what waits then,
waits.
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
    first_at: datetime
    times: int = 0


@dataclass(slots=True)
class _Served:
    """How many messages arrived lately: within ``span``, and what is left of the span before."""

    span: timedelta
    _since: datetime | None = None
    _now: int = 0
    _before: int = 0

    def count(self, now: datetime) -> None:
        self._turn_over(now)
        self._now += 1

    def lately(self, now: datetime) -> int:
        self._turn_over(now)
        return self._before + self._now

    def _turn_over(self, now: datetime) -> None:
        if self._since is None or now - self._since > self.span:
            is_next = self._since is not None and now - self._since <= 2 * self.span
            self._before, self._now, self._since = (self._now if is_next else 0), 0, now


@dataclass(slots=True)
class Leavers:
    """Who refuses us, since when, and whether that looks like an outage.

    Attributes:
        most: Chats given up within ``span``.
        span: Between the first two tries of a chat that refuses.
        wait: Between its later ones.
        held_since: Since when nobody is given up, for too many refuse; ``None``: all is well.
    """

    most: int = 5
    span: timedelta = timedelta(minutes=1)
    wait: timedelta = timedelta(minutes=5)
    held_since: datetime | None = None
    _refused: dict[int, _Refusals] = field(default_factory=dict)
    _closed: dict[int, _Refusals] = field(default_factory=dict)
    _left_at: deque[datetime] = field(default_factory=deque)
    _served: _Served = field(init=False)

    def __post_init__(self) -> None:
        """As long as a span."""
        self._served = _Served(self.span)

    def served(self, chat_id: int, now: datetime) -> None:
        """A message arrived there."""
        self._refused.pop(chat_id, None)
        self._closed.pop(chat_id, None)
        self._served.count(now)
        self._judge(now)

    def refused(self, error: ChatGone, now: datetime) -> timedelta | None:
        """How long a message waits that its chat refused; ``None``: the chat has left."""
        # That one chat has closed says nothing of the others.
        known = self._closed if isinstance(error, ChatClosed) else self._refused
        refusals = known.setdefault(error.chat_id, _Refusals(now))
        refusals.times += 1
        self._judge(now)
        times, spans = _BELIEVED[type(error)]
        if refusals.times < times:
            return self.span
        is_early = now - refusals.first_at < spans * self.span
        if is_early or self.held_since or not self._has_place(now):
            return self.wait
        del known[error.chat_id]
        self._left_at.append(now)
        return None

    def _judge(self, now: datetime) -> None:
        is_outage = len(self._refused) > max(self.most, self._served.lately(now))
        self.held_since = (self.held_since or now) if is_outage else None

    def _has_place(self, now: datetime) -> bool:
        while self._left_at and now - self._left_at[0] > self.span:
            self._left_at.popleft()
        return len(self._left_at) < self.most
