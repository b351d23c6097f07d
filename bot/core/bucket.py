"""Who asks too often? Token buckets by key: now goes in, yes or no comes out.

Asking and taking are two steps, as in ``core.pacing``: a request that could not be recorded is
asked again and must not pay twice.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class _Level:
    """``full_at`` is when the bucket is full again; ``told`` that its owner knows it is empty."""

    full_at: datetime
    told: bool = False


@dataclass(slots=True)
class Buckets:
    """One bucket per key: ``burst`` tokens, and another one every ``gap``.

    Bounded: a bucket that is full again is forgotten, and beyond ``most`` of them those that are
    nearest to it.
    """

    gap: timedelta
    burst: int
    most: int = 10_000
    _levels: dict[Hashable, _Level] = field(default_factory=dict)

    def allows(self, key: Hashable, now: datetime) -> bool:
        """Whether a token is left for ``key``; takes none."""
        level = self._level(key, now)
        return level is None or level.full_at - now <= self.gap * (self.burst - 1)

    def took(self, key: Hashable, now: datetime) -> None:
        """One token of ``key`` is used."""
        level = self._level(key, now)
        if level is None:
            self._make_room(now)
            level = self._levels[key] = _Level(now)
        level.full_at += self.gap

    def is_told(self, key: Hashable, now: datetime) -> bool:
        """Whether ``key`` was told of its empty bucket since that was last full."""
        level = self._level(key, now)
        return level is not None and level.told

    def told(self, key: Hashable, now: datetime) -> None:
        """The owner of ``key`` was told; once until the bucket is full again."""
        level = self._level(key, now)
        if level is not None:
            level.told = True

    @property
    def held(self) -> int:
        """How many buckets are remembered."""
        return len(self._levels)

    def _level(self, key: Hashable, now: datetime) -> _Level | None:
        level = self._levels.get(key)
        if level is None:
            return None
        # No bucket is emptier than empty: what is to be full later than that was filled by a clock
        # that was set back since, and nobody is refused for that.
        if now < level.full_at <= now + self.gap * self.burst:
            return level
        del self._levels[key]
        return None

    def _make_room(self, now: datetime) -> None:
        if len(self._levels) < self.most:
            return
        left = {key: level for key, level in self._levels.items() if level.full_at > now}
        if len(left) >= self.most:
            # A quarter at once, so that the sorting is paid for by the many keys to come.
            emptiest = sorted(left, key=lambda key: left[key].full_at, reverse=True)
            left = {key: left[key] for key in emptiest[: self.most * 3 // 4]}
        self._levels = left
