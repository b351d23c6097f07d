"""What the operator is told, once each, and how much of it at once by each way.

Durations are seconds of a steady clock, for the wall clock may be what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_CALM_S = 60.0  # what comes back within a minute was never over


@dataclass(slots=True)
class _Told:
    text: str
    last_s: float


@dataclass(slots=True)
class Stalls:
    """Which stalls the operator knows of: each is said once, and once when it is over."""

    _told: dict[str, _Told] = field(default_factory=dict)

    def look(
        self,
        found: Mapping[str, str],
        at_s: float,
        is_hidden: Callable[[str], bool] = lambda key: False,
    ) -> tuple[str, ...]:
        """What there is to say now; what ``is_hidden`` may be as wrong as it was."""
        lines = []
        for key, text in found.items():
            if key not in self._told:
                lines.append(text)
                self._told[key] = _Told(text, at_s)
        for key, told in self._told.items():
            if key in found or is_hidden(key):
                told.last_s = at_s
        return (*lines, *self._over(at_s))

    def _over(self, at_s: float) -> Iterator[str]:
        for key, told in list(self._told.items()):
            if at_s - told.last_s >= _CALM_S:
                del self._told[key]
                yield f"Over: {told.text}"

    @property
    def known(self) -> dict[str, str]:
        """What the operator was told and is not over, to remember over a restart."""
        return {key: told.text for key, told in self._told.items()}

    def remember(self, known: Mapping[str, str], at_s: float) -> None:
        """Take up what an earlier run has said."""
        self._told |= {key: _Told(text, at_s) for key, text in known.items()}


@dataclass(slots=True)
class Waiting:
    """What one way to the operator has to say, and how often it may.

    A few messages at once and then one in ten minutes; what waits goes together in the next.
    """

    most: float = 4.0
    per_s: float = 1 / 600
    lines: list[str] = field(default_factory=list)
    error: str = ""
    _budget: float = 4.0
    _at_s: float | None = None
    _failures: int = 0
    _not_before_s: float = 0.0

    def add(self, lines: Sequence[str]) -> None:
        """There is more to say; the oldest goes where nobody listens for days."""
        self.lines = [*self.lines, *lines][-50:]

    def take(self, at_s: float) -> tuple[str, ...]:
        """What may be said now; nothing is forgotten before ``went``."""
        if not self.lines or at_s < self._not_before_s:
            return ()
        since = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        self._budget, self._at_s = min(self.most, self._budget + since * self.per_s), at_s
        return tuple(self.lines) if self._budget >= 1 else ()

    def went(self, lines: Sequence[str]) -> None:
        """They arrived."""
        self.lines = self.lines[len(lines) :]
        self._budget -= 1
        self._failures, self._not_before_s, self.error = 0, 0.0, ""

    def failed(self, error: str, at_s: float) -> None:
        """They did not; the next try is later each time, a quarter of an hour at most."""
        self._failures += 1
        self._not_before_s = at_s + min(900.0, 15.0 * 2.0 ** min(self._failures - 1, 10))
        self.error = error
