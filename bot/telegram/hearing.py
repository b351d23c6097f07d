"""Whether what people write reaches us, for a watcher in another thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Hearing:
    """Plain values, written by one thread and read by another.

    Attributes:
        steady: Seconds of a clock that nobody sets.
        trouble: Why nothing reaches us, ``""`` where it does.
    """

    steady: Callable[[], float] = time.monotonic
    trouble: str = ""
    _well_s: float | None = None

    def note(self, trouble: str) -> None:
        """How the last try to receive went."""
        if not trouble or self._well_s is None:
            self._well_s = self.steady()
        self.trouble = trouble

    def deaf(self) -> tuple[float, str]:
        """For how many seconds nothing has reached us, and why."""
        if not self.trouble or self._well_s is None:
            return 0.0, ""
        return self.steady() - self._well_s, self.trouble
