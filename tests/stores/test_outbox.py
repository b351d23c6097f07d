"""What a row of the outbox says of itself when it ends, moves or is put in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.lanes import Turn
from bot.core.model import (
    Chat,
    ChatKind,
    ChatStatus,
    Delay,
    DeliveryKind,
    DeliveryState,
    Digest,
    PutChat,
    Settlement,
    Severity,
)
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.making import NOW, a_batch, a_note
from tests.refusals import closes_topic, leaves, on_its_way
from tests.stores.test_identity import HELD, late, taken_back
from tests.stores.test_lanes import LEASE, claim, send, tell

LATER = NOW + timedelta(seconds=30)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


async def rows(store: SqliteStore, columns: str) -> list[tuple[object, ...]]:
    """These columns of all deliveries, in the order they were put in."""
    found = await store._run(
        lambda: store._rows(f"SELECT {columns} FROM deliveries ORDER BY id"),
    )
    return [tuple(row.values()) for row in found]


async def ended(store: SqliteStore) -> list[tuple[object, ...]]:
    """State and time of the end, in seconds after ``NOW``."""
    began = int(NOW.timestamp() * 1000)
    return await rows(store, f"state, (settled_at - {began}) / 1000.0")


# ── how it ends ─────────────────────────────────────────────────────────────────────────


async def test_a_send_under_way_at_a_crash_says_when_it_was_given_up(store: SqliteStore) -> None:
    await tell(store, 1, 7, severity=Severity.NOTICE)
    (delivery,) = await claim(store)
    await store.mark_sending(delivery, NOW)
    assert await store.recover(LATER) == (0, 1)
    assert await ended(store) == [("unconfirmed", 30)]


async def test_a_send_under_way_at_a_crash_is_repeated_from_severity_two_on(store) -> None:
    for number, severity in enumerate(Severity, 1):
        if severity:
            await tell(store, number, number, severity=severity)
    for delivery in await claim(store):
        await store.mark_sending(delivery, NOW)
    assert await store.recover(LATER) == (2, 1)
    assert await rows(store, "severity, state, uncertain") == [
        (1, "unconfirmed", 0),
        (2, "pending", 1),
        (3, "pending", 1),
    ]


async def test_what_cannot_be_read_says_when_it_was_given_up(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    await store._write(lambda: store._do("UPDATE deliveries SET payload = '{}'"))
    assert await claim(store, after_s=30) == ()
    assert await ended(store) == [("dead", 30)]


async def test_what_waits_for_a_chat_that_is_gone_says_when_it_was_cancelled(store) -> None:
    await tell(store, 1, 7)
    await leaves(store, Chat(7), LATER)
    assert ("cancelled", 30) in await ended(store)


async def test_what_was_sent_says_when_and_as_which_message(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    (delivery,) = await claim(store, after_s=30)
    await send(store, delivery, after_s=30)
    assert await ended(store) == [("sent", 30)]
    assert await rows(store, "message_id, attempts, lease") == [(delivery.id, 1, None)]


# ── what it says of itself ──────────────────────────────────────────────────────────────


async def test_an_answer_is_neither_late_nor_a_possible_repeat(store: SqliteStore) -> None:
    await store.answer(1, [], [(Chat(7), a_note(), 4)], NOW)
    assert await rows(store, "late, uncertain, reply_to, waits") == [(0, 0, 4, 0)]
    (delivery,) = await claim(store)
    assert (delivery.uncertain, delivery.attempts, delivery.refused) == (0, 0, 0)


@pytest.mark.parametrize("delay", [Delay.LATE, Delay.OLD])
async def test_a_late_alert_says_how_late_and_is_held(store: SqliteStore, delay: Delay) -> None:
    await store.record(a_batch(late(1, 7, delay=delay)))
    kinds = await rows(store, "late, uncertain, waits")
    assert (int(delay), 0, 1) in kinds


async def test_each_loss_of_an_answer_and_each_refusal_is_counted(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    for _ in range(2):
        (delivery,) = await claim(store)
        await store.mark_sending(delivery, NOW)
        again = Settlement(
            DeliveryState.PENDING, None, timedelta(), error="x", refused=True, uncertain=True
        )
        await store.settle(delivery, again, NOW)
    (delivery,) = await claim(store)
    assert (delivery.attempts, delivery.refused, delivery.uncertain) == (2, 2, 2)
    assert await rows(store, "error") == [("x",)]


async def test_an_edit_waits_until_its_alert_has_left_and_for_nothing_else(store) -> None:
    await tell(store, 1, 7)
    (alert,) = await claim(store)
    await store.mark_sending(alert, NOW)
    await store.record(a_batch(taken_back("story00001")))
    assert await claim(store, after_s=10) == ()
    waits = "SELECT waits FROM deliveries WHERE kind = 'edit'"

    async def waiting_for_its_alert() -> bool:
        (row,) = await store._run(lambda: store._rows(waits))
        return bool(row["waits"] == 2)

    assert await waiting_for_its_alert()
    sent = Settlement(DeliveryState.SENT, message_id=5)
    await store.settle(replace(alert, lease="another"), sent, LATER)
    assert await waiting_for_its_alert()
    await store.settle(alert, Settlement(DeliveryState.PENDING, None, timedelta()), LATER)
    assert await waiting_for_its_alert()
    await store.answer(2, [], [(Chat(7), a_note(), None)], LATER)
    (reply,) = await claim(store, after_s=30)
    await send(store, reply, after_s=30)
    assert await waiting_for_its_alert()
    (alert,) = await claim(store, after_s=31)
    await send(store, alert, after_s=31)
    (step,) = await claim(store, after_s=31)
    await send(store, step, after_s=31)
    (edit,) = await claim(store, after_s=31)
    assert (step.kind, edit.kind) == (DeliveryKind.STEP, DeliveryKind.EDIT)


@pytest.mark.parametrize(
    ("state", "why"),
    [
        (DeliveryState.DEAD, "its alert was never sent"),
        (DeliveryState.CANCELLED, "its alert was never sent"),
        (DeliveryState.UNCONFIRMED, "nobody knows which message its alert became"),
    ],
)
async def test_an_edit_with_nothing_to_change_says_why(store, state, why) -> None:
    await tell(store, 1, 7)
    (alert,) = await claim(store)
    await store.mark_sending(alert, NOW)
    await store.record(a_batch(taken_back("story00001")))
    await store.settle(alert, Settlement(state, error="x"), NOW)
    for step in await claim(store, after_s=30):
        await send(store, step, after_s=30)
    await claim(store, after_s=31)
    assert ("edit", "cancelled", why) in await rows(store, "kind, state, error")


async def test_a_stranger_is_paced_as_what_its_number_says_it_is(store: SqliteStore) -> None:
    strangers = [(Chat(7), a_note(), None), (Chat(-5), a_note(), None)]
    await store.answer(1, [], strangers, NOW)
    kinds = {d.chat.id: d.chat.kind for d in await claim(store)}
    assert kinds == {7: ChatKind.PRIVATE, -5: ChatKind.GROUP}


# ── claims ──────────────────────────────────────────────────────────────────────────────


async def test_where_there_is_one_place_a_channels_post_has_it(store: SqliteStore) -> None:
    await tell(store, 1, 1)
    await tell(store, 2, Chat(-4, ChatKind.CHANNEL))
    assert [d.chat.id for d in await claim(store, 1)] == [-4]


@pytest.mark.parametrize("flies", [False, True])
async def test_the_turn_of_the_oldest_too_leaves_a_chat_one_message_at_a_time(store, flies) -> None:
    notes = [(Chat(7), a_note(text), None) for text in ("first", "second")]
    await store.answer(1, [], notes, NOW)
    (first,) = await claim(store, 1, after_s=120)
    if flies:
        await store.mark_sending(first, NOW)
    assert await claim(store, 1, after_s=121, turn=Turn.OLDEST) == ()


async def test_at_the_moment_a_lease_ends_it_holds_no_more(store: SqliteStore) -> None:
    await tell(store, 1, 7)
    (delivery,) = await claim(store)
    assert not await store.mark_sending(delivery, NOW + LEASE)
    assert [d.id for d in await claim(store, after_s=LEASE.total_seconds())] == [delivery.id]


async def test_of_two_who_hold_it_by_the_same_name_one_sends_it(store: SqliteStore) -> None:
    """The clock was set ahead, and who held it claimed it again."""
    await tell(store, 1, 7)
    (first,) = await claim(store)
    (second,) = await claim(store, after_s=3600)
    assert (first.id, first.lease) == (second.id, second.lease)
    assert await store.mark_sending(first, NOW)
    assert not await store.mark_sending(second, NOW)
    assert await rows(store, "state, attempts") == [("sending", 1)]


async def test_who_stops_gives_back_what_is_its_own_and_does_not_fly(store: SqliteStore) -> None:
    await tell(store, 1, 7, 8, 9)
    flying, _ = await claim(store, 2)
    await store.mark_sending(flying, NOW)
    await store.claim_deliveries(NOW, 1, "another", LEASE)
    await store.release("mine")
    assert await rows(store, "state, lease") == [
        ("sending", "mine"),
        ("pending", None),
        ("leased", "another"),
    ]


# ── chats ───────────────────────────────────────────────────────────────────────────────


async def test_a_chat_that_is_gone_finds_its_topic_and_language_again(store: SqliteStore) -> None:
    await store.answer(1, [PutChat(Chat(-5, lang="en", thread_id=11))], [], NOW)
    await leaves(store, Chat(-5))
    chat = await store.chat(-5)
    assert chat is not None
    assert (chat.status, chat.lang, chat.thread_id) == (ChatStatus.GONE, "en", 11)


async def test_a_group_that_moved_meanwhile_has_not_left_under_its_old_number(store) -> None:
    old, new = Chat(-5, ChatKind.GROUP), Chat(-1005, ChatKind.SUPERGROUP)
    await store.answer(1, [PutChat(old), PutChat(new)], [], NOW)
    refused = await on_its_way(store, old)
    await store.chat_moved(old.id, new.id, LATER)
    assert not await store.chat_gone(refused, LATER)
    assert await store.chat(old.id) is None
    assert await store.chat(new.id) == new


async def test_a_reply_that_waits_in_a_closed_topic_goes_to_general_and_others_stay(store) -> None:
    here, there = Chat(-5, thread_id=11), Chat(-6, thread_id=12)
    await store.answer(1, [PutChat(here), PutChat(there)], [], NOW)
    await store.answer(2, [], [(here, a_note("a"), None), (there, a_note("b"), None)], NOW)
    await closes_topic(store, here, notice=a_note("closed"))
    sent = {(d.chat.id, d.thread_id) for d in await claim(store)}
    assert sent == {(-5, None), (-6, 12)}
    chat = await store.chat(-6)
    assert chat is not None
    assert chat.thread_id == 12


async def test_what_was_sent_stays_where_it_was_when_its_topic_closes(store: SqliteStore) -> None:
    here = Chat(-5, thread_id=11)
    await store.answer(1, [PutChat(here)], [(here, a_note("a"), None)], NOW)
    (delivery,) = await claim(store)
    await send(store, delivery)
    await closes_topic(store, here)
    assert await rows(store, "thread_id") == [(11,), (None,)]


async def test_the_notice_of_a_closed_topic_comes_last_and_once(store: SqliteStore) -> None:
    here = Chat(-5, thread_id=11)
    await store.answer(1, [PutChat(here)], [], NOW)
    await closes_topic(store, here, notice=a_note("closed"))
    await closes_topic(store, here, LATER, a_note("closed"))
    waiting = [row for row in await rows(store, "kind, lane, severity") if row[1]]
    assert waiting == [("reply", 2, Severity.IMPORTANT)]


async def test_who_judges_news_learns_that_a_chat_is_gone_or_has_another_topic(store) -> None:
    await store.answer(1, [PutChat(Chat(-5, thread_id=11))], [], NOW)
    for change in (closes_topic, leaves):
        known = await store.audience(-1)
        assert await store.audience(known.revision) is None
        await change(store, Chat(-5, thread_id=11))
        assert await store.audience(known.revision) is not None


# ── digests ─────────────────────────────────────────────────────────────────────────────


async def test_a_digest_shows_each_story_as_it_stands_when_it_leaves(store: SqliteStore) -> None:
    await store.answer(1, [PutChat(Chat(7))], [], NOW)
    await store.record(a_batch(*(late(n, 7) for n in range(15))))
    await store.record(a_batch(taken_back("story00003")))
    (digest,) = await claim(store, after_s=HELD)
    assert isinstance(digest.payload, Digest)
    steps = {card.story_id: len(card.life.steps) for card in digest.payload.cards}
    assert steps.pop("story00003") == 1
    assert set(steps.values()) == {0}


async def test_what_was_digested_long_ago_is_a_line_and_no_delivery_of_its_own(store) -> None:
    await store.record(a_batch(*(late(n, 7) for n in range(15))))
    assert len(await claim(store, after_s=HELD)) == 1
    assert (await store.outbox_counts()) == {"digested": 15, "leased": 1}


# ── counts and dead letters ─────────────────────────────────────────────────────────────


async def test_the_last_that_were_given_up_are_shown_newest_first_and_so_many(store) -> None:
    for number in range(1, 4):
        await tell(store, number, number)
    for delivery in await claim(store):
        await store.mark_sending(delivery, NOW)
        dead = Settlement(DeliveryState.DEAD, error=f"no {delivery.chat.id}")
        await store.settle(delivery, dead, NOW)
    assert [letter.error for letter in await store.dead_letters(2)] == ["no 3", "no 2"]


async def test_with_nothing_in_the_outbox_nothing_is_due(store: SqliteStore) -> None:
    assert await store.next_delivery_at() is None
    await store.answer(1, [], [(Chat(7), a_note(), None)], NOW)
    assert await store.next_delivery_at() == NOW
