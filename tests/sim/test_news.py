"""The simulation's news is read by the bot as its oracle takes it to be."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.decide import decide
from bot.core.digest import digest_note
from bot.core.i18n import Voice
from bot.core.model import Audience, Chat, Digest, Entry, Growth, Range, Recall, Severity, Watch
from bot.core.render import to_html, to_plain
from bot.core.sameness import text_hash
from bot.core.turn import Mind, Policy, Turn
from bot.data.catalogues import load_words
from tests.flow.bench import KNOWN
from tests.making import NOW, a_card
from tests.sim.dues import more
from tests.sim.news import PLACES, WORDS, Event, attack, graver, small

EVERYTHING = 1
OF_PLACE = {place: 100 + n for n, place in enumerate(PLACES)}
OF_WORD = {word: 200 + n for n, word in enumerate(WORDS)}


def entry(event: Event) -> Entry:
    return Entry(
        "wire",
        event.token,
        f"1:{event.token}",
        event.title,
        event.body,
        source_name="Wire",
        published_at=NOW - timedelta(minutes=1),
        text_hash=text_hash(event.title, event.body),
    )


def test_each_event_is_a_story_of_its_own_and_reaches_just_those_who_asked() -> None:
    chance = random.Random(3)
    events = [attack(place, chance) for place in PLACES]
    events += [small(word, chance) for word in WORDS for _ in range(30)]
    chance.shuffle(events)
    watches = [Watch(1, EVERYTHING, "topic:all")]
    watches += [Watch(n, n, f"topic:all + place:{place}") for place, n in OF_PLACE.items()]
    watches += [Watch(n, n, word) for word, n in OF_WORD.items()]
    chats = {watch.chat_id: Chat(watch.chat_id) for watch in watches}
    turn = Turn(Mind.of(KNOWN, Audience(1, chats, tuple(watches))), Policy(), NOW)
    verdicts = decide([entry(event) for event in events], Recall({}, ()), turn)
    assert len({verdict.story.id for verdict in verdicts if verdict.story}) == len(events)
    for event, verdict in zip(events, verdicts, strict=True):
        told = {alert.chat_id for alert in verdict.alerts}
        wanted = {EVERYTHING, OF_PLACE[event.about]} if event.grave else {OF_WORD[event.about]}
        assert told == wanted, event
        severe = verdict.alerts[0].card.severity
        assert (severe >= Severity.IMPORTANT) is event.grave, event


def test_what_died_in_an_attack_is_told_as_a_step_of_it_and_shown_from_then_on() -> None:
    chance = random.Random(4)
    for place in PLACES:
        first = attack(place, chance)
        later = graver(first, chance)
        audience = Audience(1, {1: Chat(1)}, (Watch(1, 1, "topic:all"),))
        turn = Turn(Mind.of(KNOWN, audience), Policy(), NOW)
        told, grown = decide([entry(first), entry(later)], Recall({}, ()), turn)
        assert told.story is not None
        assert grown.story is not None
        assert (grown.story.id, grown.growth) == (told.story.id, Growth(0)), later
        assert grown.story.life.killed == Range(later.killed, later.killed), later


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("count", [15, 16, 17, 18, 26, 120])
def test_what_a_digest_counts_beyond_its_lines_is_read(lang: str, count: int) -> None:
    cards = tuple(
        replace(a_card(), story_id=f"story{n:05}", title=f"Heron {n}") for n in range(count)
    )
    note = digest_note(Digest(cards), Voice(load_words(), lang), {})
    for text in (to_html(note, lang), to_plain(note, lang)):
        assert more(text) == count - 15
