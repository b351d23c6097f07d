"""The simulation's news is read by the bot as its oracle takes it to be."""

from __future__ import annotations

import random
from datetime import timedelta

from bot.core.decide import decide
from bot.core.model import Audience, Chat, Entry, Recall, Severity, Watch
from bot.core.sameness import text_hash
from bot.core.turn import Mind, Policy, Turn
from tests.flow.bench import KNOWN
from tests.making import NOW
from tests.sim.news import PLACES, WORDS, Event, attack, small

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
