"""A delivery in words: as its chat reads it, remembered for a broadcast, never mixed up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.i18n import Words
from bot.core.model import (
    Button,
    Change,
    Chat,
    Delivery,
    DeliveryKind,
    Digest,
    Knowledge,
    Life,
    Message,
    Severity,
    Step,
)
from bot.flow.worded import Wording
from bot.stores.sqlite import SqliteStore
from tests.databases import new_store
from tests.making import NOW, a_card, a_delivery, a_note

STEP = Step((Change.NEW_BASE,), "Two hurt", "Wire", NOW, bases=("ain-al-asad",))
EN, AR = Chat(7, lang="en"), Chat(8, lang="ar")
REPEAT = "ossible repeat"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await new_store(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
def wording(store: SqliteStore, knowledge: Knowledge, words: Words) -> Wording:
    return Wording(store, words, knowledge.topics, knowledge.places, lambda: NOW, "1")


async def worded(wording: Wording, **parts: Any) -> Message:
    message = await wording.of(a_delivery(**({"chat": EN} | parts)))
    assert message is not None
    return message


# ── each kind ───────────────────────────────────────────────────────────────────────────


async def test_an_alert_is_marked_up_and_once_refused_plain_without_links(wording) -> None:
    first = await worded(wording)
    again = await worded(wording, refused=1)
    assert (first.html, again.html) == (True, False)
    assert "<b>" in first.text
    assert "<" not in again.text
    assert [b for row in first.buttons for b in row if b.url]
    assert not [b for row in again.buttons for b in row if b.url]


@pytest.mark.parametrize("lost", [1, 2])
async def test_what_may_be_there_already_says_so(wording: Wording, lost: int) -> None:
    digest = Digest((a_card(), a_card("story00002")))
    kinds = {DeliveryKind.ALERT: a_card(), DeliveryKind.DIGEST: digest}
    for kind, payload in kinds.items():
        assert REPEAT not in (await worded(wording, kind=kind, payload=payload)).text
        repeated = await worded(wording, kind=kind, payload=payload, uncertain=lost)
        assert REPEAT in repeated.text


async def test_what_is_shown_anew_and_what_answers_it_repeat_nothing(wording: Wording) -> None:
    grown = a_card(life=Life(steps=(STEP,)))
    for kind in (DeliveryKind.EDIT, DeliveryKind.STEP):
        message = await worded(wording, kind=kind, payload=grown, step=0, uncertain=3)
        assert REPEAT not in message.text


async def test_a_step_says_what_is_new_in_the_language_of_its_chat(wording: Wording) -> None:
    grown = a_card(life=Life(steps=(replace(STEP, title="First"), STEP)))
    step = {"kind": DeliveryKind.STEP, "payload": grown, "step": 1}
    english, arabic = await worded(wording, **step), await worded(wording, chat=AR, **step)
    assert "Two hurt" in english.text
    assert "First" not in english.text
    assert "Ain al-Asad" in english.text
    assert "عين الأسد" in arabic.text


async def test_a_digest_names_its_stories_and_places_in_the_language_of_its_chat(wording) -> None:
    digest = Digest((a_card(title="One", lang="en"), a_card("story00002", title="Two", lang="en")))
    english = await worded(wording, kind=DeliveryKind.DIGEST, payload=digest)
    arabic = await worded(wording, kind=DeliveryKind.DIGEST, payload=digest, chat=AR)
    assert "One" in english.text
    assert "Two" in english.text
    assert "Ain al-Asad" in english.text
    assert "عين الأسد" in arabic.text


async def test_an_edit_of_an_alert_shows_the_alert(wording: Wording) -> None:
    alert = await worded(wording)
    edit = await worded(wording, kind=DeliveryKind.EDIT, edit_of=91)
    assert (edit.text, edit.edit_of) == (alert.text, 91)


async def test_a_reply_is_said_as_it_was_written(wording: Wording) -> None:
    note = replace(a_note("hi"), buttons=((Button("ok", "1|ok"),),), silent=True, lang="ar")
    reply = {"kind": DeliveryKind.REPLY, "payload": note}
    message = await worded(wording, **reply)
    assert message.text == (await worded(wording, chat=AR, **reply)).text
    assert message.text.endswith("hi")
    assert message.silent
    assert [b.data for row in message.buttons for b in row] == ["1|ok"]
    plain = await worded(wording, kind=DeliveryKind.REPLY, payload=a_note("hi"))
    assert (plain.text, plain.silent, plain.buttons) == ("hi", False, ())


async def test_everything_goes_where_its_delivery_says(wording: Wording) -> None:
    for payload, kind in ((a_card(), DeliveryKind.ALERT), (a_note(), DeliveryKind.REPLY)):
        where = {"thread_id": 4, "reply_to": 5, "edit_of": 6}
        message = await worded(wording, payload=payload, kind=kind, **where)
        assert (message.chat_id, message.thread_id, message.reply_to, message.edit_of) == (
            EN.id,
            4,
            5,
            6,
        )


# ── a broadcast ─────────────────────────────────────────────────────────────────────────


async def test_one_alert_is_worded_once_for_each_language_and_state(wording: Wording) -> None:
    states: list[dict[str, Any]] = [{}, {"refused": 1}, {"uncertain": 1}, {"chat": AR}]
    texts = [(await worded(wording, **state)).text for state in states]
    assert len(set(texts)) == 4
    assert len(wording._kept) == 4
    # Refused or lost once more it is said the same way, to other chats of that language, too.
    more: list[dict[str, Any]] = [{"refused": 2}, {"uncertain": 2}, {"chat": Chat(9, lang="en")}]
    assert {(await worded(wording, **state)).text for state in more} <= set(texts)
    assert len(wording._kept) == 4


async def test_the_next_chat_gets_the_words_of_the_one_before(wording: Wording) -> None:
    first, next_one = await worded(wording), await worded(wording, chat=Chat(9, lang="en"))
    assert next_one.text is first.text  # not worded anew
    assert (first.chat_id, next_one.chat_id) == (7, 9)


async def test_a_step_is_not_taken_for_the_alert_it_answers(wording: Wording) -> None:
    grown = a_card(life=Life(steps=(STEP,)))
    alert = await worded(wording, payload=grown)
    step = await worded(wording, payload=grown, kind=DeliveryKind.STEP)
    assert step.text != alert.text
    assert "Another base is named" in step.text


async def test_plain_words_run_in_the_direction_of_their_language_too(wording: Wording) -> None:
    reply = {"kind": DeliveryKind.REPLY, "payload": a_note("hi"), "refused": 1}
    assert (await worded(wording, chat=AR, **reply)).text == "\u200fhi"
    assert (await worded(wording, chat=EN, **reply)).text == "hi"


async def test_a_story_that_grew_is_worded_anew_and_the_words_of_before_go(wording) -> None:
    before = await worded(wording)
    grown = a_card(severity=Severity.NOTICE, title="Other words")
    after = await worded(wording, payload=grown)
    assert before.text != after.text
    assert (await worded(wording, payload=grown)).text == after.text
    assert len(wording._kept) == 1


async def test_of_many_stories_the_last_sixty_four_are_remembered(wording: Wording) -> None:
    for number in range(70):
        await worded(wording, payload=a_card(f"story{number:05}"))
    kept = [key[0] for key in wording._kept]  # type: ignore[index]
    assert kept == [f"story{number:05}" for number in range(6, 70)]


# ── what breaks us ──────────────────────────────────────────────────────────────────────


def broken(wording: Wording) -> Wording:
    return replace(wording, topics=dict(wording.topics) | {"broken": object()})


async def test_an_alert_that_breaks_us_is_told_plainly_and_set_aside_once(
    wording: Wording, store: SqliteStore, caplog: pytest.LogCaptureFixture
) -> None:
    card = a_card(topics=("broken",))
    message = await broken(wording).of(a_delivery(chat=EN, payload=card, thread_id=4))
    assert message is not None
    assert (message.html, message.chat_id, message.thread_id) == (False, EN.id, 4)
    assert card.title in message.text
    (kept,) = await store.quarantined()
    assert (kept.fault.subject, kept.fault.version) == ("alert:story00001", "1")
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "render_crashed delivery=1")
    assert record.exc_info


async def test_what_breaks_us_plainly_too_is_no_message_and_both_are_told(
    wording: Wording, caplog: pytest.LogCaptureFixture
) -> None:
    hopeless: Delivery = a_delivery(payload=object())
    assert await wording.of(hopeless) is None
    told = [record.getMessage() for record in caplog.records]
    assert told == ["render_crashed delivery=1", "render_crashed delivery=1 plain"]


async def test_an_edit_that_breaks_us_leaves_the_alert_as_it_stands(
    wording: Wording, caplog: pytest.LogCaptureFixture
) -> None:
    edit = a_delivery(kind=DeliveryKind.EDIT, payload=a_card(topics=("broken",)))
    assert await broken(wording).of(edit) is None
    assert [record.getMessage() for record in caplog.records] == ["render_crashed delivery=1"]
