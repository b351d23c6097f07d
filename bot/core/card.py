"""An alert in the reader's words: headline, what, where, who says so, when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.core.i18n import Voice, isolate
from bot.core.model import (
    Button,
    Card,
    Field,
    Line,
    Note,
    Part,
    Place,
    Severity,
    StoryState,
    Style,
    Topic,
    Why,
)
from bot.core.query import only_facets
from bot.core.render import LIMIT, cut, own_direction, size, units
from bot.core.text import clean, name_key
from bot.core.told import footer, growth_lines, state_line, whence, why_button

_SIGNS = {Severity.CRITICAL: "🔴", Severity.IMPORTANT: "🟠"}
_TITLE, _EXTRACT, _NAME, _PLACES, _WORDS = 300, 600, 80, 3, 3
_TOPICS, _QUERY, _QUERIES, _LINK = 400, 200, 500, 1500


def sign(severity: Severity) -> str:
    """The coloured dot of a severity."""
    return _SIGNS.get(severity, "🟡")


def alert_note(
    card: Card,
    voice: Voice,
    topics: Mapping[str, Topic],
    places: Mapping[str, Place],
    *,
    repeat: bool = False,
) -> Note:
    """The alert as a note.

    Args:
        card: What was decided.
        voice: The reader's language.
        topics: Names of the topics by id.
        places: The gazetteer by id.
        repeat: An earlier send of this very alert was never answered: it may have arrived.
    """
    head = [_headline(card), state_line(card.life, voice), _what(card, voice, topics)]
    head += [*_watched(card, voice), _where(card, voice, places)]
    tail = [whence(card, voice), _footer(card, voice, repeat=repeat)]
    growth = list(growth_lines(card.life, voice))
    # Who says so and when must not be pushed out by what thirty sources counted; nor the link,
    # which is text where Telegram refuses it as one.
    link = (Part(card.link),) if units(card.link) <= _LINK else ()
    while growth and size((*head, *growth, *tail, link)) > LIMIT:
        growth.pop()
    return Note(
        lines=tuple(line for line in (*head, *growth, *tail) if line),
        quote=_quote(card),
        buttons=(_buttons(card, voice),),
        silent=card.severity <= Severity.NOTICE,
    )


def place_path(place_id: str, lang: str, places: Mapping[str, Place]) -> str:
    """A place and what it lies in, nearest first: "Ain al-Asad, Anbar, Iraq"."""
    place = places.get(place_id)
    if place is None:
        return place_id
    chain = [place, *(places[p] for p in place.parents if p in places)]
    return ("، " if lang in {"ar", "fa", "ckb"} else ", ").join(p.name(lang) for p in chain)


def innermost(found: Sequence[str], places: Mapping[str, Place]) -> list[str]:
    """``found`` without the places that another one of them lies in: its path names them."""
    around = {parent for p in found if p in places for parent in places[p].parents}
    return [p for p in found if p not in around]


def _headline(card: Card) -> Line:
    title = isolate(cut(clean(card.title), _TITLE))
    dot = own_direction(f"{sign(card.severity)} {title}").removesuffix(title)
    gone = card.life.state is StoryState.TAKEN_BACK
    return (Part(dot), Part(title, Style.STRIKE if gone else Style.BOLD, card.link))


def _what(card: Card, voice: Voice, topics: Mapping[str, Topic]) -> Line:
    names = [_topic_name(t, voice.lang, topics) for t in card.topics]
    return (Part(cut(" · ".join(names), _TOPICS), Style.ITALIC),) if names else ()


def _watched(card: Card, voice: Voice) -> list[Line]:
    """The reader's own watches, and the words they met where those are spelt otherwise."""
    own = _own(card) if card.topics else card.whys
    if not own:
        return []
    queries = _some([cut(clean(why.query), _QUERY) for why in own], voice)
    lines = [voice.says("Your watch: {query}", query=Part(queries, Style.BOLD))]
    words = dict.fromkeys(word for why in own for word in _otherwise(why))
    if words:
        met = " · ".join(isolate(cut(word, _NAME)) for word in list(words)[:_WORDS])
        lines.append(voice.says("Found as: {words}", words=met))
    return lines


def _some(queries: Sequence[str], voice: Voice) -> str:
    """The first of ``queries``, and how many more there are: somebody may have fifty."""
    shown: list[str] = []
    for query in queries:
        if shown and size(((Part(" · ".join((*shown, query))),),)) > _QUERIES:
            more = len(queries) - len(shown)
            shown.append(voice.label_n("… and {n} more", "… and {n} more", more))
            break
        shown.append(isolate(query))
    return " · ".join(shown)


def _otherwise(why: Why) -> list[str]:
    """The words it met that are not simply words of the watch."""
    own = set(name_key(why.query))
    found = [] if only_facets(why.query) else [clean(match.text) for match in why.matches]
    return [text for text in found if not own.issuperset(name_key(text))]


def _topic_name(topic_id: str, lang: str, topics: Mapping[str, Topic]) -> str:
    # An operator may have switched a topic off while its alerts were waiting.
    topic = topics.get(topic_id)
    return topic.names.get(lang, topic.names["en"]) if topic else topic_id


def _where(card: Card, voice: Voice, places: Mapping[str, Place]) -> Line:
    shown = [isolate(place_path(p, voice.lang, places)) for p in innermost(card.places, places)]
    return (Part("📍 " + " · ".join(shown[:_PLACES])),) if shown else ()


def _footer(card: Card, voice: Voice, *, repeat: bool) -> Line:
    if not repeat:
        return footer(card, voice)
    number = Part(card.story_id, Style.CODE)
    return voice.says("№ {number} · possible repeat: the first copy may have come", number=number)


def _quote(card: Card) -> tuple[Line, ...]:
    extract = cut(clean(card.extract), _EXTRACT)
    if not extract:
        return ()
    whole = own_direction(isolate(extract))
    # Split after the marks of direction are set: they count for the line, not for its parts.
    return (tuple(_highlighted(whole, _found(card))),)


def _own(card: Card) -> list[Why]:
    """The watches for words that hit; subscriptions ask for what was understood."""
    return [why for why in card.whys if not only_facets(why.query)]


def _found(card: Card) -> re.Pattern[str] | None:
    """The words that watches met; those of topics stand in nearly every sentence."""
    words = {
        clean(match.text)
        for why in _own(card)
        for match in why.matches
        if match.span.field is Field.BODY
    }
    longest_first = sorted(words - {""}, key=len, reverse=True)
    return (
        re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
        if words
        else None
    )


def _highlighted(text: str, words: re.Pattern[str] | None) -> Iterator[Part]:
    """``text`` with ``words`` in bold."""
    end = 0
    for found in words.finditer(text) if words else ():
        if found.start() > end:
            yield Part(text[end : found.start()])
        yield Part(found.group(), Style.BOLD)
        end = found.end()
    if end < len(text):
        yield Part(text[end:])


def _buttons(card: Card, voice: Voice) -> tuple[Button, ...]:
    why = why_button(card, voice)
    if card.link.startswith(("http://", "https://")):
        return (Button(voice.label("🔗 Open"), url=card.link), why)
    return (why,)
