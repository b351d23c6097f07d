"""``why``: the way of one entry, from the moment it was seen to the last chat, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.model import Report, Story, Way
from bot.core.told import first_of_each
from bot.measure import Judge
from bot.plainly import life_lines, timed

_DONE = {"sent": "sent", "pending": "waiting", "leased": "waiting", "sending": "on its way"}


def way_lines(way: Way, judge: Judge) -> Iterator[str]:
    """What was understood of it, what was decided and why, and who was told."""
    entry = way.entry
    yield judge.explain(entry.title, entry.body)
    published = f", published {timed(entry.published_at)}" if entry.published_at else ", undated"
    yield f"  seen {timed(way.seen_at)} from {entry.source_name or entry.source_id}{published}"
    yield f"  decided: {way.reason}" + (f" ({way.detail})" if way.detail else "")
    if way.story is None:
        yield "  it belongs to no story: nobody was told"
        return
    yield from _story_lines(way.story)
    yield from (f"      {line}" for line in _source_lines(way.reports))
    yield from _delivery_lines(way)


def _story_lines(story: Story) -> Iterator[str]:
    yield f"  story {story.id}: {story.title}"
    first = timed(story.first_seen_at)
    yield f"      {story.entries} reports, first {first}, severity {int(story.severity)} of 3"
    yield from (f"      {line}" for line in life_lines(story.life))


def _source_lines(reports: Sequence[Report]) -> Iterator[str]:
    """Every source of the story: what its report is to it, when it came, and where it stands."""
    for report in first_of_each(reports):
        at = timed(report.published_at or report.seen_at)
        role = report.role.value if report.role else "report"
        yield " ".join(filter(None, (f"{role} of {at} by {report.source_name}", report.link)))


def _delivery_lines(way: Way) -> Iterator[str]:
    if not way.deliveries:
        yield "  nobody follows what it is about: no message was made"
    for (kind, state), count in way.deliveries.items():
        yield f"  {kind}s {_DONE.get(state, state)}: {count}"
