"""Claims come in their order, and no claim looks at all that waits."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.lanes import SHARE, Turn, Turns
from bot.core.model import (
    AddWatch,
    Change,
    Chat,
    ChatKind,
    Delay,
    DeliveryKind,
    DeliveryState,
    Growth,
    Life,
    PutChat,
    Settlement,
    Severity,
    Step,
    Why,
)
from bot.stores import sql, sql_chats, sql_lanes
from bot.stores.sqlite import SqliteStore
from bot.stores.sqlite.fanout import alike
from tests.making import NOW, a_batch, a_note, a_poll, a_source, a_story, a_verdict

LEASE = timedelta(minutes=1)
MANY = 10_000
NOTICE, IMPORTANT, CRITICAL = Severity.NOTICE, Severity.IMPORTANT, Severity.CRITICAL


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await SqliteStore.open(tmp_path / "rasid.db")
    yield opened
    await opened.close()


async def claim(store: SqliteStore, limit: int = 8, after_s: float = 0, **how):
    return await store.claim_deliveries(
        NOW + timedelta(seconds=after_s), limit, "mine", LEASE, **how
    )


async def send(store: SqliteStore, delivery, after_s: float = 0) -> None:
    now = NOW + timedelta(seconds=after_s)
    assert await store.mark_sending(delivery, now)
    sent = Settlement(DeliveryState.SENT, message_id=delivery.id)
    await store.settle(delivery, sent, now)


async def tell(store: SqliteStore, number: int, *chats: Chat | int, at: datetime = NOW, **card):
    for chat in chats:
        known = chat if isinstance(chat, Chat) else Chat(chat)
        puts = [PutChat(known), AddWatch(known.id, "topic:all")]
        await store.answer(hash((number, known.id)), puts, [], at)
    ids = [chat.id if isinstance(chat, Chat) else chat for chat in chats]
    await store.record(a_batch(a_verdict(number, *ids, **card), at=at))


async def fill(store: SqliteStore, waits: int = 0, **columns: object) -> None:
    """So many rows, as one broadcast leaves them."""
    row = {"kind": "'alert'", "lane": 1, "severity": 2, "not_before_at": 0, "state": "'pending'"}
    row |= {"payload": "'{}'"}
    values = ", ".join(str(value) for value in (row | columns).values())
    names = ", ".join(row | columns)
    statement = f"""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
        INSERT INTO deliveries (dedup_key, chat_id, added_at, waits, {names})
        SELECT 'x' || i || hex(randomblob(8)), 1000 + i, 0, {waits}, {values} FROM n"""
    await store._write(lambda: store._do(statement))


# ── the order ────────────────────────────────────────────────────────────────────────────────


async def test_answers_first_then_the_gravest_then_channels_then_the_oldest(store) -> None:
    await tell(store, 1, 1, severity=NOTICE)
    await tell(store, 2, 2, 3, severity=CRITICAL)
    await tell(store, 3, Chat(-4, ChatKind.CHANNEL), severity=CRITICAL)
    await tell(store, 4, Chat(-5, ChatKind.CHANNEL), severity=NOTICE)
    await store.answer(99, [], [(Chat(6), a_note(), None)], NOW)
    assert [d.chat.id for d in await claim(store)] == [6, -4, 2, 3, -5, 1]


async def test_an_urgent_alert_overtakes_ten_thousand(store: SqliteStore) -> None:
    await fill(store)
    await tell(store, 1, 7, severity=CRITICAL)
    (first,) = await claim(store, 1)
    assert first.chat.id == 7


async def test_the_oldest_is_first_where_it_is_asked_for_and_has_waited_long(store) -> None:
    await tell(store, 1, 1, severity=NOTICE)
    await tell(store, 2, 2, severity=CRITICAL)
    early = await claim(store, 2, after_s=59, turn=Turn.OLDEST)
    assert [d.chat.id for d in early] == [2, 1]
    await store.release("mine")
    late = await claim(store, 2, after_s=60, turn=Turn.OLDEST)
    assert [d.chat.id for d in late] == [1, 2]


async def test_the_gravest_is_first_where_it_is_its_turn_even_before_its_chats_answers(
    store: SqliteStore,
) -> None:
    await tell(store, 1, 1, severity=CRITICAL)
    await tell(store, 2, 2, severity=NOTICE)
    await store.answer(1, [], [(Chat(n), a_note(), None) for n in (1, 2, 3)], NOW)
    for turn, chats in ((Turn.NEXT, [1, 2, 3]), (Turn.GRAVEST, [1, 2, 3])):
        claimed = await claim(store, turn=turn)
        assert [d.chat.id for d in claimed] == chats
        first = DeliveryKind.ALERT if turn is Turn.GRAVEST else DeliveryKind.REPLY
        assert claimed[0].kind is first
        await store.release("mine")
    (alone,) = await claim(store, 1, turn=Turn.GRAVEST, resting=[1])
    assert (alone.chat.id, alone.kind) == (2, DeliveryKind.REPLY)


async def test_what_has_nothing_to_do_any_more_holds_up_nothing(store) -> None:
    """However many steps answer alerts that were never sent: one claim finds what may leave."""
    await fill(store, kind="'step'")
    await tell(store, 9, 7, severity=NOTICE)
    (found,) = await claim(store, 1)
    assert found.chat.id == 7
    assert (await store.outbox_counts())["cancelled"] == MANY


async def test_a_chat_that_rests_is_stepped_over_and_keeps_its_turn(store: SqliteStore) -> None:
    await tell(store, 1, 1, 2)
    (other,) = await claim(store, resting=[1])
    assert other.chat.id == 2
    (rested,) = await claim(store)
    assert rested.chat.id == 1


async def test_what_was_put_back_for_its_chats_rest_keeps_its_turn(store: SqliteStore) -> None:
    for number in (1, 2):
        await store.answer(number, [], [(Chat(7), a_note(str(number)), None)], NOW)
    (first,) = await claim(store)
    await store.settle(first, Settlement(DeliveryState.PENDING), NOW)
    (again,) = await claim(store)
    assert again.id == first.id


async def test_what_waits_for_its_time_comes_at_its_time(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    (delivery,) = await claim(store)
    await store.mark_sending(delivery, NOW)
    later = NOW + timedelta(seconds=30)
    await store.settle(delivery, Settlement(DeliveryState.PENDING, None, later - NOW), NOW)
    assert await store.next_delivery_at() == later
    assert await claim(store, after_s=29.9) == ()
    assert len(await claim(store, after_s=30)) == 1


async def test_a_clock_that_is_set_back_keeps_nothing_waiting(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    (delivery,) = await claim(store)
    await store.settle(delivery, Settlement(DeliveryState.PENDING, None, timedelta(days=1)), NOW)
    assert len(await claim(store)) == 1


async def grown(store: SqliteStore, at: datetime = NOW) -> None:
    """The story of number 1 gets a step, which makes an edit and a reply."""
    step = Step((Change.GRAVER,), "Two hurt", "Wire", at)
    story = a_story(life=Life(steps=(step,), edits=1))
    update = replace(a_verdict(2), story=story, growth=Growth(0))
    await store.record(a_batch(update, at=at))


async def test_what_answers_an_alert_waits_for_it_and_comes_right_after(store) -> None:
    await tell(store, 1, 7)
    await grown(store)
    (alert,) = await claim(store)
    assert alert.kind is DeliveryKind.ALERT
    assert await claim(store, after_s=1) == ()
    await send(store, alert, after_s=2)
    (step,) = await claim(store, after_s=2)
    assert (step.kind, step.reply_to) == (DeliveryKind.STEP, alert.id)
    await send(store, step, after_s=3)
    (edit,) = await claim(store, after_s=3)
    assert (edit.kind, edit.edit_of) == (DeliveryKind.EDIT, alert.id)


async def test_what_follows_an_alert_to_a_channel_is_a_channels_post_too(store) -> None:
    await tell(store, 1, Chat(-4, ChatKind.CHANNEL), 7)
    await grown(store)
    posts = await store._run(
        lambda: store._rows("SELECT kind, channel FROM deliveries WHERE chat_id = -4 ORDER BY kind")
    )
    assert [(row["kind"], row["channel"]) for row in posts] == [
        ("alert", 1),
        ("edit", 1),
        ("step", 1),
    ]


async def test_what_answers_a_dead_letter_is_found_without_being_told(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    await grown(store)
    (alert,) = await claim(store)
    await store._write(lambda: store._do("UPDATE deliveries SET state = 'dead' WHERE kind='alert'"))
    assert await claim(store) == ()
    assert await claim(store, after_s=59) == ()
    assert await store.outbox_counts() == {"dead": 1, "pending": 2}
    assert await claim(store, after_s=60) == await claim(store, after_s=60) == ()
    assert await store.outbox_counts() == {"cancelled": 2, "dead": 1}
    assert alert.chat.id == 7


# ── what it costs ────────────────────────────────────────────────────────────────────────────

VALUES = {
    "now": 1,
    "limit": 8,
    "lease": "mine",
    "lease_until": 2,
    "resting": "[]",
    "long_ago": 1,
    "look_again": 1,
    "absurd": 2,
    "many": 256,
    "chat_id": 7,
    "gathers": 5_000,
    "id": 1,
}
QUESTIONS = {
    "claim": sql_lanes.CLAIM,
    "claim the oldest": sql_lanes.CLAIM_OLDEST,
    "expire": sql_lanes.EXPIRE_LEASES,
    "ready": sql_lanes.READY,
    "told": sql_lanes.TOLD_NOW,
    "next": sql_lanes.NEXT_DELIVERY,
    "release": sql.RELEASE,
    "recover leased": sql.RECOVER_LEASED,
    "recover sending": sql.RECOVER_GRAVE,
    "cancel": sql_chats.CANCEL_CHAT,
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_question_looks_at_every_delivery(store: SqliteStore, question: str) -> None:
    await fill(store)
    plan = await store._run(
        lambda: store._rows(f"EXPLAIN QUERY PLAN {QUESTIONS[question]}", VALUES)
    )
    steps = [row["detail"] for row in plan]
    assert any("deliveries_" in step or "INDEX" in step for step in steps), steps
    # A walk along an index of few rows, or one that ends with the claim's limit, is none of all.
    assert not [s for s in steps if s.startswith("SCAN d") and "INDEX deliveries_" not in s], steps
    assert not any("TEMP B-TREE" in step for step in steps if "claim" in question), steps


async def seconds(store: SqliteStore, times: int = 20, **how) -> float:
    """The quickest of some claims of one, each given back."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        await claim(store, 1, **how)
        spent.append(time.perf_counter() - started)
        await store.release("mine")
    return min(spent)


