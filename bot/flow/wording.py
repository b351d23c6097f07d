"""The small pieces every reply is made of: notes that fit, ages, buttons, names of watches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.i18n import Voice, isolate, styled
from bot.core.model import Button, Line, Note, Part, Place, Style, Topic
from bot.core.query import FACETS, only_facets
from bot.core.render import units

EVERYTHING = "topic:all"
# Telegram takes 4,096 UTF-16 units; the rest is room for the marks of direction the renderer adds.
ROOM = 3600
BUTTON_BYTES = 64
_VERSION = "1"


class Knowing(Protocol):
    """What replies need of the built-in knowledge."""

    @property
    def topics(self) -> Mapping[str, Topic]: ...

    @property
    def places(self) -> Mapping[str, Place]: ...


def note(voice: Voice, lines: Iterable[Line], buttons: Sequence[Sequence[Button]] = ()) -> Note:
    """A note that fits one message; what does not is counted in its last line."""
    shown = tuple(tuple(row) for row in buttons if row)
    return Note(cut(voice, tuple(lines)), buttons=shown, lang=voice.lang)


def cut(voice: Voice, lines: tuple[Line, ...], room: int = ROOM) -> tuple[Line, ...]:
    """``lines`` within ``room`` UTF-16 units, ending with "… and N more" where some had to go."""
    used = 0
    for number, line in enumerate(lines):
        used += 1 + sum(units(part.text) for part in line)
        if used > room:
            left = sum(1 for rest in lines[number:] if rest)
            return (*lines[:number], voice.says_n("… and {n} more", "… and {n} more", left))
    return lines


def joined(voice: Voice, names: Sequence[str], room: int = 900) -> str:
    """``names`` in the reader's list form within about ``room`` units, the rest as a number."""
    shown: list[str] = []
    for name in names:
        room -= units(name) + 4
        if room < 0 and shown:
            more = len(names) - len(shown)
            shown.append(voice.label_n("… and {n} more", "… and {n} more", more))
            break
        shown.append(isolate(name))
    return voice.label(", ").join(shown)


def title(line: Line) -> Line:
    """``line`` as a headline."""
    return styled(line, Style.BOLD)


def code(text: str) -> Part:
    """``text`` as something to type or to tap for copying."""
    return Part(text, Style.CODE)


def watch_example(voice: Voice) -> str:
    """A /watch that is right, in the reader's script."""
    name = voice.label("Ain al-Asad")
    return f"/watch {name}"


def ago(voice: Voice, now: datetime, at: datetime) -> str:
    """How long ago ``at`` was, in the largest unit that fits."""
    minutes = max(0, int((now - at).total_seconds() // 60))
    if minutes < 1:
        return voice.label("just now")
    if minutes < 60:
        return voice.label_n("{n} minute ago", "{n} minutes ago", minutes)
    if minutes < 48 * 60:
        return voice.label_n("{n} hour ago", "{n} hours ago", minutes // 60)
    return voice.label_n("{n} day ago", "{n} days ago", minutes // (24 * 60))


def button(text: str, op: str, arg: str = "") -> tuple[Button, ...]:
    """A button that sends ``op`` and ``arg`` back; none when they do not fit into 64 bytes."""
    sent = f"{_VERSION}|{op}|{arg}"
    return (Button(text, data=sent),) if len(sent.encode()) <= BUTTON_BYTES else ()


def pressed(sent: str) -> tuple[str, str] | None:
    """(op, arg) of a button; ``None`` for one of another version."""
    version, _, rest = sent.partition("|")
    op, bar, arg = rest.partition("|")
    return (op, arg) if version == _VERSION and bar else None


def rows(buttons: Iterable[Button], width: int) -> tuple[tuple[Button, ...], ...]:
    """``buttons`` in rows of ``width``."""
    flat = tuple(buttons)
    return tuple(flat[start : start + width] for start in range(0, len(flat), width))


def facets(query: str) -> dict[str, str]:
    """Kind and value of each facet of a watch that wants all of them and nothing else.

    Empty for any other watch: one with words, with alternatives, with two topics.
    """
    return {facet.kind: facet.value for facet in only_facets(query)}


def is_subscription(query: str) -> bool:
    """Whether ``query`` is one of those that /subscribe makes."""
    return "topic" in facets(query)


def subject(voice: Voice, knowledge: Knowing, query: str) -> str:
    """A watch as its reader would call it."""
    named = facets(query)
    if not named:
        return query
    rest = [_facet(voice, knowledge, kind, named[kind]) for kind in FACETS[1:] if kind in named]
    return voice.label(", ").join([_what(voice, knowledge, named), *rest])


def _what(voice: Voice, knowledge: Knowing, named: Mapping[str, str]) -> str:
    """What is told of: a topic; without one every alert, for only alerts have a place."""
    if named.keys() <= {"source", "lang"}:
        return voice.label("every report")
    topic = named.get("topic", "all")
    return voice.label("all alerts") if topic == "all" else topic_name(voice, knowledge, topic)


def _facet(voice: Voice, knowledge: Knowing, kind: str, value: str) -> str:
    match kind:
        case "place":
            return voice.label("place: {place}", place=place_name(voice, knowledge, value))
        case "country":
            # Countries are places of the gazetteer too, under the same two letters.
            return voice.label("country: {place}", place=place_name(voice, knowledge, value))
        case "source":
            return voice.label("source: {source}", source=value)
        case "lang":
            return voice.label("language: {lang}", lang=value)
    return voice.label("severity {n} or graver", n=int(value))


def topic_name(voice: Voice, knowledge: Knowing, topic_id: str) -> str:
    """The topic in the reader's language, else in English, else its id."""
    topic = knowledge.topics.get(topic_id)
    if topic is None:
        return topic_id
    return topic.names.get(voice.lang) or topic.names.get("en") or topic_id


def topic_doors(voice: Voice, knowledge: Knowing) -> tuple[Button, ...]:
    """A button for each topic."""
    return tuple(
        door
        for topic_id in knowledge.topics
        for door in button(topic_name(voice, knowledge, topic_id), "subscribe", f"topic:{topic_id}")
    )


def place_name(voice: Voice, knowledge: Knowing, place_id: str) -> str:
    """The place in the reader's language, else in English, else its id."""
    place = knowledge.places.get(place_id)
    return place.name(voice.lang) if place else place_id
