"""Polls after a gap, floods, feeds that rename what they hold: told once, and nothing is lost."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model import (
    AddWatch,
    Chat,
    DeliveryKind,
    Digest,
    Entry,
    Habits,
    PutChat,
    Reason,
    Source,
    SourceKind,
)
from bot.sources.draft import Draft, feed_entries
from bot.sources.seeds import SeedsPoller
from bot.stores.sqlite import SqliteStore
from tests.flow.bench import Bench
from tests.flow.test_deliver import Scripted, sender
from tests.flow.test_deliver import clock as real_clock
from tests.making import ATTACK, NOW, a_poll, a_source
from tests.stores.test_life import waiting

pytestmark = pytest.mark.usefixtures("fed")

M, H, D = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CRITICAL = ATTACK


def fire(number: int) -> str:
    """A headline that a watch for "fire" finds and that is like no other."""
    chance = random.Random(number)
    words = ["".join(chance.choices("abcdefghiklmnoprstuvw", k=7)) for _ in range(7)]
    return f"Fire {' '.join(words)}"


def draft(number: int, age: timedelta | None = M, **fields: object) -> Draft:
    at = None if age is None else NOW - age
    parts = {"title": fire(number), "guid": f"g{number}", "link": f"https://n.org/{number}"}
    return Draft(**(parts | {"published_at": at} | fields))  # type: ignore[arg-type]


def read(*drafts: Draft, source: Source | None = None) -> tuple[Entry, ...]:
    return feed_entries(drafts, source or a_source(), NOW).entries


def since(age: timedelta, **fields: object) -> Source:
    """The source as it is when it was polled last so long ago."""
    return a_source(polled_ok_at=NOW - age, **fields)


@pytest.fixture
async def bench(store: SqliteStore) -> Bench:
    await store.answer(2, [PutChat(Chat(7)), AddWatch(7, "fire")], [], NOW)
    return Bench(store)


async def told(store: SqliteStore, after_s: float = 30) -> list[int]:
    """How many stories each message tells, in the order they leave."""
    return [
        len(d.payload.cards) if isinstance(d.payload, Digest) else 1
        for d in await waiting(store, after_s)
    ]


# ── told once ────────────────────────────────────────────────────────────────────────────────

RENAMED = {
    "guid": {"guid": "other"},
    "link": {"link": "https://n.org/other"},
    "title": {"title": "Fire that was told of in quite another headline"},
    "guid and link": {"guid": "other", "link": "https://n.org/other"},
    "guid and title": {"guid": "other", "title": "Fire that was told of in quite another headline"},
}


@pytest.mark.parametrize("fields", RENAMED.values(), ids=RENAMED.keys())
async def test_what_a_feed_renames_is_one_entry_and_one_alert(bench, store, fields) -> None:
    await bench.intake.take(since(5 * M), a_poll(*read(draft(1))))
    bench.now += 5 * M
    await bench.intake.take(since(0 * M), a_poll(*read(draft(1, **fields))))
    assert len(await store.entries_since(NOW - D, 9)) == 1
    assert await told(store) == [1]


async def test_what_was_pushed_is_known_when_it_is_polled(bench, store) -> None:
    await bench.intake.take_pushed(since(5 * M), read(draft(1)))
    bench.now += M
    await bench.intake.take(since(5 * M), a_poll(*read(draft(1), draft(2))))
    # The next push gives the second one another guid, and brings its known name with it.
    await bench.intake.take_pushed(since(M), read(draft(2, guid="another")))
    assert len(await store.entries_since(NOW - D, 9)) == 2
    assert await told(store, 90) == [1, 1]


async def test_a_site_that_moved_alerts_nobody_and_tells_the_operator_once(
    bench, store, caplog
) -> None:
    old = [draft(n, None) for n in range(12)]
    await bench.intake.take(a_source(), a_poll(*read(*old)))
    assert await store.outbox_counts() == {}
    bench.now += 10 * D
    new = [replace(d, guid=f"new{d.guid}", link=f"{d.link}/new") for d in old]
    source = a_source(polled_ok_at=bench.now - 5 * M)
    for _ in range(2):
        await bench.intake.take(source, a_poll(*read(*new, draft(99, None))))
    assert await told(store, 11 * D.total_seconds()) == [1]  # the one that is new
    assert sum("move of the site" in r.getMessage() for r in caplog.records) == 1


async def test_an_entry_is_read_again_three_times_at_most(bench, store) -> None:
    for number in range(6):
        body = f"{number} readers"
        await bench.intake.take(since(5 * M), a_poll(*read(draft(1, body=body))))
    (way,) = await store.ways("https://n.org/1", 9)
    assert way.entry.body == "3 readers"
    assert await told(store) in ([1], [1, 1])  # the alert, and at most its edit


POLLS = st.lists(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=6, unique_by=lambda e: e[0]),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(POLLS)
async def test_whatever_is_served_again_reordered_or_renamed_alerts_once_and_all_alert(
    tmp_path_factory: pytest.TempPathFactory, polls: list[list[tuple[int, int]]]
) -> None:
    path: Path = tmp_path_factory.mktemp("law") / "rasid.db"
    store = await SqliteStore.open(path)
    await store.put_sources([a_source()], "config")
    await store.answer(1, [PutChat(Chat(7)), AddWatch(7, "fire")], [], NOW)
    bench, met = Bench(store), set()
    for polled in polls:
        drafts = []
        for number, rename in polled:
            name = ("", "guid", "link", "title")[rename if number in met else 0]
            drafts.append(
                draft(number, **({name: f"https://x.org/{fire(number)}"} if name else {}))
            )
        await bench.intake.take(since(5 * M), a_poll(*read(*drafts)))
        met.update(number for number, _ in polled)
    alerts = [d for d in await waiting(store, 30) if d.kind is DeliveryKind.ALERT]
    assert Counter(d.payload.title for d in alerts) == Counter(map(fire, met))
    await store.close()


# ── late ─────────────────────────────────────────────────────────────────────────────────────


async def test_an_empty_first_poll_is_the_baseline_too(bench, store) -> None:
    await bench.intake.take(a_source(), a_poll())
    (age,) = await store.source_ages()
    assert age.source.polled_ok_at == NOW
    await bench.intake.take(age.source, a_poll(*read(draft(1, None))))
    assert await told(store) == [1]


async def test_after_days_without_a_feed_its_news_is_one_message(bench, store) -> None:
    drafts = [draft(n, n * 90 * M + 20 * M) for n in range(40)]
    await bench.intake.take(since(2 * D), a_poll(*read(*drafts, draft(50, 70 * H))))
    assert await told(store) == [32]  # what was published while it was not read


async def test_nothing_older_than_a_day_alerts_on_its_own_after_a_gap(bench, store) -> None:
    await bench.intake.take(since(2 * D), a_poll(*read(draft(1, 2 * H), draft(2, 30 * H))))
    sent = await waiting(store, 30)
    assert [d.kind for d in sent] == [DeliveryKind.ALERT, DeliveryKind.DIGEST]
    assert sent[0].payload.title == fire(1)  # type: ignore[union-attr]


async def test_many_sources_that_come_back_together_are_one_message(bench, store) -> None:
    for number in range(15):
        source = since(8 * H, id=f"s{number}")
        entries = [replace(e, source_id=source.id) for e in read(draft(number, 3 * H))]
        await bench.intake.take(source, a_poll(*entries, source_id=source.id))
    assert await told(store) == [15]


async def test_the_gravest_of_the_last_hour_is_sent_at_once(bench, store) -> None:
    grave = draft(90, 50 * M, title=CRITICAL, lang="ar")
    late = [draft(n, 3 * H) for n in range(20)]
    await bench.intake.take(since(8 * H), a_poll(*read(*late, grave, draft(91, M))))
    assert await told(store, 0) == [1, 1]
    assert await told(store) == [20]


async def test_a_feed_that_changes_into_another_does_not_flood(bench, store) -> None:
    drafts = [draft(n, 5 * H) for n in range(100)]
    await bench.intake.take(since(5 * M), a_poll(*read(*drafts)))
    assert await told(store) == [100]


async def test_a_poll_after_twenty_days_brings_nothing_that_is_days_old(bench, store) -> None:
    dated = [draft(n, 4 * D + n * H) for n in range(500)]
    await bench.intake.take(since(20 * D), a_poll(*read(*dated)))
    assert await told(store) == []


async def test_dates_that_were_bumped_alert_nobody_twice(bench, store) -> None:
    drafts = [draft(n, 5 * M) for n in range(5)]
    await bench.intake.take(since(5 * M), a_poll(*read(*drafts)))
    bumped = [replace(d, published_at=NOW) for d in drafts]
    await bench.intake.take(since(5 * M), a_poll(*read(*bumped)))
    assert await told(store) == [1] * 5


@pytest.mark.parametrize("jump", [H, -H, D, -D, 8 * H])
async def test_a_clock_that_jumps_silences_nothing(bench, store, jump) -> None:
    bench.now = NOW + jump
    drafts = [draft(1, M), draft(2, None)]
    await bench.intake.take(since(M), a_poll(*read(*drafts)))
    assert sum(await told(store, max(jump.total_seconds(), 0) + 30)) == 2


async def test_a_skew_is_learnt_over_polls_and_taken_off(bench, store) -> None:
    for number in range(6):
        (age,) = await store.source_ages()
        source = replace(age.source, polled_ok_at=bench.now - 5 * M)
        ahead = bench.now + 3 * H - M
        poll = feed_entries([draft(number, published_at=ahead)], source, bench.now)
        await bench.intake.take(source, a_poll(*poll.entries, habits=poll.habits))
        bench.now += 5 * M
    (age,) = await store.source_ages()
    assert age.source.habits == Habits(skew_h=3)
    assert poll.entries[0].published_at == bench.now - 6 * M


async def test_an_edited_seed_is_an_edit_and_a_renamed_one_is_nothing(
    bench, store, tmp_path
) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    seeds = Source("seeds", SourceKind.SEEDS, "Seeds", "seeds")
    await store.put_sources([seeds], "seeds")
    poller = SeedsPoller(folder, lambda: NOW, settle_s=0)

    async def look() -> list[Reason]:
        poll = await poller.poll(seeds)
        return [verdict.reason for verdict in await bench.intake.take(seeds, poll)]

    (folder / "a.txt").write_text(f"{fire(1)}\n\nIt burns.")
    assert await look() == [Reason.NEW_STORY]
    (folder / "a.txt").rename(folder / "b.txt")
    assert await look() == [Reason.ALREADY_SEEN]
    (folder / "b.txt").write_text(f"{fire(1)}\n\nIt burns no more.")
    await look()
    (entry,) = await store.entries_since(NOW - D, 9)
    assert entry.body == "It burns no more."
    (folder / "c.txt").write_text(f"{fire(2)}\n\nIt burns.")
    assert Reason.NEW_STORY in await look()
    alerts = [d for d in await waiting(store, 30) if d.kind is DeliveryKind.ALERT]
    assert len(alerts) == 2


@pytest.mark.parametrize(("lang", "words"), [("en", "came late"), ("ar", "متأخرة")])
async def test_a_digest_is_sent_in_the_language_of_its_chat(bench, store, lang, words) -> None:
    await store.answer(3, [PutChat(Chat(7, lang=lang))], [], NOW)
    bench.now = real_clock() - timedelta(minutes=5)
    source = a_source(polled_ok_at=bench.now - 8 * H)
    drafts = [draft(n, published_at=bench.now - 3 * H) for n in range(20)]
    await bench.intake.take(source, a_poll(*feed_entries(drafts, source, bench.now).entries))
    messenger = Scripted()
    await sender(store, messenger).drain()
    (message,) = messenger.arrived
    assert words in message.text
    assert "20" in message.text
    assert message.text.count("https://n.org/") == 15