IN_AN_HOUR = int((NOW + timedelta(hours=1)).timestamp() * 1000)
CROWDS = {
    "that may leave": {},
    "that wait": {"waits": 1, "not_before_at": IN_AN_HOUR},
    "that were sent": {"state": "'sent'"},
}


async def test_a_claim_costs_the_same_however_much_waits_for_one_chat(store: SqliteStore) -> None:
    await tell(store, 1, 7, severity=NOTICE)
    alone = await seconds(store)
    for lane in (1, 2):
        await fill(store, lane=lane, kind="'reply'", payload="'{\"lines\": []}'")
    await store._write(lambda: store._do("UPDATE deliveries SET chat_id = 9 WHERE chat_id <> 7"))
    assert len(await claim(store, 4)) == 2
    await store.release("mine")
    assert await seconds(store) < 3 * alone + 0.002


async def test_whose_time_has_come_is_not_behind_all_that_wait_for_their_alerts(store) -> None:
    await tell(store, 1, 7)
    (alert,) = await claim(store)
    await fill(store, kind="'edit'", lane=2, story_id="'story00001'", waits=2)
    await store._write(lambda: store._do("UPDATE deliveries SET chat_id = 7"))
    await tell(store, 2, 8)
    (retried,) = await claim(store, 1)
    await store.mark_sending(retried, NOW)
    await store.settle(retried, Settlement(DeliveryState.PENDING, None, timedelta(seconds=1)), NOW)
    assert [d.id for d in await claim(store, 1, after_s=1)] == [retried.id]
    assert alert.id != retried.id


