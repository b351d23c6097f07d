"""What the operator is told, once each, and how much of it at once by each way.

Durations are seconds of a steady clock, for the wall clock may be what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.stalls import is_partial

_CALM_S = 60.0  # what comes back within a minute was never over
_KEPT = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence for the operator.

    Attributes:
        text: As it is told.
        is_grave: More than a part is concerned: it goes first where not everything fits.
        ends: The sentence whose end it tells.
        fails: How often it was refused by itself: others go first then.
    """

    text: str
    is_grave: bool = True
    ends: str = ""
    fails: int = 0


@dataclass(slots=True)
class _Told:
    text: str
    last_s: float


@dataclass(slots=True)
class Stalls:
    """Which stalls the operator knows of: each is said once, and once when it is over.

    Attributes:
        calm_s: How long it must be over.
    """

    calm_s: float = _CALM_S
    _told: dict[str, _Told] = field(default_factory=dict)

    def look(
        self,
        found: Mapping[str, str],
        at_s: float,
        is_hidden: Callable[[str], bool] = lambda key: False,
    ) -> tuple[Line, ...]:
        """What there is to say now; what ``is_hidden`` may be as wrong as it was."""
        lines = []
        for key, text in found.items():
            if key not in self._told:
                lines.append(Line(text, not is_partial(key)))
                self._told[key] = _Told(text, at_s)
        stand = {key for key in self._told if key in found or is_hidden(key)}
        for key in stand:
            self._told[key].last_s = at_s
        return (*lines, *self._over(stand, at_s))

    def _over(self, stand: Collection[str], at_s: float) -> Iterator[Line]:
        for key, told in list(self._told.items()):
            if key not in stand and at_s - told.last_s >= self.calm_s:
                del self._told[key]
                yield Line(f"Over: {told.text}", not is_partial(key), told.text)

    @property
    def known(self) -> dict[str, str]:
        """What was said and is not over, to remember over a restart."""
        return {key: told.text for key, told in self._told.items()}

    def remember(self, known: Mapping[str, str], at_s: float) -> None:
        """Take up what an earlier run has said."""
        self._told |= {key: _Told(text, at_s) for key, text in known.items()}


@dataclass(slots=True)
class Waiting:
    """What one way to the operator has to say, and how often it may.

    A few messages at once and then one in ten minutes. What waits goes together in the next, as
    much as the way takes at once: the grave before the rest, then the newest.
    """

    most: float = 4.0
    per_s: float = 1 / 600
    lines: tuple[Line, ...] = ()
    error: str = ""
    _at_once: int = _KEPT
    _budget: float = 4.0
    _at_s: float | None = None
    _failures: int = 0
    _not_before_s: float = 0.0

    def add(self, lines: Sequence[Line]) -> None:
        """There is more to say; the least goes where nobody listens for days."""
        # The end of what was never told says both.
        ended = {line.ends for line in lines if line.ends}
        waiting = [*(line for line in self.lines if line.text not in ended), *lines]
        kept = set(_ranked(waiting)[:_KEPT])
        self.lines = tuple(line for n, line in enumerate(waiting) if n in kept)

    def take(self, at_s: float, fits: Callable[[Sequence[str]], bool]) -> tuple[Line, ...]:
        """What may be said now, and fits; nothing is forgotten before ``went``."""
        if not self.lines or at_s < self._not_before_s:
            return ()
        since = 0.0 if self._at_s is None else max(0.0, at_s - self._at_s)
        self._budget, self._at_s = min(self.most, self._budget + since * self.per_s), at_s
        return self._chosen(fits) if self._budget >= 1 else ()

    def _chosen(self, fits: Callable[[Sequence[str]], bool]) -> tuple[Line, ...]:
        first, *others = _ranked(self.lines)
        chosen = {first}  # whatever its length: the way cuts it
        for n in others:
            lines = [line.text for i, line in enumerate(self.lines) if i in chosen | {n}]
            if len(chosen) < self._at_once and fits(lines):
                chosen.add(n)
        return tuple(line for n, line in enumerate(self.lines) if n in chosen)

    def went(self, lines: Sequence[Line]) -> None:
        """They arrived."""
        self.lines = tuple(line for line in self.lines if line not in lines)
        self._budget -= 1
        self._at_once = min(_KEPT, 2 * self._at_once)
        self._failures, self._not_before_s, self.error = 0, 0.0, ""

    def failed(self, lines: Sequence[Line], error: str, at_s: float, *, refused: bool) -> None:
        """They did not; the next try is later each time, a quarter of an hour at most.

        ``refused``: the way works, and took offence at these. So each is tried by itself, and one
        that is refused even so waits behind the others.
        """
        if refused:
            self._at_once = 1
        if refused and len(lines) == 1:
            behind = replace(lines[0], fails=lines[0].fails + 1)
            self.lines = tuple(behind if line == lines[0] else line for line in self.lines)
        self._failures += 1
        self._not_before_s = at_s + min(900.0, 15.0 * 2.0 ** min(self._failures - 1, 10))
        self.error = error


def _ranked(lines: Sequence[Line]) -> list[int]:
    """Their numbers, what is to be said first in front."""
    rank = lambda n: (lines[n].fails, not lines[n].is_grave, -n)  # noqa: E731
    return sorted(range(len(lines)), key=rank)
