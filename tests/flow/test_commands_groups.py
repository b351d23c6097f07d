"""Groups, forums and channels: who is answered how, where and in which language."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.model import Chat, ChatKind, DeliveryState, Happening, Note, Part, Settlement
from bot.flow.commands import Commands
from bot.stores.sqlite import SqliteStore
from tests.flow.conftest import GROUP, LAYLA, NOW, SAM, Talk, shown
from tests.flow.test_commands import report

TITLE = "Rockets at Ain al-Asad"
IRAQ, SYRIA = 11, 12


# ── why: whoever may not write here asks without a trace ─────────────────────────────────────


async def pressed_why(talk: Talk, title: str = TITLE) -> tuple[str, int]:
    """The data of the button under an alert of this chat, and the alert's message."""
    await talk.say("/subscribe")
    message = await report(talk.store, title, to=talk.chat.id)
    card = await talk.store.alert_card(talk.chat.id, message)
    assert card is not None
    return f"1|why|{card.story_id}", message


@pytest.fixture
def channel(store: SqliteStore, commands: Commands) -> Talk:
    return Talk(store, commands, Chat(-100900, ChatKind.CHANNEL, "ar"))


@pytest.mark.parametrize("is_admin", [True, False])
async def test_in_a_channel_why_is_answered_to_who_pressed_and_to_nobody_else(
    channel: Talk, is_admin: bool
) -> None:
    data, message = await pressed_why(channel, "صواريخ على عين الأسد")
    channel.user_id, channel.is_admin = SAM, is_admin
    answer = await channel.press(data, message_id=message)
    assert (answer.notes, answer.effects, answer.alert) == ((), (), True)
    assert "هجوم صاروخي" in answer.toast
    assert "عين الأسد" in answer.toast
    assert "Wire" in answer.toast
    assert "2026-03-01 09:00" in answer.toast
    assert len(answer.toast) <= 200


async def test_in_a_group_a_strangers_why_is_a_toast_and_an_admins_a_reply(group: Talk) -> None:
    data, message = await pressed_why(group)
    group.is_admin = False
    stranger = await group.press(data, message_id=message)
    assert not stranger.notes
    assert "Source: " in stranger.toast
    group.is_admin = True
    assert TITLE in shown(await group.press(data, message_id=message))


async def test_a_toast_has_at_most_two_hundred_characters(group: Talk) -> None:
    await group.say("/subscribe")
    every = ("rocket-attack", "drone-attack", "base-alert", "explosion", "all-clear")
    message = await report(group.store, "x" * 900, topics=every, to=GROUP)
    card = await group.store.alert_card(GROUP, message)
    assert card is not None
    group.is_admin = False
    for lang in ("ar", "en"):
        group.chat = replace(group.chat, lang=lang)
        assert 50 < len((await group.press(f"1|why|{card.story_id}")).toast) <= 200


@pytest.mark.parametrize("op", ["recent|20", "list|", "help|", "status|"])
async def test_a_strangers_forged_press_makes_no_message(channel: Talk, op: str) -> None:
    await channel.say("/subscribe")
    channel.is_admin = False
    assert not (await channel.press(f"1|{op}")).notes


# ── forums: one topic for all alerts, and everybody is told which ────────────────────────────


def in_topic(talk: Talk, thread_id: int | None) -> Talk:
    return replace(talk, chat=replace(talk.chat, thread_id=thread_id))


async def thread_of_alerts(talk: Talk) -> int | None:
    known = await talk.store.chat(talk.chat.id)
    assert known is not None
    return known.thread_id


async def test_who_subscribes_in_another_topic_moves_the_alerts_and_is_told_so(
    group: Talk,
) -> None:
    first = shown(await group.say("/subscribe Iraq"))
    assert "this topic" not in first
    moved = shown(await in_topic(group, SYRIA).say("/subscribe Syria"))
    assert "All alerts of this group now come in this topic." in moved
    assert await thread_of_alerts(group) == SYRIA
    again = shown(await in_topic(group, IRAQ).say("/subscribe Syria"))
    assert "All alerts of this group now come in this topic." in again
    assert "now come" in shown(await in_topic(group, None).say("/start"))
    assert await thread_of_alerts(group) is None


