"""Who was told of a story hears how it goes on: edits and steps in the outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.model import (
    AddWatch,
    Alert,
    Card,
    Change,
    Chat,
    ChatStatus,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Denial,
    DropWatch,
    Facts,
    Growth,
    Life,
    Link,
    PutChat,
    Range,
    Role,
    Settlement,
    Step,
    StoryState,
    Toll,
    Verdict,
    Why,
)
from bot.stores.sqlite import SqliteStore, carried, rows
from bot.stores.sqlite.schema import migrations
from tests.databases import new_store
from tests.making import NOW, a_batch, a_card, a_story, a_verdict
from tests.stores.test_sqlite import claim, claim_and_send, subscribe

LATER = 10.0  # seconds: an edit waits a little for others


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    await subscribe(opened, 7)
    await opened.record(a_batch(a_verdict(1, 7)))
    yield opened
    await opened.close()


def growing(number: int, *chat_ids: int, step: bool = False, edits: int = 1) -> Verdict:
    """Report ``number`` joins the first story."""
    verdict = a_verdict(number, *chat_ids, story_id="story00001")
    steps = (Step((Change.TAKEN_BACK,), "denied", "Other", NOW),) if step else ()
    state = StoryState.TAKEN_BACK if step else StoryState.OPEN
    life = Life(("Wire", f"S{number}"), state=state, steps=steps, edits=edits)
    assert verdict.story
    story = replace(verdict.story, life=life)
    return replace(verdict, story=story, growth=Growth(0 if step else None))


async def waiting(store: SqliteStore, after_s: float = LATER) -> list[Delivery]:
    """What may leave now, one after the other as the sender would claim it."""
    found = []
    while claimed := await claim(store, after_s=after_s):
        found += claimed
        for delivery in claimed:
            await store.mark_sending(delivery, NOW + timedelta(seconds=after_s))
            sent = Settlement(DeliveryState.SENT, message_id=delivery.edit_of or 90 + len(found))
            await store.settle(delivery, sent, NOW)
    return found


async def test_an_edit_changes_the_message_that_was_sent(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    assert await store.record(a_batch(growing(2, 7))) == 1
    assert not await claim(store)  # more may come in a moment
    (edit,) = await waiting(store)
    assert (edit.kind, edit.edit_of) == (DeliveryKind.EDIT, 55)
    assert edit.payload.life.originals == ("Wire", "S2")  # type: ignore[union-attr]


async def test_one_edit_shows_all_that_came_while_it_waited(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    added = [await store.record(a_batch(growing(n, edits=n))) for n in (2, 3, 4)]
    assert added == [1, 0, 0]
    (edit,) = await waiting(store)
    assert edit.payload.life.originals == ("Wire", "S4")  # type: ignore[union-attr]
    assert await store.record(a_batch(growing(5, edits=5))) == 1


@pytest.mark.parametrize("flies", [False, True])
async def test_what_comes_while_an_edit_is_under_way_is_shown_by_another(store, flies) -> None:
    """It shows its story as it was when it was claimed."""
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2)))
    (edit,) = await claim(store, after_s=LATER)
    if flies:
        await store.mark_sending(edit, NOW + timedelta(seconds=LATER))
    assert await store.record(a_batch(growing(3, edits=2))) == 1
    await store.settle(edit, Settlement(DeliveryState.SENT, message_id=55), NOW)
    (another,) = await waiting(store)
    assert another.payload.life.originals == ("Wire", "S3")  # type: ignore[union-attr]


async def test_a_step_answers_the_alert_and_the_alert_is_edited_at_once(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    assert await store.record(a_batch(growing(2, step=True))) == 2
    step, edit = await waiting(store, after_s=0)
    assert (step.kind, step.reply_to, step.step) == (DeliveryKind.STEP, 55, 0)
    assert edit.kind is DeliveryKind.EDIT


async def test_recording_a_step_twice_tells_it_once(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2, step=True)))
    assert await store.record(a_batch(growing(2, step=True))) == 0


async def test_who_is_told_only_now_gets_the_alert_as_it_stands(store: SqliteStore) -> None:
    await subscribe(store, 8)
    await claim_and_send(store, 55)
    assert await store.record(a_batch(growing(2, 7, 8))) == 2
    by_chat = {delivery.chat.id: delivery for delivery in await waiting(store)}
    assert by_chat[7].kind is DeliveryKind.EDIT
    assert by_chat[8].kind is DeliveryKind.ALERT
    assert by_chat[8].payload.life.originals == ("Wire", "S2")  # type: ignore[union-attr]


async def test_nobody_hears_of_a_story_they_were_never_told(store: SqliteStore) -> None:
    await subscribe(store, 8)
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2, step=True)))
    assert {delivery.chat.id for delivery in await waiting(store)} == {7}


async def test_who_said_stop_hears_nothing_more(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.answer(99, [PutChat(Chat(7, status=ChatStatus.STOPPED))], [], NOW)
    assert await store.record(a_batch(growing(2, step=True))) == 0


def also_for(verdict: Verdict, query: str) -> Verdict:
    """The same, matched by this watch of chat 7 alone."""
    return replace(verdict, alerts=(Alert(7, a_card(whys=(Why(query),))),))


async def test_who_unfollowed_gets_no_replies_but_the_alert_stays_true(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.answer(99, [DropWatch(7, 1)], [], NOW)
    assert await store.record(a_batch(growing(2, step=True))) == 1
    (edit,) = await waiting(store)
    assert (edit.kind, edit.edit_of) == (DeliveryKind.EDIT, 55)


async def test_a_reply_that_waited_when_somebody_unfollowed_does_not_leave(
    store: SqliteStore,
) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2, step=True)))
    await store.answer(99, [DropWatch(7, 1)], [], NOW)
    assert [delivery.kind for delivery in await waiting(store)] == [DeliveryKind.EDIT]
    assert (await store.outbox_counts())["cancelled"] == 1


async def test_who_follows_it_by_another_watch_still_hears(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.answer(98, [AddWatch(7, "صواريخ")], [], NOW)
    await store.record(a_batch(also_for(growing(2), "صواريخ")))
    await store.answer(99, [DropWatch(7, 1)], [], NOW)
    await store.record(a_batch(growing(3, step=True, edits=2)))
    assert DeliveryKind.STEP in [delivery.kind for delivery in await waiting(store)]


async def test_what_matches_only_the_news_itself_is_a_reason_to_hear_it(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.answer(99, [DropWatch(7, 1), AddWatch(7, "نفي")], [], NOW)
    await store.record(a_batch(also_for(growing(2, step=True), "نفي")))
    assert DeliveryKind.STEP in [delivery.kind for delivery in await waiting(store)]


async def test_who_dropped_something_else_hears_on(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.answer(98, [AddWatch(7, "أسعار الذهب")], [], NOW)
    await store.record(a_batch(growing(2, step=True)))
    await store.answer(99, [DropWatch(7, 2)], [], NOW)
    assert DeliveryKind.STEP in [delivery.kind for delivery in await waiting(store)]


async def test_who_follows_again_hears_again(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.answer(98, [DropWatch(7, 1)], [], NOW)
    await store.answer(99, [AddWatch(7, "topic:all")], [], NOW)
    assert await store.record(a_batch(growing(2, step=True))) == 2


async def test_who_says_how_many_were_hurt_is_kept(store: SqliteStore) -> None:
    verdict = growing(2)
    assert verdict.story
    tolls = (Toll("Wire", Range(2, 2)), Toll("Army", Range(0, 0), Range(0, 0)))
    life = replace(verdict.story.life, killed=Range(2, 2), tolls=tolls, hurt=True)
    await store.record(a_batch(replace(verdict, story=replace(verdict.story, life=life))))
    (story,) = (await store.recall([], NOW - timedelta(hours=1))).stories
    assert story.life == life


async def test_a_link_changes_both_alerts_and_alerts_nobody(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await subscribe(store, 8)
    await store.record(a_batch(a_verdict(2, 7, 8)))
    assert len(await waiting(store, after_s=0)) == 2
    third = growing(3)
    assert third.story
    one, other = third.story, a_story("story00002")
    one = replace(one, life=replace(one.life, linked=(Link(other.id, other.title),)))
    other = replace(other, life=Life(linked=(Link(one.id, one.title),), edits=1))
    linking = replace(third, story=one, linked=(other,))
    assert await store.record(a_batch(linking)) == 3
    sent = await waiting(store)
    assert {delivery.kind for delivery in sent} == {DeliveryKind.EDIT}
    shown = {
        (delivery.chat.id, card.story_id): card.life.linked[0].story_id
        for delivery in sent
        if isinstance(card := delivery.payload, Card)
    }
    assert shown == {
        (7, "story00001"): "story00002",
        (7, "story00002"): "story00001",
        (8, "story00002"): "story00001",
    }
    stories = (await store.recall([], NOW - timedelta(hours=1))).stories
    assert {story.id: story.linked[0].story_id for story in stories} == {
        "story00001": "story00002",
        "story00002": "story00001",
    }


async def test_recording_a_link_twice_adds_nothing(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(a_verdict(2, 7)))
    await claim_and_send(store, 56)
    linking = replace(growing(3), linked=(a_story("story00002", life=Life(edits=1)),))
    assert await store.record(a_batch(linking)) == 2
    await waiting(store)
    assert await store.record(a_batch(linking)) == 0


async def test_an_alert_is_asked_about_as_its_story_stands(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2)))
    card = await store.alert_card(7, 55)
    assert card is not None
    assert card.life.originals == ("Wire", "S2")


async def test_the_reports_of_a_story_say_what_each_is_to_it(store: SqliteStore) -> None:
    facts = [Facts(echo_of="Agency"), Facts(denial=Denial.NO_ATTACK)]
    for number, said in enumerate(facts, 2):
        verdict = growing(number)
        entry = replace(verdict.entry, source_name=f"S{number}", link=f"https://s.example/{number}")
        reading = replace(verdict.reading, facts=said)
        await store.record(a_batch(replace(verdict, entry=entry, reading=reading)))
    found = await store.reports("story00001", 9)
    assert [(r.source_name, r.role, r.link) for r in found] == [
        ("Wire", Role.ORIGINAL, ""),
        ("S2", Role.ECHO, "https://s.example/2"),
        ("S3", Role.DENIAL, "https://s.example/3"),
    ]
    (way,) = await store.ways("1:2", 9)
    assert way.reports == found
    assert await store.reports("story00001", 2) == found[:2]


async def test_what_waited_when_somebody_said_stop_does_not_leave(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2, step=True)))
    await store.answer(99, [PutChat(Chat(7, status=ChatStatus.STOPPED))], [], NOW)
    assert not await waiting(store)


async def test_edits_and_steps_wait_for_their_alert_and_hold_nobody_up(store: SqliteStore) -> None:
    await store.record(a_batch(growing(2, step=True)))
    (alert,) = await claim(store)
    await store.mark_sending(alert, NOW)
    back = Settlement(DeliveryState.PENDING, wait=timedelta(minutes=5))
    await store.settle(alert, back, NOW)
    await store.record(a_batch(a_verdict(3, 7)))
    other = await waiting(store)
    assert [delivery.payload.story_id for delivery in other] == ["story00003"]  # type: ignore[union-attr]
    rest = await waiting(store, after_s=400)
    assert [delivery.kind for delivery in rest] == ["alert", "step", "edit"]


async def test_where_the_alert_never_arrived_there_is_nothing_to_edit(store: SqliteStore) -> None:
    (alert,) = await claim(store)
    await store.settle(alert, Settlement(DeliveryState.DEAD, error="refused"), NOW)
    await store.record(a_batch(growing(2, step=True)))
    assert not await waiting(store) + await waiting(store)
    assert await store.outbox_counts() == {"dead": 1, "cancelled": 2}


async def test_an_alert_that_may_have_arrived_is_answered_but_not_edited(
    store: SqliteStore,
) -> None:
    (alert,) = await claim(store)
    await store.mark_sending(alert, NOW)
    await store.settle(alert, Settlement(DeliveryState.UNCONFIRMED), NOW)
    await store.record(a_batch(growing(2, step=True)))
    (step,) = await waiting(store)
    assert (step.kind, step.reply_to) == (DeliveryKind.STEP, None)


async def test_a_step_is_asked_about_as_its_alert(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2, step=True)))
    await waiting(store)
    by_step, by_alert = [await store.alert_card(7, number) for number in (91, 55)]
    assert by_step is not None
    assert by_step == by_alert


async def test_the_life_of_a_story_is_remembered(store: SqliteStore) -> None:
    await store.record(a_batch(growing(2, step=True)))
    (story,) = (await store.recall([], NOW - timedelta(hours=1))).stories
    assert story.life == growing(2, step=True).story.life  # type: ignore[union-attr]


async def test_an_edit_under_way_at_a_crash_is_done_again(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.record(a_batch(growing(2)))
    (edit,) = await claim(store, after_s=LATER)
    await store.mark_sending(edit, NOW + timedelta(seconds=LATER))
    assert await store.recover(NOW) == (1, 0)


async def test_an_older_database_keeps_its_outbox_and_its_stories_go_on(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path)
    migrations.apply(old, stop_before="0003_life")
    card = carried.payload_text(a_card())
    for number, state in enumerate(("pending", "sent", "unconfirmed", "dead", "cancelled"), 1):
        old.execute(
            "INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, lane, severity, payload,"
            " state, not_before_at, message_id, added_at)"
            " VALUES (?, 'alert', ?, 'story00001', 1, 3, ?, ?, 0, ?, 0)",
            [f"a:{number}", number, card, state, 50 + number],
        )
    old.execute(
        "INSERT INTO stories (id, title, lang, source_name, link, severity, topics, places, sketch,"
        " first_seen_at, last_seen_at) VALUES ('story00001', 't', 'ar', 'Wire', '', 3, '[]', '[]',"
        " '[]', 5, 5)"
    )
    old.conn.commit()
    old.close()
    store = await SqliteStore.open(path)
    assert sum((await store.outbox_counts()).values()) == 5
    (alert,) = await claim(store)
    assert alert.payload.life == Life()  # type: ignore[union-attr]
    assert (await store.recall([], NOW - timedelta(days=40_000))).stories[0].life == Life()
    await store.close()


def an_old_story(old: Database) -> None:
    """Two chats told of a story with three sources, one of which follows nothing any more."""
    old.table("stories").insert(rows.story_row(a_story(life=Life(("Wire",), ("Radio",)))))
    for number, source in enumerate(("Wire", "Radio", "Agency")):
        old.execute(
            "INSERT INTO entries (source_id, fingerprint, title, body, link, source_name, lang,"
            " text_hash, is_seed, reason, detail, flag, severity, story_id, seen_at)"
            " VALUES ('s', ?, 't', '', '', ?, 'ar', '', 0, 'new-story', '', 1, 3, 'story00001', ?)",
            [f"f{number}", source, number],
        )
    for chat_id in (7, 8):
        old.execute("INSERT INTO chats VALUES (?, 'private', 'en', 'active', NULL, 0)", [chat_id])
        old.execute("INSERT INTO alerts VALUES (?, ?, 'story00001', 3, 0)", [chat_id, chat_id])
        old.execute(
            "INSERT INTO deliveries (dedup_key, kind, chat_id, story_id, lane, severity, payload,"
            " state, not_before_at, message_id, added_at)"
            " VALUES (?, 'alert', ?, 'story00001', 1, 3, ?, 'sent', 0, 55, 0)",
            [f"a:{chat_id}", chat_id, carried.payload_text(a_card())],
        )
    old.execute("INSERT INTO watches VALUES (1, 7, 'topic:all', 0)")


async def test_of_an_older_database_it_is_known_who_listens_and_who_reports(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path)
    migrations.apply(old, stop_before="0004_listening")
    an_old_story(old)
    old.conn.commit()
    old.close()
    store = await SqliteStore.open(path)
    reports = await store.reports("story00001", 9)
    assert [report.role for report in reports] == [Role.ORIGINAL, Role.ECHO, None]
    await store.record(a_batch(growing(2, step=True)))
    told = {(delivery.chat.id, delivery.kind) for delivery in await waiting(store)}
    assert told == {(7, "step"), (7, "edit"), (8, "edit")}
    await store.close()


async def test_a_group_that_moved_goes_on_listening(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.chat_moved(7, -1007, NOW)
    assert await store.record(a_batch(growing(2, step=True))) == 2
    await store.answer(99, [DropWatch(-1007, 1)], [], NOW)
    assert DeliveryKind.STEP not in [delivery.kind for delivery in await waiting(store)]


async def test_the_messages_of_a_group_that_moved_are_not_edited(store: SqliteStore) -> None:
    await claim_and_send(store, 55)
    await store.chat_moved(7, -1007, NOW)
    await store.record(a_batch(growing(2, step=True)))
    sent = await waiting(store) + await waiting(store)
    assert [(delivery.kind, delivery.reply_to) for delivery in sent] == [(DeliveryKind.STEP, None)]
