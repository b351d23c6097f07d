"""Subscriptions: the watches made of a topic or a place, by /subscribe and /unsubscribe."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.events import find_place, find_topic
from bot.core.model import AddWatch, Answer, Knowledge, Line, Note, Place, Story
from bot.core.text import clean
from bot.flow.asked import Asked
from bot.flow.following import canonical, dropped, followed, full, one_line
from bot.flow.suggesting import nearest
from bot.flow.telling import story_lines
from bot.flow.wording import (
    EVERYTHING,
    button,
    code,
    facets,
    is_subscription,
    note,
    rows,
    subject,
    title,
    topic_doors,
)

_ALL = frozenset({"", "all", "everything", "alerts", "الكل", "كل", "كل شيء", "الجميع"})


def target(knowledge: Knowledge, text: str) -> str | None:
    """The query behind "/subscribe TEXT": everything, a topic or a place; ``None``: neither."""
    wanted = " ".join(clean(text).split())
    if wanted.lower() in _ALL or wanted == EVERYTHING:
        return EVERYTHING
    wanted = wanted.removeprefix("topic:")
    if wanted in knowledge.topics:
        return f"topic:{wanted}"
    if wanted.removeprefix("place:") in knowledge.places:
        return f"{EVERYTHING} + place:{wanted.removeprefix('place:')}"
    topic = find_topic(knowledge, wanted)
    if topic is not None:
        return f"topic:{topic.id}"
    place = _place(knowledge, wanted)
    return f"{EVERYTHING} + place:{place.id}" if place else None


def _place(knowledge: Knowledge, name: str) -> Place | None:
    """The place of this name, or the base: in a report "Harir" is also silk, here it is not."""
    named = (name, f"قاعدة {name}", f"{name} base")
    return next((place for n in named if (place := find_place(knowledge, n))), None)


def subscribe(asked: Asked, knowledge: Knowledge, stories: Sequence[Story]) -> Answer:
    """Add a subscription; who had none is shown the latest ``stories`` at once."""
    voice = asked.voice
    query = target(knowledge, asked.args)
    if query is None:
        return Answer(notes=(_unknown_target(asked, knowledge),))
    name = one_line(subject(voice, knowledge, query))
    if any(canonical(watch.query) == canonical(query) for watch in asked.watches):
        lines = [voice.says("You have this subscription already: {what}", what=name)]
        return Answer((asked.switched_on(),), (note(voice, lines),), voice.label("Already there"))
    if len(asked.watches) >= asked.limits.watches:
        return Answer(notes=(note(voice, [full(asked)]),))
    lines = [
        title(voice.says("✅ Subscribed: {what}", what=name)),
        voice.says("I write when a report comes in. {list} shows what you follow.", list="/list"),
    ]
    told = [note(voice, lines)]
    if not asked.watches:
        told.append(_latest(asked, knowledge, query, stories))
    effects = (asked.switched_on(), AddWatch(asked.chat.id, query))
    return Answer(effects, tuple(told), voice.label("Subscribed"))


def _unknown_target(asked: Asked, knowledge: Knowledge) -> Note:
    voice, wanted = asked.voice, clean(asked.args)[:100]
    near = nearest(knowledge, wanted, voice.lang)
    lines: list[Line] = [
        voice.says("I know no topic and no place called {name}.", name=code(wanted))
    ]
    if near:
        lines.append(voice.says("Did you mean one of these?"))
    lines.append(
        voice.says("To follow any name or words: {example}", example=code(f"/watch {wanted}"))
    )
    doors = [
        door
        for query in near
        for door in button(subject(voice, knowledge, query), "subscribe", _argument(query))
    ]
    topics = topic_doors(voice, knowledge)
    return note(voice, lines, (*rows(doors, 1), *rows(topics, 2)))


def _argument(query: str) -> str:
    """A subscription as short as /subscribe understands it."""
    return query.removeprefix(f"{EVERYTHING} + ")


def _latest(asked: Asked, knowledge: Knowledge, query: str, stories: Sequence[Story]) -> Note:
    voice = asked.voice
    fitting = [story for story in stories if fits(knowledge, query, story)]
    if not fitting:
        nothing = voice.says("There is no such report yet. From now on I watch for you.")
        return note(voice, [nothing])
    lines = [title(voice.says("The latest reports, so that you know where things stand:"))]
    for story in fitting[: asked.limits.welcome]:
        lines += story_lines(asked, knowledge, story)
    return note(voice, lines)


def fits(knowledge: Knowledge, query: str, story: Story) -> bool:
    """Whether a subscription asks for ``story``; a region asks for what lies in it."""
    named = facets(query)
    if named.get("topic", "all") not in ("all", *story.topics):
        return False
    place = named.get("place")
    return place is None or any(place in _with_parents(knowledge, p) for p in story.places)


def _with_parents(knowledge: Knowledge, place_id: str) -> tuple[str, ...]:
    place = knowledge.places.get(place_id)
    return (place_id, *(place.parents if place else ()))


def unsubscribe(asked: Asked, knowledge: Knowledge) -> Answer:
    """End all subscriptions, or the one that is named; watches of the reader's own stay."""
    voice = asked.voice
    subscriptions = [watch for watch in asked.watches if is_subscription(watch.query)]
    named = target(knowledge, asked.args) if asked.args.strip() else None
    query = canonical(named) if named else None
    ended = [w for w in subscriptions if not asked.args.strip() or canonical(w.query) == query]
    if not ended:
        lines = [voice.says("You have no such subscription.")]
        return Answer(notes=(note(voice, [*lines, *followed(asked, knowledge)]),))
    return dropped(asked, knowledge, ended)
