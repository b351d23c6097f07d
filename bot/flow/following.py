"""What a chat follows: /watch, /unwatch, /list and their buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.model import (
    AddWatch,
    Answer,
    Button,
    DropWatch,
    Knowledge,
    Line,
    Watch,
)
from bot.core.query import Query, parse
from bot.core.text import clean
from bot.errors import QueryError
from bot.flow.asked import Asked
from bot.flow.mistakes import wrong_query
from bot.flow.wording import (
    button,
    code,
    is_subscription,
    note,
    rows,
    subject,
    title,
)

# The Arabic comma or a new line stands between several watches; neither belongs to the syntax.
_BETWEEN = re.compile(r"[،\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """One watch of a /watch command: understood, or refused with ``error``."""

    text: str
    query: Query | None = None
    error: QueryError | None = None


def one_line(text: str) -> str:
    """A name as it is shown: on one line."""
    return " ".join(text.split())


def pieces(text: str) -> tuple[Piece, ...]:
    """The watches of one command, each understood or refused by itself."""
    parts = (" ".join(clean(part).split()) for part in _BETWEEN.split(text))
    return tuple(_piece(part) for part in parts if part)


def _piece(text: str) -> Piece:
    try:
        return Piece(text, query=parse(text))
    except QueryError as error:
        return Piece(text, error=error)


def watch(asked: Asked, found: Sequence[Piece], counts: Mapping[str, int]) -> Answer:
    """Add what was understood and say what was not.

    Args:
        asked: The command.
        found: Its watches, see :func:`pieces`.
        counts: Canonical query to the number of stored entries it matches.
    """
    voice = asked.voice
    if not found:
        return Answer(notes=(note(voice, _what_to_watch(asked)),))
    held = {canonical(w.query) for w in asked.watches}
    added: list[str] = []
    lines: list[Line] = []
    for piece in found:
        if piece.query is None:
            lines += wrong_query(voice, piece.text, piece.error)
        elif piece.query.canonical in held:
            lines.append(voice.says("You follow this already: {query}", query=code(piece.text)))
        elif len(held) >= asked.limits.watches:
            lines.append(full(asked))
            break
        else:
            held.add(piece.query.canonical)
            # Kept as it was written: the list shows people their own words, not folded ones.
            added.append(piece.text)
            lines += _added(asked, piece.text, counts.get(piece.query.canonical, 0))
    effects = tuple(AddWatch(asked.chat.id, query) for query in added)
    on = (asked.switched_on(),) if added else ()
    toast = voice.label("Watching") if added else ""
    return Answer((*on, *effects), (note(voice, lines),), toast)


def _added(asked: Asked, text: str, count: int) -> list[Line]:
    voice = asked.voice
    return [
        title(voice.says("✅ Watching: {query}", query=code(text))),
        voice.says_n(
            "In the last seven days {n} report would have matched.",
            "In the last seven days {n} reports would have matched.",
            count,
        ),
    ]


def _what_to_watch(asked: Asked) -> list[Line]:
    voice = asked.voice
    return [
        voice.says("What should I watch for? Write it behind the command."),
        voice.says("Example: {example}", example=code(voice.label("/watch Ain al-Asad"))),
        voice.says("Several at once, one on each line, or with the Arabic comma between them."),
    ]


def full(asked: Asked) -> Line:
    """The sentence for a chat that follows as much as it may."""
    return asked.voice.says_n(
        "You follow {n} thing, which is the most I can hold. End one first: {list}",
        "You follow {n} things, which is the most I can hold. End one first: {list}",
        len(asked.watches),
        list="/list",
    )


def canonical(query: str) -> str:
    """One spelling for all watches that mean the same."""
    understood = _piece(query).query
    return understood.canonical if understood else query


def unwatch(asked: Asked, knowledge: Knowledge) -> Answer:
    """End a watch by its number on the list or by its own words."""
    wanted = clean(asked.args).strip()
    if not wanted:
        return listed(asked, knowledge)
    found = _numbered(asked, wanted) or _worded(asked, knowledge, wanted)
    if found is None:
        voice = asked.voice
        lines = [
            voice.says("There is no {name} on your list.", name=code(wanted[:100])),
            voice.says(
                "Send the number or the words. Example: {example}", example=code("/unwatch 1")
            ),
            (),
            *followed(asked, knowledge),
        ]
        return Answer(notes=(note(voice, lines),))
    return dropped(asked, knowledge, [found])


def _numbered(asked: Asked, wanted: str) -> Watch | None:
    # int() reads the digits of every script.
    number = int(wanted) if wanted.isdecimal() else 0
    return asked.watches[number - 1] if 1 <= number <= len(asked.watches) else None


def _worded(asked: Asked, knowledge: Knowledge, wanted: str) -> Watch | None:
    meant = canonical(wanted)
    for held in asked.watches:
        shown = subject(asked.voice, knowledge, held.query)
        if canonical(held.query) == meant or shown.casefold() == wanted.casefold():
            return held
    return None


def drop(asked: Asked, knowledge: Knowledge) -> Answer:
    """The remove button of a list, which may have been pressed before."""
    number = int(asked.args) if asked.args.isdecimal() else 0
    found = [held for held in asked.watches if held.id == number]
    if not found:
        return Answer(toast=asked.voice.label("Already removed"))
    return dropped(asked, knowledge, found)


def dropped(asked: Asked, knowledge: Knowledge, ended: Sequence[Watch]) -> Answer:
    """End these watches and say so."""
    voice = asked.voice
    names = [one_line(subject(voice, knowledge, held.query)) for held in ended]
    lines = [voice.says("🗑 No longer followed: {what}", what=name) for name in names]
    left = len(asked.watches) - len(ended)
    lines.append(
        voice.says_n(
            "You still follow {n} thing: {list}",
            "You still follow {n} things: {list}",
            left,
            list="/list",
        )
    )
    effects = tuple(DropWatch(asked.chat.id, held.id) for held in ended)
    return Answer(effects, (note(voice, lines),), voice.label("Removed"))


def listed(asked: Asked, knowledge: Knowledge) -> Answer:
    """Everything followed, numbered, each with its remove button."""
    doors: list[Button] = []
    for number, held in enumerate(asked.watches, start=1):
        doors += button(f"🗑 {number}", "drop", str(held.id))
    return Answer(notes=(note(asked.voice, followed(asked, knowledge), rows(doors, 5)),))


def followed(asked: Asked, knowledge: Knowledge) -> list[Line]:
    """The numbered list, or how to begin one."""
    voice = asked.voice
    if not asked.watches:
        return [
            voice.says("You follow nothing yet."),
            voice.says("{command} brings all alerts.", command="/subscribe"),
        ]
    count = len(asked.watches)
    lines = [title(voice.says_n("You follow {n} thing:", "You follow {n} things:", count))]
    for number, held in enumerate(asked.watches, start=1):
        name = one_line(subject(voice, knowledge, held.query))
        shown = name if is_subscription(held.query) else code(name)
        lines.append(voice.says("{n}. {what}", n=number, what=shown))
    return lines
