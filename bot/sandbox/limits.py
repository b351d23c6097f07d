"""Telegram's flood limits, with knobs. Off for the page, on in tests.

The real ones are unspecified (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits); this
is the strict reading: sliding windows, and a penalty during which everything is refused.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace

from bot.sandbox.wire import Json, Refusal, too_many

PAID_PER_SECOND = 1000


@dataclass(frozen=True, slots=True)
class Knobs:
    """0 lifts a limit. ``retry_after`` in seconds is how long one excess message costs."""

    enabled: bool = False
    per_second: int = 30
    per_chat_per_second: int = 1
    per_group_per_minute: int = 20
    retry_after: int = 3

    def turned(self, wanted: Json) -> Knobs:
        """These knobs with the ones in ``wanted`` changed; names it does not know are ignored."""
        known = {knob.name: type(getattr(self, knob.name)) for knob in fields(self)}
        return replace(self, **{k: known[k](v) for k, v in wanted.items() if k in known})


@dataclass(slots=True)
class _Window:
    """At most ``limit`` in ``span_s`` sliding seconds; ``closed_until`` is the penalty."""

    span_s: float
    closed_until: float = 0.0
    times: deque[float] = field(default_factory=deque)

    def room_at(self, now: float, limit: int) -> bool:
        while self.times and self.times[0] <= now - self.span_s:
            self.times.popleft()
        return not limit or len(self.times) < limit


class Limiter:
    """Decides whether one more message may be accepted."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """``clock``: monotonic seconds."""
        self.knobs = Knobs()
        self._clock = clock
        self._windows: dict[tuple[str, int], _Window] = {}

    def turn(self, wanted: Json) -> Json:
        """Change knobs and forget what was counted; returns the knobs."""
        self.knobs = self.knobs.turned(wanted)
        self._windows.clear()
        return self.shown()

    def shown(self) -> Json:
        """The knobs as JSON."""
        return asdict(self.knobs)

    def admit(self, chat_id: int, is_paid: bool = False) -> None:
        """Count one message to ``chat_id``.

        Raises:
            Refusal: 429 with ``retry_after``; nothing was counted.
        """
        if not self.knobs.enabled:
            return
        now = self._clock()
        chosen = list(self._applying(chat_id, is_paid))
        for window, limit in chosen:
            self._refuse_if_full(window, limit, now)
        for window, _ in chosen:
            window.times.append(now)

    def _applying(self, chat_id: int, is_paid: bool) -> list[tuple[_Window, int]]:
        knobs = self.knobs
        whole = ("paid", PAID_PER_SECOND) if is_paid else ("all", knobs.per_second)
        windows = [(self._window(whole[0], 0, 1.0), whole[1])]
        windows.append((self._window("chat", chat_id, 1.0), knobs.per_chat_per_second))
        if chat_id < 0:
            windows.append((self._window("group", chat_id, 60.0), knobs.per_group_per_minute))
        return windows

    def _window(self, kind: str, chat_id: int, span_s: float) -> _Window:
        return self._windows.setdefault((kind, chat_id), _Window(span_s))

    def _refuse_if_full(self, window: _Window, limit: int, now: float) -> None:
        if now < window.closed_until:
            raise self._refusal(window.closed_until - now)
        if not window.room_at(now, limit):
            window.closed_until = now + self.knobs.retry_after
            raise self._refusal(self.knobs.retry_after)

    @staticmethod
    def _refusal(left_s: float) -> Refusal:
        return too_many(max(1, math.ceil(left_s)))