async def test_a_watch_in_another_topic_moves_nothing_and_says_where_alerts_come(
    group: Talk,
) -> None:
    await group.say("/watch Harir")
    answer = await in_topic(group, SYRIA).say("/watch Conoco")
    assert await thread_of_alerts(group) == IRAQ
    assert "come in another topic, not here. /start brings them here." in shown(answer)
    link = Part("\u2068another topic\u2069", url=f"https://t.me/c/500/{IRAQ}")
    assert link in [part for line in answer.notes[0].lines for part in line]
    assert "not here" not in shown(await group.say("/watch Tanf"))


async def test_alerts_in_general_are_called_by_its_name(group: Talk) -> None:
    await in_topic(group, None).say("/subscribe")
    assert "come in the General topic, not here" in shown(await group.say("/watch Harir"))


# ── languages: each is answered in their own, the alerts have the group's ────────────────────


async def in_arabic(group: Talk, text: str, *, admin: bool = False) -> str:
    """What a member with an Arabic Telegram is answered."""
    layla = replace(group, chat=replace(group.chat, lang="ar"), user_id=LAYLA, is_admin=admin)
    return shown(await layla.say(text))


async def test_a_strangers_question_fixes_nothing_of_a_group(group: Talk) -> None:
    assert "لا تتابع شيئًا بعد." in await in_arabic(group, "/list")
    assert await group.store.chat(GROUP) is None
    assert "Subscribed" in shown(await group.say("/subscribe"))
    known = await group.store.chat(GROUP)
    assert known is not None
    assert known.lang == "en"


async def test_everybody_in_a_group_is_answered_in_their_own_language(group: Talk) -> None:
    await group.say("/subscribe")
    assert "تتابع شيئًا واحدًا" in await in_arabic(group, "/list")
    assert "You follow 1 thing" in shown(await group.say("/list"))


async def test_lang_in_a_group_sets_that_of_the_alerts_and_says_so(group: Talk) -> None:
    said = shown(await group.say("/lang ar"))
    assert "من الآن تصل تنبيهات هذه المجموعة بالعربية." in said
    known = await group.store.chat(GROUP)
    assert known is not None
    assert known.lang == "ar"
    assert "You follow nothing yet." in shown(await group.say("/list"))


async def test_who_writes_in_the_name_of_a_group_is_answered_in_its_language(
    group: Talk,
) -> None:
    await group.say("/lang ar")
    nobody = replace(group, user_id=None)
    assert "لا تتابع شيئًا بعد." in shown(await nobody.say("/list"))


@pytest.mark.parametrize("known", [True, False])
async def test_a_reply_in_another_language_than_the_chats_keeps_its_own_direction(
    group: Talk, known: bool
) -> None:
    if known:
        await group.say("/lang en")
        await settle_all(group)
    await in_arabic(group, "/list")
    (reply,) = await group.replies()
    assert isinstance(reply.payload, Note)
    assert reply.payload.lang == "ar"


async def settle_all(talk: Talk) -> None:
    """Send what waits."""
    for delivery in await talk.store.claim_deliveries(NOW, 50, "before", timedelta(minutes=1)):
        await talk.store.mark_sending(delivery, NOW)
        await talk.store.settle(delivery, Settlement(DeliveryState.SENT, message_id=1), NOW)


# ── back again ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", ["unblocked", "start after stop", "start after block"])
async def test_a_chat_that_was_away_is_shown_the_latest_of_what_it_follows(
    sam: Talk, way: str
) -> None:
    await sam.say("/subscribe harir")
    await (sam.say("/stop") if way == "start after stop" else sam.happens(Happening.GONE))
    await report(sam.store, "Rockets at Harir", places=("harir",))
    await report(sam.store, "Drone over Conoco", places=("conoco",))
    back = sam.happens(Happening.ADDED) if way == "unblocked" else sam.say("/start")
    said = shown(await back)
    assert "The latest reports, so that you know where things stand:" in said
    assert "Rockets at Harir" in said
    assert "Drone over Conoco" not in said
    assert "The latest reports" not in shown(await sam.say("/start"))


async def test_a_group_that_lets_us_in_again_is_shown_the_latest(group: Talk) -> None:
    await group.say("/subscribe")
    await group.happens(Happening.GONE)
    await report(group.store, TITLE)
    assert TITLE in shown(await group.happens(Happening.ADDED))


async def test_who_follows_only_words_of_their_own_is_shown_no_other_stories(sam: Talk) -> None:
    await sam.say("/watch Conoco")
    await sam.say("/stop")
    await report(sam.store, TITLE)
    assert TITLE not in shown(await sam.say("/start"))