@pytest.mark.parametrize("crowd", CROWDS)
async def test_a_claim_costs_the_same_beside_ten_thousand(store: SqliteStore, crowd: str) -> None:
    await tell(store, 1, 7, severity=CRITICAL)
    alone = await seconds(store)
    await fill(store, **CROWDS[crowd])
    assert await seconds(store) < 3 * alone + 0.002


# ── nobody waits for ever ────────────────────────────────────────────────────────────────────


async def test_the_last_lane_leaves_within_ten_turns_of_a_broadcast_without_end(store) -> None:
    await fill(store, severity=3, kind="'reply'", lane=0, payload="'{\"lines\": []}'")
    await store.answer(1, [], [(Chat(7), a_note(), None)], NOW)
    await store._write(
        lambda: store._do("UPDATE deliveries SET lane = 2, severity = 0 WHERE chat_id = 7")
    )
    # As if it had come before the broadcast, which goes on and on.
    await store._write(lambda: store._do("UPDATE deliveries SET added_at = -1 WHERE chat_id = 7"))
    turns, told = Turns(), []
    for _ in range(SHARE):
        turn = turns.whose()
        (delivery,) = await claim(store, 1, turn=turn)
        turns.took(1, turn)
        told.append(delivery.chat.id)
    assert told.index(7) == SHARE - 1


