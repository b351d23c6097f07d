"""What is known: /recent, /why, /status."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.card import place_path, sign
from bot.core.i18n import Voice, mark
from bot.core.model import Answer, Card, Field, How, Line, Part, Report, Role, Story, Style, Why
from bot.core.render import cut, text_of
from bot.core.text import clean
from bot.core.told import first_of_each, link_lines, stamp
from bot.flow.asked import Asked
from bot.flow.wording import Knowing, ago, code, facets, note, subject, title, topic_name

_OLD = mark("This alert is old: what I knew of it is no longer kept.")
_HEADLINE, _NAME, _WORDS, _TOAST, _SOURCES = 200, 80, 8, 200, 20

ROLES = {
    Role.ORIGINAL: mark("reports it"),
    Role.ECHO: mark("repeats another"),
    Role.DENIAL: mark("denies it"),
}
FIELDS = {Field.TITLE: mark("headline"), Field.BODY: mark("text")}
FOUND = {
    How.EXACT: mark("as written"),
    How.CLITIC: mark("with a prefix or the article"),
    How.STEM: mark("another form of the word"),
    How.SOUND: mark("it sounds alike"),
    How.ALIAS: mark("another name of the same"),
    How.FUZZY: mark("nearly the same letters"),
}


def story_lines(asked: Asked, knowledge: Knowing, story: Story) -> list[Line]:
    """One story: its headline with the link, then source, place and age."""
    voice = asked.voice
    headline = Part(cut(clean(story.title), _HEADLINE), Style.BOLD, story.link)
    at = story.published_at or story.first_seen_at
    about = [_safe(story.source_name), *_where(voice, knowledge, story.places[:1])]
    details = " · ".join([*(piece for piece in about if piece), ago(voice, asked.now, at)])
    return [
        voice.says("{sign} {title}", sign=sign(story.severity), title=headline),
        voice.says("{details}", details=details),
    ]


def _where(voice: Voice, knowledge: Knowing, places: Iterable[str]) -> list[str]:
    return [place_path(place, voice.lang, knowledge.places) for place in places]


def _safe(name: str) -> str:
    return cut(clean(name), _NAME)


def recent(asked: Asked, knowledge: Knowing, stories: Sequence[Story]) -> Answer:
    """The latest stories, newest first."""
    voice = asked.voice
    if not stories:
        nothing = voice.says(
            "No report yet. {status} shows whether the sources are being read.", status="/status"
        )
        return Answer(notes=(note(voice, [nothing]),))
    count = len(stories)
    lines = [title(voice.says_n("The latest report:", "The latest {n} reports:", count))]
    for story in stories:
        lines += [(), *story_lines(asked, knowledge, story)]
    return Answer(notes=(note(voice, lines),))


def how_many(asked: Asked) -> int | None:
    """The number of /recent, in the digits of any script; ``None`` when it is none."""
    wanted = asked.args.strip()
    if not wanted:
        return asked.limits.recent_default
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
    return number if 1 <= number <= asked.limits.recent else None


def wrong_number(asked: Asked) -> Answer:
    """/recent with something else behind it."""
    voice = asked.voice
    lines = [
        voice.says(
            "{text} is not a number from 1 to {most}.",
            text=code(asked.args[:40]),
            most=asked.limits.recent,
        ),
        voice.says("Right, for example: {example}", example=code("/recent 5")),
    ]
    return Answer(notes=(note(voice, lines),))


def why(
    asked: Asked, knowledge: Knowing, card: Card | None, reports: Sequence[Report] = ()
) -> Answer:
    """Which words of which report met which watch, and when; and who else reports it."""
    voice = asked.voice
    if card is None and asked.request.button and asked.request.args:
        return Answer(notes=(note(voice, [voice.says(_OLD)]),), toast=voice.label(_OLD))
    if card is None:
        lines = [
            voice.says("I find no alert here."),
            voice.says("Answer an alert with {command}, or press its button.", command="/why"),
        ]
        return Answer(notes=(note(voice, lines),), toast=voice.label("I find no alert here."))
    lines = [
        title(voice.says("Why this alert came:")),
        voice.says(
            "{title}", title=Part(cut(clean(card.title), _HEADLINE), Style.ITALIC, card.link)
        ),
        *(line for given in card.whys for line in _reason(voice, knowledge, given)),
        (),
        *_facts(voice, knowledge, card, asked.now),
        *link_lines(card.life, voice),
        *_sources(voice, reports),
    ]
    return Answer(notes=(note(voice, lines),))


def _sources(voice: Voice, reports: Sequence[Report]) -> list[Line]:
    """Every source of the story; one alone was named already."""
    firsts = first_of_each(reports)
    if len(firsts) < 2:
        return []
    lines = [(), voice.says_n("{n} report:", "{n} reports:", len(firsts))]
    lines += [_source(voice, report) for report in firsts[:_SOURCES]]
    if len(firsts) > _SOURCES:
        more = len(firsts) - _SOURCES
        lines.append(voice.says_n("• {n} more", "• {n} more", more))
    return lines


def _source(voice: Voice, report: Report) -> Line:
    name = Part(_safe(report.source_name), url=report.link)
    at = stamp(report.published_at or report.seen_at, voice)
    if report.role is None:
        return voice.says("• {source} · {time}", source=name, time=at)
    role = voice.label(ROLES[report.role])
    return voice.says("• {source} · {role} · {time}", source=name, role=role, time=at)


def _reason(voice: Voice, knowledge: Knowing, given: Why) -> list[Line]:
    name = Part(subject(voice, knowledge, given.query), Style.BOLD)
    lines = [voice.says("• You follow {what}", what=name)]
    seen = dict.fromkeys((clean(m.text), m.span.field, m.how, m.score) for m in given.matches)
    shown = list(seen)[:_WORDS]
    if facets(given.query):
        # What was understood has no spelling: the words only show where.
        return [*lines, *(_shown(voice, text, field) for text, field, _, _ in shown)]
    return [*lines, *(_word(voice, *found) for found in shown)]


def _shown(voice: Voice, text: str, field: Field) -> Line:
    found = Part(cut(text, _NAME), Style.CODE)
    return voice.says("   {where}: {text}", where=voice.label(FIELDS[field]), text=found)


def _word(voice: Voice, text: str, field: Field, how: How, score: int) -> Line:
    return voice.says(
        "   {where}: {text}, {how} ({score}%)",
        where=voice.label(FIELDS[field]),
        text=Part(cut(text, _NAME), Style.CODE),
        how=voice.label(FOUND[how]),
        score=score,
    )


def why_in_toast(asked: Asked, knowledge: Knowing, card: Card | None) -> Answer:
    """The same in one window of 200 characters: whoever may not write here asks without a trace."""
    voice = asked.voice
    if card is None:
        return Answer(toast=voice.label(_OLD))
    lines = _facts(voice, knowledge, replace(card, places=card.places[:1]), asked.now)
    # What was read when is the least of it, and there is no room for all.
    return Answer(toast=cut("\n".join(map(text_of, lines[:-1])), _TOAST), alert=True)


def explained(asked: Asked) -> Answer:
    """A press on a button whose answer was just given."""
    return Answer(toast=asked.voice.label("Explained above."))


def _topics(voice: Voice, knowledge: Knowing, card: Card) -> str:
    return voice.label(", ").join(topic_name(voice, knowledge, topic) for topic in card.topics)


def _facts(voice: Voice, knowledge: Knowing, card: Card, now: datetime) -> list[Line]:
    topics = _topics(voice, knowledge, card)
    places = " · ".join(_where(voice, knowledge, card.places[:3]))
    lines = [voice.says("Topics: {topics}", topics=topics)] if topics else []
    lines += [voice.says("Places: {places}", places=places)] if places else []
    lines.append(
        voice.says("Source: {source}", source=Part(_safe(card.source_name), url=card.link))
    )
    if card.published_at is None:
        lines.append(voice.says("Published: the report gives no date"))
    else:
        at, age = stamp(card.published_at, voice), ago(voice, now, card.published_at)
        lines.append(voice.says("Published: {time} ({ago})", time=at, ago=age))
    at, age = stamp(card.seen_at, voice), ago(voice, now, card.seen_at)
    lines.append(voice.says("Read by me: {time} ({ago})", time=at, ago=age))
    return lines
