"""By what the store knows entries again, what it remembers of feeds, and late alerts."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.model import (
    Alert,
    Byname,
    Change,
    Chat,
    ChatStatus,
    Delay,
    DeliveryKind,
    DeliveryState,
    Digest,
    Growth,
    Habits,
    Life,
    PutChat,
    Settlement,
    Severity,
    Step,
    StoryState,
    Trait,
    Verdict,
)
from bot.core.sameness import text_hash
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.schema import migrations
from tests.databases import new_store
from tests.making import NOW, a_batch, a_poll, a_source, a_verdict, an_entry
from tests.stores.test_life import waiting
from tests.stores.test_sqlite import claim, subscribe

LINK, TITLE = Byname(Trait.LINK, "1:l"), Byname(Trait.TITLE, "1:t")
HELD = 30.0  # seconds: what comes late waits for more


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    await subscribe(opened, 7, 8)
    yield opened
    await opened.close()


def named(number: int, *names: Byname) -> Verdict:
    verdict = a_verdict(number)
    return replace(verdict, entry=replace(verdict.entry, aliases=names))


def late(number: int, *chat_ids: int, delay: Delay = Delay.LATE, **parts: object) -> Verdict:
    verdict = a_verdict(number, *chat_ids, **parts)
    return replace(verdict, alerts=tuple(replace(a, delay=delay) for a in verdict.alerts))


# ── aliases ──────────────────────────────────────────────────────────────────────────────────


async def test_an_entry_is_seen_by_its_fingerprint_and_its_aliases(store: SqliteStore) -> None:
    await store.record(a_batch(named(1, LINK)))
    own = Byname(Trait.ENTRY, "1:1")
    seen = await store.sightings([own, LINK, TITLE])
    assert set(seen) == {own, LINK}
    assert {behind.entry for behind in seen.values()} == {"1:1"}
    assert seen[LINK].published_at == an_entry().published_at
    assert (seen[LINK].first_at, seen[LINK].edits) == (NOW, 0)


async def test_an_alias_follows_the_entry_that_had_it_last(store: SqliteStore) -> None:
    await store.record(a_batch(named(1, LINK)))
    await store.record(a_batch(named(2, LINK), at=NOW + timedelta(hours=1)))
    assert (await store.sightings([LINK]))[LINK].entry == "1:2"


async def test_an_entry_seen_before_learns_the_alias_it_has_now(store: SqliteStore) -> None:
    await store.record(a_batch(named(1)))
    await store.record(a_batch(named(1, LINK)))
    assert (await store.sightings([LINK]))[LINK].entry == "1:1"


async def test_any_number_of_names_is_looked_up(store: SqliteStore) -> None:
    many = [Byname(Trait.LINK, f"1:{n}") for n in range(1201)]
    await store.record(a_batch(named(1, *many)))
    assert len(await store.sightings([*many, TITLE])) == 1201


async def test_what_a_feed_was_seen_to_do_outlasts_polls_that_bring_nothing(store) -> None:
    await store.put_sources([a_source(zone="Asia/Baghdad")], "config")
    habits = Habits(rung=2, zoneless=True, skew_h=-3, maybe_h=1, times=4)
    await store.record(a_batch(poll=a_poll(habits=habits)))
    await store.record(a_batch(poll=a_poll()))
    await store.put_sources([a_source(zone="+03:00")], "config")
    (age,) = await store.source_ages()
    assert (age.source.habits, age.source.zone) == (habits, "+03:00")
    assert await store.add_source(a_source(id="b", url="https://b", zone="+01:00"), "operator")
    assert "+01:00" in {each.source.zone for each in await store.source_ages()}


async def test_entries_of_an_older_database_are_no_edits_after_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path)
    migrations.apply(old, stop_before="0010_identity")
    columns = "(source_id, fingerprint, title, body, link, source_name, lang, text_hash, is_seed,"
    old.execute(
        f"INSERT INTO entries {columns} reason, detail, flag, severity, seen_at)"
        " VALUES ('wire', '1:1', 'Title', 'Body', '', '', '', 'old', 0, '', '', 0, 0, 5)"
    )
    old.execute(
        "INSERT INTO deliveries (dedup_key, kind, chat_id, lane, severity, payload,"
        " not_before_at, added_at) VALUES ('u:1', 'reply', 7, 0, 0, '{\"lines\": []}', 0, 0)"
    )
    old.execute("INSERT INTO fingerprints (kind, hash, seen_at) VALUES ('entry', '1:1', 5)")
    old.conn.commit()
    old.close()
    store = await SqliteStore.open(path)
    known = (await store.recall(["1:1"])).known["1:1"]
    assert known.text_hash == text_hash("Title", "Body")
    assert await store.outbox_counts() == {"pending": 1}
    await store.close()


# ── late alerts ──────────────────────────────────────────────────────────────────────────────


async def test_up_to_ten_late_alerts_are_sent_as_they_are_after_a_moment(store) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(10))))
    assert not await claim(store)
    sent = await waiting(store, HELD)
    assert [d.kind for d in sent] == [DeliveryKind.ALERT] * 10


async def test_more_than_ten_late_alerts_of_any_sources_are_one_message_a_chat(store) -> None:
    for start in (0, 6, 12):
        numbers = range(start, start + 6)
        await store.record(a_batch(*(late(n, 7) for n in numbers), late(start + 100, 8)))
    sent = await waiting(store, HELD)
    kinds = [(d.chat.id, d.kind) for d in sent]
    assert kinds.count((7, DeliveryKind.DIGEST)) == 1
    assert (7, DeliveryKind.ALERT) not in kinds
    assert kinds.count((8, DeliveryKind.ALERT)) == 3
    (digest,) = (d.payload for d in sent if isinstance(d.payload, Digest))
    assert len({card.story_id for card in digest.cards}) == 18
    assert (await store.outbox_counts())["digested"] == 18


async def test_what_is_no_longer_news_is_never_an_alert_of_its_own(store: SqliteStore) -> None:
    await store.record(a_batch(late(1, 7, delay=Delay.OLD), late(2, 7)))
    sent = await waiting(store, HELD)
    assert sorted(d.kind for d in sent) == [DeliveryKind.ALERT, DeliveryKind.DIGEST]


async def test_news_passes_what_is_held_back(store: SqliteStore) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(20, 23))))
    await store.record(a_batch(a_verdict(1, 7, severity=Severity.NOTICE)))
    (sent,) = await waiting(store, 0)
    assert sent.payload.story_id == "story00001"  # type: ignore[union-attr]


async def test_a_digest_is_not_held_back_for_long(store: SqliteStore) -> None:
    for second in range(0, 240, 10):
        at = NOW + timedelta(seconds=second)
        verdicts = (late(second * 100 + n, 7) for n in range(11))
        await store.record(a_batch(*verdicts, at=at))
        if second >= 120:
            break
    (digest,) = await waiting(store, 121)
    assert digest.kind is DeliveryKind.DIGEST


async def test_recording_late_alerts_twice_tells_them_once(store: SqliteStore) -> None:
    batch = a_batch(*(late(n, 7) for n in range(15)))
    assert await store.record(batch) == 15
    assert await store.record(batch) == 0
    assert len(await waiting(store, HELD)) == 1


async def test_a_story_told_in_a_digest_is_told_no_more_but_its_updates_are(store) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(15))))
    assert await store.record(a_batch(a_verdict(99, 7, story_id="story00003"))) == 0
    await store.record(a_batch(taken_back("story00003")))
    assert not await claim(store)  # they wait for the digest
    digest, *updates = await waiting(store, HELD)
    assert digest.kind is DeliveryKind.DIGEST
    step, edit = updates
    assert (step.kind, step.reply_to) == (DeliveryKind.STEP, 91)
    assert (edit.kind, edit.edit_of) == (DeliveryKind.EDIT, 91)
    states = {card.story_id: card.life.state for card in edit.payload.cards}  # type: ignore[union-attr]
    assert states["story00003"] is StoryState.TAKEN_BACK
    card = await store.alert_card(7, message_id=91)
    assert card is not None


def taken_back(story_id: str) -> Verdict:
    verdict = a_verdict(50, story_id=story_id)
    assert verdict.story
    step = Step((Change.TAKEN_BACK,), "denied", "Other", NOW)
    life = Life(("Wire", "S"), state=StoryState.TAKEN_BACK, steps=(step,), edits=1)
    return replace(verdict, story=replace(verdict.story, life=life), growth=Growth(0))


async def test_who_said_stop_gets_neither_a_digest_nor_what_follows_it(store) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(15))))
    await store.answer(99, [PutChat(Chat(7, status=ChatStatus.STOPPED))], [], NOW)
    assert await waiting(store, HELD) == []


async def test_what_comes_while_a_digest_is_sent_is_in_the_next_one(store) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(15))))
    (digest,) = await claim(store, after_s=HELD)
    await store.record(a_batch(late(77, 7)))
    await store.settle(digest, Settlement(DeliveryState.SENT, message_id=5), NOW)
    (second,) = await waiting(store, 2 * HELD)
    assert [card.story_id for card in second.payload.cards] == ["story00077"]  # type: ignore[union-attr]


async def test_a_digest_that_may_have_arrived_is_sent_again_without_what_came_since(store) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(15))))
    (digest,) = await claim(store, after_s=HELD)
    await store.mark_sending(digest, NOW + timedelta(seconds=HELD))
    lost = Settlement(DeliveryState.PENDING, wait=timedelta(), uncertain=True)
    await store.settle(digest, lost, NOW)
    await store.record(a_batch(late(77, 7)))
    first, second = [d.payload for d in await waiting(store, 2 * HELD)]
    assert first == digest.payload
    assert [card.story_id for card in second.cards] == ["story00077"]


async def test_a_crash_between_two_alerts_leaves_neither_digest_nor_lines(store) -> None:
    broken = replace(late(12, 7), alerts=(Alert(7, None),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        await store.record(a_batch(*(late(n, 7) for n in range(12)), broken))
    assert await store.outbox_counts() == {}


def test_a_year_of_entries_is_migrated_in_little_memory(tmp_path: Path) -> None:
    old = Database(tmp_path / "old.db")
    migrations.apply(old, stop_before="0010_identity")
    row = (
        "'f', '1:' || value, 't' || value, hex(zeroblob(2000)), '', '', '', 'h', 0, '', '', 0, 0, 1"
    )
    names = (
        "source_id, fingerprint, title, body, link, source_name, lang, text_hash, is_seed, reason,"
        " detail, flag, severity, seen_at"
    )
    numbers = "WITH n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 2000)"
    old.conn.execute(f"{numbers} INSERT INTO entries ({names}) SELECT {row} FROM n")
    old.conn.commit()
    tracemalloc.start()
    migrations.apply(old)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    hashes = [row[0] for row in old.execute("SELECT text_hash FROM entries ORDER BY id")]
    assert hashes == [text_hash(f"t{n}", "00" * 2000) for n in range(1, 2001)]
    assert peak < 3_000_000  # their bodies are eight million bytes
