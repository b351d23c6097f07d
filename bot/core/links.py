"""Two stories that a later report shows to be one event: linked, and never made one.

Who was told of either was told once; to put them together would take an alert back or tell it
again. So both stay, and each names the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.core.model import Join, Joined, Link, Story, StoryState
from bot.core.traces import Trace, unpacked
from bot.core.vetoes import veto

_MOST = 10  # links that are kept; nobody reads more
_SURE = 0.8  # likeness of a report to each of two stories


def link(story: Story, join: Join) -> tuple[Story, tuple[Story, ...]]:
    """Link what ``join`` shows to be one event: ``story``, and the others as they are from now on.

    Args:
        story: The one that was joined, with the report.
        join: How the report came to it, and which others it might as well have joined.
    """
    before = join.story
    if before is None or story.life.state is not StoryState.OPEN:
        return story, ()
    sure = (also.story for also in join.also if _is_sure(join) and _is_sure(also))
    others = tuple(other for other in sure if other and _may_be_one(before, other))
    if not others:
        return story, ()
    edits = before.life.edits + 1
    return _linked(story, others, edits), tuple(
        _linked(other, (story,), other.life.edits + 1) for other in others
    )


def _linked(story: Story, others: Iterable[Story], edits: int) -> Story:
    new = (Link(other.id, other.title, other.link) for other in others)
    links = (*story.life.linked, *new)[:_MOST]
    return replace(story, life=replace(story.life, linked=links, edits=edits))


def _is_sure(join: Join) -> bool:
    """Whether it is a copy, or surely of one event: much the same words alone are too little."""
    return join.how is Joined.COPY or (join.how is Joined.EVENT and join.score >= _SURE)


def _may_be_one(one: Story, other: Story) -> bool:
    """Whether both are open, not linked yet, and nothing in the later one forbids it."""
    known = {link.story_id for link in one.linked}
    if other.id in known or not one.life.state is other.life.state is StoryState.OPEN:
        return False
    first, last = sorted((unpacked(one.sketch), unpacked(other.sketch)), key=_begun)
    return not veto(last[0], first)


def _begun(traces: tuple[Trace, ...]) -> int:
    return traces[0].at
