"""The sender: every row of the answer table happens, and what one chat does harms no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from bot import errors
from bot.core.i18n import Words
from bot.core.model import (
    AddWatch,
    Change,
    Chat,
    Growth,
    Life,
    Message,
    PutChat,
    Severity,
    Stage,
    Step,
)
from bot.core.pacing import Limits, Pacing, Rate
from bot.data import load_knowledge
from bot.data.catalogues import load_words
from bot.flow.deliver import IN_FLIGHT, Deliver
from bot.flow.sending import Sending
from bot.flow.worded import Wording
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.making import a_batch, a_note, a_story, a_verdict

WORDS, KNOWN = load_words(), load_knowledge()
FAST = Rate(10_000, timedelta(seconds=1), burst=100)
Script = Callable[[Message, int], Exception | None]


def clock() -> datetime:
    return datetime.now(UTC)


class Scripted:
    """A messenger that answers as the script says: (message, how many before) → error or none."""

    def __init__(self, script: Script = lambda message, n: None, delay_s: float = 0) -> None:
        self.script, self.delay_s = script, delay_s
        self.tried: list[Message] = []
        self.arrived: list[Message] = []
        self.flying = self.most_flying = self.asked = 0

    async def reach(self) -> None:
        self.asked += 1

    async def send(self, message: Message) -> int:
        error = self.script(message, sum(m.chat_id == message.chat_id for m in self.tried))
        self.tried.append(message)
        self.flying += 1
        self.most_flying = max(self.most_flying, self.flying)
        await asyncio.sleep(self.delay_s)
        self.flying -= 1
        if error:
            raise error
        self.arrived.append(message)
        return len(self.arrived)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


def sender(
    store: SqliteStore, messenger: Scripted, pacing: Pacing | None = None, **how: Any
) -> Deliver:
    wording = replace(Wording(store, WORDS, KNOWN.topics, KNOWN.places, clock), **how)
    sending = Sending(
        store=store,
        messenger=messenger,
        wording=wording,
        pacing=pacing or Pacing(Limits(FAST, FAST, FAST)),
        clock=clock,
        steady=clock,
        chance=lambda: 0.0,
    )
    return Deliver(sending, lease="test")


async def alert(store: SqliteStore, *chats: Chat, number: int = 1, **card: object) -> None:
    for chat in chats:
        await store.answer(hash((chat.id, number)), [PutChat(chat)], [], clock())
    verdict = a_verdict(number, *(chat.id for chat in chats), **card)
    await store.record(a_batch(verdict, at=clock()))


async def test_an_alert_reaches_its_chat_in_its_language(store: SqliteStore) -> None:
    messenger = Scripted()
    await alert(store, Chat(7, lang="ar"), Chat(8, lang="en"))
    await sender(store, messenger).drain()
    told = {m.chat_id: m.text for m in messenger.arrived}
    assert "عين الأسد، الأنبار، العراق" in told[7]
    assert "Ain al-Asad, Anbar, Iraq" in told[8]
    assert await store.outbox_counts() == {"sent": 2}


async def test_what_is_abandoned_in_flight_is_said_to_have_perhaps_arrived(store) -> None:
    messenger = Scripted(delay_s=60)
    await alert(store, Chat(7), Chat(8), severity=Severity.CRITICAL)
    deliver = sender(store, messenger)
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0.5)
    deliver.stop()
    await deliver.abandon()
    await running
    assert await store.outbox_counts() == {"sending": 2}
    assert await store.recover(clock()) == (2, 0)


async def test_at_most_eight_are_in_flight(store: SqliteStore) -> None:
    messenger = Scripted(delay_s=0.02)
    await alert(store, *(Chat(n) for n in range(1, 41)))
    await sender(store, messenger).drain()
    assert len(messenger.arrived) == 40
    assert messenger.most_flying == IN_FLIGHT


async def test_a_lost_answer_to_a_grave_alert_is_sent_again_and_says_so(
    store: SqliteStore,
) -> None:
    messenger = Scripted(lambda m, n: errors.DeliveryUncertain(7, "lost") if n == 0 else None)
    await alert(store, Chat(7))
    await sender(store, messenger).drain()
    assert ["possible repeat" in m.text for m in messenger.tried] == [False, True]
    assert await store.outbox_counts() == {"sent": 1}


async def test_a_lost_answer_to_a_notice_is_left_visible(store: SqliteStore) -> None:
    messenger = Scripted(lambda m, n: errors.DeliveryUncertain(7, "lost"))
    await alert(store, Chat(7), severity=Severity.NOTICE)
    await sender(store, messenger).drain()
    assert len(messenger.tried) == 1
    assert (await store.dead_letters(1))[0].state == "unconfirmed"


async def test_a_refused_text_goes_once_more_as_plain_text_then_becomes_a_dead_letter(
    store: SqliteStore,
) -> None:
    messenger = Scripted(lambda m, n: errors.DeliveryRefused(7, "can't parse entities"))
    await alert(store, Chat(7))
    await sender(store, messenger).drain()
    assert [m.html for m in messenger.tried] == [True, False]
    assert "<" not in messenger.tried[1].text
    assert (await store.dead_letters(1))[0].error == "can't parse entities"


async def test_a_group_that_moved_gets_its_alert_in_its_new_place(store: SqliteStore) -> None:
    messenger = Scripted(
        lambda m, n: errors.ChatMoved(-5, "moved", -1005) if m.chat_id == -5 else None
    )
    await alert(store, Chat(-5))
    await sender(store, messenger).drain()
    assert [m.chat_id for m in messenger.arrived] == [-1005]


async def test_a_deleted_topic_falls_back_to_general(store: SqliteStore) -> None:
    messenger = Scripted(lambda m, n: errors.ThreadGone(-5, "gone") if m.thread_id else None)
    await alert(store, Chat(-5, thread_id=11))
    await sender(store, messenger).drain()
    assert [m.thread_id for m in messenger.tried] == [11, None, None]
    assert len(messenger.arrived) == 2  # the alert, and where alerts come from now on


async def test_a_429_holds_back_that_chat_and_nobody_else(store: SqliteStore) -> None:
    messenger = Scripted(
        lambda m, n: errors.DeliveryDelayed(7, "429", 0.5) if (m.chat_id, n) == (7, 0) else None
    )
    await alert(store, Chat(7), *(Chat(n) for n in range(100, 110)))
    started = clock()
    await sender(store, messenger).drain()
    assert messenger.arrived[-1].chat_id == 7
    assert clock() - started >= timedelta(seconds=1)
    assert len(messenger.arrived) == 11


async def test_a_chat_over_its_rate_gives_its_place_to_others(store: SqliteStore) -> None:
    slow = Rate(1, timedelta(seconds=1.5))
    messenger = Scripted()
    for number in range(1, 11):
        await alert(store, Chat(-5) if number < 10 else Chat(8), number=number)
    deliver = sender(store, messenger, Pacing(Limits(FAST, FAST, slow)))
    object.__setattr__(deliver.sending.pacing.limits, "private", slow)
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0.6)
    deliver.stop()
    await running
    assert {m.chat_id for m in messenger.arrived} == {-5, 8}


async def test_a_token_refused_stops_sending_and_drops_nothing(store: SqliteStore) -> None:
    messenger = Scripted(lambda m, n: errors.MessengerDown(7, "401 Unauthorized"))
    await alert(store, Chat(7), Chat(8))
    await sender(store, messenger).drain()
    assert await store.outbox_counts() == {"pending": 2}


async def test_ten_minutes_of_5xx_delay_and_lose_nothing(store: SqliteStore) -> None:
    ahead, ends, tried = timedelta(), clock() + timedelta(minutes=10), []

    def now() -> datetime:
        return clock() + ahead

    def ill(message: Message, n: int) -> Exception | None:
        tried.append(now())
        failed = errors.DeliveryUncertain(message.chat_id, "502", answered=True)
        return failed if now() < ends else None

    messenger = Scripted(ill)
    await alert(store, Chat(7), severity=Severity.IMPORTANT)
    deliver = sender(store, messenger)
    deliver.sending.clock = deliver.sending.steady = now
    while not messenger.arrived and now() < ends + timedelta(minutes=2):
        await deliver.drain(timedelta(seconds=0.01))
        due_at = await store.next_delivery_at()
        ahead += max(timedelta(), (due_at or now()) - now())
    assert await store.outbox_counts() == {"sent": 1}
    # Ever less often, but a minute apart at most: it arrives within a minute of the end.
    assert max(later - sooner for sooner, later in pairwise(tried)) < timedelta(seconds=61)
    assert tried[-1] - ends < timedelta(seconds=61)
    assert len(tried) < 40


BROKEN = KNOWN.topics | {"broken": object()}


async def test_an_alert_that_cannot_be_worded_arrives_bare_and_is_set_aside(
    store: SqliteStore,
) -> None:
    messenger = Scripted()
    broken = sender(store, messenger, topics=BROKEN, version="1")
    await alert(store, Chat(7), Chat(9), number=1, topics=("broken",))
    await alert(store, Chat(8), number=2)
    await broken.drain()
    told = {m.chat_id: m for m in messenger.arrived}
    assert set(told) == {7, 8, 9}
    assert (told[7].html, told[8].html) == (False, True)
    assert "عين الأسد" in told[7].text
    assert "https://wire.example/1" in told[7].text
    (kept,) = await store.quarantined()
    assert (kept.fault.stage, kept.times, kept.fault.version) == (Stage.RENDER, 2, "1")
    assert kept.fault.error.startswith("AttributeError")
    assert "_topic_name" in kept.fault.trace


async def test_what_cannot_even_be_said_plainly_is_a_dead_letter_until_an_upgrade(
    store: SqliteStore,
) -> None:
    messenger = Scripted()
    await alert(store, Chat(7), number=1)
    await store.answer(99, [AddWatch(7, "topic:all")], [], clock())
    await sender(store, messenger).drain()
    step = Step((Change.GRAVER,), "Two hurt", "Wire", clock())
    grown = a_story(life=Life(steps=(step,), edits=1))
    update = replace(a_verdict(2), story=grown, growth=Growth(0))
    await store.record(a_batch(update, at=clock()))
    # The edit shows the alert anew and has nothing barer to say; the step says its headline.
    broken = sender(store, messenger, words=cast("Words", None), version="1")
    await broken.drain()
    assert await store.outbox_counts() == {"dead": 1, "sent": 2}
    assert "Two hurt" in messenger.arrived[-1].text
    (letter,) = await store.dead_letters(5)
    assert "quarantine list" in letter.error
    assert sorted(kept.fault.subject for kept in await store.quarantined()) == [
        "edit:story00001",
        "step:story00001",
    ]
    assert await store.after_upgrade("2") == 2
    assert await store.due_again(clock(), 10) == ()
    await sender(store, messenger, version="2").drain()
    assert await store.outbox_counts() == {"sent": 3}
    assert await store.quarantined() == ()


async def test_an_alert_whose_topic_was_switched_off_meanwhile_still_arrives(store) -> None:
    messenger = Scripted()
    await alert(store, Chat(7), topics=("no-such-topic",))
    await sender(store, messenger).drain()
    assert len(messenger.arrived) == 1


async def test_a_payload_that_cannot_be_read_is_a_dead_letter_and_stops_no_other(store) -> None:
    messenger = Scripted()
    await alert(store, Chat(7))
    await alert(store, Chat(8), number=2)
    await store._write(lambda: store._do("UPDATE deliveries SET payload = '{}' WHERE chat_id = 7"))
    await sender(store, messenger).drain()
    assert [m.chat_id for m in messenger.arrived] == [8]
    assert (await store.dead_letters(1))[0].error.startswith("unreadable")


async def test_a_link_that_telegram_refuses_does_not_cost_the_alert(store: SqliteStore) -> None:
    def script(message: Message, n: int) -> Exception | None:
        links = [b.url for row in message.buttons for b in row if b.url]
        return errors.DeliveryRefused(7, "Wrong HTTP URL") if links else None

    messenger = Scripted(script)
    await alert(store, Chat(7), link="http://intranet/x")
    await sender(store, messenger).drain()
    (message,) = messenger.arrived
    assert "http://intranet/x" in message.text
    assert [b.data for row in message.buttons for b in row] == ["1|why|story00001"]


async def test_a_chat_with_a_long_queue_does_not_delay_another(store: SqliteStore) -> None:
    messenger = Scripted(delay_s=0.01)
    for number in range(1, 26):
        await store.answer(number, [], [(Chat(1), a_note(str(number)), None)], clock())
    deliver = sender(store, messenger, Pacing(Limits(FAST, Rate(1, timedelta(seconds=1)), FAST)))
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0.3)
    began = clock()
    await alert(store, Chat(2), number=99)
    deliver.wake()
    while not any(m.chat_id == 2 for m in messenger.arrived):
        assert clock() - began < timedelta(seconds=2)
        await asyncio.sleep(0.01)
    deliver.stop()
    await running


async def test_sending_goes_on_a_minute_after_a_refused_token_however_busy_it_is(store) -> None:
    now = [clock()]
    messenger = Scripted(lambda m, n: errors.MessengerDown(7, "404") if n == 0 else None)
    deliver = sender(store, messenger)
    deliver.sending.clock = deliver.sending.steady = lambda: now[0]
    await alert(store, Chat(7))
    running = asyncio.create_task(deliver.run())
    for _ in range(40):
        await asyncio.sleep(0.02)
        deliver.wake()
        now[0] += timedelta(seconds=2)
    deliver.stop()
    await running
    assert len(messenger.arrived) == 1


async def test_a_topic_that_is_closed_where_there_is_none_becomes_a_dead_letter(store) -> None:
    messenger = Scripted(lambda m, n: errors.ThreadGone(-5, "TOPIC_CLOSED"))
    await alert(store, Chat(-5))
    await sender(store, messenger).drain()
    assert len(messenger.tried) == 1
    assert (await store.dead_letters(1))[0].error == "TOPIC_CLOSED"


async def test_a_store_that_fails_while_a_group_moves_is_asked_until_it_takes_it(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved, failures = store.chat_moved, iter([True])

    async def failing(*args: object) -> None:
        if next(failures, False):
            raise errors.StoreUnavailable("disk full")
        await moved(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "chat_moved", failing)
    messenger = Scripted(lambda m, n: errors.ChatMoved(-5, "x", -1005) if m.chat_id == -5 else None)
    await alert(store, Chat(-5))
    await sender(store, messenger).drain()
    assert [m.chat_id for m in messenger.arrived] == [-1005]


async def test_a_drain_ends_though_telegram_cannot_be_reached(store: SqliteStore) -> None:
    messenger = Scripted(lambda m, n: errors.DeliveryDelayed(7, "no route"))
    await alert(store, Chat(7))
    began = clock()
    await sender(store, messenger).drain(timedelta(seconds=1.2))
    assert clock() - began < timedelta(seconds=4)
    assert await store.outbox_counts() == {"pending": 1}


async def test_a_reply_goes_where_it_was_asked(store: SqliteStore) -> None:
    messenger = Scripted()
    await store.answer(1, [], [(Chat(-5, thread_id=4), a_note("hi"), 99)], clock())
    await sender(store, messenger).drain()
    (message,) = messenger.arrived
    assert (message.text, message.thread_id, message.reply_to) == ("hi", 4, 99)


async def test_messages_of_one_chat_arrive_in_order_however_slow_the_first_is(
    store: SqliteStore,
) -> None:
    messenger = Scripted()
    slow = iter([0.2, 0.0, 0.0])

    async def send(message: Message) -> int:
        await asyncio.sleep(next(slow))
        messenger.arrived.append(message)
        return len(messenger.arrived)

    messenger.send = send  # type: ignore[method-assign]
    notes = [(Chat(7), a_note(text), None) for text in ("first", "second", "third")]
    await store.answer(1, [], notes, clock())
    await sender(store, messenger).drain()
    assert [m.text for m in messenger.arrived] == ["first", "second", "third"]


async def test_a_reply_runs_in_the_language_it_was_asked_in(store: SqliteStore) -> None:
    messenger = Scripted()
    note = replace(a_note("/list في عين الأسد"), lang="ar")
    await store.answer(1, [PutChat(Chat(-5, lang="en"))], [(Chat(-5), note, None)], clock())
    await sender(store, messenger).drain()
    assert messenger.arrived[0].text.startswith("\u200f")


async def test_stopping_finishes_what_flies_and_frees_what_was_leased(store: SqliteStore) -> None:
    messenger = Scripted(delay_s=0.2)
    await alert(store, *(Chat(n) for n in range(1, 31)))
    deliver = sender(store, messenger)
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0.1)
    deliver.stop()
    await running
    counts = await store.outbox_counts()
    assert set(counts) == {"sent", "pending"}
    assert counts["sent"] == len(messenger.arrived)


async def test_stopping_ends_well_though_the_store_takes_nothing_back(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(lease: str) -> None:
        raise errors.StoreUnavailable("locked")

    monkeypatch.setattr(store, "release", failing)
    deliver = sender(store, Scripted())
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0)
    deliver.stop()
    await running


async def test_a_store_that_fails_while_settling_is_asked_until_it_takes_it(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    messenger, settle, failures = Scripted(), store.settle, iter([True, True])

    async def failing(*args: object) -> None:
        if next(failures, False):
            raise errors.StoreUnavailable("disk full")
        await settle(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "settle", failing)
    await alert(store, Chat(7))
    await sender(store, messenger).drain()
    assert len(messenger.tried) == 1
    assert await store.outbox_counts() == {"sent": 1}


async def test_a_closed_topic_is_told_once_in_general_and_after_the_news(store) -> None:
    messenger = Scripted(lambda m, n: errors.ThreadGone(-5, "gone") if m.thread_id else None)
    await alert(store, Chat(-5, thread_id=11))
    await alert(store, Chat(-5, thread_id=11), number=2)
    await sender(store, messenger).drain()
    assert [m.thread_id for m in messenger.arrived] == [None, None, None]
    assert "closed or deleted" in messenger.arrived[-1].text
    assert "closed or deleted" not in "".join(m.text for m in messenger.arrived[:-1])


async def test_an_urgent_alert_overtakes_a_broadcast_that_has_begun(store: SqliteStore) -> None:
    messenger = Scripted()
    await alert(store, *(Chat(n) for n in range(1, 201)), severity=Severity.IMPORTANT)
    deliver = sender(store, messenger, Pacing())
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0.3)
    before = len(messenger.tried)
    await alert(store, Chat(999), number=2, severity=Severity.CRITICAL)
    deliver.wake()
    async with asyncio.timeout(5):
        while not any(m.chat_id == 999 for m in messenger.tried):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    overtaken = [m.chat_id for m in messenger.tried].index(999) - before
    deliver.stop()
    await running
    # What had its turn already, and what left while the alert was being recorded.
    assert overtaken <= 4
    assert before > 3


async def test_nothing_is_claimed_before_it_may_leave(store: SqliteStore) -> None:
    await alert(store, *(Chat(n) for n in range(1, 51)))
    deliver = sender(store, Scripted(delay_s=0.005), Pacing())
    running = asyncio.create_task(deliver.run())
    most = 0
    for _ in range(40):
        await asyncio.sleep(0.01)
        counts = await store.outbox_counts()
        most = max(most, counts.get("leased", 0))
    deliver.stop()
    await running
    assert most <= 1


async def test_two_chats_that_answer_429_hold_everybody_back_until_the_last_asked(store) -> None:
    def script(message: Message, n: int) -> Exception | None:
        again = message.chat_id < 5 and n == 0
        return errors.DeliveryDelayed(message.chat_id, "429", 0.5) if again else None

    messenger = Scripted(script)
    times: dict[int, datetime] = {}
    send = messenger.send

    async def timed(message: Message) -> int:
        times.setdefault(len(messenger.tried), clock())
        return await send(message)

    messenger.send = timed  # type: ignore[method-assign]
    await alert(store, *(Chat(n) for n in range(1, 13)))
    deliver = sender(store, messenger, Pacing())
    await deliver.drain()
    assert await store.outbox_counts() == {"sent": 12}
    left = [times[number] for number in sorted(times)]
    # The half second that was asked for, and half of one more: nobody's message leaves meanwhile.
    longest = max(later - sooner for sooner, later in pairwise(left))
    assert longest >= timedelta(seconds=0.8)
    assert deliver.sending.pacing.per_second < 27


async def test_many_edits_that_wait_do_not_hold_up_their_alerts(store: SqliteStore) -> None:
    messenger = Scripted()
    chats = [Chat(n) for n in range(1, 41)]
    await alert(store, *chats, number=1, severity=Severity.IMPORTANT)
    for chat in chats:
        await store.answer(chat.id + 5_000, [AddWatch(chat.id, "topic:all")], [], clock())
    step = Step((Change.GRAVER,), "Two hurt", "Wire", clock())
    grown = a_story(life=Life(steps=(step,), edits=1))
    update = replace(a_verdict(2), story=grown, growth=Growth(0))
    await store.record(a_batch(update, at=clock()))
    quick = sender(store, messenger, Pacing(Limits(FAST, Rate(100, timedelta(seconds=1)), FAST)))
    await quick.drain()
    first = [m.chat_id for m in messenger.arrived[:40]]
    assert {m.reply_to for m in messenger.arrived[:IN_FLIGHT]} == {None}
    assert len(set(first)) > 20
    assert await store.outbox_counts() == {"sent": 120}


async def test_a_clock_that_is_set_back_does_not_silence_a_sender_that_waits(store) -> None:
    now, back = [clock()], timedelta()
    messenger = Scripted(lambda m, n: errors.MessengerDown(7, "404") if n == 0 else None)
    deliver = sender(store, messenger)
    deliver.sending.clock, deliver.sending.steady = lambda: now[0] - back, lambda: now[0]
    await alert(store, Chat(7))
    running = asyncio.create_task(deliver.run())
    await asyncio.sleep(0.1)
    back = timedelta(days=1)
    for _ in range(40):
        await asyncio.sleep(0.02)
        deliver.wake()
        now[0] += timedelta(seconds=2)
    deliver.stop()
    await running
    assert len(messenger.arrived) == 1


async def test_a_lease_that_was_lost_sends_nothing(store: SqliteStore) -> None:
    messenger = Scripted()
    await alert(store, Chat(7))
    deliver = sender(store, messenger)
    claim = store.claim_deliveries

    async def stolen(*args: object, **how: object) -> object:
        claimed = await claim(*args, **how)  # type: ignore[arg-type]
        await store._write(lambda: store._do("UPDATE deliveries SET lease = 'another'"))
        return claimed

    store.claim_deliveries = stolen  # type: ignore[assignment, method-assign]
    await deliver._start_sends()
    await asyncio.sleep(0.1)
    assert messenger.tried == []
    assert await store.outbox_counts() == {"leased": 1}


async def test_a_broadcast_is_worded_once_for_each_language_and_addressed_to_each(store) -> None:
    messenger = Scripted()
    chats = [Chat(n, lang="ar" if n % 2 else "en") for n in range(1, 31)]
    await alert(store, *chats)
    deliver = sender(store, messenger)
    await deliver.drain()
    assert sorted(m.chat_id for m in messenger.arrived) == list(range(1, 31))
    assert len({m.text for m in messenger.arrived}) == 2
    assert all(("عين" in m.text) == bool(m.chat_id % 2) or m.text for m in messenger.arrived)
    assert len(deliver.sending.wording._kept) == 2


async def test_a_store_that_fails_just_before_a_send_delays_it_by_a_moment(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    messenger, mark, failures = Scripted(), store.mark_sending, iter([True, True])

    async def failing(*args: object) -> bool:
        if next(failures, False):
            raise errors.StoreUnavailable("disk full")
        return await mark(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "mark_sending", failing)
    await alert(store, Chat(7), Chat(8))
    await sender(store, messenger).drain(timedelta(seconds=3))
    assert sorted(m.chat_id for m in messenger.arrived) == [7, 8]
    assert await store.outbox_counts() == {"sent": 2}
