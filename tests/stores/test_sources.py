"""When sources are due, where they stand, and what became of them, as the database has it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.model import (
    Alarm,
    Course,
    Hints,
    Move,
    Rhythm,
    Setback,
    Source,
    SourceAge,
    SourceKind,
)
from bot.core.retry import setback
from bot.stores import sql
from bot.stores.sqlite import SqliteStore, rows
from tests.databases import new_store
from tests.making import NOW, a_batch, a_poll, a_source

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


def a_course(**parts: object) -> Course:
    course = Course(
        due_at=NOW + HOUR,
        quick_at=NOW + 75 * timedelta(seconds=1),
        earliest_at=NOW,
        wait=HOUR,
        rhythm=Rhythm((0.5,) * 24, 3.25, NOW),
        hints=Hints(60, 3600, (1, 2), (5,)),
        held=12,
        move=Move("https://new.example/rss", 2, NOW - DAY, NOW),
    )
    return replace(course, **parts)  # type: ignore[arg-type]


async def polled(store: SqliteStore, course: Course, source_id: str = "wire", **parts) -> None:
    batch = replace(a_batch(poll=a_poll()), source_id=source_id, course=course, **parts)
    await store.record(batch)


async def due_times(store: SqliteStore) -> dict[str, datetime | None]:
    return {age.source.id: age.next_due_at for age in await store.source_ages()}


def numbered(count: int, **parts: object) -> list[Source]:
    return [a_source(id=f"s{n}", url=f"https://s{n}.example/", **parts) for n in range(count)]


async def test_what_a_visit_left_behind_is_there_at_the_next(store: SqliteStore) -> None:
    headers = (("Authorization", "Bearer x"), ("X-B", "é"))
    asked = a_source(urgent=True, pinned=True, headers=headers, proxy="http://p:1")
    await store.put_sources([asked], "config")
    course = a_course()
    await polled(store, course)
    (source,) = await store.claim_sources(course.due_at, 9)
    assert (source.urgent, source.pinned, source.headers) == (True, True, headers)
    assert source.proxy == "http://p:1"
    assert (source.rhythm, source.hints, source.held) == (course.rhythm, course.hints, 12)
    assert (source.move, source.wait) == (course.move, HOUR)


async def test_the_recorded_poll_writes_the_real_due_time(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    await store.claim_sources(NOW, 9)
    assert await due_times(store) == {"wire": NOW + 5 * MINUTE}
    await polled(store, a_course())
    assert await due_times(store) == {"wire": NOW + HOUR}


async def test_a_source_polled_every_two_seconds_is_not_claimed_twice_for_one_visit(
    store: SqliteStore,
) -> None:
    await store.put_sources([a_source(interval_s=2)], "config")
    await store.claim_sources(NOW, 9)
    assert await store.claim_sources(NOW + MINUTE, 9) == ()


async def test_ten_thousand_new_sources_are_not_due_in_one_second(store: SqliteStore) -> None:
    await store.put_sources(numbered(10_000), "config")
    assert len(await store.claim_sources(NOW, 100)) == 16
    times = [at for at in (await due_times(store)).values() if at]
    by_second = Counter((at - NOW) // timedelta(seconds=1) for at in times)
    assert max(by_second.values()) <= 40
    assert max(by_second) <= 301


async def test_an_urgent_source_is_the_first_of_the_new_ones(store: SqliteStore) -> None:
    await store.put_sources([*numbered(100), a_source(urgent=True)], "config")
    assert "wire" in [source.id for source in await store.claim_sources(NOW, 100)]


async def test_a_source_added_later_is_due_at_once(store: SqliteStore) -> None:
    await store.put_sources(numbered(40), "config")
    await store.claim_sources(NOW, 9)
    await store.add_source(a_source(), "operator")
    assert "wire" in [source.id for source in await store.claim_sources(NOW, 100)]


async def test_a_start_after_a_long_time_is_spread_and_folders_come_first(
    store: SqliteStore,
) -> None:
    folder = a_source(id="seeds", kind=SourceKind.SEEDS, url="seeds")
    await store.put_sources([*numbered(1_000), folder], "config")
    for source in (*numbered(1_000), folder):
        await polled(store, a_course(), source.id)
    await store.recover(NOW + DAY)
    times = [at for at in (await due_times(store)).values() if at]
    claimed = await store.claim_sources(NOW + DAY, 2_000)
    assert len(claimed) == 16
    assert "seeds" in [source.id for source in claimed]
    assert max(times) <= NOW + DAY + MINUTE


# ── failures ─────────────────────────────────────────────────────────────────────────────────


async def test_a_publisher_that_asks_for_two_days_is_left_alone_for_two_days(
    store: SqliteStore,
) -> None:
    await store.put_sources([a_source()], "config")
    left = Setback("unavailable", 2 * DAY, 2 * DAY)
    await store.source_failed("wire", "busy", NOW, NOW + 2 * DAY, left)
    await store.recover(NOW + HOUR)
    assert await store.claim_sources(NOW + 2 * DAY - MINUTE, 9) == ()
    assert len(await store.claim_sources(NOW + 2 * DAY, 9)) == 1


async def test_starts_do_not_make_a_short_trouble_long(store: SqliteStore) -> None:
    """Each visits at once what fails; that this fails, too, is no further doubling of the wait."""
    await store.put_sources([a_source()], "config")
    at = NOW
    for _ in range(5):
        (source,) = await store.claim_sources(at, 9)
        left = setback(source, "unavailable", None, at, 0.0)
        await store.source_failed(source.id, "no answer", at, at + left.wait, left)
        at += 5 * SECOND
        await store.recover(at)
    (source,) = await store.claim_sources(at, 9)
    assert setback(source, "unavailable", None, at, 0.0).wait == 5 * MINUTE  # its interval


async def test_the_first_time_that_nothing_was_there_is_remembered_until_something_is(
    store: SqliteStore,
) -> None:
    await store.put_sources([a_source()], "config")
    missing = Setback("missing", HOUR, is_missing=True)
    gone = Setback("gone", HOUR, is_missing=True, is_gone=True)
    for days, left in ((0, missing), (1, Setback("unavailable")), (8, gone), (9, gone)):
        await store.source_failed("wire", "x", NOW + days * DAY, NOW + days * DAY, left)
    source = (await store.source_ages())[0].source
    assert (source.failure, source.missing_since) == ("gone", NOW)
    assert source.gone_at == NOW + 8 * DAY
    await polled(store, a_course())
    source = (await store.source_ages())[0].source
    assert (source.failure, source.missing_since, source.gone_at) == ("", None, None)


async def test_a_failure_leaves_what_was_known_as_it_was(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    await polled(store, a_course(), poll=a_poll(etag='"good"', body_hash="1:ff"))
    await store.source_failed("wire", "x", NOW, NOW, Setback("emptied"))
    source = (await store.source_ages())[0].source
    assert (source.etag, source.body_hash, source.held) == ('"good"', "1:ff", 12)
    assert (source.hints, source.rhythm) == (a_course().hints, a_course().rhythm)


# ── moves ────────────────────────────────────────────────────────────────────────────────────

NEW = "https://new.example/rss"


async def test_a_move_outlives_the_configuration_that_knows_the_old_address(
    store: SqliteStore,
) -> None:
    await store.put_sources([a_source()], "config")
    assert await store.move_source("wire", NEW)
    await store.put_sources([a_source()], "config")
    source = (await store.source_ages())[0].source
    assert (source.url, source.address) == ("https://wire.example/rss", NEW)
    assert source.move == Move()


async def test_a_move_never_lands_where_another_source_is(store: SqliteStore) -> None:
    third = a_source(id="third", url="https://third.example/")
    await store.put_sources([a_source(), a_source(id="other", url=NEW), third], "config")
    assert not await store.move_source("wire", NEW)
    assert await store.move_source("third", "https://x.example/")
    assert not await store.move_source("wire", "https://x.example/")
    assert not await store.add_source(a_source(id="y", url="https://x.example/"), "operator")


async def test_the_operator_s_own_word_is_stronger_than_a_move(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    await store.move_source("wire", NEW)
    await store.put_sources([a_source(), a_source(id="other", url=NEW)], "config")
    moved = {age.source.id: age.source.moved_url for age in await store.source_ages()}
    assert moved == {"wire": "", "other": ""}


async def test_a_source_returns_from_where_it_is_found_no_more(store: SqliteStore) -> None:
    await store.put_sources([a_source()], "config")
    await store.move_source("wire", NEW)
    await store.source_failed("wire", "x", NOW, NOW, Setback("missing", returns=True))
    assert (await store.source_ages())[0].source.address == "https://wire.example/rss"


async def test_all_are_due_at_once_but_those_whose_publisher_keeps_us_away(
    store: SqliteStore,
) -> None:
    sources = [a_source(id=n, url=f"https://{n}.example/") for n in ("new", "asked", "polled")]
    await store.put_sources(sources, "config")
    await polled(store, a_course(earliest_at=NOW + HOUR), "asked")
    await polled(store, a_course(), "polled")
    await store.all_due(NOW)
    assert {source.id for source in await store.claim_sources(NOW, 9)} == {"new", "polled"}
    assert (await due_times(store))["asked"] == NOW + HOUR


# ── breaking news ────────────────────────────────────────────────────────────────────────────


async def test_where_news_breaks_sources_are_visited_sooner_for_a_while(
    store: SqliteStore,
) -> None:
    sources = [
        a_source(),
        a_source(id="iq", url="https://iq.example/", country="IQ"),
        a_source(id="asked", url="https://asked.example/", country="iq"),
        a_source(id="failing", url="https://failing.example/", country="iq"),
        a_source(id="pinned", url="https://pinned.example/", country="iq", pinned=True),
        a_source(id="elsewhere", url="https://elsewhere.example/", country="fr"),
    ]
    await store.put_sources(sources, "config")
    for source in sources:
        asked = NOW + 20 * MINUTE if source.id == "asked" else NOW
        await polled(store, a_course(earliest_at=asked), source.id)
    await store.source_failed("failing", "x", NOW, NOW + 2 * HOUR, Setback("page"))
    alarm = Alarm(("iq", "sy"), NOW + 30 * MINUTE)
    await polled(store, a_course(), alarm=alarm)
    due = await due_times(store)
    assert due["wire"] == a_course().quick_at
    assert MINUTE <= due["iq"] - NOW <= 1.5 * MINUTE  # type: ignore[operator]
    assert due["asked"] == NOW + 20 * MINUTE
    assert due["failing"] == NOW + 2 * HOUR
    assert due["pinned"] == due["elsewhere"] == NOW + HOUR
    # While it breaks each visit is followed by a quick one, and then no more.
    later = a_course(quick_at=NOW + 3 * MINUTE)
    await polled(store, later, "iq", decided_at=NOW + 2 * MINUTE)
    assert (await due_times(store))["iq"] == NOW + 3 * MINUTE
    await polled(store, later, "iq", decided_at=NOW + 31 * MINUTE)
    assert (await due_times(store))["iq"] == NOW + HOUR


async def test_no_table_is_read_through_to_claim(store: SqliteStore, tmp_path: Path) -> None:
    db = Database(tmp_path / "rasid.db")
    values = {"now": 1, "absurd": 2, "visit_s": 1, "limit": 1}
    plan = db.execute(f"EXPLAIN QUERY PLAN {sql.CLAIM_SOURCES}", values).fetchall()
    scans = [step[3] for step in plan if step[3].startswith("SCAN")]
    assert [scan for scan in scans if "INDEX" not in scan] == []


async def test_asking_how_ten_thousand_are_does_not_hold_up_the_loop(store, monkeypatch) -> None:
    await store.put_sources([a_source()], "config")
    read, threads = rows.source_age, []

    def watched(row: rows.Row) -> SourceAge:
        threads.append(threading.current_thread())
        return read(row)

    monkeypatch.setattr(rows, "source_age", watched)
    assert len(await store.source_ages()) == 1
    assert threading.main_thread() not in threads
