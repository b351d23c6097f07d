"""What a chat is shown of the time before it listened: a new one, and one that was away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.core.model import Answer, ChatStatus, Knowledge, Note, PutChat, Story
from bot.core.trees import source_key
from bot.flow.asked import Asked
from bot.flow.telling import story_lines
from bot.flow.wording import facets, note, title


def latest(
    asked: Asked, knowledge: Knowledge, queries: Sequence[str], stories: Sequence[Story]
) -> Note | None:
    """The last stories that any of these subscriptions asks for; ``None`` where there are none."""
    voice = asked.voice
    fitting = [story for story in stories if any(fits(knowledge, q, story) for q in queries)]
    if not fitting:
        return None
    lines = [title(voice.says("The latest reports, so that you know where things stand:"))]
    for story in fitting[: asked.limits.welcome]:
        lines += story_lines(asked, knowledge, story)
    return note(voice, lines)


def returned(
    asked: Asked, knowledge: Knowledge, answer: Answer, stories: Sequence[Story]
) -> Answer:
    """``answer`` with the last stories for a chat whose alerts it switches on again.

    A chat that was away learns where things stand, as a new subscriber does.
    """
    queries = [watch.query for watch in asked.watches if facets(watch.query)]
    shown = latest(asked, knowledge, queries, stories)
    return replace(answer, notes=(*answer.notes, shown)) if shown else answer


def comes_back(asked: Asked, answer: Answer) -> bool:
    """Whether ``answer`` switches the alerts of a chat on again that follows something."""
    put = [effect.chat.status for effect in answer.effects if isinstance(effect, PutChat)]
    was_away = asked.is_known and asked.chat.status is not ChatStatus.ACTIVE
    is_theirs = asked.request.is_admin and bool(asked.watches)
    return was_away and is_theirs and put[-1:] == [ChatStatus.ACTIVE]


def fits(knowledge: Knowledge, query: str, story: Story) -> bool:
    """Whether a subscription asks for ``story``; a region asks for what lies in it."""
    return all(_is(knowledge, kind, value, story) for kind, value in facets(query).items())


def _is(knowledge: Knowledge, kind: str, value: str, story: Story) -> bool:
    match kind:
        case "topic":
            return value in ("all", *story.topics)
        case "place":
            return any(value in _with_parents(knowledge, place) for place in story.places)
        case "country":
            return any(value == _country(knowledge, place) for place in story.places)
        case "source":
            return source_key(value) == source_key(story.source_name)
        case "lang":
            return value == story.lang
    return story.severity >= int(value)


def _country(knowledge: Knowledge, place_id: str) -> str:
    place = knowledge.places.get(place_id)
    return place.country.lower() if place else ""


def _with_parents(knowledge: Knowledge, place_id: str) -> tuple[str, ...]:
    place = knowledge.places.get(place_id)
    return (place_id, *(place.parents if place else ()))
