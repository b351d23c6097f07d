"""Trying a watch on what is stored takes its time, and nobody waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model import Chat, Knowledge, PutChat
from bot.core.query import parse
from bot.core.trial import Text, Trial
from bot.flow.commands import Commands
from bot.flow.tallying import Tallying
from bot.stores.sqlite import SqliteStore
from tests.flow.conftest import NOW, Talk, shown
from tests.flow.test_commands import report
from tests.making import a_batch, a_verdict, an_entry

WEEK = NOW - timedelta(days=7)
BODY = "وصلت تعزيزات إلى عين الأسد. " + "قال مصدر أمني إن القوات عززت مواقعها في المحافظة. " * 40


async def fill(store: SqliteStore, count: int) -> None:
    verdicts = [
        replace(a_verdict(n), entry=an_entry(n, body=f"{BODY} {n}"), alerts=())
        for n in range(count)
    ]
    await store.record(a_batch(*verdicts, at=NOW))


@pytest.fixture
async def tallying(store: SqliteStore, knowledge: Knowledge) -> AsyncIterator[Tallying]:
    made = Tallying(store, knowledge, most=40)
    yield made
    made.close()


async def look(tallying: Tallying, *texts: str, lang: str = "ar"):
    return await tallying.outlook([(text, parse(text)) for text in texts], lang, WEEK)


async def test_others_are_answered_and_alerts_are_claimed_while_a_watch_is_tried(
    store: SqliteStore, commands: Commands, sam: Talk, layla: Talk
) -> None:
    await fill(store, 1500)
    await store.answer(999_999, [PutChat(Chat(77))], [], NOW)
    trying = asyncio.create_task(layla.say("/watch عين الأسد"))
    await asyncio.sleep(0.1)
    for _ in range(3):
        assert "You follow nothing" in shown(await sam.say("/list"))
    await store.record(a_batch(a_verdict(9001, 77), at=NOW))
    assert 77 in [delivery.chat.id for delivery in await sam.replies()]
    assert not trying.done()
    assert "يطابقها" in shown(await trying)


async def test_two_that_are_tried_at_once_take_turns_and_both_are_right(
    store: SqliteStore, tallying: Tallying
) -> None:
    await fill(store, 30)
    both = await asyncio.gather(look(tallying, "عين الأسد"), look(tallying, "غائب", "مصدر أمني"))
    counts = {query: seen.tally.count for found in both for query, seen in found.items()}
    assert counts == {"عين الأسد": 30, "غائب": 0, "مصدر أمني": 30}


async def test_only_the_newest_are_looked_through_and_that_is_said(
    store: SqliteStore, knowledge: Knowledge, tallying: Tallying
) -> None:
    await fill(store, 41)
    seen = (await look(tallying, "عين الأسد"))["عين الأسد"]
    assert (seen.tally.count, seen.tally.of, seen.is_cut) == (40, 40, True)
    all_ = Tallying(store, knowledge)
    seen = (await look(all_, "عين الأسد"))["عين الأسد"]
    assert (seen.tally.of, seen.is_cut) == (41, False)
    all_.close()


async def test_who_waits_too_long_is_told_of_the_newest(
    store: SqliteStore, knowledge: Knowledge
) -> None:
    await fill(store, 120)
    hurried = Tallying(store, knowledge, longest_s=0)
    seen = (await look(hurried, "عين الأسد"))["عين الأسد"]
    assert 0 < seen.tally.of < 120
    assert seen.is_cut
    hurried.close()


async def test_the_answer_says_when_it_did_not_look_through_everything(
    sam: Talk, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sam.commands, "_tallying", Tallying(sam.store, knowledge, most=1))
    await report(sam.store)
    await report(sam.store)
    said = shown(await sam.say("/watch عين الأسد"))
    assert "1 of the reports read in the last seven days matches (looked through: 1)." in said
    assert "Only the newest reports were looked through, not all of them." in said


async def test_what_is_older_than_the_days_that_count_is_left_out(
    store: SqliteStore, tallying: Tallying
) -> None:
    await store.record(a_batch(a_verdict(1), at=WEEK - timedelta(minutes=1)))
    assert (await look(tallying, "عين الأسد"))["عين الأسد"].tally.of == 0


async def test_a_report_of_long_ago_counts_as_read_and_not_as_what_would_have_fired(
    sam: Talk, layla: Talk
) -> None:
    old = replace(
        an_entry(1, title="صواريخ على عين الأسد"), published_at=NOW - timedelta(days=2000)
    )
    await sam.store.record(a_batch(replace(a_verdict(1), entry=old), at=NOW))
    said = shown(await sam.say("/watch عين الأسد"))
    assert "1 of the reports read in the last seven days matches (looked through: 1)." in said
    assert "يطابقها خبر واحد قُرئ في الأيام السبعة" in shown(await layla.say("/watch عين الأسد"))


async def test_nothing_is_read_where_nothing_is_new(tallying: Tallying) -> None:
    assert await look(tallying) == {}


async def test_a_misspelt_name_is_doubted_whatever_it_found(
    store: SqliteStore, tallying: Tallying
) -> None:
    report = an_entry(1, title="Rockets hit Baghdad", body="Two rockets fell in Baghdad.")
    await store.record(a_batch(replace(a_verdict(1), entry=report), at=NOW))
    seen = (await look(tallying, "بغدد"))["بغدد"]
    assert seen.tally.count == 1  # by its sound, in English
    assert seen.instead == "بغداد"
    assert (await look(tallying, "بغداد"))["بغداد"].instead == ""


def test_a_text_without_words_breaks_no_tally(knowledge: Knowledge) -> None:
    assert Trial(knowledge).tally(["عين الأسد"], [Text("", "")])["عين الأسد"].count == 0
