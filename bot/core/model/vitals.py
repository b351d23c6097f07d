"""How the bot itself is doing, as its database shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Vitals:
    """The pulse of the sources and of the outbox.

    Attributes:
        feeds: Feeds and channels; where there are none, the seeds folder.
        fresh: Of these, read within two of their waits and a little.
        waiting: Of these, not visited yet.
        overdue: Of these, due for a while and not visited.
        shortest: Two of the shortest waits among them, and a little; ``None`` without sources.
        polled_at: When any of them was visited last.
        polled_ok_at: When any of them was read last.
        gone: Id and name of each source that its publisher took away.
        dead: Messages given up within the last hour.
        unconfirmed: Messages of which nobody has known since then whether they arrived.
        waits_since: When the longest waiting message might have left, or, where it was tried in
            vain, when it came.
        lagging: Chats for which something waits for ``core.stalls.LONG``.
        stuck_since, stuck: The same of grave alerts that were tried again and again, if only for
            ``core.stalls.SOON``. A chat that the messenger asks us to leave alone is none of them.
        listening: Active chats; those beyond ``core.stalls.ENOUGH`` are not counted.
    """

    feeds: int = 0
    fresh: int = 0
    waiting: int = 0
    overdue: int = 0
    shortest: timedelta | None = None
    polled_at: datetime | None = None
    polled_ok_at: datetime | None = None
    gone: tuple[tuple[str, str], ...] = ()
    dead: int = 0
    unconfirmed: int = 0
    waits_since: datetime | None = None
    lagging: int = 0
    stuck_since: datetime | None = None
    stuck: int = 0
    listening: int = 0
