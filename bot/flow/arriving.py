"""What a poll brought, compared with all that its source ever held: what is new, what is late."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core import skew
from bot.core.lateness import is_forgotten, late_before
from bot.core.model import Poll, Source, SourceKind
from bot.core.sameness import names, recognised
from bot.core.turn import Mind, Policy, Turn
from bot.ports import Store

_REKEYED = (
    "Nearly all its entries came under new names with titles known before, as after a move of the"
    " site: they are taken for the old ones."
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One poll, ready to be decided about.

    Attributes:
        source: Where it is from.
        poll: Its entries under the names they were recorded by, and what it showed of its feed.
        late_before: See ``Turn``.
        notes: One sentence each for the operator.
        is_retry: They are decided about once more, though nothing of them changed.
    """

    source: Source
    poll: Poll
    late_before: datetime | None = None
    notes: tuple[str, ...] = ()
    is_retry: bool = False

    def turn(self, mind: Mind, policy: Policy, now: datetime) -> Turn:
        """What its entries are decided with."""
        since, is_seeds = self.source.polled_ok_at, self.source.kind is SourceKind.SEEDS
        unread = timedelta()
        if since is not None and self.late_before is not None:
            # Beyond the window nothing is known of what was told already.
            unread = min(max(now - since, timedelta()), policy.story_window)
        baseline = since is None and not is_seeds
        forgetful = self.late_before is not None and is_forgotten(self.source, policy)
        return Turn(mind, policy, now, baseline, self.late_before, unread, forgetful)


async def arrival(
    store: Store, source: Source, poll: Poll, policy: Policy, now: datetime
) -> Arrival:
    """Recognise what ``poll`` brought."""
    if not poll.entries:
        return Arrival(source, poll)
    seen = await store.sightings([name for entry in poll.entries for name in names(entry)])
    found = recognised(poll.entries, seen, now, poll.left_out)
    after = replace(poll, entries=found.entries)
    if poll.habits is not None:
        learnt = skew.learnt(poll.habits, found.fresh, source.polled_ok_at, now)
        after = replace(after, habits=learnt)
    late = late_before(source, found.fresh, policy, now)
    return Arrival(source, after, late, tuple(_notes(source, after, rekeyed=found.rekeyed)))


def _notes(source: Source, poll: Poll, *, rekeyed: bool) -> Iterator[str]:
    if rekeyed:
        yield _REKEYED
    if poll.habits and (said := skew.note(source.habits, poll.habits)):
        yield said
