"""Subscriptions: the watches made of a topic or a place, by /subscribe and /unsubscribe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.events import find_place, find_topic
from bot.core.i18n import Voice
from bot.core.model import (
    AddWatch,
    Answer,
    Button,
    Knowledge,
    Line,
    Note,
    Place,
    Story,
)
from bot.core.text import clean
from bot.flow.asked import Asked
from bot.flow.catching_up import latest
from bot.flow.following import canonical, dropped, followed, no_room, one_line
from bot.flow.suggesting import nearest
from bot.flow.threads import moved_here
from bot.flow.wording import (
    EVERYTHING,
    button,
    code,
    is_subscription,
    note,
    rows,
    subject,
    title,
    topic_doors,
)

# What stands between several: a comma too, for no topic and almost no place has one in its name.
_BETWEEN = re.compile(r"[،,\n]+")
_UNKNOWN = 5  # unknown names answered one by one
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


def _wanted(knowledge: Knowledge, text: str) -> tuple[tuple[str, str | None], ...]:
    """Each thing asked for with its query; a name may hold a comma itself."""
    whole = target(knowledge, text)
    if whole is not None:
        return ((text, whole),)
    parts = dict.fromkeys(" ".join(clean(part).split()) for part in _BETWEEN.split(text))
    named = tuple((part, target(knowledge, part)) for part in parts if part)
    return named or ((text, None),)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What was asked for by what becomes of it; ``left`` is what there is no room for."""

    new: tuple[str, ...]
    again: tuple[str, ...]
    left: tuple[str, ...]
    unknown: tuple[str, ...]


def _sorted_out(asked: Asked, knowledge: Knowledge) -> Sorted:
    wanted = _wanted(knowledge, asked.args)
    held = {canonical(watch.query) for watch in asked.watches}
    queries = tuple(dict.fromkeys(query for _, query in wanted if query is not None))
    fresh = tuple(query for query in queries if canonical(query) not in held)
    room = max(asked.limits.watches - len(asked.watches), 0)
    return Sorted(
        new=fresh[:room],
        again=tuple(query for query in queries if query not in fresh),
        left=fresh[room:],
        unknown=tuple(text for text, query in wanted if query is None),
    )


def subscribe(asked: Asked, knowledge: Knowledge, stories: Sequence[Story]) -> Answer:
    """Add subscriptions; who had none is shown the latest ``stories`` at once."""
    voice, made = asked.voice, _sorted_out(asked, knowledge)
    is_on = bool(made.new or made.again)
    lines = [*_refused(asked, knowledge, made), *_done(asked, knowledge, made)]
    lines += moved_here(asked) if is_on else []
    doors = _doors(asked, knowledge, made.unknown) if made.unknown else ()
    told = [note(voice, lines, doors)]
    if made.new and not asked.watches:
        told.append(latest(asked, knowledge, made.new, stories) or _nothing_yet(voice))
    on = (asked.switched_on(),) if is_on else ()
    added = tuple(AddWatch(asked.chat.id, query) for query in made.new)
    toast = voice.label("Already there") if made.again else ""
    return Answer((*on, *added), tuple(told), voice.label("Subscribed") if made.new else toast)


def _refused(asked: Asked, knowledge: Knowledge, made: Sorted) -> list[Line]:
    """What was not done comes first: a long answer is cut at its end."""
    voice, lines = asked.voice, list[Line]()
    if made.left:
        names = [_name(voice, knowledge, query) for query in made.left]
        lines += no_room(asked, len(asked.watches) + len(made.new), names)
    for text in made.unknown[:_UNKNOWN]:
        name = code(text[:100])
        lines.append(voice.says("I know no topic and no place called {name}.", name=name))
    if not made.unknown:
        return lines
    if _near(asked, knowledge, made.unknown):
        lines.append(voice.says("Did you mean one of these?"))
    example = code(f"/watch {made.unknown[0][:100]}")
    return [*lines, voice.says("To follow any name or words: {example}", example=example)]


def _done(asked: Asked, knowledge: Knowledge, made: Sorted) -> list[Line]:
    voice, lines = asked.voice, list[Line]()
    for query in made.again:
        name = _name(voice, knowledge, query)
        lines.append(voice.says("You have this subscription already: {what}", what=name))
    for query in made.new:
        name = _name(voice, knowledge, query)
        lines.append(title(voice.says("✅ Subscribed: {what}", what=name)))
    if made.new:
        lines.append(
            voice.says(
                "I write when a report comes in. {list} shows what you follow.", list="/list"
            )
        )
    return lines


def _name(voice: Voice, knowledge: Knowledge, query: str) -> str:
    return one_line(subject(voice, knowledge, query))


def _near(asked: Asked, knowledge: Knowledge, unknown: Sequence[str]) -> list[str]:
    found = [nearest(knowledge, text[:100], asked.voice.lang) for text in unknown[:_UNKNOWN]]
    return list(dict.fromkeys(query for near in found for query in near))


def _doors(
    asked: Asked, knowledge: Knowledge, unknown: Sequence[str]
) -> tuple[tuple[Button, ...], ...]:
    """What may have been meant, then the topics that are not among it."""
    voice = asked.voice
    near = [
        door
        for query in _near(asked, knowledge, unknown)
        for door in button(subject(voice, knowledge, query), "subscribe", _argument(query))
    ]
    topics = [door for door in topic_doors(voice, knowledge) if door not in near]
    return (*rows(near, 1), *rows(topics, 2))


def _argument(query: str) -> str:
    """A subscription as short as /subscribe understands it."""
    return query.removeprefix(f"{EVERYTHING} + ")


def _nothing_yet(voice: Voice) -> Note:
    return note(voice, [voice.says("There is no such report yet. From now on I watch for you.")])


def unsubscribe(asked: Asked, knowledge: Knowledge) -> Answer:
    """End all subscriptions, or those that are named; watches of the reader's own stay."""
    voice = asked.voice
    subscriptions = [watch for watch in asked.watches if is_subscription(watch.query)]
    named = {canonical(query) for _, query in _wanted(knowledge, asked.args) if query}
    every = not asked.args.strip()
    ended = [w for w in subscriptions if every or canonical(w.query) in named]
    if not ended:
        lines = [voice.says("You have no such subscription.")]
        return Answer(notes=(note(voice, [*lines, *followed(asked, knowledge)]),))
    return dropped(asked, knowledge, ended)
