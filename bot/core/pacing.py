"""When may the next message leave? Now goes in, the wait comes out.

Three rules together, for a strict server counts the arrivals of any second, and between a message's
leaving and its answer nobody knows when it arrived:

- **An even pace** over all messages: GCRA (a leaky bucket kept as one time). It starts at 27 a
  second. A 429 for everybody makes it a fifth slower, unless nothing was taken since the last one
  did; each minute of sending without one takes one of these back, as far as nine tenths of the pace
  that was complained of; from there on it is 0.2 a second faster, up to 29.5. Measured against 30
  in any second: at exactly 30 hundreds of 429s.
- **A window that cannot overflow**: what flies, and what was answered within the last second, is
  what may have arrived within it. Below 30 of these one more may leave, however late the network.
- **Each chat for itself**: a second between an answer and the next message; groups by GCRA besides.

Source of the limits: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from bot.core.model import Chat, ChatKind

_ZERO = timedelta()
_SECOND = timedelta(seconds=1)
# A little more than the server's second: a clock that is being set right runs up to 0.05 % fast.
_WINDOW = timedelta(seconds=1.003)
# What left late by no more than this is caught up, else every late timer would cost pace (measured
# on a busy machine: 24 a second instead of 27). The window holds, however many that are.
_CATCH_UP = timedelta(milliseconds=100)
_SLOWER, _FASTER, _SLOWEST, _NEARLY = 0.8, 0.2, 1.0, 0.9
_QUIET = timedelta(minutes=1)
_KEPT = 1_000  # chats remembered before those that may be written to again are forgotten


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

    @property
    def per_second(self) -> float:
        """The same, in messages a second."""
        return self.count / self.per.total_seconds()

    @property
    def slack(self) -> timedelta:
        """How much earlier than at an even pace a message may leave."""
        return self.gap * (self.burst - 1)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of Telegram, with a margin.

    Attributes:
        overall: The pace over all messages at the start.
        private: Of any one chat, from its answer on.
        group: Of groups and channels besides. Telegram's 20 a minute with its burst taken off:
            three at once and 20 a minute would be 23 within one.
        fastest: Messages a second that quiet minutes may lead to.
        most: Messages that may arrive within any second.
    """

    overall: Rate = Rate(27, _SECOND)
    private: Rate = Rate(1, _SECOND)
    group: Rate = Rate(17.5, timedelta(minutes=1), burst=3)
    fastest: float = 29.5
    most: int = 30


@dataclass(slots=True)
class _Window:
    """What may have arrived within the last second, and never is more than ``most``."""

    most: int
    flying: int = 0
    answered: deque[datetime] = field(default_factory=deque)

    def wait(self, now: datetime, behind: int) -> timedelta:
        """Until one more may leave after ``behind`` others."""
        while self.answered and now - self.answered[0] >= _WINDOW:
            self.answered.popleft()
        excess = self.flying + len(self.answered) + behind - self.most
        if excess < 0:
            return _ZERO
        # Beyond that only an answer helps, which nobody can foretell.
        last = self.answered[min(excess, len(self.answered) - 1)] if self.answered else now
        return last + _WINDOW - now


@dataclass(slots=True)
class _Pace:
    """The even pace of all messages, and how it is learned."""

    limits: Limits
    per_second: float
    at: datetime | None = None
    changed_at: datetime | None = None
    is_tried: bool = True
    refused: float | None = None
    refused_at: datetime | None = None

    @property
    def gap(self) -> timedelta:
        return _SECOND / self.per_second

    def wait(self, now: datetime, behind: int) -> timedelta:
        if self.at is None:
            return self.gap * behind
        slack = self.gap * (self.limits.overall.burst - 1)
        return max(self.at, now - _CATCH_UP) + self.gap * behind - slack - now

    def took(self, now: datetime) -> None:
        self._quicken(now)
        self.at = max(self.at or now, now - _CATCH_UP) + self.gap

    def _quicken(self, now: datetime) -> None:
        """A minute in which messages left and nobody complained; idle hours teach nothing."""
        if self.changed_at is None:
            self.changed_at = now
        if now - self.changed_at >= _QUIET:
            self.changed_at = now
            self.per_second = max(self.per_second, self._faster())

    def _faster(self) -> float:
        """Soon back to nearly what was complained of, and further with care."""
        soon = min(self.limits.overall.per_second, _NEARLY * (self.refused or self.per_second))
        if self.per_second < soon:
            return min(self.per_second / _SLOWER, soon)
        return min(self.per_second + _FASTER, self.limits.fastest)

    def slow_down(self, now: datetime) -> None:
        """Who refuses again before it took anything complains of what was, not of this pace."""
        if self.is_tried:
            self._remember(now)
            self.per_second = max(self.per_second * _SLOWER, _SLOWEST)
        self.changed_at, self.is_tried = now, False

    def _remember(self, now: datetime) -> None:
        """What is complained of; of complaints close together it is the first."""
        if self.refused_at is None or now - self.refused_at >= _QUIET:
            self.refused = self.per_second
        self.refused_at = now


