"""When the interpreter looks for garbage."""

from __future__ import annotations

import gc


def seldom() -> None:
    """Look for it seldom: most of it is found young, and the rest may wait.

    A long search among what a matcher remembers would hold every message up.
    """
    gc.set_threshold(50_000, 20, 50)


def leave() -> None:
    """Leave all that is there: at its end the interpreter would look through it for seconds."""
    gc.freeze()
