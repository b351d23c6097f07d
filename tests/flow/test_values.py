"""A value behind a colon that nothing has is noticed before a watch is taken for it."""

from __future__ import annotations

import pytest

from bot.core.model import Knowledge
from bot.core.query import parse
from bot.flow.values import names_source, unknown


@pytest.mark.parametrize(
    "text",
    [
        "topic:all",
        "topic:rocket-attack + place:ain-al-asad",
        "place:anbar",
        "country:iq",
        "source:nobody-yet",
        "lang:xx + rocket",
        "sev:3",
        "Harir",
        '"place:nowhere"',
    ],
)
def test_what_exists_or_may_come_to_exist_is_taken(knowledge: Knowledge, text: str) -> None:
    assert unknown(text, knowledge) is None


def test_every_place_and_topic_there_is_is_taken(knowledge: Knowledge) -> None:
    for place in knowledge.places.values():
        assert unknown(f"place:{place.id}", knowledge) is None
        assert not place.country or unknown(f"country:{place.country}", knowledge) is None
    for topic in knowledge.topics:
        assert unknown(f"topic:{topic}", knowledge) is None


@pytest.mark.parametrize(
    ("text", "column", "nearest", "mended"),
    [
        ("place:ain-asad", 0, "ain-al-asad", "place:ain-al-asad"),
        ("rocket مكان:erbill", 7, "erbil", "rocket place:erbil"),
        ("rocket -topic:drones", 8, "drone-attack", "rocket -topic:drone-attack"),
    ],
)
def test_the_nearest_is_named_and_put_in_its_place(
    knowledge: Knowledge, text: str, column: int, nearest: str, mended: str
) -> None:
    missing = unknown(text, knowledge)
    assert missing is not None
    assert (missing.column, missing.near[0], missing.mended) == (column, nearest, mended)
    parse(missing.mended)
    assert unknown(missing.mended, knowledge) is None


def test_where_nothing_is_near_a_short_list_is_shown_whole(knowledge: Knowledge) -> None:
    topic, place = unknown("topic:qqqq", knowledge), unknown("place:qqqq", knowledge)
    assert topic is not None
    assert set(topic.near) >= set(knowledge.topics)
    assert place is not None
    assert (place.near, place.mended) == ((), "")


SOURCES = ("Wire", "BBC عربي", "وكالة الأنباء")


@pytest.mark.parametrize(
    ("text", "near", "mended"),
    [
        ("rocket source:wires", "Wire", "rocket source:Wire"),
        ('source:"BBC عربى" + rocket', None, ""),  # folded, it is the name
        ('rocket + source:"وكالة الأنبار"', "وكالة الأنباء", 'rocket + source:"وكالة الأنباء"'),
        ("source:zzzz", "Wire", "source:Wire"),  # few enough to be named all
        ("rocket -مصدر:wirre", "Wire", "rocket -source:Wire"),
    ],
)
def test_a_source_nobody_has_is_answered_with_the_nearest(
    knowledge: Knowledge, text: str, near: str | None, mended: str
) -> None:
    missing = unknown(text, knowledge, SOURCES)
    if near is None:
        assert missing is None
        return
    assert missing is not None
    assert (missing.kind, missing.near[0], missing.mended) == ("source", near, mended)
    assert unknown(missing.mended, knowledge, SOURCES) is None


def test_among_very_many_sources_only_near_ones_are_named(knowledge: Knowledge) -> None:
    missing = unknown("source:zzzz", knowledge, [f"Agency {n}" for n in range(20)])
    assert missing is not None
    assert (missing.near, missing.mended) == ((), "")


def test_only_watches_for_a_source_need_to_know_them() -> None:
    assert names_source("rocket + مصدر:wire")
    assert not names_source("rocket + place:erbil")
    assert not names_source("سوق (")