@dataclass(slots=True)
class Pacing:
    """All that was sent of late, as far as it says when more may be.

    Bounded: chats that may be written to again are forgotten. All times are of one clock that
    nobody sets.
    """

    limits: Limits = field(default_factory=Limits)
    _pace: _Pace = field(init=False)
    _window: _Window = field(init=False)
    _chat_at: dict[int, datetime] = field(default_factory=dict)
    _group_at: dict[int, datetime] = field(default_factory=dict)
    _paused_until: dict[int, datetime] = field(default_factory=dict)
    _resting_until: dict[int, datetime] = field(default_factory=dict)
    _all_paused_until: datetime | None = None
    _last_asked: tuple[int, datetime] | None = None

    def __post_init__(self) -> None:
        """The pace at the start is the one that the limits say."""
        per_second = self.limits.overall.per_second
        self._pace = _Pace(self.limits, per_second)
        # Limits above Telegram's (a paid broadcast) have their own window.
        self._window = _Window(max(self.limits.most, ceil(per_second)))

    @property
    def per_second(self) -> float:
        """The pace as it was learned."""
        return self._pace.per_second

    def pause(self, now: datetime, behind: int = 0) -> timedelta:
        """How long until a message to anybody may leave, after ``behind`` others."""
        return max(
            self._pace.wait(now, behind),
            self._window.wait(now, behind),
            (self._all_paused_until or now) - now,
        )

    def wait(self, chat: Chat, now: datetime) -> timedelta:
        """How long until a message to ``chat`` may leave; zero means now."""
        return max(self.pause(now), self._rest(chat.id, now))

    def resting(self, now: datetime) -> tuple[int, ...]:
        """The chats that may not be written to now, whatever the others do."""
        self._forget(now)
        known = set[int]().union(*self._by_chat())
        return tuple(chat_id for chat_id in known if self._rest(chat_id, now) > _ZERO)

    def next_rested(self, now: datetime) -> timedelta | None:
        """How long until the first chat that rests may be written to; ``None`` where none does."""
        rests = [self._rest(chat_id, now) for chat_id in self.resting(now)]
        return min(rests, default=None)

    def took(self, chat: Chat, now: datetime) -> None:
        """A message to ``chat`` leaves now."""
        self._pace.took(now)
        self._window.flying += 1
        self._chat_at[chat.id] = now + self.limits.private.gap
        if chat.kind is not ChatKind.PRIVATE:
            self._group_at[chat.id] = max(self._group_at.get(chat.id, now), now)
            self._group_at[chat.id] += self.limits.group.gap
        if len(self._chat_at) > _KEPT:
            self._forget(now)

    def answered(self, chat: Chat, now: datetime) -> None:
        """Nothing that left for ``chat`` can arrive after now: its answer is here, or given up."""
        self._window.flying -= 1
        self._window.answered.append(now)
        self._chat_at[chat.id] = now + self.limits.private.gap

    def served(self) -> None:
        """A message was taken: what is complained of from now on is this pace."""
        self._pace.is_tried = True

    def rests(self, chat_id: int, wait: timedelta, now: datetime) -> None:
        """Nothing goes to this chat for so long, or until it is ``welcome``."""
        self._resting_until[chat_id] = now + wait

    def welcome(self, chat_id: int) -> None:
        """What waits for this chat may go."""
        self._resting_until.pop(chat_id, None)

    def asked_to_wait(self, chat_id: int, wait: timedelta, at: datetime) -> None:
        """The messenger answered 429 ``at`` this time. Two chats within a second: all wait."""
        until = at + wait
        self._paused_until[chat_id] = max(self._paused_until.get(chat_id) or until, until)
        other = self._last_asked
        if other and other[0] != chat_id and abs(at - other[1]) <= _SECOND:
            self._pause_all(until, at)
        self._last_asked = (chat_id, at)

    def _pause_all(self, until: datetime, now: datetime) -> None:
        # What flew meanwhile is answered the same way: that is one complaint, not eight.
        if self._all_paused_until is None or self._all_paused_until <= now:
            self._pace.slow_down(now)
        self._all_paused_until = max(self._all_paused_until or until, until)

    def _rest(self, chat_id: int, now: datetime) -> timedelta:
        return max(
            self._chat_at.get(chat_id, now) - now,
            self._group_at.get(chat_id, now) - self.limits.group.slack - now,
            self._paused_until.get(chat_id, now) - now,
            self._resting_until.get(chat_id, now) - now,
        )

    def _forget(self, now: datetime) -> None:
        for times in self._by_chat():
            over = [chat_id for chat_id, at in times.items() if at <= now]
            for chat_id in over:
                del times[chat_id]

    def _by_chat(self) -> tuple[dict[int, datetime], ...]:
        return self._chat_at, self._group_at, self._paused_until, self._resting_until
