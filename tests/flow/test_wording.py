"""What people follow, in the words of its reader."""

from __future__ import annotations

import pytest

from bot.core.i18n import Voice, Words
from bot.core.model import Knowledge, Severity
from bot.flow.catching_up import fits
from bot.flow.wording import facets, is_subscription, subject
from tests.making import a_story

ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("topic:all + place:iq", {"topic": "all", "place": "iq"}),
        ("topic:all place:iq", {"topic": "all", "place": "iq"}),
        ("موضوع:all و مكان:iq", {"topic": "all", "place": "iq"}),
        ('source:"BBC+Arabic"', {"source": "bbc+arabic"}),
        ("sev:2 + country:iq", {"sev": "2", "country": "iq"}),
        ("topic:all + Harir", {}),
        ("topic:all | place:iq", {}),
        ("topic:rocket-attack + topic:explosion", {}),
        ("topic:all + -place:iq", {}),
        ("Harir + drone", {}),
        ("topic:", {}),
    ],
)
def test_a_watch_of_facets_alone_is_known_however_it_is_written(
    query: str, named: dict[str, str]
) -> None:
    assert facets(query) == named
    assert is_subscription(query) is ("topic" in named)


@pytest.mark.parametrize(
    ("query", "english", "arabic"),
    [
        ("topic:all", "all alerts", "كل التنبيهات"),
        ("topic:all + place:iq", "all alerts, place: Iraq", "كل التنبيهات، المكان: العراق"),
        ("place:iq", "all alerts, place: Iraq", "كل التنبيهات، المكان: العراق"),
        ("موضوع:rocket-attack sev:3", "Rocket attack, severity 3 or graver", None),
        ("بلد:iq", "all alerts, country: Iraq", "كل التنبيهات، البلد: العراق"),
        ('source:"BBC Arabic"', "every report, source: bbc arabic", "كل خبر، المصدر: bbc arabic"),
        ("source:bbc lang:ar", "every report, source: bbc, language: ar", None),
        ("Harir + drone", "Harir + drone", "Harir + drone"),
    ],
)
def test_a_watch_is_worded_as_its_reader_would_call_it(
    knowledge: Knowledge, words: Words, query: str, english: str, arabic: str | None
) -> None:
    said = {
        lang: subject(Voice(words, lang), knowledge, query).translate(ISOLATES)
        for lang in ("en", "ar")
    }
    assert said["en"] == english
    assert arabic in (None, said["ar"])


@pytest.mark.parametrize(
    ("query", "is_asked_for"),
    [
        ("topic:all", True),
        ("topic:rocket-attack", True),
        ("topic:explosion", False),
        ("place:anbar", True),
        ("place:harir", False),
        ("country:iq + topic:all", True),
        ("country:sy", False),
        ("sev:3", True),
        ("lang:ar + source:wire", True),
        ("source:other", False),
    ],
)
def test_a_new_subscriber_is_shown_the_stories_that_were_asked_for(
    knowledge: Knowledge, query: str, is_asked_for: bool
) -> None:
    story = a_story(severity=Severity.CRITICAL, source_name="Wire", lang="ar")
    assert fits(knowledge, query, story) is is_asked_for
