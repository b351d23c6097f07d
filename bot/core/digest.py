"""Many late alerts as one message, the gravest and newest first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.core.card import place_path, sign
from bot.core.i18n import Voice, isolate
from bot.core.model import Card, Digest, Line, Note, Part, Place, Severity, StoryState, Style
from bot.core.render import LIMIT, cut, size
from bot.core.text import clean
from bot.core.told import stamp

_SHOWN, _TITLE, _NAME = 15, 110, 40
_ROOM = LIMIT - 200  # for how many more there are, and that it may be a repeat


def digest_note(
    digest: Digest, voice: Voice, places: Mapping[str, Place], *, repeat: bool = False
) -> Note:
    """The digest as a note.

    Args:
        digest: What came late.
        voice: The reader's language.
        places: The gazetteer by id.
        repeat: An earlier send of this very digest was never answered: it may have arrived.
    """
    cards = sorted(digest.cards, key=_rank)
    lines = [_headline(len(cards), voice)]
    shown = 0
    for card in cards[:_SHOWN]:
        both = [_title(card), _below(card, voice, places)]
        if size((*lines, *both)) > _ROOM:
            break
        lines += both
        shown += 1
    if more := len(cards) - shown:
        lines.append(voice.says_n("… and {n} more", "… and {n} more", more))
    if repeat:
        lines.append(voice.says("Possible repeat: the first copy may have come"))
    gravest = max((card.severity for card in cards), default=Severity.NOTICE)
    return Note(lines=tuple(lines), silent=gravest <= Severity.NOTICE)


def _rank(card: Card) -> tuple[int, float]:
    return (-int(card.severity), -_at(card).timestamp())


def _at(card: Card) -> datetime:
    return card.published_at or card.seen_at


def _headline(count: int, voice: Voice) -> Line:
    says = voice.says_n(
        "🕗 {n} report that came late",
        "🕗 {n} reports that came late",
        count,
    )
    return tuple(Part(part.text, Style.BOLD) for part in says)


def _title(card: Card) -> Line:
    gone = card.life.state is StoryState.TAKEN_BACK
    title = isolate(cut(clean(card.title), _TITLE))
    style = Style.STRIKE if gone else Style.PLAIN
    return (Part(f"{sign(card.severity)} "), Part(title, style, card.link))


def _below(card: Card, voice: Voice, places: Mapping[str, Place]) -> Line:
    """Where, who says so, when, and the number under which more can be asked."""
    told = [isolate(place_path(p, voice.lang, places)) for p in card.places[:1]]
    told += [isolate(cut(clean(card.source_name), _NAME)), stamp(_at(card), voice)]
    number = Part(card.story_id, Style.CODE)
    return (Part(" · ".join((*told, ""))), *voice.says("№ {number}", number=number))
