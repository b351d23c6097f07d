"""What the operator reads of a source in `feeds list`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.model import Move, Source, SourceAge
from bot.flow.health import Health, health
from bot.operate import age_words
from tests.making import NOW, a_source

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def an_age(source: Source, **parts: object) -> SourceAge:
    known: dict[str, object] = {"next_due_at": NOW + 3 * MINUTE, "polled_at": NOW, **parts}
    return SourceAge(source=source, last_entry_at=None, entries=0, **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (an_age(a_source()), "not polled yet"),
        (an_age(a_source(polled_ok_at=NOW - MINUTE)), "ok, polled 1 min ago, due in 3 min"),
        (
            an_age(a_source(polled_ok_at=NOW - MINUTE, interval_s=2)),
            "ok, polled 1 min ago, looked at every 2 s",
        ),
        (
            an_age(a_source(failures=2, failure="emptied"), error="Its feed is empty."),
            "FAILING emptied (2 in a row): Its feed is empty.",
        ),
        (
            an_age(a_source(missing_since=NOW - 9 * DAY, gone_at=NOW), error="It answers 404."),
            "GONE since 2026-11-13: It answers 404.",
        ),
        (
            an_age(a_source(moved_url="https://new.example/rss?key=canary")),
            "not polled yet; moved for good to https://new.example/rss?…",
        ),
        (
            an_age(a_source(move=Move("https://new.example/rss", 2, NOW - DAY, NOW))),
            "not polled yet; says it moved to https://new.example/rss (2 polls since 2026-11-21)",
        ),
    ],
)
def test_how_a_source_is_doing(age: SourceAge, words: str) -> None:
    assert age_words(age, NOW) == words


def test_a_source_whose_publisher_asks_for_an_hour_is_not_late_after_half_of_it() -> None:
    patient = a_source(polled_ok_at=NOW - 30 * MINUTE, wait=60 * MINUTE)
    assert health(an_age(patient), NOW) is Health.FRESH
    assert health(an_age(a_source(polled_ok_at=NOW - 30 * MINUTE)), NOW) is Health.LATE
