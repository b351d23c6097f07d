"""What is kept, written and read again as the file of the matcher is."""

from __future__ import annotations

import marshal

from bot.core.packed import Kept


def reread(kept: Kept) -> Kept:
    """``kept`` after it was a file."""
    again: Kept = marshal.loads(marshal.dumps(kept))  # noqa: S302 (made a moment ago)
    return again
