"""A document that breaks our reader ends as a value: the others go on, and it can be looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from bot.core.faults import error_of, trace_of
from bot.sources.draft import Parsed

_P = ParamSpec("_P")

PROBLEM = (
    "Its document breaks our reader: an error of ours. It was set aside with the traceback"
    " (python -m bot quarantine list)."
)


def safely(read: Callable[_P, Parsed], *args: _P.args, **kwargs: _P.kwargs) -> Parsed:
    """What ``read`` makes of a document; where it raises, a problem with the traceback.

    The traceback is text already here: read in another process, an error loses it on the way.
    """
    try:
        return read(*args, **kwargs)
    except Exception as error:
        # Documents are strangers' and so is half of what reads them: each is a turn of its own.
        return Parsed(problem=PROBLEM, error=error_of(error), trace=trace_of(error))
