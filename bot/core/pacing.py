"""When may the next message leave? Now goes in, the wait comes out.

GCRA (a leaky bucket kept as one time per bucket) over all sends, per private chat and per group.
Measured against a strict server of 30 per sliding second: at exactly 30/s hundreds of 429s, at
27/s none. Source of the limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.model import Chat, ChatKind

_ZERO = timedelta()


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` messages per ``per``, of which ``burst`` may leave at once."""

    count: float
    per: timedelta
    burst: int = 1

    @property
    def gap(self) -> timedelta:
        """Time between two messages at this rate."""
        return self.per / self.count


@dataclass(frozen=True, slots=True)
class Limits:
    """The three limits of Telegram, with a margin."""

    overall: Rate = Rate(27, timedelta(seconds=1))
    private: Rate = Rate(1, timedelta(seconds=1))
    group: Rate = Rate(20, timedelta(minutes=1), burst=3)

    def of(self, chat: Chat) -> Rate:
        """The limit of one chat."""
        return self.private if chat.kind is ChatKind.PRIVATE else self.group


@dataclass(slots=True)
class Pacing:
    """The buckets. Bounded: a bucket that is full again is forgotten."""

    limits: Limits = field(default_factory=Limits)
    _overall_at: datetime | None = None
    _chat_at: dict[int, datetime] = field(default_factory=dict)
    _paused_until: dict[int, datetime] = field(default_factory=dict)
    _all_paused_until: datetime | None = None
    _last_asked: tuple[int, datetime] | None = None

    def wait(self, chat: Chat, now: datetime) -> timedelta:
        """How long until a message to ``chat`` may leave; zero means now."""
        return max(
            _wait(self._overall_at, self.limits.overall, now),
            _wait(self._chat_at.get(chat.id), self.limits.of(chat), now),
            (self._paused_until.get(chat.id) or now) - now,
            (self._all_paused_until or now) - now,
            _ZERO,
        )

    def took(self, chat: Chat, now: datetime) -> None:
        """A message to ``chat`` leaves now."""
        overall, own = self.limits.overall, self.limits.of(chat)
        self._overall_at = max(self._overall_at or now, now) + overall.gap
        self._chat_at[chat.id] = max(self._chat_at.get(chat.id) or now, now) + own.gap
        if len(self._chat_at) > 1_000:
            self._chat_at = {k: at for k, at in self._chat_at.items() if at > now}
            self._paused_until = {k: at for k, at in self._paused_until.items() if at > now}

    def asked_to_wait(self, chat: Chat, wait: timedelta, now: datetime) -> None:
        """The messenger answered 429. Two chats within a second: everybody waits."""
        until = now + wait
        self._paused_until[chat.id] = max(self._paused_until.get(chat.id) or until, until)
        other = self._last_asked
        if other and other[0] != chat.id and now - other[1] <= timedelta(seconds=1):
            self._all_paused_until = max(self._all_paused_until or until, until)
        self._last_asked = (chat.id, now)


def _wait(theoretical_at: datetime | None, rate: Rate, now: datetime) -> timedelta:
    if theoretical_at is None:
        return _ZERO
    return theoretical_at - rate.gap * (rate.burst - 1) - now