# ── one story for many ───────────────────────────────────────────────────────────────────────


async def test_each_chat_is_told_for_its_own_reasons_and_once(store: SqliteStore) -> None:
    verdict = a_verdict(1, 1, 2, 3)
    own = [replace(a.card, whys=(Why(f"word {a.chat_id % 2}"),)) for a in verdict.alerts]
    alerts = tuple(replace(a, card=c) for a, c in zip(verdict.alerts, own, strict=True))
    batch = a_batch(replace(verdict, alerts=alerts))
    assert await store.record(batch) == 3
    again = replace(a_verdict(2, 1, 4), story=verdict.story)
    cards = tuple(replace(a, card=replace(a.card, story_id="story00001")) for a in again.alerts)
    assert await store.record(a_batch(replace(again, alerts=cards))) == 1
    claimed = await claim(store)
    queries = {d.chat.id: d.payload.whys[0].query for d in claimed}  # type: ignore[union-attr]
    assert queries == {1: "word 1", 2: "word 0", 3: "word 1", 4: "topic:all"}


def test_what_is_alike_is_told_together_and_what_is_not_is_not() -> None:
    first, second = a_verdict(1, 1, 2).alerts
    late = replace(second, chat_id=3, delay=Delay.LATE)
    other = replace(second, chat_id=4, card=replace(second.card, title="Other words"))
    again = replace(second, chat_id=5, may_repeat=True)
    heard = alike([first, second, late, other, again])
    told = [(h.chats, h.delay, h.may_repeat) for h in heard]
    assert told == [([1, 2], 0, False), ([4], 0, False), ([3], 1, False), ([5], 0, True)]


async def test_what_was_sent_by_a_clock_that_was_ahead_waits_as_long_by_the_right_one(
    store: SqliteStore,
) -> None:
    await tell(store, 1, 7)
    ahead = NOW + timedelta(minutes=10)
    (delivery,) = await store.claim_deliveries(ahead, 9, "a", timedelta(seconds=90))
    await store.mark_sending(delivery, ahead)
    again = Settlement(DeliveryState.PENDING, None, timedelta(seconds=30))
    await store.settle(delivery, again, NOW)
    assert await claim(store, after_s=29) == ()
    assert len(await claim(store, after_s=30)) == 1


async def test_a_source_that_a_clock_ahead_put_off_is_due_at_the_next_start(
    store: SqliteStore,
) -> None:
    await store.put_sources([a_source(interval_s=60, pinned=True)], "config")
    assert len(await store.claim_sources(NOW, 9)) == 1
    await store.record(a_batch(a_verdict(1, 7), poll=a_poll()))
    await store.recover(NOW + timedelta(minutes=30))
    await store.recover(NOW + timedelta(seconds=30))
    assert len(await store.claim_sources(NOW + timedelta(seconds=31), 9)) == 1
