"""What a chat follows: /watch, /unwatch, /list and their buttons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.i18n import Voice
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
from bot.core.query import pieces as query_pieces
from bot.core.text import clean
from bot.errors import QueryError
from bot.flow.asked import Asked
from bot.flow.mistakes import doubts, unknown_value, wrong_query
from bot.flow.outlook import expected
from bot.flow.tallying import Outlook
from bot.flow.threads import arrive_elsewhere
from bot.flow.values import Unknown, unknown
from bot.flow.wording import (
    button,
    code,
    is_subscription,
    joined,
    note,
    rows,
    subject,
    title,
    watch_example,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One watch of a /watch command: understood, or refused with ``error`` or ``unknown``."""

    text: str
    query: Query | None = None
    error: QueryError | None = None
    unknown: Unknown | None = None


@dataclass(slots=True)
class Sorted:
    """The pieces of a command by what becomes of them; ``left`` are those there is no room for."""

    new: list[Piece] = field(default_factory=list)
    again: list[Piece] = field(default_factory=list)
    wrong: list[Piece] = field(default_factory=list)
    left: list[Piece] = field(default_factory=list)

    def added(self) -> Iterator[tuple[Piece, Query]]:
        """The new ones with what they were understood as."""
        return ((new, new.query) for new in self.new if new.query is not None)


def one_line(text: str) -> str:
    """A name as it is shown: on one line."""
    return " ".join(text.split())


def pieces(text: str, knowledge: Knowledge, sources: Collection[str] = ()) -> tuple[Piece, ...]:
    """The watches of one command, each understood or refused by itself."""
    return tuple(piece(part, knowledge, sources) for part, _ in query_pieces(text))


def piece(text: str, knowledge: Knowledge, sources: Collection[str] = ()) -> Piece:
    """One watch, understood or refused."""
    try:
        query = parse(text)
    except QueryError as error:
        return Piece(text, error=error)
    missing = unknown(text, knowledge, sources)
    return Piece(text, unknown=missing) if missing else Piece(text, query=query)


def sorted_out(asked: Asked, found: Sequence[Piece]) -> Sorted:
    """What becomes of each piece; nothing is changed yet."""
    held = {canonical(w.query) for w in asked.watches}
    made = Sorted()
    for one in found:
        if one.query is None:
            made.wrong.append(one)
        elif one.query.canonical in held:
            made.again.append(one)
        elif len(asked.watches) + len(made.new) >= asked.limits.watches:
            made.left.append(one)
        else:
            held.add(one.query.canonical)
            made.new.append(one)
    return made


def watch(asked: Asked, made: Sorted, outlooks: Mapping[str, Outlook]) -> Answer:
    """Add what is new; totals and refusals are said first, for a long answer is cut at its end.

    Args:
        asked: The command.
        made: Its watches, see :func:`sorted_out`.
        outlooks: The text of each new watch to what may be expected of it.
    """
    voice = asked.voice
    if made == Sorted():
        return Answer(notes=(note(voice, _what_to_watch(asked)),))
    lines = [*_totals(asked, made), *_refused(voice, made)]
    doors: list[Button] = []
    for new, query in made.added():
        outlook = outlooks.get(new.text, Outlook())
        lines += [title(voice.says("✅ Watching: {query}", query=code(new.text)))]
        lines += [*doubts(voice, query), *expected(voice, outlook)]
        doors += _meant(voice, outlook.instead)
    # Kept as they were written: the list shows people their own words, not folded ones.
    effects = tuple(AddWatch(asked.chat.id, new.text) for new in made.new)
    on = (asked.kept_on(),) if made.new else ()
    toast = voice.label("Watching") if made.new else ""
    return Answer((*on, *effects), (note(voice, lines, rows(doors, 1)),), toast)


def _meant(voice: Voice, instead: str) -> tuple[Button, ...]:
    """A button that puts another watch in the place of the one it stands under."""
    label = voice.label("👁 Watch {query} instead", query=instead)
    return button(label, "instead", instead) if instead else ()


def exchange(asked: Asked, made: Sorted, wrong: Sequence[Watch], outlook: Outlook) -> Answer:
    """End the watches that were misspelt and add the one that was meant.

    Args:
        asked: The press.
        made: The watch that was meant, sorted out.
        wrong: The chat's watches that were offered it.
        outlook: What may be expected of it.
    """
    left = tuple(held for held in asked.watches if held not in wrong)
    answer = watch(replace(asked, watches=left), made, {asked.args: outlook})
    if made.left or made.wrong:
        return answer
    ended = tuple(DropWatch(asked.chat.id, held.id) for held in wrong)
    return replace(answer, effects=(*answer.effects, *ended))


def _totals(asked: Asked, made: Sorted) -> list[Line]:
    voice, new = asked.voice, len(made.new)
    lines: list[Line] = []
    if new > 1:
        lines.append(title(voice.says_n("✅ {n} new watch.", "✅ {n} new watches.", new)))
    if made.left:
        names = [left.text for left in made.left]
        lines += no_room(asked, len(asked.watches) + new, names)
    return [*lines, *(arrive_elsewhere(asked) if new else ())]


def refused(voice: Voice, wrong: Piece) -> list[Line]:
    """What is wrong with a piece that was not understood, and how it is right."""
    if wrong.unknown is not None:
        return unknown_value(voice, wrong.text, wrong.unknown)
    return wrong_query(voice, wrong.text, wrong.error)


def _refused(voice: Voice, made: Sorted) -> list[Line]:
    lines: list[Line] = []
    for wrong in made.wrong:
        lines += refused(voice, wrong)
    for held in made.again:
        lines.append(voice.says("You follow this already: {query}", query=code(held.text)))
    return lines


def _what_to_watch(asked: Asked) -> list[Line]:
    voice = asked.voice
    return [
        voice.says("What should I watch for? Write it behind the command."),
        voice.says("Example: {example}", example=code(watch_example(voice))),
        voice.says("Several at once, one on each line, or with the Arabic comma between them."),
    ]


def no_room(asked: Asked, held: int, names: Sequence[str]) -> list[Line]:
    """What could not be added for a chat that then follows ``held`` things, the most it may."""
    voice = asked.voice
    return [
        voice.says_n(
            "You follow {n} thing, which is the most I can hold. End one first: {list}",
            "You follow {n} things, which is the most I can hold. End one first: {list}",
            held,
            list="/list",
        ),
        voice.says("❌ Not added ({n}): {names}", n=len(names), names=joined(voice, names, 300)),
    ]


def canonical(query: str) -> str:
    """One spelling for all watches that mean the same."""
    try:
        return parse(query).canonical
    except QueryError:
        return query


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
